// FixedEntropy hands out the bytes it was given, once: for vectors that name their randomness.
#pragma once

#include "util/entropy.h"
#include "util/error.h"

namespace mayfly::testing {

class FixedEntropy final : public Entropy {
  public:
    explicit FixedEntropy(BytesView bytes) : bytes_(to_bytes(bytes)) {}
    void fill(MutableBytesView out) override {
        MAYFLY_ASSERT(out.size() <= bytes_.size() - used_);
        std::copy_n(bytes_.begin() + static_cast<ptrdiff_t>(used_), out.size(), out.begin());
        used_ += out.size();
    }
    size_t left_bytes() const { return bytes_.size() - used_; }

  private:
    Bytes bytes_;
    size_t used_ = 0;
};

}  // namespace mayfly::testing
