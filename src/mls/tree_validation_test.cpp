#include "mls/tree_validation.h"

#include <gtest/gtest.h>

#include "mls/tree_test_support.h"

namespace mayfly::mls {
namespace {

using testing::encode_nodes;
using testing::nodes_of;
using testing::test_now;
using testing::test_suite;
using testing::TestGroup;
using testing::TreeNode;

constexpr ExtensionType some_extension{0xff01};

// A valid tree of 7 members with paths of three of them, an update and a late addition.
class TreeValidation : public ::testing::Test {
  protected:
    void SetUp() override {
        group_.join_many(6);
        for (const uint32_t sender : {0U, 6U, 3U}) ASSERT_TRUE(group_.commit({sender}).ok());
        group_.update({5});
        group_.join(group_.client());
        ASSERT_TRUE(group_.commit({1}).ok());
        group_.remove({2});
        ASSERT_TRUE(group_.commit({4}).ok());
        ASSERT_EQ(group_.join(group_.client()).value, 2U);
        nodes_ = nodes_of(group_.tree());
        ASSERT_EQ(code(), ErrorCode{});
    }

    ErrorCode code() { return code({}); }
    ErrorCode code(const Extensions& extensions) {
        auto tree = RatchetTree::decode(group_.suite(), encode_nodes(nodes_));
        if (!tree.ok()) return tree.code();
        const Status status = validate_tree(*tree, group_.group_id(), extensions, test_now);
        return status.ok() ? ErrorCode{} : status.code();
    }
    LeafNode& leaf(uint32_t index) { return std::get<LeafNode>(nodes_[2 * index]); }
    ParentNode& parent(uint32_t node) { return std::get<ParentNode>(nodes_[node]); }
    void resign(uint32_t index) {
        EXPECT_TRUE(sign_leaf_node(group_.suite(), leaf(index), group_.signature_key({index}),
                                   {group_.group_id(), {index}})
                        .ok());
    }

