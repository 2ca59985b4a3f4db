// The ratchet tree: tree-operations, tree-validation, treekem.
#include <map>

#include "crypto/seeded_entropy.h"
#include "mls/group_context.h"
#include "mls/key_package_secrets.h"
#include "mls/labelled.h"
#include "mls/proposal.h"
#include "mls/tree_kem.h"
#include "mls/tree_validation.h"
#include "tests/support/mls_vectors/generate.h"
#include "tests/support/mls_vectors/runners.h"

namespace mayfly::vectors {

using namespace mls;

namespace {

Result<RatchetTree> tree_at(const Value& vector, const char* key) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    TRY_ASSIGN(const Bytes encoded, vector.bytes(key));
    return RatchetTree::decode(suite, encoded);
}

Status apply_to(RatchetTree& tree, const Proposal& proposal, LeafIndex sender) {
    if (const auto* add = proposal.get_if<Add>()) {
        ENSURE(tree.first_blank_leaf().value < tree_leaves_max, input_too_large);
        tree.add_leaf(add->key_package.leaf_node);
    } else if (const auto* update = proposal.get_if<Update>()) {
        ENSURE(tree.leaf(sender) != nullptr, mls_unknown_sender);
        tree.update_leaf(sender, update->leaf_node);
    } else {
        const auto* remove = proposal.get_if<Remove>();
        ENSURE(remove != nullptr && tree.leaf(remove->removed) != nullptr, mls_bad_proposal);
        tree.remove_leaf(remove->removed);
    }
    return {};
}

struct TreeMember {
    TreeKemPrivate keys;
    Secret signature_key;
};

// The state is put together in its encoded form: path secrets of a vector were sent by different
// commits, so that each leads to the key of its own node only.
Result<TreeMember> member_of(const RatchetTree& tree, const Value& vector) {
    TRY_ASSIGN(const auto number, vector.number<uint32_t>("index"));
    const LeafIndex index{number};
    ENSURE(tree.leaf(index) != nullptr, malformed_input);
    TRY_ASSIGN(const Secret leaf_key, vector.private_key("encryption_priv", tree.suite()));
    codec::Writer keys;
    keys(index.node(), leaf_key);
    TRY_ASSIGN(const auto path_secrets, vector.list("path_secrets"));
    for (const Value& known : path_secrets) {
        TRY_ASSIGN(const auto node, known.number<uint32_t>("node"));
        ENSURE(tree.leaf_count().contains(NodeIndex{node}), malformed_input);
        TRY_ASSIGN(const Secret path_secret, known.secret("path_secret"));
        const Secret node_secret = derive_secret(tree.suite(), path_secret, "node");
        TRY_ASSIGN(const auto pair,
                   crypto::kem_derive_key_pair(tree.suite().hpke.kem, node_secret.expose()));
        keys(NodeIndex{node}, pair.private_key);
    }
    codec::Writer state;
    state(index);
    state.opaque(keys.view());
    TreeMember member;
    TRY_ASSIGN(member.keys, codec::decode<TreeKemPrivate>(state.view()));
    TRY(member.keys.check_against(tree));
    TRY_ASSIGN(member.signature_key, vector.private_key("signature_priv", tree.suite()));
    TRY_ASSIGN(const auto signer, crypto::signature_from_private(tree.suite().signature,
                                                                 member.signature_key.expose()));
    ENSURE(signer.public_key == tree.leaf(index)->signature_key, invalid_key);
    return member;
}

struct TreeKemCase {
    RatchetTree tree;
    GroupContext context;
    std::vector<TreeMember> members;

