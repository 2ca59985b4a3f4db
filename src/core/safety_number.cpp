#include "core/safety_number.h"

#include "crypto/hash.h"

namespace mayfly::core {
namespace {

constexpr std::string_view hash_label = "Mayfly 1 safety number";
constexpr std::string_view code_prefix = "mayfly-safety:1:";

}  // namespace

std::string safety_digits(const wire::PublicKey& one, const wire::PublicKey& other) {
    codec::Writer writer;
    writer.opaque(as_bytes(hash_label));
    writer(std::min(one, other), std::max(one, other));
    std::array<uint8_t, 64> hash{};
    crypto::hash(crypto::HashId::sha512, writer.view(), hash);
    std::string out;
    // Five digits from five bytes: 2^40 is 11 million times 100,000, so no digit is favoured.
    codec::Reader reader(hash);
    for (size_t i = 0; i < safety_number_groups; ++i) {
        const uint64_t group = (uint64_t{reader.u8()} << 32 | reader.u32()) % 100'000;
        const std::string text = std::to_string(group);
        out += std::string(5 - text.size(), '0') + text;
    }
    return out;
}

std::string format_safety_digits(std::string_view digits) {
    std::string out;
    for (size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && i % 5 == 0) out += ' ';
        out += digits[i];
    }
    return out;
}

std::string safety_code(std::string_view digits) {
    return std::string(code_prefix) + std::string(digits);
}

Result<std::string> parse_safety(std::string_view text) {
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin != std::string_view::npos) text.remove_prefix(begin);
    if (text.starts_with(code_prefix)) text.remove_prefix(code_prefix.size());
    std::string digits;
    for (const char c : text) {
        if (c == ' ' || c == '-' || c == '\n' || c == '\r' || c == '\t') continue;
        ENSURE(c >= '0' && c <= '9' && digits.size() < safety_number_digits, invalid_argument);
        digits += c;
    }
    ENSURE(digits.size() == safety_number_digits, invalid_argument);
    return digits;
}

}  // namespace mayfly::core