    TestGroup group_{test_suite()};
    std::vector<TreeNode> nodes_;
};

TEST_F(TreeValidation, setup_has_unmerged_leaves_and_parents) {
    EXPECT_EQ(parent(7).unmerged_leaves, (std::vector<LeafIndex>{{2}}));
}

TEST_F(TreeValidation, changed_parent_hash_is_refused) {
    parent(11).parent_hash[0] ^= 1;
    EXPECT_EQ(code(), ErrorCode::mls_bad_parent_hash);
}

TEST_F(TreeValidation, changed_parent_key_is_refused) {
    parent(7).encryption_key[3] ^= 1;
    EXPECT_EQ(code(), ErrorCode::mls_bad_parent_hash);
}

TEST_F(TreeValidation, changed_leaf_below_a_copath_is_refused) {
    leaf(0).credential.identity.push_back('x');
    resign(0);
    EXPECT_EQ(code(), ErrorCode::mls_bad_parent_hash);
}

TEST_F(TreeValidation, parent_without_anyone_who_vouches_for_it_is_refused) {
    const auto pair = crypto::kem_generate(group_.suite().hpke.kem, group_.entropy());
    nodes_[5] = ParentNode{pair->public_key, {}, {}};
    EXPECT_EQ(code(), ErrorCode::mls_bad_tree) << "leaf 2 is unmerged above but not here";
    parent(5).unmerged_leaves = {{2}};
    EXPECT_EQ(code(), ErrorCode::mls_bad_parent_hash);
}

TEST_F(TreeValidation, leaf_that_hides_as_unmerged_is_refused) {
    parent(7).unmerged_leaves = {{2}, {6}};
    EXPECT_NE(code(), ErrorCode{});
    parent(7).unmerged_leaves = {};
    EXPECT_NE(code(), ErrorCode{});
}

TEST_F(TreeValidation, unmerged_leaves_must_be_increasing_members_below) {
    const auto with = [this](std::vector<LeafIndex> unmerged) {
        parent(11).unmerged_leaves = std::move(unmerged);
        return code();
    };
    EXPECT_EQ(with({{2}}), ErrorCode::mls_bad_tree) << "not below";
    EXPECT_EQ(with({{900}}), ErrorCode::mls_bad_tree) << "not in the tree";
    EXPECT_EQ(with({{7}, {6}}), ErrorCode::mls_bad_tree) << "decreasing";
    EXPECT_EQ(with({{6}, {6}}), ErrorCode::mls_bad_tree) << "twice";
    nodes_.resize(13);
    EXPECT_EQ(with({{7}}), ErrorCode::mls_bad_tree) << "blank";
}

TEST_F(TreeValidation, bad_leaf_signature_is_refused) {
    leaf(2).signature[0] ^= 1;
    EXPECT_EQ(code(), ErrorCode::mls_bad_leaf_node);
}

TEST_F(TreeValidation, leaf_of_another_group_is_refused) {
    auto tree = RatchetTree::decode(group_.suite(), encode_nodes(nodes_));
    const Bytes other = {9};
    EXPECT_EQ(validate_tree(*tree, other, {}, test_now).code(), ErrorCode::mls_bad_leaf_node);
}

TEST_F(TreeValidation, expired_leaf_is_refused_when_the_time_is_given) {
    auto tree = RatchetTree::decode(group_.suite(), encode_nodes(nodes_));
    EXPECT_TRUE(validate_tree(*tree, group_.group_id(), {}, std::nullopt).ok());
    EXPECT_EQ(validate_tree(*tree, group_.group_id(), {}, Time{-1}).code(),
              ErrorCode::mls_bad_leaf_node);
}

TEST_F(TreeValidation, encryption_key_that_occurs_twice_is_refused) {
    leaf(2).encryption_key = parent(7).encryption_key;
    EXPECT_EQ(code(), ErrorCode::mls_bad_leaf_node);
    leaf(2).encryption_key = leaf(7).encryption_key;
    EXPECT_EQ(code(), ErrorCode::mls_bad_leaf_node);
}

TEST_F(TreeValidation, signature_key_that_occurs_twice_is_refused) {
    leaf(2).signature_key = leaf(7).signature_key;
    EXPECT_EQ(code(), ErrorCode::mls_bad_leaf_node);
}

TEST_F(TreeValidation, group_extension_that_a_member_lacks_is_refused) {
    EXPECT_EQ(code({{some_extension, {}}}), ErrorCode::mls_unsupported_extension);
    EXPECT_EQ(code({{ExtensionType::external_senders, {0}}}), ErrorCode{});
}

TEST_F(TreeValidation, required_capability_that_a_member_lacks_is_refused) {
    const auto with = [this](const RequiredCapabilities& required) {
        Extensions extensions;
        set_extension(extensions, required);
        return code(extensions);
    };
    EXPECT_EQ(with({{}, {ProposalType::psk}, {CredentialType::basic}}), ErrorCode{});
    EXPECT_EQ(with({{some_extension}, {}, {}}), ErrorCode::mls_unsupported_extension);
    EXPECT_EQ(with({{}, {ProposalType{0xff01}}, {}}), ErrorCode::mls_unsupported_extension);
    EXPECT_EQ(with({{}, {}, {CredentialType::x509}}), ErrorCode::mls_unsupported_extension);
    EXPECT_NE(code({{ExtensionType::required_capabilities, {1}}}), ErrorCode{}) << "malformed";
}

TEST_F(TreeValidation, credential_that_not_all_members_support_is_refused) {
    leaf(2).credential = {CredentialType::x509, {}, {{1}}};
    leaf(2).capabilities.credentials = {CredentialType::basic, CredentialType::x509};
    EXPECT_EQ(code(), ErrorCode::mls_bad_leaf_node);
}

}  // namespace
}  // namespace mayfly::mls
