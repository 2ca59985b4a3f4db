// The simulator's dice: one generator per run, seeded, so that a seed reproduces a run exactly.
#pragma once

#include <cstdint>

namespace mayfly::sim {

// SplitMix64 (Steele, Lea, Flood 2014): tiny, and good enough for scheduling.
class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }
    // below gives 0 <= n < bound.
    uint64_t below(uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
    int64_t between(int64_t low, int64_t high) {
        return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
    }
    bool chance(double probability) {
        return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability;
    }

  private:
    uint64_t state_;
};

}  // namespace mayfly::sim
