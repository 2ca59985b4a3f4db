#include "core/recovery_kit.h"

#include "crypto/hash.h"

namespace mayfly::core {
namespace {

// Proquints (Wilkerson, "A Proposal for Proquints", arXiv:0901.4016): five letters a word, four
// bits a consonant, two a vowel.
constexpr std::string_view consonants = "bdfghjklmnprstvz";
constexpr std::string_view vowels = "aiou";
constexpr size_t word_letters = 5;

constexpr std::string_view check_label = "mayfly recovery kit check";
constexpr std::string_view vault_salt = "mayfly vault";

void write_word(uint16_t bits, MutableBytesView out) {
    out[0] = static_cast<uint8_t>(consonants[bits >> 12]);
    out[1] = static_cast<uint8_t>(vowels[(bits >> 10) & 3]);
    out[2] = static_cast<uint8_t>(consonants[(bits >> 6) & 15]);
    out[3] = static_cast<uint8_t>(vowels[(bits >> 4) & 3]);
    out[4] = static_cast<uint8_t>(consonants[bits & 15]);
}

uint16_t check_word(BytesView kit) {
    crypto::Hasher hasher(crypto::HashId::sha256);
    hasher.update(as_bytes(check_label));
    hasher.update(kit);
    const Bytes digest = hasher.finish();
    return static_cast<uint16_t>(digest[0] << 8 | digest[1]);
}

bool is_separator(uint8_t letter) {
    return letter == ' ' || letter == '-' || letter == '\t' || letter == '\r' || letter == '\n';
}

// WordReader collects 2 and 4 bits a letter into 16-bit words.
class WordReader {
  public:
    Status letter(uint8_t raw) {
        const char folded = static_cast<char>(raw >= 'A' && raw <= 'Z' ? raw + 32 : raw);
        const bool is_vowel = letters_ % 2 == 1;
        const size_t index = (is_vowel ? vowels : consonants).find(folded);
        ENSURE(index != std::string_view::npos && letters_ < word_letters, invalid_argument);
        bits_ = static_cast<uint16_t>(bits_ << (is_vowel ? 2 : 4) | static_cast<int>(index));
        ++letters_;
        return {};
    }
    Status end_word() {
        if (letters_ == 0) return {};
        ENSURE(letters_ == word_letters && words_ < recovery_kit_words, invalid_argument);
        if (words_ + 1 < recovery_kit_words) {
            kit_.expose_mutable()[words_ * 2] = static_cast<uint8_t>(bits_ >> 8);
            kit_.expose_mutable()[words_ * 2 + 1] = static_cast<uint8_t>(bits_);
        } else {
            check_ = bits_;
        }
        ++words_;
        letters_ = 0;
        bits_ = 0;
        return {};
    }
    Result<RecoveryKit> finish() {
        TRY(end_word());
        ENSURE(words_ == recovery_kit_words, invalid_argument);
        ENSURE(check_ == check_word(kit_.expose()), invalid_argument);
        return std::move(kit_);
    }

  private:
    RecoveryKit kit_;
    size_t words_ = 0;
    size_t letters_ = 0;
    uint16_t bits_ = 0;
    uint16_t check_ = 0;
};

}  // namespace

RecoveryKit make_recovery_kit(Entropy& entropy) {
    RecoveryKit kit;
    entropy.fill(kit.expose_mutable());
    return kit;
}

SecretBuffer format_recovery_kit(const RecoveryKit& kit) {
    SecretBuffer text(recovery_kit_words * (word_letters + 1) - 1);
    const MutableBytesView out = text.expose_mutable();
    std::fill(out.begin(), out.end(), static_cast<uint8_t>(' '));
    const auto bytes = kit.expose();
    for (size_t word = 0; word < recovery_kit_words; ++word) {
        const uint16_t bits =
            word + 1 < recovery_kit_words
                ? static_cast<uint16_t>(bytes[word * 2] << 8 | bytes[word * 2 + 1])
                : check_word(bytes);
        write_word(bits, out.subspan(word * (word_letters + 1), word_letters));
    }
    return text;
}

Result<RecoveryKit> parse_recovery_kit(BytesView text) {
    WordReader reader;
    for (const uint8_t letter : text) {
        if (is_separator(letter)) {
            TRY(reader.end_word());
        } else {
            TRY(reader.letter(letter));
        }
    }
    return reader.finish();
}

VaultKeys derive_vault_keys(const RecoveryKit& kit) {
    const auto derive = [](const Secret& from, std::string_view label) {
        const Secret key = crypto::hkdf_expand(crypto::HashId::sha256, from.expose(),
                                               as_bytes(label), SecretArray<32>::size_bytes);
        return SecretArray<32>(key.expose().first<32>());
    };
    const Secret root =
        crypto::hkdf_extract(crypto::HashId::sha256, as_bytes(vault_salt), kit.expose());
    VaultKeys keys;
    keys.signing_seed = derive(root, "mayfly vault signing");
    keys.content_key = derive(root, "mayfly vault content");
    return keys;
}

}  // namespace mayfly::core
