#include "mls/tree_kem.h"

#include <gtest/gtest.h>

#include <random>

#include "mls/tree_test_support.h"

namespace mayfly::mls {
namespace {

using testing::test_suite;
using testing::TestGroup;

ErrorCode code_of(const Status& status) { return status.ok() ? ErrorCode{} : status.code(); }

TEST(TreeKem, single_member_makes_a_path_with_no_nodes) {
    TestGroup group(test_suite());
    const TestGroup::Sent sent = group.send({0});
    EXPECT_TRUE(sent.path.nodes.empty());
    EXPECT_EQ(sent.secrets.commit_secret.size(), group.suite().hash_size_bytes());
    EXPECT_TRUE(group.commit({0}).ok());
}

TEST(TreeKem, members_agree_over_a_random_history) {
    std::mt19937 random(5);
    TestGroup group(test_suite());
    group.join_many(3);
    for (int step = 0; step < 60; ++step) {
        std::vector<LeafIndex> members = group.tree().members();
        const LeafIndex sender = members[random() % members.size()];
        const LeafIndex other = members[random() % members.size()];
        std::vector<LeafIndex> added;
        const auto change = random() % 3;
        if (other != sender && change == 0) group.remove(other);
        if (other != sender && change == 1) group.update(other);
        for (auto n = random() % 3; n > 0; --n) added.push_back(group.join(group.client()));
        const Status status = group.commit(sender, added);
        ASSERT_TRUE(status.ok()) << step << error_name(status.code()) << status.error().where;
        ASSERT_TRUE(validate_tree(group.tree(), group.group_id(), {}, testing::test_now).ok());
    }
}

// A KEM whose DeriveKeyPair is wrong shows from four members on: below, no path secret that a
// member received leads to a key that another member encrypts to.
TEST(TreeKem, members_agree_in_every_suite) {
    for (const CipherSuite& suite : all_cipher_suites()) {
        SCOPED_TRACE(static_cast<int>(suite.id));
        TestGroup group(suite);
        group.join_many(4);
        for (const uint32_t sender : {0U, 3U, 4U, 1U, 2U}) {
            EXPECT_EQ(code_of(group.commit({sender})), ErrorCode{});
        }
    }
}

TEST(TreeKem, new_leaves_get_no_ciphertext) {
    TestGroup group(test_suite());
    group.join_many(2);
    const std::vector<LeafIndex> added = {group.join(group.client())};
    const TestGroup::Sent sent = group.send({0}, added);
    ASSERT_EQ(sent.path.nodes.size(), 2U);
    EXPECT_EQ(sent.path.nodes[1].encrypted_path_secret.size(), 1U);
    EXPECT_TRUE(group.commit({0}, added).ok());
}

class ReceivedPath : public ::testing::Test {
  protected:
    void SetUp() override {
        group_.join_many(5);
        ASSERT_TRUE(group_.commit({4}).ok());
        ASSERT_TRUE(group_.commit({1}).ok());
        sent_.emplace(group_.send(sender_));
    }
    ErrorCode apply() {
        RatchetTree tree = group_.tree();
        return code_of(apply_path(tree, sender_, sent_->path, {}, group_.group_id()));
    }
    ErrorCode open(LeafIndex receiver) {
        const Bytes context = group_.context_for(sent_->tree);
        auto opened =
            group_.keys(receiver).open_path(sent_->tree, sender_, sent_->path, {}, context);
        return opened.ok() ? ErrorCode{} : opened.code();
    }
    void resign() {
        EXPECT_TRUE(sign_leaf_node(group_.suite(), sent_->path.leaf_node,
                                   group_.signature_key(sender_), {group_.group_id(), sender_})
                        .ok());
    }
    HpkePublicKey fresh_key() {
        return crypto::kem_generate(group_.suite().hpke.kem, group_.entropy())->public_key;
    }