    Bytes context_for(const RatchetTree& after) const {
        GroupContext out = context;
        out.tree_hash = after.tree_hash();
        return codec::encode(out);
    }
};

Result<TreeKemCase> load(const Value& vector) {
    TRY_ASSIGN(RatchetTree tree, tree_at(vector, "ratchet_tree"));
    TreeKemCase out{std::move(tree), {}, {}};
    out.context.cipher_suite = out.tree.suite().id;
    TRY_ASSIGN(out.context.group_id, vector.bytes("group_id"));
    TRY_ASSIGN(out.context.epoch.value, vector.number<uint64_t>("epoch"));
    TRY_ASSIGN(out.context.confirmed_transcript_hash, vector.bytes("confirmed_transcript_hash"));
    TRY_ASSIGN(const auto leaves, vector.list("leaves_private"));
    for (const Value& leaf : leaves) {
        TRY_ASSIGN(TreeMember member, member_of(out.tree, leaf));
        out.members.push_back(std::move(member));
    }
    return out;
}

// A path of the vector: every member opens it to the given commit secret, and the path secret that
// the vector gives for it leads to the same keys.
Status check_given_path(const TreeKemCase& group, const Value& given) {
    TRY_ASSIGN(const auto number, given.number<uint32_t>("sender"));
    const LeafIndex sender{number};
    ENSURE(group.tree.leaf(sender) != nullptr, mls_unknown_sender);
    TRY_ASSIGN(const Bytes encoded, given.bytes("update_path"));
    TRY_ASSIGN(const UpdatePath path, codec::decode<UpdatePath>(encoded));
    TRY_ASSIGN(const auto path_secrets, given.list("path_secrets"));
    RatchetTree after = group.tree;
    TRY(apply_path(after, sender, path, {}, group.context.group_id));
    given.expect_equal(after.tree_hash(), "tree_hash_after");
    TRY(check_parent_hashes(after));
    const Bytes context = group.context_for(after);
    for (const TreeMember& member : group.members) {
        const LeafIndex leaf = member.keys.leaf();
        if (leaf == sender) continue;
        TRY_ASSIGN(const auto opened, member.keys.open_path(after, sender, path, {}, context));
        given.expect_equal(opened.commit_secret, "commit_secret");
        TRY(opened.next.check_against(after));
        ENSURE(leaf.value < path_secrets.size(), malformed_input);
        TRY_ASSIGN(const Bytes path_secret, path_secrets[leaf.value].bytes());
        ENSURE(path_secret.size() <= Secret::capacity_bytes, malformed_input);
        TreeKemPrivate learner = member.keys.clone();
        TRY(learner.learn_path(after, sender, Secret(path_secret)));
    }
    return {};
}

// A path of ours: every other member opens it to the same commit secret.
Status check_own_path(const Value& vector, const TreeKemCase& group, const TreeMember& sender,
                      Entropy& entropy) {
    const LeafIndex index = sender.keys.leaf();
    RatchetTree sent = group.tree;
    TRY_ASSIGN(const NewPath ours,
               begin_path(sent, index, *group.tree.leaf(index), sender.signature_key,
                          group.context.group_id, entropy));
    TRY(ours.next.check_against(sent));
    const Bytes context = group.context_for(sent);
    TRY_ASSIGN(const UpdatePath path, seal_path(ours, sent, {}, context, entropy));
    RatchetTree received = group.tree;
    TRY(apply_path(received, index, path, {}, group.context.group_id));
    vector.expect(received.encode() == sent.encode() && received.tree_hash() == sent.tree_hash(),
                  "sender and receiver of a path of ours reach different trees");
    for (const TreeMember& member : group.members) {
        if (member.keys.leaf() == index) continue;
        TRY_ASSIGN(const auto opened, member.keys.open_path(received, index, path, {}, context));
        vector.expect(
            constant_time_equal(opened.commit_secret.expose(), ours.commit_secret.expose()),
            "a path of ours opens to another commit secret");
    }
    return {};
}

Status check_node(const RatchetTree& tree, NodeIndex node, const Value& vector, const Value& hash,
                  const Value& resolution) {
    TRY_ASSIGN(const Bytes given_hash, hash.bytes());
    TRY_ASSIGN(const auto given, resolution.list());
    std::vector<NodeIndex> expected;
    for (const Value& item : given) {
        TRY_ASSIGN(const auto index, item.index());
        ENSURE(index, malformed_input);
        expected.push_back({*index});
    }
    const std::string name = "node " + std::to_string(node.value);
    vector.expect(tree.tree_hash(node) == given_hash, name + ": tree hash differs");
    vector.expect(tree.resolution(node) == expected, name + ": resolution differs");
    return {};
}

}  // namespace

