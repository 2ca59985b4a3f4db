#include "crypto/ml_kem_codec.h"

#include "crypto/constant_time.h"

namespace mayfly::crypto::ml_kem {
namespace {

uint8_t byte(uint32_t value) { return static_cast<uint8_t>(value); }

}  // namespace

void encode_12(const Poly& poly, std::span<uint8_t, poly_size_bytes> out) {
    for (size_t i = 0; i < n / 2; ++i) {
        const uint32_t low = to_unsigned(poly[2 * i]);
        const uint32_t high = to_unsigned(poly[2 * i + 1]);
        out[3 * i] = byte(low);
        out[3 * i + 1] = byte(low >> 8 | high << 4);
        out[3 * i + 2] = byte(high >> 4);
    }
}

bool decode_12(Poly& out, std::span<const uint8_t, poly_size_bytes> bytes) {
    int32_t excess = 0;
    for (size_t i = 0; i < n / 2; ++i) {
        const uint32_t packed = bytes[3 * i] | static_cast<uint32_t>(bytes[3 * i + 1]) << 8 |
                                static_cast<uint32_t>(bytes[3 * i + 2]) << 16;
        const auto low = static_cast<int32_t>(packed & 0xfff);
        const auto high = static_cast<int32_t>(packed >> 12);
        excess |= ((q - 1 - low) | (q - 1 - high)) >> 31;
        out[2 * i] = low16(low);
        out[2 * i + 1] = low16(high);
    }
    declassify(&excess, sizeof excess);
    return excess == 0;
}

void compress_10(const Poly& poly, std::span<uint8_t, poly_10_size_bytes> out) {
    for (size_t i = 0; i < n / 4; ++i) {
        uint64_t packed = 0;
        for (size_t j = 0; j < 4; ++j) {
            packed |= static_cast<uint64_t>(compress<10>(to_unsigned(poly[4 * i + j]))) << (10 * j);
        }
        for (size_t j = 0; j < 5; ++j) out[5 * i + j] = static_cast<uint8_t>(packed >> (8 * j));
    }
}

void decompress_10(Poly& out, std::span<const uint8_t, poly_10_size_bytes> bytes) {
    for (size_t i = 0; i < n / 4; ++i) {
        uint64_t packed = 0;
        for (size_t j = 0; j < 5; ++j) {
            packed |= static_cast<uint64_t>(bytes[5 * i + j]) << (8 * j);
        }
        for (size_t j = 0; j < 4; ++j) {
            out[4 * i + j] = decompress<10>(static_cast<uint32_t>(packed >> (10 * j)) & 0x3ff);
        }
    }
}

void compress_4(const Poly& poly, std::span<uint8_t, poly_4_size_bytes> out) {
    for (size_t i = 0; i < n / 2; ++i) {
        const uint32_t low = compress<4>(to_unsigned(poly[2 * i]));
        const uint32_t high = compress<4>(to_unsigned(poly[2 * i + 1]));
        out[i] = byte(low | high << 4);
    }
}

void decompress_4(Poly& out, std::span<const uint8_t, poly_4_size_bytes> bytes) {
    for (size_t i = 0; i < n / 2; ++i) {
        out[2 * i] = decompress<4>(bytes[i] & 0x0fU);
        out[2 * i + 1] = decompress<4>(static_cast<uint32_t>(bytes[i]) >> 4);
    }
}

void poly_to_message(const Poly& poly, std::span<uint8_t, message_size_bytes> out) {
    for (size_t i = 0; i < message_size_bytes; ++i) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 8; ++j) {
            bits |= static_cast<uint32_t>(compress<1>(to_unsigned(poly[8 * i + j]))) << j;
        }
        out[i] = byte(bits);
    }
}

void message_to_poly(Poly& out, std::span<const uint8_t, message_size_bytes> message) {
    constexpr int32_t one = (q + 1) / 2;
    for (size_t i = 0; i < message_size_bytes; ++i) {
        for (size_t j = 0; j < 8; ++j) {
            const uint32_t bit = value_barrier((static_cast<uint32_t>(message[i]) >> j) & 1);
            out[8 * i + j] = low16(-static_cast<int32_t>(bit) & one);
        }
    }
}

}  // namespace mayfly::crypto::ml_kem
