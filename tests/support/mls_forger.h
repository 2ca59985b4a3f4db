// A member that misbehaves on purpose: it commits, welcomes and proposes whatever it is told, with
// valid signatures, tags and keys, so that a message can break one rule of RFC 9420 and no other.
#pragma once

#include <functional>

#include "mls/epoch_step.h"
#include "mls/group_for_testing.h"
#include "mls/public_message.h"
#include "mls/transcript_hash.h"
#include "mls/tree_test_support.h"
#include "tests/support/mls_club.h"

namespace mayfly::testing {

// Referenced: a proposal by reference, and who sent it.
struct Referenced {
    mls::Proposal proposal;
    mls::LeafIndex sender;
    mls::ProposalRef reference;
};

// Forgery: what a commit holds, and where it departs from the rules. Each step runs if set.
struct Forgery {
    std::vector<mls::Proposal> proposals = {};  // by value
    std::vector<Referenced> references = {};    // after those
    bool path = true;
    bool adds_first = false;                  // applies Adds before Removes
    const mls::Identity* external = nullptr;  // joins by external commit as this identity
    bool external_init = true;                // of an external commit
    std::function<void(mls::LeafNode&)> leaf = nullptr;  // of the path; signed afterwards
    std::function<void(mls::LeafNode&)> signed_leaf = nullptr;
    // The public keys of the path; parent hashes follow from them.
    std::function<void(std::vector<mls::HpkePublicKey>&)> keys = nullptr;
    std::function<void(mls::UpdatePath&)> sealed = nullptr;
    std::function<void(mls::FramedContent&)> framed = nullptr;  // signed afterwards
    std::function<void(mls::AuthenticatedContent&)> tagged = nullptr;
    std::function<void(mls::PublicMessage&)> sent = nullptr;
};

// WelcomeForgery: the same for a Welcome that adds one member.
struct WelcomeForgery {
    bool path = true;
    const mls::KeyPackage* recipient = nullptr;  // who gets the secrets, if not who is added
    std::vector<mls::PreSharedKeyId> psks = {};
    std::function<void(std::vector<mls::testing::TreeNode>&)> tree = nullptr;  // tree hash follows
    std::function<void(mls::GroupInfo&)> info = nullptr;    // tag and signature follow
    std::function<void(mls::GroupInfo&)> tagged = nullptr;  // signature follows
    std::function<void(mls::GroupInfo&)> signed_info = nullptr;
    std::function<void(mls::GroupSecrets&)> secrets = nullptr;
    std::function<void(mls::Welcome&)> sent = nullptr;
};

class Forger {
  public:
    Forger(Club& club, size_t member) : club_(club), member_(member) {}

    Bytes commit(const Forgery& forgery) { return build(forgery).message; }

    // propose sends a proposal in the clear.
    Bytes propose(mls::Proposal proposal,
                  const std::function<void(mls::FramedContent&)>& framed = nullptr) {
        mls::FramedContent content = frame();
        content.content.emplace<mls::Proposal>(std::move(proposal));
        if (framed) framed(content);
        return send(sign(std::move(content), epoch().signature_key), nullptr);
    }

    // propose_as does so in the name of somebody else, with that one's signature.
    Bytes propose_as(mls::Proposal proposal, mls::Sender sender, const mls::Identity& signer) {
        mls::FramedContent content = frame();
        content.sender = sender;
        content.content.emplace<mls::Proposal>(std::move(proposal));
        return send(sign(std::move(content), signer.signature_keys.private_key), nullptr);
    }

