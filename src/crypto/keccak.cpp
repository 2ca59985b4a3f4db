#include "crypto/keccak.h"

#include <bit>

#include "util/error.h"
#include "util/secret.h"

namespace mayfly::crypto {
namespace {

constexpr std::array<uint64_t, 24> round_constants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

using Lanes = std::array<uint64_t, 25>;

// One output row of chi (FIPS 202 section 3.2.4).
[[gnu::always_inline]] inline void chi(uint64_t* row, uint64_t b0, uint64_t b1, uint64_t b2,
                                       uint64_t b3, uint64_t b4) {
    row[0] = b0 ^ (~b1 & b2);
    row[1] = b1 ^ (~b2 & b3);
    row[2] = b2 ^ (~b3 & b4);
    row[3] = b3 ^ (~b4 & b0);
    row[4] = b4 ^ (~b0 & b1);
}

// One round, from `a` to `e`. Theta's column sums are folded into the rotations of rho; pi is the
// order in which lanes are read.
[[gnu::always_inline]] inline void keccak_round(const Lanes& a, Lanes& e, uint64_t constant) {
    using std::rotl;
    const uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    const uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    const uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    const uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    const uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    const uint64_t d0 = c4 ^ rotl(c1, 1);
    const uint64_t d1 = c0 ^ rotl(c2, 1);
    const uint64_t d2 = c1 ^ rotl(c3, 1);
    const uint64_t d3 = c2 ^ rotl(c4, 1);
    const uint64_t d4 = c3 ^ rotl(c0, 1);
    chi(&e[0], a[0] ^ d0, rotl(a[6] ^ d1, 44), rotl(a[12] ^ d2, 43), rotl(a[18] ^ d3, 21),
        rotl(a[24] ^ d4, 14));
    e[0] ^= constant;
    chi(&e[5], rotl(a[3] ^ d3, 28), rotl(a[9] ^ d4, 20), rotl(a[10] ^ d0, 3), rotl(a[16] ^ d1, 45),
        rotl(a[22] ^ d2, 61));
    chi(&e[10], rotl(a[1] ^ d1, 1), rotl(a[7] ^ d2, 6), rotl(a[13] ^ d3, 25), rotl(a[19] ^ d4, 8),
        rotl(a[20] ^ d0, 18));
    chi(&e[15], rotl(a[4] ^ d4, 27), rotl(a[5] ^ d0, 36), rotl(a[11] ^ d1, 10),
        rotl(a[17] ^ d2, 15), rotl(a[23] ^ d3, 56));
    chi(&e[20], rotl(a[2] ^ d2, 62), rotl(a[8] ^ d3, 55), rotl(a[14] ^ d4, 39),
        rotl(a[15] ^ d0, 41), rotl(a[21] ^ d1, 2));
}

}  // namespace

Keccak::~Keccak() { wipe(lanes_.data(), sizeof lanes_); }

void Keccak::permute() {
    Lanes even = lanes_;
    Lanes odd;
    for (size_t round = 0; round < round_constants.size(); round += 2) {
        keccak_round(even, odd, round_constants[round]);
        keccak_round(odd, even, round_constants[round + 1]);
    }
    lanes_ = even;
}

void Keccak::absorb(BytesView input) {
    MAYFLY_ASSERT(!squeezing_);
    while (!input.empty()) {
        if (at_ % 8 == 0 && input.size() >= 8) {
            uint64_t lane = 0;
            for (size_t i = 0; i < 8; ++i) lane |= static_cast<uint64_t>(input[i]) << (8 * i);
            lanes_[at_ / 8] ^= lane;
            at_ += 8;
            input = input.subspan(8);
        } else {
            xor_byte(at_++, input[0]);
            input = input.subspan(1);
        }
        if (at_ == rate_bytes_) {
            permute();
            at_ = 0;
        }
    }
}

void Keccak::squeeze(MutableBytesView out) {
    if (!squeezing_) {
        xor_byte(at_, suffix_);
        xor_byte(rate_bytes_ - 1, 0x80);
        at_ = rate_bytes_;
        squeezing_ = true;
    }
    while (!out.empty()) {
        if (at_ == rate_bytes_) {
            permute();
            at_ = 0;
        }
        if (at_ % 8 == 0 && out.size() >= 8) {
            const uint64_t lane = lanes_[at_ / 8];
            for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(lane >> (8 * i));
            at_ += 8;
            out = out.subspan(8);
        } else {
            out[0] = static_cast<uint8_t>(lanes_[at_ / 8] >> (8 * (at_ % 8)));
            ++at_;
            out = out.subspan(1);
        }
    }
}

}  // namespace mayfly::crypto
