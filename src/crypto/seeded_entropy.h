// SeededEntropy: a reproducible stream of bytes from a seed, for the simulator and for tests. Block
// n of the stream is SHA-256(seed || n): equal seeds give equal streams on every machine.
//
// Never use it where a real secret is made.
#pragma once

#include "util/entropy.h"

namespace mayfly::crypto {

class SeededEntropy final : public Entropy {
  public:
    explicit SeededEntropy(uint64_t seed);
    explicit SeededEntropy(BytesView seed);
    void fill(MutableBytesView out) override;

  private:
    void next_block();

    std::array<uint8_t, 40> input_{};  // 32 bytes of seed, then the block's number
    std::array<uint8_t, 32> block_{};
    size_t used_bytes_ = 32;
    uint64_t blocks_ = 0;
};

}  // namespace mayfly::crypto
