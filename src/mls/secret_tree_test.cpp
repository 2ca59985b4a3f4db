#include "mls/secret_tree.h"

#include <gtest/gtest.h>

#include "mls/private_message.h"

namespace mayfly::mls {
namespace {

class SecretTreeTest : public ::testing::Test {
  protected:
    static constexpr LeafIndex sender{2};

    static CipherSuite suite() { return all_cipher_suites().front(); }
    static SecretTree make() {
        return SecretTree(suite(), {1}, {4}, Secret(suite().hash_size_bytes()));
    }
    static std::string key_of(const SecretTree::KeyLease& lease) {
        return to_hex(lease.key.key.expose());
    }
    // What a store would hold of the tree, as one text.
    static std::string contents(const SecretTree& tree) {
        std::string out;
        for (const RecordKey& key : tree.keys()) out += to_hex(tree.record(key)->expose()) + " ";
        return out;
    }
};

TEST_F(SecretTreeTest, finding_a_key_changes_nothing) {
    const SecretTree tree = make();
    const auto once = tree.find_key(sender, RatchetType::application, 3);
    const auto again = tree.find_key(sender, RatchetType::application, 3);
    ASSERT_TRUE(once.ok() && again.ok());
    EXPECT_EQ(key_of(*once), key_of(*again));
    EXPECT_EQ(tree.keys().size(), 1U);
}

// Section 9.2, with its example: a message of generation 1 comes first.
TEST_F(SecretTreeTest, consumed_values_are_erased_and_others_kept) {
    SecretTree tree = make();
    const std::string root_secret = contents(tree);
    auto lease = tree.find_key(sender, RatchetType::application, 1);
    ASSERT_TRUE(lease.ok());
    const std::string used = key_of(*lease);
    tree.consume(*std::move(lease));
    EXPECT_EQ(contents(tree).find(root_secret), std::string::npos);
    EXPECT_EQ(contents(tree).find(used), std::string::npos);
    // Kept: the two siblings on the path, two ratchets, the key of generation 0.
    EXPECT_EQ(tree.keys().size(), 5U);
    EXPECT_EQ(tree.find_key(sender, RatchetType::application, 1).code(),
              ErrorCode::mls_generation_used);
    EXPECT_TRUE(tree.find_key(sender, RatchetType::application, 0).ok());
    EXPECT_TRUE(tree.find_key(sender, RatchetType::handshake, 0).ok());
    EXPECT_TRUE(tree.find_key({3}, RatchetType::application, 0).ok());
    EXPECT_TRUE(tree.is_complete());
}

TEST_F(SecretTreeTest, keys_do_not_depend_on_the_order_of_use) {
    SecretTree forward = make();
    SecretTree backward = make();
    std::vector<std::string> keys;
    for (uint32_t i = 0; i < 8; ++i) {
        auto lease = forward.find_key(sender, RatchetType::application, i);
        keys.push_back(key_of(*lease));
        forward.consume(*std::move(lease));
    }
    for (uint32_t i = 8; i-- > 0;) {
        auto lease = backward.find_key(sender, RatchetType::application, i);
        EXPECT_EQ(key_of(*lease), keys[i]);
        backward.consume(*std::move(lease));
    }
}

TEST_F(SecretTreeTest, jumps_and_waiting_keys_are_bounded) {
    SecretTree tree = make();
    EXPECT_EQ(tree.find_key(sender, RatchetType::application, ratchet_jump_max + 1).code(),
              ErrorCode::mls_generation_too_far);
    auto lease = tree.find_key(sender, RatchetType::application, ratchet_jump_max);
    ASSERT_TRUE(lease.ok());
    tree.consume(*std::move(lease));
    EXPECT_EQ(tree.keys().size(), 4U + skipped_keys_max);
    lease = tree.find_key(sender, RatchetType::application, ratchet_jump_max + 100);
    tree.consume(*std::move(lease));
    EXPECT_EQ(tree.keys().size(), 4U + skipped_keys_max);
    EXPECT_FALSE(tree.find_key(sender, RatchetType::application, 0).ok());
    EXPECT_TRUE(tree.find_key(sender, RatchetType::application, ratchet_jump_max - 1).ok());
}

TEST_F(SecretTreeTest, past_epoch_keeps_no_handshake_keys) {
    SecretTree tree = make();
    auto lease = tree.find_key(sender, RatchetType::handshake, 2);
    tree.consume(*std::move(lease));
    tree.keep_application_only();
    lease = tree.find_key({0}, RatchetType::application, 0);
    tree.consume(*std::move(lease));
    for (const LeafIndex leaf : {LeafIndex{0}, LeafIndex{1}, sender}) {
        EXPECT_FALSE(tree.find_key(leaf, RatchetType::handshake, 0).ok());
        EXPECT_FALSE(tree.find_key(leaf, RatchetType::handshake, 3).ok());
    }
    for (const RecordKey& key : tree.keys()) {
        EXPECT_TRUE(key.kind == RecordKind::tree_node || key.ratchet == RatchetType::application);
    }
    EXPECT_TRUE(tree.is_complete());
}

TEST_F(SecretTreeTest, sender_outside_the_tree_is_refused) {
    EXPECT_EQ(make().find_key({4}, RatchetType::application, 0).code(),
              ErrorCode::mls_unknown_sender);
}

TEST_F(SecretTreeTest, records_restore_the_tree) {
    SecretTree tree = make();
    for (uint32_t generation : {5U, 2U}) {
        auto lease = tree.find_key(sender, RatchetType::application, generation);
        tree.consume(*std::move(lease));
    }
    SecretTree restored(suite(), {1}, {4}, Secret());
    EXPECT_FALSE(restored.is_complete());
    for (const RecordKey& key : tree.keys()) {
        ASSERT_TRUE(restored.restore(key, tree.record(key)->expose()).ok());
    }
    EXPECT_TRUE(restored.is_complete());
    EXPECT_EQ(contents(restored), contents(tree));
}

TEST(Padding, padme_grows_by_at_most_an_eighth) {
    for (size_t size = 0; size < 100'000; size += 1 + size / 50) {
        const size_t padded = padded_size(Padding::padme, size);
        EXPECT_GE(padded, size);
        EXPECT_LE(padded - size, size / 8) << size;
        EXPECT_EQ(padded_size(Padding::padme, padded), padded);
        EXPECT_EQ(padded_size(Padding::none, size), size);
    }
}

}  // namespace
}  // namespace mayfly::mls
