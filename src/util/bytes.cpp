#include "util/bytes.h"

namespace mayfly {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base32_digits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string encode(BytesView bytes, std::string_view digits, unsigned bits_per_digit) {
    std::string out;
    out.reserve((bytes.size() * 8 + bits_per_digit - 1) / bits_per_digit);
    uint32_t buffer = 0;
    unsigned bits = 0;
    const uint32_t mask = (1U << bits_per_digit) - 1;
    for (uint8_t byte : bytes) {
        buffer = (buffer << 8) | byte;
        bits += 8;
        while (bits >= bits_per_digit) {
            bits -= bits_per_digit;
            out.push_back(digits[(buffer >> bits) & mask]);
        }
    }
    if (bits > 0) out.push_back(digits[(buffer << (bits_per_digit - bits)) & mask]);
    return out;
}

// Refuses what encode would not have produced: unknown digits, a stray digit, non-zero spare bits.
std::optional<Bytes> decode(std::string_view text, std::string_view digits, unsigned bits_per_digit,
                            bool fold_case) {
    Bytes out;
    uint32_t buffer = 0;
    unsigned bits = 0;
    for (char c : text) {
        const size_t value = digits.find(fold_case ? lower(c) : c);
        if (value == std::string_view::npos) return std::nullopt;
        buffer = (buffer << bits_per_digit) | static_cast<uint32_t>(value);
        bits += bits_per_digit;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<uint8_t>(buffer >> bits));
        }
    }
    if (bits >= bits_per_digit || (buffer & ((1U << bits) - 1)) != 0) return std::nullopt;
    return out;
}

}  // namespace

std::string to_hex(BytesView bytes) { return encode(bytes, hex_digits, 4); }
std::optional<Bytes> from_hex(std::string_view hex) { return decode(hex, hex_digits, 4, true); }
std::string to_base32(BytesView bytes) { return encode(bytes, base32_digits, 5); }
std::optional<Bytes> from_base32(std::string_view text) {
    return decode(text, base32_digits, 5, true);
}
std::string to_base64url(BytesView bytes) { return encode(bytes, base64url_digits, 6); }
std::optional<Bytes> from_base64url(std::string_view text) {
    return decode(text, base64url_digits, 6, false);
}

}  // namespace mayfly
