// Joining: by Welcome (RFC 9420 section 12.4.3.1) and by external commit (section 12.4.3.2).
#include "mls/epoch_step.h"
#include "mls/grease.h"
#include "mls/group_link.h"
#include "mls/mls_message.h"
#include "mls/public_message.h"
#include "mls/transcript_hash.h"
#include "mls/tree_validation.h"

namespace mayfly::mls {

namespace {

// The tree that a GroupInfo belongs to, verified down to each leaf, and its signer's signature.
Result<RatchetTree> verify_group(const CipherSuite& suite, const GroupInfo& info,
                                 std::optional<BytesView> encoded_tree, const Environment& env) {
    const GroupContext& context = info.group_context;
    // check 12.4.3.1-6: version and suite.
    ENSURE(context.version == ProtocolVersion::mls10, mls_bad_group_info);
    ENSURE(context.cipher_suite == suite.id, mls_bad_group_info);
    // check 12.4.3.1-12: no extension type twice.
    TRY(check_extensions(info.extensions));
    TRY(check_extensions(context.extensions));

    if (const Extension* inside = find_extension(info.extensions, ExtensionType::ratchet_tree)) {
        encoded_tree = inside->data;
    }
    ENSURE(encoded_tree, mls_bad_tree);
    TRY_ASSIGN(RatchetTree tree, RatchetTree::decode(suite, *encoded_tree));
    // check 12.4.3.1-4: the signature is the signer's.
    ENSURE(tree.has_member(info.signer), mls_bad_group_info);
    TRY(verify_group_info(suite, info, tree.signature_key(info.signer)));
    // check 12.4.3.1-7: the tree is the one that the group agreed on, and valid.
    ENSURE(tree.tree_hash() == context.tree_hash, mls_bad_tree);
    TRY(validate_tree(tree, context.group_id, context.extensions, std::nullopt, env.parallel));
    // check 12.1.8.1-1: the application accepts those who may propose from outside.
    TRY(check_external_senders(context, context.extensions, env));
    for (LeafIndex leaf : tree.members()) {
        const LeafNode node = *tree.leaf(leaf);
        // check 7.2-1: the application accepts so long a lifetime.
        ENSURE(accepts_lifetime(env, node), mls_bad_leaf_node);
        TRY(env.credentials.check(
            {node.credential, node.signature_key, nullptr, context.group_id}));
    }
    return tree;
}

std::unique_ptr<GroupState> begin_group(std::unique_ptr<EpochState> epoch) {
    auto state = std::make_unique<GroupState>();
    state->begin(std::move(epoch));
    return state;
}

struct OpenedInfo {
    Secret psk_secret;
    GroupInfo info;
};
Result<OpenedInfo> open_info(const Welcome& welcome, const GroupSecrets& secrets,
                             const Environment& env) {
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(welcome.cipher_suite));
    // check 12.4.3.1-2: every pre-shared key is there.
    TRY_ASSIGN(const auto psks, resolve_psks(secrets.psks, nullptr, env));
    OpenedInfo out;
    TRY_ASSIGN(out.psk_secret, derive_psk_secret(suite, psks));
    TRY_ASSIGN(out.info,
               decrypt_group_info(
                   suite, derive_welcome_secret(suite, secrets.joiner_secret, out.psk_secret),
                   welcome.encrypted_group_info));
    return out;
}

}  // namespace

Result<GroupSecrets> open_group_secrets(const Welcome& welcome, const KeyPackageSecrets& own) {
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(welcome.cipher_suite));
    // check 12.4.3.1-1: the Welcome is for our key package, in its suite.
    ENSURE(own.key_package.cipher_suite == welcome.cipher_suite, mls_not_for_us);
    TRY_ASSIGN(GroupSecrets secrets,
               decrypt_group_secrets(suite, welcome, key_package_ref(suite, own.key_package),
                                     own.init_private_key));
    // check 12.4.3.1-13: the secret has the suite's size.
    ENSURE(secrets.joiner_secret.size() == suite.hash_size_bytes(), mls_bad_welcome);
    return secrets;
}

Result<const PreSharedKeyId*> group_origin(const std::vector<PreSharedKeyId>& psks) {
    const PreSharedKeyId* found = nullptr;
    for (const PreSharedKeyId& id : psks) {
        if (id.type != PskType::resumption || id.usage == ResumptionPskUsage::application) {
            continue;
        }
        // check 12.4.3.1-3: there is one at most.
        ENSURE(found == nullptr, mls_bad_welcome);
        found = &id;
    }
    return found;
}

Result<std::vector<KeyPackageRef>> Group::welcome_recipients(BytesView welcome) {
    TRY_ASSIGN(const Welcome decoded, decode_message<Welcome>(welcome));
    std::vector<KeyPackageRef> out;
    for (const EncryptedGroupSecrets& entry : decoded.secrets) out.push_back(entry.new_member);
    return out;
}

