#include "crypto/aead.h"

#include <gtest/gtest.h>

namespace mayfly::crypto {
namespace {

class AeadTest : public ::testing::TestWithParam<AeadId> {
  protected:
    AeadId id() const { return GetParam(); }

    const Bytes key_ = Bytes(aead_key_size_bytes(GetParam()), 0x11);
    const Bytes nonce_ = Bytes(aead_nonce_size_bytes, 0x22);
    const Bytes associated_data_ = {1, 2, 3};
    const Bytes plaintext_ = {4, 5, 6, 7};
};

TEST_P(AeadTest, opens_what_it_sealed) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{16}, size_t{100'000}}) {
        const Bytes plaintext(size, 0x33);
        const Bytes sealed = aead_seal(id(), key_, nonce_, associated_data_, plaintext);
        EXPECT_EQ(sealed.size(), size + aead_tag_size_bytes);
        const auto opened = aead_open(id(), key_, nonce_, associated_data_, sealed);
        ASSERT_TRUE(opened.ok());
        EXPECT_TRUE(equal(opened->expose(), plaintext));
    }
}

TEST_P(AeadTest, any_changed_bit_is_refused) {
    const Bytes sealed = aead_seal(id(), key_, nonce_, associated_data_, plaintext_);
    for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
        Bytes changed = sealed;
        changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ 1 << bit % 8);
        const auto opened = aead_open(id(), key_, nonce_, associated_data_, changed);
        ASSERT_FALSE(opened.ok());
        EXPECT_EQ(opened.code(), ErrorCode::decryption_failed);
    }
}

TEST_P(AeadTest, other_key_nonce_or_associated_data_is_refused) {
    const Bytes sealed = aead_seal(id(), key_, nonce_, associated_data_, plaintext_);
    const Bytes other_key(key_.size(), 0x12);
    const Bytes other_nonce(nonce_.size(), 0x23);
    EXPECT_FALSE(aead_open(id(), other_key, nonce_, associated_data_, sealed).ok());
    EXPECT_FALSE(aead_open(id(), key_, other_nonce, associated_data_, sealed).ok());
    EXPECT_FALSE(aead_open(id(), key_, nonce_, {}, sealed).ok());
}

TEST_P(AeadTest, input_shorter_than_a_tag_is_refused) {
    const Bytes sealed = aead_seal(id(), key_, nonce_, {}, {});
    for (size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(aead_open(id(), key_, nonce_, {}, BytesView(sealed).first(size)).ok());
    }
}

#if GTEST_HAS_DEATH_TEST
TEST_P(AeadTest, key_of_a_wrong_size_is_our_bug) {
    EXPECT_DEATH(aead_seal(id(), BytesView(key_).first(8), nonce_, {}, {}), "key.size");
}
#endif

INSTANTIATE_TEST_SUITE_P(all, AeadTest,
                         ::testing::Values(AeadId::aes_128_gcm, AeadId::aes_256_gcm,
                                           AeadId::chacha20_poly1305));

}  // namespace
}  // namespace mayfly::crypto
