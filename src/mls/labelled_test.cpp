#include "mls/labelled.h"

#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"

namespace mayfly::mls {
namespace {

// Runs the pieces from the last to the first.
class Backwards final : public Parallel {
  public:
    void run(size_t count, const std::function<void(size_t)>& work) override {
        while (count-- > 0) work(count);
    }
};

// Whoever runs them, in whatever order: the bytes and what is drawn after them are the same.
TEST(Labelled, batch_seals_what_one_by_one_seals) {
    for (const CipherSuite& suite : all_cipher_suites()) {
        crypto::SeededEntropy keys(1);
        std::vector<crypto::KemKeyPair> pairs;
        for (int i = 0; i < 4; ++i) {
            pairs.push_back(crypto::kem_generate(suite.hpke.kem, keys).value());
        }
        std::vector<Bytes> texts;
        std::vector<SealTo> recipients;
        for (uint8_t i = 0; i < 4; ++i) texts.push_back(Bytes(size_t{i} * 10, i));
        for (size_t i = 0; i < 4; ++i) recipients.push_back({pairs[i].public_key, texts[i]});
        const Bytes context(20, 9);

        crypto::SeededEntropy alone(2);
        std::vector<crypto::HpkeCiphertext> expected;
        for (const SealTo& to : recipients) {
            expected.push_back(
                encrypt_with_label(suite, to.public_key, "label", context, to.plaintext, alone)
                    .value());
        }
        const auto after = random_array<16>(alone);
        Backwards backwards;
        for (Parallel* parallel :
             {static_cast<Parallel*>(nullptr), static_cast<Parallel*>(&backwards)}) {
            crypto::SeededEntropy together(2);
            EXPECT_EQ(
                encrypt_all_with_label(suite, "label", context, recipients, together, parallel)
                    .value(),
                expected);
            EXPECT_EQ(random_array<16>(together), after);
        }
        for (size_t i = 0; i < 4; ++i) {
            const SecretBuffer opened =
                decrypt_with_label(suite, pairs[i].private_key, "label", context, expected[i])
                    .value();
            EXPECT_TRUE(equal(opened.expose(), texts[i]));
        }
    }
}

TEST(Labelled, batch_with_a_key_that_is_none_is_refused) {
    const CipherSuite suite = find_cipher_suite(default_cipher_suite_id).value();
    crypto::SeededEntropy entropy(3);
    const Bytes good = crypto::kem_generate(suite.hpke.kem, entropy)->public_key;
    const Bytes bad(good.size(), 0xff);
    const std::vector<SealTo> recipients = {{good, {}}, {bad, {}}};
    EXPECT_FALSE(encrypt_all_with_label(suite, "label", {}, recipients, entropy, nullptr).ok());
}

}  // namespace
}  // namespace mayfly::mls
