// Run against each library behind curve25519.h: crypto_test and curve25519_openssl_test.
#include "crypto/curve25519.h"

#include <gtest/gtest.h>

namespace mayfly::crypto {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value_or(Bytes{}); }
template <size_t N>
std::span<const uint8_t, N> fixed(const Bytes& bytes) {
    MAYFLY_ASSERT(bytes.size() == N);
    return BytesView(bytes).first<N>();
}

// RFC 7748 section 6.1.
TEST(x25519, both_sides_agree_as_in_rfc_7748) {
    const Bytes a = hex("77076d0a7318a57d3c16c17251b26645df4c2f92ebc099f6e6cf4a59f2c8e2a8");
    const Bytes b = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    EXPECT_EQ(to_hex(x25519_public(fixed<32>(b))),
              "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    std::array<uint8_t, 32> from_a{};
    std::array<uint8_t, 32> from_b{};
    ASSERT_TRUE(x25519(from_a, fixed<32>(a), x25519_public(fixed<32>(b))));
    ASSERT_TRUE(x25519(from_b, fixed<32>(b), x25519_public(fixed<32>(a))));
    EXPECT_EQ(from_a, from_b);
}

TEST(x25519, points_of_low_order_are_refused) {
    const Bytes key(32, 1);
    for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                              "0100000000000000000000000000000000000000000000000000000000000000",
                              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                              "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
        std::array<uint8_t, 32> shared{};
        EXPECT_FALSE(x25519(shared, fixed<32>(key), fixed<32>(hex(point)))) << point;
    }
}

TEST(ed25519, gives_the_answers_of_rfc_8032) {
    const Bytes seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const auto public_key = ed25519_public(fixed<32>(seed));
    EXPECT_EQ(to_hex(public_key),
              "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const Bytes message = {0x72};
    const auto signature = ed25519_sign(fixed<32>(seed), public_key, message);
    EXPECT_EQ(to_hex(signature),
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    EXPECT_TRUE(ed25519_verify(public_key, message, signature));
    EXPECT_FALSE(ed25519_verify(public_key, {}, signature));
}

// With a public key of low order one signature fits many messages. Members must agree that it fits
// none, whatever library they use.
TEST(ed25519, points_of_low_order_or_above_p_are_refused) {
    const Bytes message = {1};
    for (const char* point : {"0100000000000000000000000000000000000000000000000000000000000000",
                              "0100000000000000000000000000000000000000000000000000000000000080",
                              "0000000000000000000000000000000000000000000000000000000000000000",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                              "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"}) {
        // R = A, s = 0: with A of order 1, 2 or 4 some message satisfies the equation.
        Ed25519Signature signature{};
        const Bytes key = hex(point);
        std::copy(key.begin(), key.end(), signature.begin());
        for (uint8_t byte = 0; byte < 64; ++byte) {
            EXPECT_FALSE(ed25519_verify(fixed<32>(key), {&byte, 1}, signature)) << point;
        }
    }
}

TEST(ed25519, scalar_of_l_and_above_is_refused) {
    const Bytes seed(32, 3);
    const auto public_key = ed25519_public(fixed<32>(seed));
    Ed25519Signature signature = ed25519_sign(fixed<32>(seed), public_key, seed);
    const Bytes order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    uint32_t carry = 0;
    for (size_t i = 0; i < 32; ++i) {
        carry += static_cast<uint32_t>(signature[32 + i] + order[i]);
        signature[32 + i] = static_cast<uint8_t>(carry);
        carry >>= 8;
    }
    EXPECT_FALSE(ed25519_verify(public_key, seed, signature));
}

}  // namespace
}  // namespace mayfly::crypto