Result<Group::WelcomeInfo> Group::read_welcome(BytesView welcome_message,
                                               const KeyPackageSecrets& own,
                                               const Environment& env) {
    TRY_ASSIGN(const Welcome welcome, decode_message<Welcome>(welcome_message));
    TRY_ASSIGN(const GroupSecrets secrets, open_group_secrets(welcome, own));
    TRY_ASSIGN(OpenedInfo opened, open_info(welcome, secrets, env));
    return WelcomeInfo{std::move(opened.info.group_context.group_id),
                       std::move(opened.info.extensions)};
}

Result<Group> Group::join(BytesView welcome, const KeyPackageSecrets& own,
                          std::optional<BytesView> ratchet_tree, const Environment& env) {
    return join_any(welcome, own, ratchet_tree, nullptr, env);
}

Result<Group> Group::join_any(BytesView welcome_message, const KeyPackageSecrets& own,
                              std::optional<BytesView> ratchet_tree, const Group* origin,
                              const Environment& env) {
    TRY_ASSIGN(const Welcome welcome, decode_message<Welcome>(welcome_message));
    TRY_ASSIGN(GroupSecrets secrets, open_group_secrets(welcome, own));
    TRY_ASSIGN(const PreSharedKeyId* origin_psk, group_origin(secrets.psks));
    TRY(check_origin(origin_psk, origin));
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(welcome.cipher_suite));
    TRY_ASSIGN(const OpenedInfo opened, open_info(welcome, secrets, env));
    const GroupInfo& info = opened.info;
    const Secret& psk_secret = opened.psk_secret;
    // check 12.4.3.1-3: what continues another group begins with epoch 1.
    ENSURE(origin_psk == nullptr || info.group_context.epoch.value == 1, mls_bad_welcome);

    auto epoch = std::make_unique<EpochState>(suite);
    TRY_ASSIGN(epoch->tree, verify_group(suite, info, ratchet_tree, env));
    // check 12.4.3.1-8: our leaf is in the tree.
    const std::optional<LeafIndex> leaf = epoch->tree.find_leaf(own.key_package.leaf_node);
    ENSURE(leaf, mls_bad_welcome);
    epoch->keys = TreeKemPrivate(*leaf, own.leaf_private_key.clone());
    epoch->signature_key = own.signature_private_key.clone();
    if (secrets.path_secret) {
        TRY(epoch->keys.learn_path(epoch->tree, info.signer, std::move(*secrets.path_secret)));
    }
    // The private keys that we were given are those of the leaf.
    TRY(epoch->keys.check_against(epoch->tree));
    TRY_ASSIGN(const crypto::SignatureKeyPair pair,
               crypto::signature_from_private(suite.signature, epoch->signature_key.expose()));
    ENSURE(pair.public_key == own.key_package.leaf_node.signature_key, invalid_key);

    epoch->context = info.group_context;
    epoch->start(derive_epoch(suite, secrets.joiner_secret, psk_secret, epoch->context));
    // check 12.4.3.1-9: the confirmation tag.
    ENSURE(constant_time_equal(epoch->confirmation_tag, info.confirmation_tag),
           mls_bad_confirmation_tag);
    if (origin != nullptr) TRY(check_link(EpochView(*epoch), *origin, origin_psk->usage, env));
    return Group(begin_group(std::move(epoch)));
}

namespace {

// What a joiner can know of the epoch before its external commit: its public side.
Result<std::unique_ptr<EpochState>> public_epoch(const GroupInfo& info,
                                                 std::optional<BytesView> ratchet_tree,
                                                 const Environment& env) {
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(info.group_context.cipher_suite));
    auto epoch = std::make_unique<EpochState>(suite);
    TRY_ASSIGN(epoch->tree, verify_group(suite, info, ratchet_tree, env));
    epoch->context = info.group_context;
    epoch->context_bytes = codec::encode(epoch->context);
    epoch->interim_transcript_hash = interim_transcript_hash(
        suite, epoch->context.confirmed_transcript_hash, info.confirmation_tag);
    return epoch;
}

LeafNode new_leaf(const Identity& identity, const LeafOptions& options, Entropy& entropy) {
    LeafNode leaf;
    leaf.signature_key = identity.signature_keys.public_key;
    leaf.credential = identity.credential;
    leaf.capabilities = options.capabilities;
    leaf.extensions = options.extensions;
    if (options.grease) add_grease(leaf, entropy);
    return leaf;
}

std::vector<Proposal> external_proposals(Bytes kem_output,
                                         const Group::ExternalJoinOptions& options) {
    std::vector<Proposal> out;
    out.push_back({ExternalInit{std::move(kem_output)}});
    if (options.replaces) out.push_back({Remove{*options.replaces}});
    for (const PreSharedKeyId& id : options.psks) out.push_back({PreSharedKey{id}});
    return out;
}

