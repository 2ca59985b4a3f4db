// Encoding and compression of polynomials, FIPS 203 section 4.2.1.
#pragma once

#include "crypto/ml_kem_field.h"
#include "util/bytes.h"

namespace mayfly::crypto::ml_kem {

constexpr size_t poly_size_bytes = 12 * n / 8;     // ByteEncode_12
constexpr size_t poly_10_size_bytes = 10 * n / 8;  // ML-KEM-768 compresses u to 10 bits
constexpr size_t poly_4_size_bytes = 4 * n / 8;    // and v to 4
constexpr size_t message_size_bytes = n / 8;

// compress is Compress_d: round(2^d / q * x) modulo 2^d for x in [0, q). The quotient is a
// multiplication by 2^40 / q rounded up, exact for numerators below 2^22: a division's time would
// depend on the secret (the KyberSlash attacks).
template <unsigned bits>
constexpr uint16_t compress(uint16_t x) {
    constexpr uint64_t reciprocal = (uint64_t{1} << 40) / q + 1;
    const uint64_t numerator = (static_cast<uint64_t>(x) << bits) + q / 2;
    return static_cast<uint16_t>((numerator * reciprocal >> 40) & ((1U << bits) - 1));
}
template <unsigned bits>
constexpr int16_t decompress(uint32_t x) {
    return static_cast<int16_t>((x * static_cast<uint32_t>(q) + (1U << (bits - 1))) >> bits);
}

// Encoders take coefficients in (-q, q).
void encode_12(const Poly& poly, std::span<uint8_t, poly_size_bytes> out);
// decode_12 is false if a coefficient is q or more (section 7.2's modulus check).
bool decode_12(Poly& out, std::span<const uint8_t, poly_size_bytes> bytes);
void compress_10(const Poly& poly, std::span<uint8_t, poly_10_size_bytes> out);
void decompress_10(Poly& out, std::span<const uint8_t, poly_10_size_bytes> bytes);
void compress_4(const Poly& poly, std::span<uint8_t, poly_4_size_bytes> out);
void decompress_4(Poly& out, std::span<const uint8_t, poly_4_size_bytes> bytes);
void poly_to_message(const Poly& poly, std::span<uint8_t, message_size_bytes> out);
void message_to_poly(Poly& out, std::span<const uint8_t, message_size_bytes> message);

}  // namespace mayfly::crypto::ml_kem
