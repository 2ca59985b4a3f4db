#include "crypto/system_entropy.h"

#include <unistd.h>

#include "util/error.h"

namespace mayfly::crypto {

void SystemEntropy::fill(MutableBytesView out) {
    constexpr size_t piece_size_bytes_max = 256;  // what one call gives
    while (!out.empty()) {
        const size_t size = std::min(out.size(), piece_size_bytes_max);
        MAYFLY_ASSERT(getentropy(out.data(), size) == 0);
        out = out.subspan(size);
    }
}

}  // namespace mayfly::crypto