    // welcome adds the key package with a path and says what is to be said, or something else.
    Bytes welcome(const mls::KeyPackage& package, const WelcomeForgery& forgery) {
        const mls::CipherSuite& suite = epoch().suite;
        Forgery add;
        add.path = forgery.path;
        add.proposals.push_back({mls::Add{package}});
        for (const auto& id : forgery.psks) add.proposals.push_back({mls::PreSharedKey{id}});
        Built built = build(add);
        mls::GroupInfo info =
            make_group_info(*built.next.state, {false, true, {}}, club_.env()).value();
        if (forgery.tree) replace_tree(*built.next.state, info, forgery.tree);
        if (forgery.info) forgery.info(info);
        const mls::EpochKeys keys =
            derive_epoch(suite, built.next.joiner_secret, built.psk_secret, info.group_context);
        info.confirmation_tag = mls::confirmation_tag(suite, keys.secrets.confirmation_key,
                                                      info.group_context.confirmed_transcript_hash);
        if (forgery.tagged) forgery.tagged(info);
        sign_group_info(suite, info, epoch().signature_key).value();
        if (forgery.signed_info) forgery.signed_info(info);

        mls::Welcome welcome;
        welcome.cipher_suite = suite.id;
        welcome.encrypted_group_info = encrypt_group_info(suite, built.next.welcome_secret, info);
        mls::GroupSecrets secrets;
        secrets.joiner_secret = built.next.joiner_secret.clone();
        secrets.psks = forgery.psks;
        if (built.path) {
            const auto* shared = built.path->path_secret_for(built.added.front());
            secrets.path_secret = shared->secret.clone();
        }
        if (forgery.secrets) forgery.secrets(secrets);
        welcome.secrets.push_back(
            encrypt_group_secrets(suite,
                                  forgery.recipient != nullptr ? *forgery.recipient : package,
                                  welcome.encrypted_group_info, secrets, club_.entropy)
                .value());
        if (forgery.sent) forgery.sent(welcome);
        return encode_message(std::move(welcome));
    }

  private:
    struct Built {
        Bytes message;
        mls::NextEpoch next;
        Secret psk_secret;
        std::optional<mls::NewPath> path;
        std::vector<mls::LeafIndex> added;
    };

    mls::EpochState& epoch() { return *mls::GroupForTesting::state(club_.group(member_)).epoch; }

    mls::FramedContent frame() {
        mls::FramedContent out;
        out.group_id = epoch().context.group_id;
        out.epoch = epoch().context.epoch;
        out.sender = mls::Sender::member(epoch().own_leaf());
        return out;
    }
    mls::AuthenticatedContent sign(mls::FramedContent content, const Secret& key) {
        return sign_content(epoch().suite, mls::WireFormat::public_message, std::move(content),
                            epoch().context_bytes, key)
            .value();
    }
    Bytes send(mls::AuthenticatedContent message,
               const std::function<void(mls::PublicMessage&)>& change) {
        mls::PublicMessage out =
            protect_public(epoch().suite, std::move(message), epoch().context_bytes,
                           epoch().secrets.membership_key);
        if (change) change(out);
        return encode_message(std::move(out));
    }

    // Applies what can be applied, unchecked.
    struct Applied {
        mls::RatchetTree tree;
        mls::Extensions extensions;
        std::vector<mls::LeafIndex> added;
        std::vector<mls::PreSharedKeyId> psks;
    };
    Applied apply(const Forgery& forgery) {
        Applied out{epoch().tree, epoch().context.extensions, {}, {}};
        std::vector<std::pair<const mls::Proposal*, mls::LeafIndex>> all;
        for (const auto& item : forgery.proposals) all.emplace_back(&item, epoch().own_leaf());
        for (const auto& item : forgery.references) all.emplace_back(&item.proposal, item.sender);
        const auto add = [&] {
            for (const auto& [proposal, sender] : all) {
                const auto* item = proposal->get_if<mls::Add>();
                if (item != nullptr) {
                    out.added.push_back(out.tree.add_leaf(item->key_package.leaf_node));
                }
            }
        };
        for (const auto& [proposal, sender] : all) {
            if (const auto* item = proposal->get_if<mls::GroupContextExtensions>()) {
                out.extensions = item->extensions;
            } else if (const auto* update = proposal->get_if<mls::Update>()) {
                out.tree.update_leaf(sender, update->leaf_node);
            } else if (const auto* psk = proposal->get_if<mls::PreSharedKey>()) {
                out.psks.push_back(psk->psk);
            }
        }
        if (forgery.adds_first) add();
        for (const auto& [proposal, sender] : all) {
            const auto* item = proposal->get_if<mls::Remove>();
            const bool leaves = proposal->get_if<mls::SelfRemove>() != nullptr;
            if (item == nullptr && !leaves) continue;
            const mls::LeafIndex removed = leaves ? sender : item->removed;
            if (out.tree.leaf(removed) != nullptr) out.tree.remove_leaf(removed);
        }
        if (!forgery.adds_first) add();
        std::sort(out.added.begin(), out.added.end());
        return out;
    }

