#include "crypto/system_entropy.h"

#include <sys/random.h>

#include <cerrno>

#include "util/error.h"

namespace mayfly::crypto {

void SystemEntropy::fill(MutableBytesView out) {
    while (!out.empty()) {
        const ssize_t size = getrandom(out.data(), out.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        MAYFLY_ASSERT(size > 0);
        out = out.subspan(static_cast<size_t>(size));
    }
}

}  // namespace mayfly::crypto
