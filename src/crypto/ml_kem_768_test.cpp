#include "crypto/ml_kem_768.h"

#include <gtest/gtest.h>

#include "crypto/ml_kem_ntt.h"
#include "crypto/seeded_entropy.h"

namespace mayfly::crypto {
namespace {

using ml_kem::Poly;

uint32_t rounded_quotient(uint32_t x, unsigned bits) {
    return ((x << bits) + ml_kem::q / 2) / static_cast<uint32_t>(ml_kem::q) % (1U << bits);
}

TEST(ml_kem, compression_by_multiplication_equals_division_for_every_coefficient) {
    for (uint16_t x = 0; x < ml_kem::q; ++x) {
        EXPECT_EQ(ml_kem::compress<1>(x), rounded_quotient(x, 1));
        EXPECT_EQ(ml_kem::compress<4>(x), rounded_quotient(x, 4));
        EXPECT_EQ(ml_kem::compress<10>(x), rounded_quotient(x, 10));
    }
}

TEST(ml_kem, reductions_agree_with_the_remainder_over_their_whole_range) {
    for (int32_t a = -32768; a < 32768; ++a) {
        const int16_t reduced = ml_kem::barrett_reduce(static_cast<int16_t>(a));
        EXPECT_EQ((a - reduced) % ml_kem::q, 0);
        EXPECT_LE(std::abs(reduced), ml_kem::q / 2);
        const ml_kem::Factor factor = ml_kem::factor(1234);
        const int32_t product = ml_kem::montgomery_mul(static_cast<int16_t>(a), factor);
        EXPECT_EQ((int64_t{a} * 1234 - int64_t{product} * 65536) % ml_kem::q, 0);
        EXPECT_LT(std::abs(product), ml_kem::q);
    }
    for (int16_t a = 1 - ml_kem::q; a < ml_kem::q; ++a) {
        EXPECT_EQ(ml_kem::to_unsigned(a), (a + ml_kem::q) % ml_kem::q);
    }
}

// Multiplication in the NTT domain against the definition: X^256 = -1.
TEST(ml_kem, transform_multiplies_polynomials) {
    Poly a{};
    Poly b{};
    for (size_t i = 0; i < ml_kem::n; ++i) {
        a[i] = static_cast<int16_t>((i * i * 31 + 7) % 3329);
        b[i] = static_cast<int16_t>(static_cast<int32_t>((i * 1009) % 3329) - 1664);
    }
    std::array<int64_t, ml_kem::n> wanted{};
    for (size_t i = 0; i < ml_kem::n; ++i) {
        for (size_t j = 0; j < ml_kem::n; ++j) {
            const int64_t product = int64_t{a[i]} * b[j];
            wanted[(i + j) % ml_kem::n] += i + j < ml_kem::n ? product : -product;
        }
    }
    ml_kem::ntt(a);
    ml_kem::ntt(b);
    std::array<ml_kem::ProductCache, 3> caches{};
    ml_kem::fill_cache(caches[0], b);
    Poly product{};
    ml_kem::inner_product(product, {a}, {b}, caches);
    ml_kem::inverse_ntt(product);
    for (size_t i = 0; i < ml_kem::n; ++i) {
        EXPECT_EQ((wanted[i] - product[i]) % ml_kem::q, 0) << i;
    }
}

// Extreme coefficients: nothing may overflow 16 bits (UBSan watches the 32-bit sums).
TEST(ml_kem, transform_of_extreme_coefficients_stays_in_range) {
    for (const int16_t value : {int16_t{3328}, int16_t{-3328}}) {
        Poly poly;
        poly.fill(value);
        ml_kem::ntt(poly);
        for (const int16_t out : poly) EXPECT_LE(std::abs(out), ml_kem::q / 2);
        ml_kem::inverse_ntt(poly);
        for (const int16_t out : poly) {
            EXPECT_EQ((int64_t{value} * 65536 - out) % ml_kem::q, 0);
            EXPECT_LT(std::abs(out), ml_kem::q);
        }
    }
}

TEST(ml_kem_768, random_runs_agree) {
    SeededEntropy entropy(3);
    for (int run = 0; run < 50; ++run) {
        const MlKem768Private key(random_array<64>(entropy));
        const auto sent = key.public_key().encapsulate(random_array<32>(entropy));
        const auto secret = key.decapsulate(sent.ciphertext);
        EXPECT_TRUE(constant_time_equal(secret.expose(), sent.secret.expose()));
    }
}

TEST(ml_kem_768, every_changed_ciphertext_byte_is_rejected_with_a_secret_of_its_own) {
    SeededEntropy entropy(4);
    const MlKem768Private key(random_array<64>(entropy));
    const auto sent = key.public_key().encapsulate(random_array<32>(entropy));
    for (size_t i = 0; i < sent.ciphertext.size(); i += 13) {
        auto changed = sent.ciphertext;
        changed[i] ^= 0x80;
        const auto first = key.decapsulate(changed);
        EXPECT_FALSE(constant_time_equal(first.expose(), sent.secret.expose()));
        EXPECT_TRUE(constant_time_equal(first.expose(), key.decapsulate(changed).expose()));
    }
}

TEST(ml_kem_768, expanded_key_with_a_wrong_hash_is_refused) {
    const MlKem768Private key(std::array<uint8_t, 64>{});
    Bytes expanded = to_bytes(key.expanded_for_testing().expose());
    EXPECT_TRUE(MlKem768Private::parse_for_testing(expanded).ok());
    expanded[expanded.size() - 33] ^= 1;
    EXPECT_FALSE(MlKem768Private::parse_for_testing(expanded).ok());
}

}  // namespace
}  // namespace mayfly::crypto
