#include "crypto/signature.h"

#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"

namespace mayfly::crypto {
namespace {

class SignatureTest : public ::testing::TestWithParam<SignatureId> {
  protected:
    SignatureTest() {
        SeededEntropy entropy(7);
        auto pair = signature_generate(GetParam(), entropy);
        MAYFLY_ASSERT(pair.ok());
        pair_ = *std::move(pair);
    }
    SignatureId id() const { return GetParam(); }

    SignatureKeyPair pair_;
    const Bytes message_ = {1, 2, 3};
};

TEST_P(SignatureTest, verifies_what_it_signed) {
    const auto signature = sign(id(), pair_.private_key, message_);
    ASSERT_TRUE(signature.ok());
    EXPECT_TRUE(verify(id(), pair_.public_key, message_, *signature).ok());
    const auto of_nothing = sign(id(), pair_.private_key, {});
    ASSERT_TRUE(of_nothing.ok());
    EXPECT_TRUE(verify(id(), pair_.public_key, {}, *of_nothing).ok());
}

TEST_P(SignatureTest, other_message_key_or_signature_is_refused) {
    const auto signature = sign(id(), pair_.private_key, message_);
    ASSERT_TRUE(signature.ok());
    EXPECT_EQ(verify(id(), pair_.public_key, {}, *signature).code(), ErrorCode::invalid_signature);
    SeededEntropy entropy(8);
    const auto other = signature_generate(id(), entropy);
    EXPECT_FALSE(verify(id(), other->public_key, message_, *signature).ok());
    for (size_t i = 0; i < signature->size(); ++i) {
        Bytes changed = *signature;
        changed[i] ^= 1;
        EXPECT_FALSE(verify(id(), pair_.public_key, message_, changed).ok()) << i;
    }
}

TEST_P(SignatureTest, wrong_lengths_are_refused) {
    const auto signature = sign(id(), pair_.private_key, message_);
    Bytes longer = *signature;
    longer.push_back(0);
    const BytesView shorter = BytesView(*signature).first(signature->size() - 1);
    EXPECT_FALSE(verify(id(), pair_.public_key, message_, longer).ok());
    EXPECT_FALSE(verify(id(), pair_.public_key, message_, shorter).ok());
    EXPECT_FALSE(verify(id(), pair_.public_key, message_, {}).ok());
    Bytes key = pair_.public_key;
    key.push_back(0);
    EXPECT_EQ(verify(id(), key, message_, *signature).code(), ErrorCode::invalid_key);
    EXPECT_EQ(verify(id(), {}, message_, *signature).code(), ErrorCode::invalid_key);
    EXPECT_EQ(signature_check_public_key(id(), key).code(), ErrorCode::invalid_key);
    EXPECT_TRUE(signature_check_public_key(id(), pair_.public_key).ok());
    EXPECT_EQ(signature_from_private(id(), Bytes(5)).code(), ErrorCode::invalid_key);
    EXPECT_FALSE(sign(id(), Secret(Bytes(5)), message_).ok());
}

TEST_P(SignatureTest, stored_private_key_gives_the_same_pair) {
    const auto again = signature_from_private(id(), pair_.private_key.expose());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->public_key, pair_.public_key);
    EXPECT_TRUE(constant_time_equal(again->private_key.expose(), pair_.private_key.expose()));
    EXPECT_EQ(pair_.public_key.size(), signature_public_key_size_bytes(id()));
}

INSTANTIATE_TEST_SUITE_P(all, SignatureTest,
                         ::testing::Values(SignatureId::ed25519, SignatureId::ecdsa_p256,
                                           SignatureId::ecdsa_p384, SignatureId::ecdsa_p521,
                                           SignatureId::ed448));

TEST(ed25519, seed_alone_signs_like_the_whole_key) {
    const Bytes seed(32, 9);
    const auto pair = signature_from_private(SignatureId::ed25519, seed);
    ASSERT_TRUE(pair.ok());
    EXPECT_EQ(pair->private_key.size(), 64U);
    const auto whole = sign(SignatureId::ed25519, pair->private_key, seed);
    const auto alone = sign(SignatureId::ed25519, Secret(seed), seed);
    EXPECT_EQ(*whole, *alone);
}

TEST(ed25519, key_with_halves_of_two_pairs_is_refused) {
    const auto pair = signature_from_private(SignatureId::ed25519, Bytes(32, 9));
    Bytes mixed = to_bytes(pair->private_key.expose());
    mixed.back() ^= 1;
    EXPECT_EQ(signature_from_private(SignatureId::ed25519, mixed).code(), ErrorCode::invalid_key);
}

TEST(ecdsa, scalars_and_points_out_of_range_are_refused) {
    EXPECT_FALSE(signature_from_private(SignatureId::ecdsa_p256, Bytes(32)).ok());
    EXPECT_FALSE(signature_from_private(SignatureId::ecdsa_p256, Bytes(32, 0xff)).ok());
    Bytes off_curve(65, 1);
    off_curve[0] = 4;
    EXPECT_FALSE(signature_check_public_key(SignatureId::ecdsa_p256, off_curve).ok());
    auto pair = signature_from_private(SignatureId::ecdsa_p256, Bytes(32, 1));
    const auto signature = sign(SignatureId::ecdsa_p256, pair->private_key, {});
    EXPECT_EQ(verify(SignatureId::ecdsa_p256, off_curve, {}, *signature).code(),
              ErrorCode::invalid_key);
    // SEC 1's hybrid form names the same point, but is not the one form of RFC 9420.
    pair->public_key[0] = static_cast<uint8_t>(6 | (pair->public_key.back() & 1));
    EXPECT_EQ(verify(SignatureId::ecdsa_p256, pair->public_key, {}, *signature).code(),
              ErrorCode::invalid_key);
}

}  // namespace
}  // namespace mayfly::crypto