Status run_tree_operations(const Value& vector) {
    TRY_ASSIGN(RatchetTree tree, tree_at(vector, "tree_before"));
    vector.expect_equal(tree.tree_hash(), "tree_hash_before");
    TRY_ASSIGN(const Bytes encoded, vector.bytes("proposal"));
    TRY_ASSIGN(const Proposal proposal, codec::decode<Proposal>(encoded));
    TRY_ASSIGN(const auto sender, vector.number<uint32_t>("proposal_sender"));
    const RatchetTree before = tree;
    TRY(apply_to(tree, proposal, {sender}));
    vector.expect_equal(tree.encode(), "tree_after");
    vector.expect_equal(tree.tree_hash(), "tree_hash_after");
    vector.expect_equal(before.encode(), "tree_before");
    return {};
}

Status run_tree_validation(const Value& vector) {
    TRY_ASSIGN(const RatchetTree tree, tree_at(vector, "tree"));
    vector.expect_equal(tree.encode(), "tree");
    TRY_ASSIGN(const auto hashes, vector.list("tree_hashes"));
    TRY_ASSIGN(const auto resolutions, vector.list("resolutions"));
    const uint32_t nodes = tree.leaf_count().node_count();
    ENSURE(hashes.size() == nodes && resolutions.size() == nodes, malformed_input);
    for (uint32_t i = 0; i < nodes; ++i) {
        TRY(check_node(tree, {i}, vector, hashes[i], resolutions[i]));
    }
    TRY_ASSIGN(const Bytes group_id, vector.bytes("group_id"));
    return validate_tree(tree, group_id, {}, std::nullopt);
}

Status run_treekem(const Value& vector) {
    TRY_ASSIGN(const TreeKemCase group, load(vector));
    TRY_ASSIGN(const auto paths, vector.list("update_paths"));
    for (const Value& given : paths) TRY(check_given_path(group, given));
    crypto::SeededEntropy entropy(7);
    for (const TreeMember& member : group.members) {
        TRY(check_own_path(vector, group, member, entropy));
    }
    return {};
}

// Own vectors.

namespace {

struct Client {
    KeyPackageSecrets package;
    Secret signature_key;
};

Client make_client(const CipherSuite& suite, Dice& dice) {
    Identity identity;
    identity.credential.identity = dice.bytes(8);
    identity.signature_keys = crypto::signature_generate(suite.signature, dice.entropy).value();
    KeyPackageSecrets package = create_key_package(suite.id, identity, {}, dice.entropy).value();
    return {std::move(package), std::move(identity.signature_keys.private_key)};
}

// A tree whose members may have sent paths, with everybody's keys.
struct Forest {
    Forest(const CipherSuite& cipher_suite, Dice& dice, size_t members)
        : suite(cipher_suite), tree(suite), group_id(dice.bytes(16)) {
        for (size_t i = 0; i < members; ++i) {
            clients.push_back(make_client(suite, dice));
            tree.add_leaf(clients.back().package.key_package.leaf_node);
        }
    }

    NewPath send_path(RatchetTree& to, LeafIndex sender, Dice& dice) const {
        return begin_path(to, sender, *to.leaf(sender), clients[sender.value].signature_key,
                          group_id, dice.entropy)
            .value();
    }
    // commit_path has everybody follow.
    void commit_path(LeafIndex sender, Dice& dice) {
        NewPath path = send_path(tree, sender, dice);
        clients[sender.value].package.leaf_private_key =
            path.next.private_key(sender.node())->clone();
        for (NodePathSecret& known : path.path_secrets) {
            path_secrets[known.node] = std::move(known.secret);
        }
    }

    const CipherSuite& suite;
    RatchetTree tree;
    Bytes group_id;
    std::vector<Client> clients;
    std::map<NodeIndex, Secret> path_secrets;
};

Json private_leaf(const Forest& forest, LeafIndex leaf) {
    const Client& client = forest.clients[leaf.value];
    Json known = Json::array();
    for (const NodeIndex node : direct_path(leaf.node(), forest.tree.leaf_count())) {
        if (forest.tree.is_blank(node)) continue;
        const Secret& secret = forest.path_secrets.at(node);
        known.push_back({{"node", node.value}, {"path_secret", to_hex(secret.expose())}});
    }
    return {{"index", leaf.value},
            {"encryption_priv", to_hex(client.package.leaf_private_key.expose())},
            {"signature_priv", to_hex(client.signature_key.expose())},
            {"path_secrets", std::move(known)}};
}

Json path_of(const Forest& forest, const TreeKemCase& group, LeafIndex sender, Dice& dice) {
    RatchetTree sent = forest.tree;
    const NewPath path = forest.send_path(sent, sender, dice);
    const UpdatePath message =
        seal_path(path, sent, {}, group.context_for(sent), dice.entropy).value();
    Json secrets = Json::array();
    for (uint32_t i = 0; i < forest.clients.size(); ++i) {
        const NodePathSecret* secret =
            i == sender.value ? nullptr : path.path_secret_for(LeafIndex{i});
        secrets.push_back(secret == nullptr ? Json() : Json(to_hex(secret->secret.expose())));
    }
    return {{"sender", sender.value},
            {"update_path", to_hex(codec::encode(message))},
            {"path_secrets", std::move(secrets)},
            {"commit_secret", to_hex(path.commit_secret.expose())},
            {"tree_hash_after", to_hex(sent.tree_hash())}};
}

}  // namespace