    const LeafIndex sender_{0};
    TestGroup group_{test_suite()};
    std::optional<TestGroup::Sent> sent_;
};

TEST_F(ReceivedPath, honest_path_is_taken_by_all) {
    EXPECT_EQ(apply(), ErrorCode{});
    for (const uint32_t receiver : {1U, 2U, 3U, 4U, 5U}) EXPECT_EQ(open({receiver}), ErrorCode{});
    EXPECT_EQ(open(sender_), ErrorCode::mls_own_message);
}

// RFC 9420 section 7.5: the sender puts a key of its own choice at the root, with parent hashes,
// signature and ciphertexts that all fit.
TEST_F(ReceivedPath, key_that_does_not_follow_from_the_path_secret_is_refused) {
    std::vector<HpkePublicKey> keys;
    for (const UpdatePathNode& node : sent_->path.nodes) keys.push_back(node.encryption_key);
    keys.back() = fresh_key();
    RatchetTree tree = group_.tree();
    LeafNode leaf = sent_->path.leaf_node;
    leaf.parent_hash = tree.set_path(sender_, keys);
    ASSERT_TRUE(sign_leaf_node(group_.suite(), leaf, group_.signature_key(sender_),
                               {group_.group_id(), sender_})
                    .ok());
    tree.set_leaf(sender_, leaf);
    sent_->secrets.leaf_node = leaf;
    sent_->tree = tree;
    const Bytes context = group_.context_for(tree);
    sent_->path = seal_path(sent_->secrets, tree, {}, context, group_.entropy()).value();
    EXPECT_EQ(apply(), ErrorCode{});
    for (const uint32_t receiver : {1U, 2U, 5U}) {
        EXPECT_EQ(open({receiver}), ErrorCode::mls_bad_update_path);
    }
}

TEST_F(ReceivedPath, path_with_another_number_of_nodes_is_refused) {
    const UpdatePath honest = sent_->path;
    sent_->path.nodes.pop_back();
    EXPECT_EQ(apply(), ErrorCode::mls_bad_update_path);
    EXPECT_EQ(open({1}), ErrorCode::mls_bad_update_path);
    sent_->path = honest;
    sent_->path.nodes.push_back({fresh_key(), {}});
    EXPECT_EQ(apply(), ErrorCode::mls_bad_update_path);
}

TEST_F(ReceivedPath, path_with_another_number_of_ciphertexts_is_refused) {
    auto& ciphertexts = sent_->path.nodes.back().encrypted_path_secret;
    ciphertexts.push_back(ciphertexts.back());
    EXPECT_EQ(apply(), ErrorCode::mls_bad_update_path);
    EXPECT_EQ(open({4}), ErrorCode::mls_bad_update_path);
}

TEST_F(ReceivedPath, key_that_is_in_the_tree_already_is_refused) {
    const UpdatePath honest = sent_->path;
    sent_->path.nodes[0].encryption_key = group_.tree().leaf({5})->encryption_key;
    EXPECT_EQ(apply(), ErrorCode::mls_bad_update_path);
    sent_->path = honest;
    sent_->path.leaf_node.encryption_key = group_.tree().leaf(sender_)->encryption_key;
    resign();
    EXPECT_EQ(apply(), ErrorCode::mls_bad_update_path);
}

TEST_F(ReceivedPath, key_that_occurs_twice_in_the_path_is_refused) {
    sent_->path.nodes[0].encryption_key = sent_->path.nodes[1].encryption_key;
    RatchetTree tree = group_.tree();
    std::vector<HpkePublicKey> keys;
    for (const UpdatePathNode& node : sent_->path.nodes) keys.push_back(node.encryption_key);
    sent_->path.leaf_node.parent_hash = tree.set_path(sender_, keys);
    resign();
    EXPECT_EQ(apply(), ErrorCode::mls_bad_update_path);
}

TEST_F(ReceivedPath, malformed_key_is_refused) {
    sent_->path.nodes[0].encryption_key.pop_back();
    EXPECT_EQ(apply(), ErrorCode::mls_bad_update_path);
}

TEST_F(ReceivedPath, changed_node_key_breaks_the_parent_hash) {
    sent_->path.nodes[1].encryption_key = fresh_key();
    EXPECT_EQ(apply(), ErrorCode::mls_bad_parent_hash);
}

TEST_F(ReceivedPath, leaf_that_is_not_signed_as_this_commit_is_refused) {
    const UpdatePath honest = sent_->path;
    sent_->path.leaf_node.signature[0] ^= 1;
    EXPECT_EQ(apply(), ErrorCode::mls_bad_leaf_node);
    sent_->path = honest;
    sent_->path.leaf_node.source = LeafNodeSource::update;
    resign();
    EXPECT_EQ(apply(), ErrorCode::mls_bad_leaf_node);
}

TEST_F(ReceivedPath, changed_ciphertext_or_context_does_not_open) {
    sent_->path.nodes[0].encrypted_path_secret[0].ciphertext[0] ^= 1;
    EXPECT_EQ(open({1}), ErrorCode::decryption_failed);
    EXPECT_EQ(open({5}), ErrorCode{});
    const Bytes other_context = {1};
    EXPECT_EQ(
        group_.keys({5}).open_path(sent_->tree, sender_, sent_->path, {}, other_context).code(),
        ErrorCode::decryption_failed);
}

TEST(TreeKem, outsider_joins_with_a_path_of_its_own) {
    TestGroup group(test_suite());
    group.join_many(3);
    ASSERT_TRUE(group.commit({2}).ok());
    testing::TestClient client = group.client();
    RatchetTree next = group.tree();
    const LeafIndex index = next.first_blank_leaf();
    auto path = begin_path(next, index, client.package.leaf_node, client.signature_key,
                           group.group_id(), group.entropy());
    ASSERT_TRUE(path.ok());
    const Bytes context = group.context_for(next);
    auto sealed = seal_path(*path, next, {}, context, group.entropy());
    ASSERT_TRUE(sealed.ok());

    RatchetTree received = group.tree();
    RatchetTree elsewhere = group.tree();
    EXPECT_FALSE(apply_path(elsewhere, {index.value + 1}, *sealed, {}, group.group_id()).ok());
    ASSERT_TRUE(apply_path(received, index, *sealed, {}, group.group_id()).ok());
    EXPECT_EQ(received.tree_hash(), next.tree_hash());
    EXPECT_TRUE(path->next.check_against(received).ok());
    for (const LeafIndex member : group.tree().members()) {
        auto opened = group.keys(member).open_path(received, index, *sealed, {}, context);
        ASSERT_TRUE(opened.ok());
        EXPECT_TRUE(
            constant_time_equal(opened->commit_secret.expose(), path->commit_secret.expose()));
    }
}

TEST(TreeKem, wrong_path_secret_of_a_welcome_is_refused_and_changes_nothing) {
    TestGroup group(test_suite());
    group.join_many(2);
    const LeafIndex added = group.join(group.client());
    const TestGroup::Sent sent = group.send({0}, std::vector{added});
    TreeKemPrivate keys = group.keys(added).clone();
    const NodePathSecret* right = sent.secrets.path_secret_for(added);
    ASSERT_NE(right, nullptr);
    Secret wrong = right->secret.clone();
    wrong.expose_mutable()[0] ^= 1;
    EXPECT_EQ(keys.learn_path(sent.tree, {0}, std::move(wrong)).code(), ErrorCode::mls_bad_welcome);
    EXPECT_EQ(keys.learn_path(sent.tree, {0}, Secret(3)).code(), ErrorCode::mls_bad_welcome);
    EXPECT_EQ(keys.learn_path(sent.tree, added, right->secret.clone()).code(),
              ErrorCode::mls_bad_welcome);
    EXPECT_EQ(keys.private_key(right->node), nullptr);
    EXPECT_TRUE(keys.learn_path(sent.tree, {0}, right->secret.clone()).ok());
    EXPECT_NE(keys.private_key(right->node), nullptr);
}

TEST(TreeKem, keys_of_blank_nodes_are_forgotten) {
    TestGroup group(test_suite());
    group.join_many(3);
    ASSERT_TRUE(group.commit({0}).ok());
    TreeKemPrivate keys = group.keys({2}).clone();
    EXPECT_NE(keys.private_key({3}), nullptr);
    group.update({1});
    keys.forget_blank(group.tree());
    EXPECT_EQ(keys.private_key({3}), nullptr);
    EXPECT_NE(keys.private_key({4}), nullptr);
}

TEST(TreeKem, private_state_is_stored_and_checked_when_read_back) {
    TestGroup group(test_suite());
    group.join_many(3);
    ASSERT_TRUE(group.commit({0}).ok());
    const SecretBuffer stored = codec::encode_secret(group.keys({2}));
    auto restored = codec::decode<TreeKemPrivate>(stored.expose());
    ASSERT_TRUE(restored.ok());
    EXPECT_TRUE(restored->check_against(group.tree()).ok());
    restored->set_leaf_key(group.keys({1}).private_key({2})->clone());
    EXPECT_EQ(restored->check_against(group.tree()).code(), ErrorCode::mls_state_corrupt);
}

}  // namespace
}  // namespace mayfly::mls
