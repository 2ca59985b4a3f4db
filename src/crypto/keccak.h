// Keccak (FIPS 202): SHA3-256, SHA3-512, SHAKE128 and SHAKE256, for ML-KEM and the hybrid KEM.
//
// Our own, because ML-KEM squeezes piece by piece and OpenSSL 3.0 squeezes once. Plain 64-bit
// logic: no table, branch or index depends on the data.
#pragma once

#include "util/bytes.h"

namespace mayfly::crypto {

// Keccak is one sponge: absorb any number of times, then squeeze any number of times. A sponge
// wipes its state on death.
class Keccak {
  public:
    static constexpr size_t shake128_rate_bytes = 168;

    static Keccak sha3_256() { return Keccak(136, 0x06); }
    static Keccak sha3_512() { return Keccak(72, 0x06); }
    static Keccak shake128() { return Keccak(shake128_rate_bytes, 0x1f); }
    static Keccak shake256() { return Keccak(136, 0x1f); }
    ~Keccak();

    void absorb(BytesView input);
    void squeeze(MutableBytesView out);

  private:
    Keccak(size_t rate_bytes, uint8_t suffix) : rate_bytes_(rate_bytes), suffix_(suffix) {}
    void permute();
    void xor_byte(size_t at, uint8_t value) {
        lanes_[at / 8] ^= static_cast<uint64_t>(value) << (8 * (at % 8));
    }

    std::array<uint64_t, 25> lanes_{};
    size_t rate_bytes_;
    size_t at_ = 0;
    uint8_t suffix_;
    bool squeezing_ = false;
};

// sha3_256 and sha3_512 hash the pieces as one input.
template <class... Pieces>
void sha3_256(std::span<uint8_t, 32> out, const Pieces&... pieces) {
    Keccak sponge = Keccak::sha3_256();
    (sponge.absorb(pieces), ...);
    sponge.squeeze(out);
}
template <class... Pieces>
void sha3_512(std::span<uint8_t, 64> out, const Pieces&... pieces) {
    Keccak sponge = Keccak::sha3_512();
    (sponge.absorb(pieces), ...);
    sponge.squeeze(out);
}

}  // namespace mayfly::crypto
