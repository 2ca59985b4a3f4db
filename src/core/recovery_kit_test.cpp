#include "core/recovery_kit.h"

#include <gtest/gtest.h>

namespace mayfly::core {
namespace {

class CountingEntropy final : public Entropy {
  public:
    void fill(MutableBytesView out) override {
        for (uint8_t& byte : out) byte = next_ += 37;
    }

  private:
    uint8_t next_ = 0;
};

std::string words_of(const RecoveryKit& kit) {
    return std::string(as_text(format_recovery_kit(kit).expose()));
}

TEST(RecoveryKit, words_give_the_kit_back) {
    CountingEntropy entropy;
    const RecoveryKit kit = make_recovery_kit(entropy);
    const std::string words = words_of(kit);
    EXPECT_EQ(words.size(), 53U);
    const auto parsed = parse_recovery_kit(as_bytes(words));
    ASSERT_TRUE(parsed.ok());
    EXPECT_TRUE(constant_time_equal(parsed->expose(), kit.expose()));
}

TEST(RecoveryKit, known_proquint_words) {
    RecoveryKit kit;
    const std::array<uint8_t, 4> loopback = {127, 0, 0, 1};
    std::copy(loopback.begin(), loopback.end(), kit.expose_mutable().begin());
    EXPECT_EQ(words_of(kit).substr(0, 11), "lusab babad");
}

TEST(RecoveryKit, case_and_separators_do_not_matter) {
    CountingEntropy entropy;
    const RecoveryKit kit = make_recovery_kit(entropy);
    std::string words = "  ";
    for (const char letter : words_of(kit)) {
        words += letter == ' ' ? "-\n " : std::string(1, static_cast<char>(letter - 32));
    }
    const auto parsed = parse_recovery_kit(as_bytes(words + "\r\n"));
    ASSERT_TRUE(parsed.ok());
    EXPECT_TRUE(constant_time_equal(parsed->expose(), kit.expose()));
}

TEST(RecoveryKit, a_changed_or_missing_word_is_refused) {
    CountingEntropy entropy;
    const std::string words = words_of(make_recovery_kit(entropy));
    for (size_t i = 0; i < words.size(); ++i) {
        std::string changed = words;
        changed[i] = words[i] == 'b' ? 'd' : 'b';
        EXPECT_EQ(parse_recovery_kit(as_bytes(changed)).code(), ErrorCode::invalid_argument) << i;
    }
    EXPECT_FALSE(parse_recovery_kit(as_bytes(words.substr(0, 47))).ok());
    EXPECT_FALSE(parse_recovery_kit(as_bytes(words + " babab")).ok());
    EXPECT_FALSE(parse_recovery_kit({}).ok());
}

TEST(RecoveryKit, vault_keys_differ_from_each_other_and_between_kits) {
    CountingEntropy entropy;
    const VaultKeys one = derive_vault_keys(make_recovery_kit(entropy));
    const VaultKeys two = derive_vault_keys(make_recovery_kit(entropy));
    EXPECT_FALSE(constant_time_equal(one.signing_seed.expose(), one.content_key.expose()));
    EXPECT_FALSE(constant_time_equal(one.signing_seed.expose(), two.signing_seed.expose()));
}

}  // namespace
}  // namespace mayfly::core
