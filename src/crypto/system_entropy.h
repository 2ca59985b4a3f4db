// SystemEntropy: the operating system's random bytes (getentropy); in a browser those of the page.
#pragma once

#include "util/entropy.h"

namespace mayfly::crypto {

class SystemEntropy final : public Entropy {
  public:
    // fill blocks until the kernel's pool is ready (at boot), and aborts if the kernel refuses.
    void fill(MutableBytesView out) override;
};

}  // namespace mayfly::crypto
