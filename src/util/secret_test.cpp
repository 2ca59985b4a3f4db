#include "util/secret.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

TEST(Secret, is_wiped_when_moved_from) {
    Secret a(as_bytes("correct horse"));
    const uint8_t* inside = a.expose().data();
    Secret b = std::move(a);
    EXPECT_EQ(as_text(b.expose()), "correct horse");
    EXPECT_TRUE(a.empty());  // NOLINT: the moved-from state is what is tested
    for (size_t i = 0; i < 13; ++i) EXPECT_EQ(inside[i], 0);
}

TEST(Secret, is_wiped_on_death) {
    alignas(Secret) uint8_t storage[sizeof(Secret)];
    auto* secret = new (storage) Secret(as_bytes("battery staple"));
    secret->~Secret();
    EXPECT_EQ(as_text(storage).find("battery"), std::string_view::npos);
}

TEST(SecretBuffer, shrink_keeps_the_head) {
    SecretBuffer buffer(as_bytes("0123456789"));
    buffer.shrink(4);
    EXPECT_EQ(as_text(buffer.expose()), "0123");
}

TEST(Secret, comparison_is_by_content_and_length) {
    EXPECT_TRUE(constant_time_equal(as_bytes("abc"), as_bytes("abc")));
    EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("abd")));
    EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("abcd")));
}

}  // namespace
}  // namespace mayfly
