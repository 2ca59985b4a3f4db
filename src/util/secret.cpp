#include "util/secret.h"

#include <cstring>

namespace mayfly {

void wipe(void* data, size_t size_bytes) {
    if (size_bytes == 0) return;
    std::memset(data, 0, size_bytes);
    // The compiler must assume that the asm reads the memory, so the memset stays.
    __asm__ __volatile__("" : : "r"(data) : "memory");
}

bool constant_time_equal(BytesView a, BytesView b) {
    if (a.size() != b.size()) return false;
    uint8_t difference = 0;
    for (size_t i = 0; i < a.size(); ++i)
        difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
    __asm__ __volatile__("" : "+r"(difference));
    return difference == 0;
}

}  // namespace mayfly