Json make_treekem(const CipherSuite& suite, Dice& dice) {
    Forest forest(suite, dice, 2 + dice.number % 8);
    const size_t members = forest.clients.size();
    for (size_t i = 0; i < dice.number % 4; ++i) forest.commit_path({dice.below(members)}, dice);
    TreeKemCase group{forest.tree, {}, {}};
    group.context.cipher_suite = suite.id;
    group.context.group_id = forest.group_id;
    group.context.epoch = {dice.below(1000)};
    group.context.confirmed_transcript_hash = dice.bytes(suite.hash_size_bytes());
    Json leaves = Json::array();
    Json paths = Json::array();
    for (uint32_t i = 0; i < members; ++i) {
        leaves.push_back(private_leaf(forest, {i}));
        paths.push_back(path_of(forest, group, {i}, dice));
    }
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"group_id", to_hex(forest.group_id)},
            {"epoch", group.context.epoch.value},
            {"confirmed_transcript_hash", to_hex(group.context.confirmed_transcript_hash)},
            {"ratchet_tree", to_hex(forest.tree.encode())},
            {"leaves_private", std::move(leaves)},
            {"update_paths", std::move(paths)}};
}

Json make_tree_operations(const CipherSuite& suite, Dice& dice) {
    Forest forest(suite, dice, 2 + dice.below(9));
    const size_t members = forest.clients.size();
    forest.commit_path({dice.below(members)}, dice);
    const LeafIndex sender{dice.below(members)};
    Proposal proposal;
    switch (dice.number % 3) {
        case 0: proposal = {Add{make_client(suite, dice).package.key_package}}; break;
        case 1: proposal = {Update{make_client(suite, dice).package.key_package.leaf_node}}; break;
        default: proposal = {Remove{{static_cast<uint32_t>(members) - 1}}};
    }
    RatchetTree after = forest.tree;
    apply_to(after, proposal, sender).value();
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"tree_before", to_hex(forest.tree.encode())},
            {"tree_hash_before", to_hex(forest.tree.tree_hash())},
            {"proposal", to_hex(codec::encode(proposal))},
            {"proposal_sender", sender.value},
            {"tree_after", to_hex(after.encode())},
            {"tree_hash_after", to_hex(after.tree_hash())}};
}

Json make_tree_validation(const CipherSuite& suite, Dice& dice) {
    Forest forest(suite, dice, 2 + dice.below(15));
    const size_t members = forest.clients.size();
    for (int i = 0; i < 4; ++i) forest.commit_path({dice.below(members)}, dice);
    // Blank nodes and unmerged leaves: one goes, two come.
    forest.tree.remove_leaf({dice.below(members)});
    for (int i = 0; i < 2; ++i) {
        forest.tree.add_leaf(make_client(suite, dice).package.key_package.leaf_node);
    }
    Json hashes = Json::array();
    Json resolutions = Json::array();
    for (uint32_t i = 0; i < forest.tree.leaf_count().node_count(); ++i) {
        hashes.push_back(to_hex(forest.tree.tree_hash(NodeIndex{i})));
        Json resolution = Json::array();
        for (const NodeIndex node : forest.tree.resolution({i})) resolution.push_back(node.value);
        resolutions.push_back(std::move(resolution));
    }
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"tree", to_hex(forest.tree.encode())},
            {"group_id", to_hex(forest.group_id)},
            {"tree_hashes", std::move(hashes)},
            {"resolutions", std::move(resolutions)}};
}

}  // namespace mayfly::vectors
