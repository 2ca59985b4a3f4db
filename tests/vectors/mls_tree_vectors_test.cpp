// The MLS working group's vectors for the ratchet tree: tree-operations, tree-validation, treekem.
#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"
#include "mls/group_context.h"
#include "mls/labelled.h"
#include "mls/proposal.h"
#include "mls/tree_kem.h"
#include "mls/tree_validation.h"
#include "tests/support/vectors.h"

namespace mayfly::mls {
namespace {

using nlohmann::json;
using testing::bytes_at;
using testing::bytes_of;

CipherSuite suite_of(const json& vector) {
    return find_cipher_suite(CipherSuiteId{vector.at("cipher_suite").get<uint16_t>()}).value();
}

void apply(RatchetTree& tree, const Proposal& proposal, LeafIndex sender) {
    if (const auto* add = proposal.get_if<Add>()) {
        tree.add_leaf(add->key_package.leaf_node);
    } else if (const auto* update = proposal.get_if<Update>()) {
        tree.update_leaf(sender, update->leaf_node);
    } else if (const auto* remove = proposal.get_if<Remove>()) {
        tree.remove_leaf(remove->removed);
    } else {
        ADD_FAILURE() << "proposal changes no tree";
    }
}

TEST(MlsVectors, tree_operations) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/tree-operations.json");
    for (const json& vector : vectors) {
        const CipherSuite suite = suite_of(vector);
        auto tree = RatchetTree::decode(suite, bytes_at(vector, "tree_before"));
        ASSERT_TRUE(tree.ok());
        EXPECT_EQ(tree->tree_hash(), bytes_at(vector, "tree_hash_before"));
        auto proposal = codec::decode<Proposal>(bytes_at(vector, "proposal"));
        ASSERT_TRUE(proposal.ok());
        const RatchetTree before = *tree;
        apply(*tree, *proposal, {vector.at("proposal_sender").get<uint32_t>()});
        EXPECT_EQ(tree->encode(), bytes_at(vector, "tree_after"));
        EXPECT_EQ(tree->tree_hash(), bytes_at(vector, "tree_hash_after"));
        EXPECT_EQ(before.encode(), bytes_at(vector, "tree_before"));
    }
}

TEST(MlsVectors, tree_validation) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/tree-validation.json");
    for (const json& vector : vectors) {
        const CipherSuite suite = suite_of(vector);
        SCOPED_TRACE(static_cast<int>(suite.id));
        auto decoded = RatchetTree::decode(suite, bytes_at(vector, "tree"));
        ASSERT_TRUE(decoded.ok());
        const RatchetTree& tree = *decoded;
        EXPECT_EQ(tree.encode(), bytes_at(vector, "tree"));
        const json& hashes = vector.at("tree_hashes");
        const json& resolutions = vector.at("resolutions");
        ASSERT_EQ(hashes.size(), tree.leaf_count().node_count());
        for (uint32_t i = 0; i < tree.leaf_count().node_count(); ++i) {
            EXPECT_EQ(tree.tree_hash(NodeIndex{i}), bytes_of(hashes.at(i)));
            std::vector<uint32_t> resolution;
            for (const NodeIndex node : tree.resolution({i})) resolution.push_back(node.value);
            EXPECT_EQ(json(resolution), resolutions.at(i));
        }
        const Status valid = validate_tree(tree, bytes_at(vector, "group_id"), {}, std::nullopt);
        EXPECT_TRUE(valid.ok()) << error_name(valid.code()) << " " << valid.error().where;
    }
}

struct Member {
    TreeKemPrivate keys;
    Secret signature_key;
};

// The state is put together in its encoded form: path secrets of a vector were sent by different
// commits, so that each leads to the key of its own node only.
Result<Member> member_of(const RatchetTree& tree, const json& vector) {
    const LeafIndex index{vector.at("index").get<uint32_t>()};
    codec::Writer keys;
    keys(index.node(), Secret(bytes_at(vector, "encryption_priv")));
    for (const json& known : vector.at("path_secrets")) {
        const Secret node_secret =
            derive_secret(tree.suite(), Secret(bytes_at(known, "path_secret")), "node");
        TRY_ASSIGN(const auto pair,
                   crypto::kem_derive_key_pair(tree.suite().hpke.kem, node_secret.expose()));
        keys(NodeIndex{known.at("node").get<uint32_t>()}, pair.private_key);
    }
    codec::Writer state;
    state(index);
    state.opaque(keys.view());
    Member member;
    TRY_ASSIGN(member.keys, codec::decode<TreeKemPrivate>(state.view()));
    TRY(member.keys.check_against(tree));
    member.signature_key = Secret(bytes_at(vector, "signature_priv"));
    return member;
}

