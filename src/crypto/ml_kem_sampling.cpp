#include "crypto/ml_kem_sampling.h"

#include "crypto/keccak.h"

namespace mayfly::crypto::ml_kem {

void sample_uniform(Poly& out, BytesView rho, uint8_t column, uint8_t row) {
    Keccak stream = Keccak::shake128();
    stream.absorb(rho);
    stream.absorb(std::array{column, row});
    std::array<uint8_t, Keccak::shake128_rate_bytes> block;
    size_t filled = 0;
    while (filled < n) {
        stream.squeeze(block);
        for (size_t i = 0; i < block.size() && filled < n; i += 3) {
            const auto low = low16(block[i] | (block[i + 1] & 0x0f) << 8);
            const auto high = low16(block[i + 1] >> 4 | block[i + 2] << 4);
            // Written first and kept or not afterwards: which of the two is a coin flip that a
            // branch would mispredict. One element past the end is never kept.
            out[filled] = low;
            filled += static_cast<size_t>(low < q);
            if (filled == n) break;
            out[filled] = high;
            filled += static_cast<size_t>(high < q);
        }
    }
}

void sample_noise(Poly& out, BytesView seed, uint8_t counter) {
    Keccak stream = Keccak::shake256();
    stream.absorb(seed);
    stream.absorb({&counter, 1});
    SecretArray<n / 2> random;
    stream.squeeze(random.expose_mutable());
    const auto bytes = random.expose();
    for (size_t i = 0; i < n / 2; ++i) {
        // Two coefficients a byte, each the difference of two sums of two bits.
        const uint32_t byte = bytes[i];
        const uint32_t sums = (byte & 0x55) + ((byte >> 1) & 0x55);
        out[2 * i] = low16(static_cast<int32_t>(sums & 3) - static_cast<int32_t>((sums >> 2) & 3));
        out[2 * i + 1] =
            low16(static_cast<int32_t>((sums >> 4) & 3) - static_cast<int32_t>((sums >> 6) & 3));
    }
}

}  // namespace mayfly::crypto::ml_kem
