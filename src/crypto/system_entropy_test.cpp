#include "crypto/system_entropy.h"

#include <gtest/gtest.h>

namespace mayfly::crypto {
namespace {

TEST(system_entropy, fills_everything_with_fresh_bytes) {
    SystemEntropy entropy;
    Bytes first(1000);
    Bytes second(1000);
    entropy.fill(first);
    entropy.fill(second);
    EXPECT_NE(first, second);
    EXPECT_NE(std::count(first.begin(), first.end(), 0), 1000);
    EXPECT_FALSE(equal(BytesView(first).last(32), Bytes(32)));
}

}  // namespace
}  // namespace mayfly::crypto
