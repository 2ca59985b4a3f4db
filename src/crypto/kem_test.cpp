#include "crypto/kem.h"

#include <gtest/gtest.h>

#include "crypto/hpke.h"
#include "crypto/seeded_entropy.h"

namespace mayfly::crypto {
namespace {

class KemTest : public ::testing::TestWithParam<KemId> {
  protected:
    KemTest() {
        auto pair = kem_generate(id(), entropy_);
        MAYFLY_ASSERT(pair.ok());
        pair_ = *std::move(pair);
    }
    KemId id() const { return GetParam(); }

    SeededEntropy entropy_{11};
    KemKeyPair pair_;
};

TEST_P(KemTest, both_sides_get_one_secret) {
    const auto sent = kem_encapsulate(id(), pair_.public_key, entropy_);
    ASSERT_TRUE(sent.ok());
    EXPECT_EQ(sent->ciphertext.size(), kem_ciphertext_size_bytes(id()));
    EXPECT_EQ(sent->shared_secret.size(), kem_secret_size_bytes(id()));
    const auto received = kem_decapsulate(id(), pair_.private_key, sent->ciphertext);
    ASSERT_TRUE(received.ok());
    EXPECT_TRUE(constant_time_equal(received->expose(), sent->shared_secret.expose()));
    const auto again = kem_encapsulate(id(), pair_.public_key, entropy_);
    EXPECT_FALSE(constant_time_equal(again->shared_secret.expose(), received->expose()));
}

TEST_P(KemTest, derived_pair_is_the_same_each_time_and_whole) {
    const Bytes input(32, 5);
    const auto first = kem_derive_key_pair(id(), input);
    const auto second = kem_derive_key_pair(id(), input);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(first->public_key, second->public_key);
    EXPECT_EQ(first->public_key.size(), kem_public_key_size_bytes(id()));
    EXPECT_EQ(first->private_key.size(), kem_private_key_size_bytes(id()));
    EXPECT_EQ(*kem_public_from_private(id(), first->private_key), first->public_key);
    EXPECT_TRUE(kem_check_public_key(id(), first->public_key).ok());
    EXPECT_NE(kem_derive_key_pair(id(), Bytes(32, 6))->public_key, first->public_key);
}

TEST_P(KemTest, changed_ciphertext_gives_another_secret_or_an_error) {
    const auto sent = kem_encapsulate(id(), pair_.public_key, entropy_);
    for (size_t i = 0; i < sent->ciphertext.size(); i += 31) {
        Bytes changed = sent->ciphertext;
        changed[i] ^= 1;
        const auto received = kem_decapsulate(id(), pair_.private_key, changed);
        if (!received.ok()) continue;
        EXPECT_FALSE(constant_time_equal(received->expose(), sent->shared_secret.expose())) << i;
    }
}

TEST_P(KemTest, wrong_lengths_are_refused) {
    const auto sent = kem_encapsulate(id(), pair_.public_key, entropy_);
    for (const size_t size : {size_t{0}, size_t{1}, sent->ciphertext.size() - 1}) {
        const BytesView part = BytesView(sent->ciphertext).first(size);
        EXPECT_EQ(kem_decapsulate(id(), pair_.private_key, part).code(), ErrorCode::invalid_key);
    }
    for (const size_t size : {size_t{0}, size_t{1}, pair_.public_key.size() - 1}) {
        const BytesView part = BytesView(pair_.public_key).first(size);
        EXPECT_EQ(kem_check_public_key(id(), part).code(), ErrorCode::invalid_key);
        EXPECT_EQ(kem_encapsulate(id(), part, entropy_).code(), ErrorCode::invalid_key);
    }
    const Secret short_key(Bytes(7));
    EXPECT_EQ(kem_public_from_private(id(), short_key).code(), ErrorCode::invalid_key);
    EXPECT_EQ(kem_decapsulate(id(), short_key, sent->ciphertext).code(), ErrorCode::invalid_key);
}

// A public key of all ones is no point of a NIST curve and no polynomial; as X25519 and X448 key it
// is a number above the prime, which RFC 7748 takes modulo the prime.
TEST_P(KemTest, key_that_is_not_canonical_is_refused_where_a_check_exists) {
    const Bytes ones(kem_public_key_size_bytes(id()), 0xff);
    const bool takes_any = id() == KemId::dhkem_x25519 || id() == KemId::dhkem_x448;
    EXPECT_EQ(kem_check_public_key(id(), ones).ok(), takes_any);
    EXPECT_EQ(kem_encapsulate(id(), ones, entropy_).ok(), takes_any);
}

TEST_P(KemTest, hpke_opens_and_exports_what_was_sent) {
    const HpkeSuite suite{id(), HashId::sha256, AeadId::aes_128_gcm};
    const Bytes info = {1};
    const Bytes associated_data = {2};
    const Bytes plaintext = {3, 4};
    auto sealed = hpke_seal(suite, pair_.public_key, info, associated_data, plaintext, entropy_);
    ASSERT_TRUE(sealed.ok());
    const auto opened = hpke_open(suite, pair_.private_key, info, associated_data, *sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(equal(opened->expose(), plaintext));
    EXPECT_FALSE(hpke_open(suite, pair_.private_key, {}, associated_data, *sealed).ok());
    EXPECT_FALSE(hpke_open(suite, pair_.private_key, info, {}, *sealed).ok());
    const HpkeSuite other{id(), HashId::sha256, AeadId::chacha20_poly1305};
    EXPECT_FALSE(hpke_open(other, pair_.private_key, info, associated_data, *sealed).ok());
    sealed->kem_output.pop_back();
    EXPECT_FALSE(hpke_open(suite, pair_.private_key, info, associated_data, *sealed).ok());

    const auto sent = hpke_send_export(suite, pair_.public_key, info, plaintext, 32, entropy_);
    ASSERT_TRUE(sent.ok());
    const auto received =
        hpke_receive_export(suite, pair_.private_key, sent->kem_output, info, plaintext, 32);
    ASSERT_TRUE(received.ok());
    EXPECT_TRUE(constant_time_equal(received->expose(), sent->secret.expose()));
}

INSTANTIATE_TEST_SUITE_P(all, KemTest,
                         ::testing::Values(KemId::dhkem_p256, KemId::dhkem_p384, KemId::dhkem_p521,
                                           KemId::dhkem_x25519, KemId::dhkem_x448, KemId::mlkem768,
                                           KemId::mlkem768_p256, KemId::mlkem768_x25519));

TEST(kem, x25519_point_of_low_order_is_refused) {
    SeededEntropy entropy(1);
    const Bytes zero(32);
    EXPECT_EQ(kem_encapsulate(KemId::dhkem_x25519, zero, entropy).code(), ErrorCode::invalid_key);
    const auto pair = kem_generate(KemId::mlkem768_x25519, entropy);
    Bytes key = pair->public_key;
    std::fill(key.end() - 32, key.end(), uint8_t{0});
    EXPECT_EQ(kem_encapsulate(KemId::mlkem768_x25519, key, entropy).code(), ErrorCode::invalid_key);
}

TEST(kem, p256_half_that_is_no_point_is_refused) {
    SeededEntropy entropy(1);
    const auto pair = kem_generate(KemId::mlkem768_p256, entropy);
    ASSERT_TRUE(pair.ok());
    Bytes key = pair->public_key;
    key.back() ^= 1;
    EXPECT_EQ(kem_check_public_key(KemId::mlkem768_p256, key).code(), ErrorCode::invalid_key);
    EXPECT_EQ(kem_encapsulate(KemId::mlkem768_p256, key, entropy).code(), ErrorCode::invalid_key);
    auto sent = kem_encapsulate(KemId::mlkem768_p256, pair->public_key, entropy);
    ASSERT_TRUE(sent.ok());
    sent->ciphertext.back() ^= 1;
    EXPECT_EQ(kem_decapsulate(KemId::mlkem768_p256, pair->private_key, sent->ciphertext).code(),
              ErrorCode::invalid_key);
}

}  // namespace
}  // namespace mayfly::crypto
