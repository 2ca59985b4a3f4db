// Entropy: where random bytes come from. The sans-IO code owns no source: the system's, the
// browser's or the simulator's is handed in.
#pragma once

#include "util/bytes.h"

namespace mayfly {

class Entropy {
  public:
    virtual ~Entropy() = default;
    // fill never fails: a source that cannot deliver must abort the process.
    virtual void fill(MutableBytesView out) = 0;
};

template <size_t N>
std::array<uint8_t, N> random_array(Entropy& entropy) {
    std::array<uint8_t, N> out{};
    entropy.fill(out);
    return out;
}

}  // namespace mayfly
