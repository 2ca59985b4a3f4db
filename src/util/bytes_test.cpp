#include "util/bytes.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

TEST(Bytes, text_forms_round_trip_at_every_length) {
    Bytes bytes;
    for (size_t n = 0; n < 70; ++n) {
        EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
        EXPECT_EQ(from_base32(to_base32(bytes)), bytes);
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
        bytes.push_back(static_cast<uint8_t>(n * 37 + 11));
    }
}

TEST(Bytes, known_answers_of_rfc_4648) {
    EXPECT_EQ(to_base32(as_bytes("foobar")), "mzxw6ytboi");
    EXPECT_EQ(to_base64url(as_bytes("foob")), "Zm9vYg");
    EXPECT_EQ(to_hex(as_bytes("foo")), "666f6f");
}

TEST(Bytes, non_canonical_text_is_refused) {
    EXPECT_FALSE(from_hex("abc"));
    EXPECT_FALSE(from_hex("zz"));
    EXPECT_FALSE(from_base32("mzxw6ytbo1"));
    EXPECT_FALSE(from_base32("mb"));  // spare bits set
    EXPECT_FALSE(from_base64url("Zm9vYh"));
    EXPECT_FALSE(from_base64url("Zm9vY"));
}

}  // namespace
}  // namespace mayfly
