#include "crypto/seeded_entropy.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace mayfly::crypto {
namespace {

TEST(seeded_entropy, equal_seeds_give_equal_streams_however_they_are_read) {
    SeededEntropy first(42);
    SeededEntropy second(42);
    const auto whole = random_array<100>(first);
    Bytes pieces(100);
    for (uint8_t& byte : pieces) second.fill({&byte, 1});
    EXPECT_TRUE(equal(whole, pieces));
    SeededEntropy other(43);
    EXPECT_NE(random_array<100>(other), whole);
}

// Simulator seeds must replay on every machine, so the stream itself is fixed.
TEST(seeded_entropy, stream_is_sha_256_in_counter_mode) {
    SeededEntropy entropy(1);
    Bytes block(40);
    block[7] = 1;
    EXPECT_EQ(random_array<32>(entropy), sha256(block));
    block[39] = 1;
    EXPECT_EQ(random_array<32>(entropy), sha256(block));
}

}  // namespace
}  // namespace mayfly::crypto
