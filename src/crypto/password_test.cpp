#include "crypto/password.h"

#include <gtest/gtest.h>

namespace mayfly::crypto {
namespace {

constexpr Argon2Cost small_cost{.passes = 1, .memory_kib = 64};

TEST(argon2id, passphrase_salt_and_cost_all_change_the_key) {
    const Bytes salt(argon2_salt_size_bytes, 1);
    const Bytes other_salt(argon2_salt_size_bytes, 2);
    const auto key = argon2id(as_bytes("secret"), salt, small_cost);
    const auto same = argon2id(as_bytes("secret"), salt, small_cost);
    ASSERT_TRUE(key.ok());
    EXPECT_TRUE(constant_time_equal(key->expose(), same->expose()));
    const auto differs = [&](const auto& other) {
        ASSERT_TRUE(other.ok());
        EXPECT_FALSE(constant_time_equal(key->expose(), other->expose()));
    };
    differs(argon2id(as_bytes("Secret"), salt, small_cost));
    differs(argon2id({}, salt, small_cost));
    differs(argon2id(as_bytes("secret"), other_salt, small_cost));
    differs(argon2id(as_bytes("secret"), salt, {.passes = 2, .memory_kib = 64}));
}

TEST(argon2id, cost_out_of_range_is_refused) {
    const Bytes salt(argon2_salt_size_bytes);
    EXPECT_EQ(argon2id({}, salt, {.passes = argon2_passes_max + 1, .memory_kib = 64}).code(),
              ErrorCode::invalid_argument);
    EXPECT_EQ(argon2id({}, salt, {.passes = 1, .memory_kib = argon2_memory_kib_max + 1}).code(),
              ErrorCode::invalid_argument);
    EXPECT_EQ(argon2id({}, salt, {.passes = 0, .memory_kib = 64}).code(),
              ErrorCode::crypto_failure);
}

}  // namespace
}  // namespace mayfly::crypto