struct TreeKemVector {
    CipherSuite suite;
    RatchetTree tree;
    GroupContext context;
    std::vector<Member> members;

    Bytes context_for(const RatchetTree& after) {
        context.tree_hash = after.tree_hash();
        return codec::encode(context);
    }
};

Result<TreeKemVector> load(const json& vector) {
    const CipherSuite suite = suite_of(vector);
    TRY_ASSIGN(RatchetTree tree, RatchetTree::decode(suite, bytes_at(vector, "ratchet_tree")));
    TreeKemVector out{suite, tree, {}, {}};
    out.context.cipher_suite = suite.id;
    out.context.group_id = bytes_at(vector, "group_id");
    out.context.epoch = {vector.at("epoch").get<uint64_t>()};
    out.context.confirmed_transcript_hash = bytes_at(vector, "confirmed_transcript_hash");
    for (const json& leaf : vector.at("leaves_private")) {
        TRY_ASSIGN(Member member, member_of(tree, leaf));
        out.members.push_back(std::move(member));
    }
    return out;
}

// The paths of the vector: every member opens them to the given commit secret.
void check_given_path(TreeKemVector& group, const json& given) {
    const LeafIndex sender{given.at("sender").get<uint32_t>()};
    SCOPED_TRACE(sender.value);
    auto path = codec::decode<UpdatePath>(bytes_at(given, "update_path"));
    ASSERT_TRUE(path.ok());
    RatchetTree after = group.tree;
    const Status applied = apply_path(after, sender, *path, {}, group.context.group_id);
    ASSERT_TRUE(applied.ok()) << error_name(applied.code()) << " " << applied.error().where;
    EXPECT_EQ(after.tree_hash(), bytes_at(given, "tree_hash_after"));
    EXPECT_TRUE(check_parent_hashes(after).ok());
    const Bytes context = group.context_for(after);
    for (const Member& member : group.members) {
        if (member.keys.leaf() == sender) continue;
        auto opened = member.keys.open_path(after, sender, *path, {}, context);
        ASSERT_TRUE(opened.ok()) << error_name(opened.code());
        EXPECT_EQ(to_bytes(opened->commit_secret.expose()), bytes_at(given, "commit_secret"));
        EXPECT_TRUE(opened->next.check_against(after).ok());
        // The path secret that the vector gives leads to the same keys.
        const json& secret = given.at("path_secrets").at(member.keys.leaf().value);
        ASSERT_FALSE(secret.is_null());
        TreeKemPrivate learner = member.keys.clone();
        EXPECT_TRUE(learner.learn_path(after, sender, Secret(bytes_of(secret))).ok());
    }
}

// A path of ours: every other member opens it to the same commit secret.
void check_own_path(TreeKemVector& group, const Member& sender, Entropy& entropy) {
    const LeafIndex index = sender.keys.leaf();
    SCOPED_TRACE(index.value);
    RatchetTree sent = group.tree;
    auto ours = begin_path(sent, index, *group.tree.leaf(index), sender.signature_key,
                           group.context.group_id, entropy);
    ASSERT_TRUE(ours.ok());
    EXPECT_TRUE(ours->next.check_against(sent).ok());
    const Bytes context = group.context_for(sent);
    auto path = seal_path(*ours, sent, {}, context, entropy);
    ASSERT_TRUE(path.ok());
    RatchetTree received = group.tree;
    const Status applied = apply_path(received, index, *path, {}, group.context.group_id);
    ASSERT_TRUE(applied.ok()) << error_name(applied.code()) << " " << applied.error().where;
    EXPECT_EQ(received.encode(), sent.encode());
    EXPECT_EQ(received.tree_hash(), sent.tree_hash());
    for (const Member& member : group.members) {
        if (member.keys.leaf() == index) continue;
        auto opened = member.keys.open_path(received, index, *path, {}, context);
        ASSERT_TRUE(opened.ok()) << error_name(opened.code());
        EXPECT_TRUE(
            constant_time_equal(opened->commit_secret.expose(), ours->commit_secret.expose()));
    }
}

TEST(MlsVectors, treekem) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/treekem.json");
    crypto::SeededEntropy entropy(7);
    for (const json& vector : vectors) {
        SCOPED_TRACE(vector.at("cipher_suite").dump());
        auto group = load(vector);
        ASSERT_TRUE(group.ok()) << error_name(group.code()) << " " << group.error().where;
        for (const json& given : vector.at("update_paths")) check_given_path(*group, given);
        for (const Member& member : group->members) check_own_path(*group, member, entropy);
    }
}

}  // namespace
}  // namespace mayfly::mls
