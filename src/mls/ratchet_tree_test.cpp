#include "mls/ratchet_tree.h"

#include <gtest/gtest.h>

#include <random>

#include "mls/tree_test_support.h"

namespace mayfly::mls {
namespace {

using testing::encode_nodes;
using testing::nodes_of;
using testing::test_suite;
using testing::TestGroup;
using testing::TreeNode;

std::vector<uint32_t> values(const std::vector<NodeIndex>& nodes) {
    std::vector<uint32_t> out;
    for (const NodeIndex node : nodes) out.push_back(node.value);
    return out;
}

TEST(RatchetTree, add_takes_the_first_blank_leaf_and_grows_by_doubling) {
    TestGroup group(test_suite());
    EXPECT_EQ(group.tree().leaf_count().value, 1U);
    group.join_many(4);
    EXPECT_EQ(group.tree().leaf_count().value, 8U);
    EXPECT_EQ(group.tree().member_count(), 5U);
    group.remove({1});
    group.remove({3});
    EXPECT_EQ(group.tree().first_blank_leaf().value, 1U);
    EXPECT_EQ(group.join(group.client()).value, 1U);
    EXPECT_EQ(group.join(group.client()).value, 3U);
    EXPECT_EQ(group.join(group.client()).value, 5U);
}

// Such a leaf makes its block larger than two bytes can count.
TEST(RatchetTree, leaf_with_a_long_credential_is_kept_whole) {
    TestGroup group(test_suite());
    group.join_many(3);
    LeafNode leaf = *group.tree().leaf({1});
    leaf.credential.identity = Bytes(70'000, 'a');
    RatchetTree changed = group.tree();
    changed.update_leaf({1}, leaf);
    EXPECT_EQ(*changed.leaf({1}), leaf);
    EXPECT_EQ(*changed.leaf({2}), *group.tree().leaf({2}));
    EXPECT_EQ(RatchetTree::decode(test_suite(), changed.encode())->tree_hash(),
              changed.tree_hash());
}

TEST(RatchetTree, remove_truncates_to_the_last_member) {
    TestGroup group(test_suite());
    group.join_many(8);
    EXPECT_EQ(group.tree().leaf_count().value, 16U);
    for (const uint32_t leaf : {7U, 5U, 6U, 4U}) group.remove({leaf});
    EXPECT_EQ(group.tree().leaf_count().value, 16U);
    group.remove({8});
    EXPECT_EQ(group.tree().leaf_count().value, 4U);
    EXPECT_EQ(group.tree().leaf({4}), nullptr);
    EXPECT_EQ(group.tree().first_blank_leaf().value, 4U);
}

TEST(RatchetTree, new_leaf_is_unmerged_at_the_parents_above_it) {
    TestGroup group(test_suite());
    group.join_many(3);
    ASSERT_TRUE(group.commit({0}).ok());
    group.remove({3});
    ASSERT_TRUE(group.commit({0}).ok());
    const LeafIndex index = group.join(group.client());
    EXPECT_EQ(index.value, 3U);
    EXPECT_EQ(group.tree().parent_node({3})->unmerged_leaves, (std::vector<LeafIndex>{{3}}));
    EXPECT_EQ(values(group.tree().resolution({3})), (std::vector<uint32_t>{3, 6}));
    EXPECT_EQ(group.tree().parent_node({5}), nullptr);
    EXPECT_EQ(values(group.tree().resolution({5})), (std::vector<uint32_t>{4, 6}));
}

TEST(RatchetTree, update_and_remove_blank_the_direct_path) {
    TestGroup group(test_suite());
    group.join_many(3);
    ASSERT_TRUE(group.commit({0}).ok());
    ASSERT_TRUE(group.commit({3}).ok());
    EXPECT_EQ(values(group.tree().resolution({3})), (std::vector<uint32_t>{3}));
    group.update({2});
    EXPECT_EQ(values(group.tree().resolution({3})), (std::vector<uint32_t>{1, 4, 6}));
    EXPECT_TRUE(group.tree().is_blank({5}));
    group.remove({1});
    EXPECT_EQ(values(group.tree().resolution({3})), (std::vector<uint32_t>{0, 4, 6}));
}

TEST(RatchetTree, filtered_direct_path_leaves_out_nodes_beside_nobody) {
    TestGroup group(test_suite());
    group.join_many(4);
    std::vector<uint32_t> nodes;
    for (const PathStep& step : group.tree().filtered_direct_path({4})) {
        nodes.push_back(step.node.value);
        EXPECT_EQ(step.copath_child.value, 3U);
    }
    EXPECT_EQ(nodes, (std::vector<uint32_t>{7}));
    EXPECT_EQ(group.tree().filtered_direct_path({0}).size(), 3U);
}

TEST(RatchetTree, change_of_a_copy_leaves_the_original) {
    TestGroup group(test_suite());
    group.join_many(6);
    ASSERT_TRUE(group.commit({2}).ok());
    const RatchetTree before = group.tree();
    const Bytes encoded = before.encode();
    const Bytes hash = before.tree_hash();
    group.remove({6});
    group.update({1});
    group.join_many(9);
    ASSERT_TRUE(group.commit({4}).ok());
    EXPECT_EQ(before.encode(), encoded);
    EXPECT_EQ(RatchetTree::decode(before.suite(), encoded)->tree_hash(), hash);
    EXPECT_NE(group.tree().tree_hash(), hash);
    EXPECT_TRUE(before.keys_are_unique());
}

// Random histories: what is kept along the way is what a decoded copy computes from nothing.
TEST(RatchetTree, kept_values_equal_recomputed_ones_after_random_changes) {
    std::mt19937 random(11);
    TestGroup group(test_suite());
    group.join_many(20);  // more than one bottom
    for (int step = 0; step < 120; ++step) {
        const std::vector<LeafIndex> members = group.tree().members();
        const LeafIndex member = members[random() % members.size()];
        switch (random() % 5) {
            case 0: group.update(member); break;
            case 1:
                if (members.size() > 1) group.remove(member);
                break;
            case 2: ASSERT_TRUE(group.commit(member).ok()); break;
            default: group.join(group.client());
        }
        const RatchetTree& tree = group.tree();
        auto fresh = RatchetTree::decode(tree.suite(), tree.encode());
        ASSERT_TRUE(fresh.ok());
        ASSERT_EQ(fresh->tree_hash(), tree.tree_hash());
        ASSERT_EQ(fresh->leaf_count(), tree.leaf_count());
        ASSERT_EQ(fresh->members(), tree.members());
        ASSERT_EQ(fresh->first_blank_leaf(), tree.first_blank_leaf());
        ASSERT_EQ(fresh->member_support(), tree.member_support());
        ASSERT_TRUE(validate_tree(tree, group.group_id(), {}, testing::test_now).ok());
    }
}

TEST(RatchetTree, original_tree_hash_is_that_of_the_tree_without_the_leaves) {
    TestGroup group(test_suite());
    group.join_many(11);
    ASSERT_TRUE(group.commit({5}).ok());
    group.remove({9});
    const Bytes hash = group.tree().tree_hash(NodeIndex{7});
    const LeafIndex leaf = group.join(group.client());
    const std::vector<LeafIndex> added = {leaf};
    EXPECT_EQ(leaf.value, 9U);
    EXPECT_NE(group.tree().tree_hash(NodeIndex{23}), hash);
    const RatchetTree& tree = group.tree();
    RatchetTree without = tree;
    auto nodes = nodes_of(tree);
    nodes[18] = std::monostate();
    without = RatchetTree::decode(tree.suite(), encode_nodes(nodes)).value();
    EXPECT_EQ(tree.original_tree_hash({23}, added), without.tree_hash(NodeIndex{23}));
    EXPECT_EQ(tree.original_tree_hash({7}, added), tree.tree_hash(NodeIndex{7}));
}

TEST(RatchetTree, keys_are_found_and_forgotten) {
    TestGroup group(test_suite());
    group.join_many(3);
    ASSERT_TRUE(group.commit({0}).ok());
    const Bytes of_leaf = group.tree().leaf({2})->encryption_key;
    const Bytes of_root = to_bytes(group.tree().encryption_key({3}));
    EXPECT_TRUE(group.tree().has_encryption_key(of_leaf));
    EXPECT_TRUE(group.tree().has_encryption_key(of_root));
    EXPECT_EQ(group.tree().find_leaf(*group.tree().leaf({2})), LeafIndex{2});
    group.update({2});
    EXPECT_FALSE(group.tree().has_encryption_key(of_leaf));
    EXPECT_FALSE(group.tree().has_encryption_key(of_root));
}

TEST(RatchetTree, same_key_twice_is_noticed_until_it_is_gone) {
    TestGroup group(test_suite());
    group.join_many(2);
    LeafNode twin = *group.tree().leaf({1});
    RatchetTree& tree = group.tree();
    const LeafIndex index = tree.add_leaf(twin);
    EXPECT_FALSE(tree.keys_are_unique());
    tree.remove_leaf(index);
    EXPECT_TRUE(tree.keys_are_unique());
    twin.encryption_key[0] ^= 1;
    tree.add_leaf(twin);  // the signature key alone is there twice
    EXPECT_FALSE(tree.keys_are_unique());
}

TEST(RatchetTree, member_support_is_what_all_support) {
    constexpr ExtensionType one{0xff01};
    constexpr ExtensionType two{0xff02};
    TestGroup group(test_suite());
    RatchetTree tree(test_suite());
    for (uint32_t i = 0; i < 70; ++i) {
        LeafNode leaf = testing::unsigned_leaf(tree.suite());
        leaf.capabilities.extensions = {two, one, ExtensionType::application_id};
        leaf.encryption_key = codec::encode(i);
        leaf.signature_key = leaf.encryption_key;
        tree.add_leaf(leaf);
    }
    EXPECT_EQ(tree.member_support().extensions, (std::vector<ExtensionType>{one, two}));
    LeafNode leaf = *tree.leaf({40});
    leaf.capabilities.extensions = {two};
    leaf.credential.type = CredentialType::x509;
    tree.update_leaf({40}, leaf);
    EXPECT_EQ(tree.member_support().extensions, (std::vector<ExtensionType>{two}));
    EXPECT_EQ(tree.member_support().credentials_in_use,
              (std::vector<CredentialType>{CredentialType::basic, CredentialType::x509}));
    tree.remove_leaf({40});
    EXPECT_EQ(tree.member_support().extensions, (std::vector<ExtensionType>{one, two}));
}

TEST(RatchetTreeDecode, malformed_trees_are_refused) {
    TestGroup group(test_suite());
    group.join_many(4);
    ASSERT_TRUE(group.commit({4}).ok());
    const std::vector<TreeNode> good = nodes_of(group.tree());
    const auto code_of = [&](const std::vector<TreeNode>& nodes) {
        auto tree = RatchetTree::decode(group.suite(), encode_nodes(nodes));
        return tree.ok() ? ErrorCode{} : tree.code();
    };
    EXPECT_EQ(code_of(good), ErrorCode{});
    EXPECT_EQ(code_of({}), ErrorCode::mls_bad_tree);
    auto nodes = good;
    nodes.push_back({});
    EXPECT_EQ(code_of(nodes), ErrorCode::mls_bad_tree) << "ends in a blank node";
    nodes = good;
    std::swap(nodes[0], nodes[7]);
    EXPECT_EQ(code_of(nodes), ErrorCode::mls_bad_tree) << "leaf and parent in each other's place";
    nodes = good;
    nodes.resize(8);
    EXPECT_EQ(code_of(nodes), ErrorCode::mls_bad_tree) << "right half without a member";
    nodes.resize(7);
    EXPECT_EQ(code_of(nodes), ErrorCode{});
}

TEST(RatchetTreeDecode, sparse_tree_is_usable) {
    TestGroup group(test_suite());
    const LeafNode first = *group.tree().leaf({0});
    const LeafNode last = group.client().package.leaf_node;
    std::vector<TreeNode> nodes(2 * 300 + 1);
    nodes.front() = first;
    nodes.back() = last;
    auto tree = RatchetTree::decode(group.suite(), encode_nodes(nodes));
    ASSERT_TRUE(tree.ok());
    EXPECT_EQ(tree->encode(), encode_nodes(nodes));
    EXPECT_EQ(tree->leaf_count().value, 512U);
    EXPECT_EQ(tree->members(), (std::vector<LeafIndex>{{0}, {300}}));
    EXPECT_EQ(tree->first_blank_leaf().value, 1U);
    EXPECT_TRUE(tree->resolution({255}).size() == 1 && tree->is_blank({401}));
    EXPECT_TRUE(tree->resolution({401}).empty());
    EXPECT_TRUE(tree->filtered_direct_path({200}).size() == 2U);
    // Filled leaf by leaf, it hashes like a tree that never had the gap.
    RatchetTree dense = group.tree();
    RatchetTree filled = *tree;
    filled.remove_leaf({300});
    EXPECT_EQ(filled.leaf_count().value, 1U);
    for (int i = 0; i < 20; ++i) {
        const LeafNode leaf = group.client().package.leaf_node;
        EXPECT_EQ(filled.add_leaf(leaf), dense.add_leaf(leaf));
        EXPECT_EQ(filled.tree_hash(), dense.tree_hash());
        tree->add_leaf(leaf);
        EXPECT_EQ(RatchetTree::decode(group.suite(), tree->encode())->tree_hash(),
                  tree->tree_hash());
    }
    EXPECT_EQ(tree->tree_hash(NodeIndex{450}), tree->original_tree_hash({450}, {}));
}

TEST(RatchetTreeDecode, tree_that_is_larger_than_any_group_is_refused) {
    TestGroup group(test_suite());
    Bytes nodes = {1, 1};
    append(nodes, codec::encode(*group.tree().leaf({0})));
    nodes.resize(nodes.size() + size_t{2} * tree_leaves_max);
    EXPECT_EQ(RatchetTree::decode(group.suite(), codec::encode(nodes)).code(),
              ErrorCode::input_too_large);
}

TEST(RatchetTreeDecode, tree_that_ends_in_a_parent_comes_back_the_same) {
    TestGroup group(test_suite());
    group.join_many(3);
    ASSERT_TRUE(group.commit({2}).ok());
    std::vector<TreeNode> nodes = nodes_of(group.tree());
    ASSERT_EQ(nodes.size(), 7U);
    nodes.pop_back();
    const Bytes encoded = encode_nodes(nodes);
    auto tree = RatchetTree::decode(group.suite(), encoded);
    ASSERT_TRUE(tree.ok());
    EXPECT_EQ(tree->leaf_count().value, 4U);
    EXPECT_EQ(tree->encode(), encoded);
}

}  // namespace
}  // namespace mayfly::mls
