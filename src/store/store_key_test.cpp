#include "store/store_key.h"

#include "crypto/hash.h"
#include "store/test_home.h"

namespace mayfly::store {
namespace {

TEST(store_key, passphrase_unlocks_and_another_does_not) {
    TestHome home;
    auto key =
        create_store_key(home.path(), as_bytes("right"), cheap_cost_for_testing, home.entropy());
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(store_protection(home.path()).value(), Protection::passphrase);
    auto unlocked = unlock_store(home.path(), as_bytes("right"));
    ASSERT_TRUE(unlocked.ok());
    EXPECT_TRUE(constant_time_equal(key->expose(), unlocked->key.expose()));
    EXPECT_EQ(unlock_store(home.path(), as_bytes("wrong")).code(), ErrorCode::wrong_passphrase);
    EXPECT_EQ(unlock_store(home.path(), as_bytes("")).code(), ErrorCode::wrong_passphrase);
    EXPECT_EQ(unlock_store(home.path(), std::nullopt).code(), ErrorCode::passphrase_required);
}

TEST(store_key, without_passphrase_a_key_file_unlocks) {
    TestHome home;
    auto key = create_store_key(home.path(), std::nullopt, {}, home.entropy());
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(store_protection(home.path()).value(), Protection::key_file);
    auto unlocked = unlock_store(home.path(), std::nullopt);
    ASSERT_TRUE(unlocked.ok());
    EXPECT_TRUE(constant_time_equal(key->expose(), unlocked->key.expose()));
    std::filesystem::remove(key_file_path(home.path()));
    EXPECT_EQ(unlock_store(home.path(), std::nullopt).code(), ErrorCode::store_corrupt);
}

TEST(store_key, empty_home_has_no_account_and_a_full_one_is_not_overwritten) {
    TestHome home;
    EXPECT_EQ(store_protection(home.path()).code(), ErrorCode::no_account);
    EXPECT_EQ(unlock_store(home.path() + "/nowhere", std::nullopt).code(), ErrorCode::no_account);
    ASSERT_TRUE(create_store_key(home.path(), std::nullopt, {}, home.entropy()).ok());
    const auto before = home.files();
    EXPECT_EQ(create_store_key(home.path(), std::nullopt, {}, home.entropy()).code(),
              ErrorCode::account_exists);
    EXPECT_EQ(home.files(), before);
}

TEST(store_key, missing_header_beside_a_database_is_damage_and_not_a_fresh_home) {
    TestHome home;
    home.create();
    std::filesystem::remove(header_path(home.path()));
    EXPECT_EQ(unlock_store(home.path(), as_bytes("passphrase")).code(), ErrorCode::store_corrupt);
    EXPECT_TRUE(store_exists(home.path()));
}

TEST(store_key, every_flipped_bit_and_every_cut_of_the_key_files_is_damage) {
    TestHome home;
    ASSERT_TRUE(create_store_key(home.path(), std::nullopt, {}, home.entropy()).ok());
    for (const std::string& path : {header_path(home.path()), key_file_path(home.path())}) {
        const std::string good = TestHome::read(path);
        // All of what is in the clear and of the checksum; of the slots between, a sample.
        for (size_t at = 0; at < good.size(); at += at < 128 || at + 40 > good.size() ? 1U : 37U) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
            TestHome::write(path, bad);
            EXPECT_EQ(unlock_store(home.path(), std::nullopt).code(), ErrorCode::store_corrupt);
            TestHome::write(path, good.substr(0, at));
            EXPECT_EQ(unlock_store(home.path(), std::nullopt).code(), ErrorCode::store_corrupt);
        }
        TestHome::write(path, good + "x");
        EXPECT_EQ(unlock_store(home.path(), std::nullopt).code(), ErrorCode::store_corrupt);
        TestHome::write(path, std::string(100'000, 'x'));
        EXPECT_EQ(unlock_store(home.path(), std::nullopt).code(), ErrorCode::store_corrupt);
        TestHome::write(path, good);
    }
    EXPECT_TRUE(unlock_store(home.path(), std::nullopt).ok());
}

// A header that somebody else made whole again around other content.
void rewrite_header(const TestHome& home, size_t at, const std::string& bytes) {
    std::string header = TestHome::read(header_path(home.path()));
    header.resize(header.size() - 32);
    header.replace(at, bytes.size(), bytes);
    const auto checksum = crypto::sha256(as_bytes(header));
    header += as_text(checksum);
    TestHome::write(header_path(home.path()), header);
}

TEST(store_key, newer_format_is_named_as_such) {
    TestHome home;
    home.create();
    rewrite_header(home, 8, std::string("\x00\x02", 2));
    EXPECT_EQ(unlock_store(home.path(), as_bytes("passphrase")).code(), ErrorCode::store_newer);
}

TEST(store_key, header_cannot_ask_for_boundless_work) {
    TestHome home;
    home.create();
    rewrite_header(home, 11, "\xff\xff\xff\xff");
    EXPECT_EQ(unlock_store(home.path(), as_bytes("passphrase")).code(), ErrorCode::store_corrupt);
}

TEST(store_key, cheaper_cost_written_into_the_header_does_not_unlock) {
    TestHome home;
    ASSERT_TRUE(
        create_store_key(home.path(), as_bytes("passphrase"), {2, 16}, home.entropy()).ok());
    rewrite_header(home, 11, std::string("\x00\x00\x00\x01", 4));
    EXPECT_EQ(unlock_store(home.path(), as_bytes("passphrase")).code(),
              ErrorCode::wrong_passphrase);
}

}  // namespace
}  // namespace mayfly::store