// What somebody who is no member yet can check of a SelfRemove: all but the membership tag.
Result<ReceivedProposal> verify_self_remove(const EpochState& epoch, BytesView sent,
                                            const Environment& env) {
    TRY_ASSIGN(PublicMessage message, decode_message<PublicMessage>(sent));
    AuthenticatedContent signed_content;
    signed_content.wire_format = WireFormat::public_message;
    signed_content.content = std::move(message.content);
    signed_content.auth = std::move(message.auth);
    const FramedContent& content = signed_content.content;
    ENSURE(content.group_id == epoch.context.group_id, mls_unknown_group);
    ENSURE(content.epoch == epoch.context.epoch, mls_wrong_epoch);
    const auto* proposal = std::get_if<Proposal>(&content.content);
    ENSURE(proposal != nullptr && proposal->get_if<SelfRemove>() != nullptr, unexpected_message);
    ENSURE(content.sender.is_member(), mls_bad_proposal);
    const auto leaf = epoch.tree.leaf(content.sender.leaf());
    ENSURE(leaf != nullptr, mls_unknown_sender);
    // check 20.1-7: a joiner refers to SelfRemoves that their senders signed for this epoch.
    TRY(verify_content(epoch.suite, signed_content, epoch.context_bytes, leaf->signature_key));

    TRY(check_proposal(epoch, *proposal, content.sender, LifetimeCheck::none, env));
    return ReceivedProposal{content.sender, proposal_ref(epoch.suite, signed_content), *proposal,
                            content.authenticated_data};
}

}  // namespace

Result<Group::ExternalJoin> Group::join_external(BytesView group_info, const Identity& identity,
                                                 const LeafOptions& leaf_options,
                                                 const ExternalJoinOptions& options,
                                                 const Environment& env) {
    TRY_ASSIGN(const GroupInfo info, decode_message<GroupInfo>(group_info));
    TRY_ASSIGN(const auto external_pub, read_extension<ExternalPub>(info.extensions));
    // check 12.4.3.2-3: the group lets others in.
    ENSURE(external_pub, mls_bad_group_info);

    TRY_ASSIGN(const auto before, public_epoch(info, options.ratchet_tree, env));
    const CipherSuite& suite = before->suite;
    TRY(check_identity(suite, identity));
    TRY_ASSIGN(crypto::HpkeExport init,
               external_init_send(suite, external_pub->external_pub, env.entropy));

    const Sender self{SenderType::new_member_commit, 0};
    const std::vector<Proposal> proposals = external_proposals(std::move(init.kem_output), options);
    Commit commit;
    std::vector<CommittedProposal> committed;
    for (const Proposal& proposal : proposals) {
        commit.proposals.push_back({proposal});
        committed.push_back({&proposal, self, false});
    }
    std::vector<ReceivedProposal> leaving;
    leaving.reserve(options.self_removes.size());
    for (const Bytes& sent : options.self_removes) {
        TRY_ASSIGN(ReceivedProposal received, verify_self_remove(*before, sent, env));
        const ReceivedProposal& kept = leaving.emplace_back(std::move(received));
        commit.proposals.push_back({kept.reference});
        committed.push_back({&kept.proposal, kept.sender, true});
    }
    TRY_ASSIGN(AppliedProposals applied,
               apply_proposals(*before, committed, self, LifetimeCheck::now, env));
    ENSURE(applied.tree.first_blank_leaf().value < tree_leaves_max, input_too_large);

    EpochStep step{RatchetTree(suite), applied.extensions, {}, {}, {}, {}, {}};
    step.signature_key = identity.signature_keys.private_key.clone();
    TRY_ASSIGN(NewPath path, begin_path(applied.tree, applied.tree.first_blank_leaf(),
                                        new_leaf(identity, leaf_options, env.entropy),
                                        step.signature_key, before->context.group_id, env.entropy));
    const GroupContext context = provisional_context(*before, applied.tree, applied.extensions);
    TRY_ASSIGN(commit.path, seal_path(path, applied.tree, {}, codec::encode(context), env.entropy,
                                      env.parallel));
    TRY(check_members(applied.tree, applied.extensions));
    TRY_ASSIGN(const auto psks, resolve_psks(options.psks, nullptr, env));
    TRY_ASSIGN(step.psk_secret, derive_psk_secret(suite, psks));
    step.tree = std::move(applied.tree);
    step.keys = std::move(path.next);
    step.init_secret = std::move(init.secret);
    step.commit_secret = std::move(path.commit_secret);

    FramedContent content;
    content.group_id = before->context.group_id;
    content.epoch = before->context.epoch;
    content.sender = self;
    content.authenticated_data = options.authenticated_data;
    content.content.emplace<Commit>(std::move(commit));
    TRY_ASSIGN(AuthenticatedContent message,
               sign_content(suite, WireFormat::public_message, std::move(content),
                            before->context_bytes, step.signature_key));
    NextEpoch next = advance_epoch(*before, std::move(step), message);
    message.auth.confirmation_tag = next.state->confirmation_tag;
    Bytes sent =
        encode_message(protect_public(suite, std::move(message), before->context_bytes, Secret()));
    return ExternalJoin{Group(begin_group(std::move(next.state))), std::move(sent)};
}

}  // namespace mayfly::mls