    // Puts the path into the tree, with the departures that the forgery asks for.
    mls::NewPath make_path(const Forgery& forgery, mls::RatchetTree& tree, mls::LeafIndex index,
                           mls::LeafNode leaf, const Secret& key) {
        const Bytes group_id = epoch().context.group_id;
        mls::NewPath path =
            begin_path(tree, index, std::move(leaf), key, group_id, club_.entropy).value();
        std::vector<mls::HpkePublicKey> keys;
        for (const auto& step : path.steps)
            keys.push_back(to_bytes(tree.encryption_key(step.node)));
        if (forgery.keys) forgery.keys(keys);
        path.leaf_node.parent_hash = tree.set_path(index, keys);
        if (forgery.leaf) forgery.leaf(path.leaf_node);
        sign_leaf_node(epoch().suite, path.leaf_node, key, {group_id, index}).value();
        if (forgery.signed_leaf) forgery.signed_leaf(path.leaf_node);
        tree.set_leaf(index, path.leaf_node);
        return path;
    }

    Built build(const Forgery& forgery) {
        const mls::CipherSuite& suite = epoch().suite;
        Applied applied = apply(forgery);
        mls::EpochStep step{
            mls::RatchetTree(suite), applied.extensions, epoch().keys.clone(), {}, {}, {}, {}};
        step.init_secret = epoch().secrets.init_secret.clone();
        step.commit_secret = zero_secret(suite);
        mls::FramedContent content = frame();
        mls::Commit commit;
        mls::LeafIndex index = epoch().own_leaf();
        mls::LeafNode leaf = epoch().own_leaf_node();
        const Secret* key = &epoch().signature_key;
        if (forgery.external != nullptr) {
            const mls::Identity& joiner = *forgery.external;
            content.sender = {mls::SenderType::new_member_commit, 0};
            index = applied.tree.first_blank_leaf();
            leaf = mls::LeafNode{};
            leaf.capabilities = club_.leaf_options().capabilities;
            leaf.credential = joiner.credential;
            leaf.signature_key = joiner.signature_keys.public_key;
            key = &joiner.signature_keys.private_key;
            begin_external(forgery, commit, step);
        }
        for (const auto& item : forgery.proposals) commit.proposals.push_back({item});
        for (const auto& item : forgery.references) commit.proposals.push_back({item.reference});
        Built out;
        if (forgery.path) {
            out.path = make_path(forgery, applied.tree, index, std::move(leaf), *key);
            const auto context = provisional_context(epoch(), applied.tree, applied.extensions);
            commit.path = seal_path(*out.path, applied.tree, applied.added, codec::encode(context),
                                    club_.entropy)
                              .value();
            if (forgery.sealed) forgery.sealed(*commit.path);
            step.commit_secret = out.path->commit_secret.clone();
            step.keys = out.path->next.clone();
        }
        step.tree = applied.tree;
        const mls::Environment env = club_.env();
        const auto& state = mls::GroupForTesting::state(club_.group(member_));
        const auto psks = resolve_psks(applied.psks, &state, env).value();
        step.psk_secret = derive_psk_secret(suite, psks).value();
        out.psk_secret = step.psk_secret.clone();
        out.added = applied.added;

        content.content.emplace<mls::Commit>(std::move(commit));
        if (forgery.framed) forgery.framed(content);
        mls::AuthenticatedContent message = sign(std::move(content), *key);
        out.next = advance_epoch(epoch(), std::move(step), message);
        out.next.state->signature_key = epoch().signature_key.clone();
        message.auth.confirmation_tag = out.next.state->confirmation_tag;
        if (forgery.tagged) forgery.tagged(message);
        out.message = send(std::move(message), forgery.sent);
        return out;
    }

    void begin_external(const Forgery& forgery, mls::Commit& commit, mls::EpochStep& step) {
        const auto external =
            external_key_pair(epoch().suite, epoch().secrets.external_secret).value();
        auto init = external_init_send(epoch().suite, external.public_key, club_.entropy).value();
        step.init_secret = std::move(init.secret);
        if (!forgery.external_init) return;
        commit.proposals.push_back({mls::Proposal{mls::ExternalInit{std::move(init.kem_output)}}});
    }

    // A changed tree that the group seems to have agreed on.
    static void replace_tree(
        mls::EpochState& next, mls::GroupInfo& info,
        const std::function<void(std::vector<mls::testing::TreeNode>&)>& edit) {
        std::vector<mls::testing::TreeNode> nodes = mls::testing::nodes_of(next.tree);
        edit(nodes);
        const Bytes encoded = mls::testing::encode_nodes(nodes);
        set_extension(info.extensions, mls::Extension{mls::ExtensionType::ratchet_tree, encoded});
        const auto tree = mls::RatchetTree::decode(next.suite, encoded);
        if (tree.ok()) info.group_context.tree_hash = tree->tree_hash();
    }

    Club& club_;
    size_t member_;
};

}  // namespace mayfly::testing
