// Help for code whose time must not depend on secrets: what the language lacks, and what the check
// under valgrind (ml_kem_768_timing_test.cpp) needs to be told.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef MAYFLY_TIMING_CHECK
#include <valgrind/memcheck.h>
#endif

namespace mayfly::crypto {

// value_barrier hides from the compiler where a value came from, so that it can't turn a mask back
// into the branch it replaces (clang did that to ML-KEM's message decoding in 2024).
inline uint32_t value_barrier(uint32_t value) {
    __asm__ __volatile__("" : "+r"(value));
    return value;
}

// declassify says: these bytes came from a secret and may be known to everyone. Does nothing except
// under the check.
inline void declassify([[maybe_unused]] const void* data, [[maybe_unused]] size_t size_bytes) {
#ifdef MAYFLY_TIMING_CHECK
    VALGRIND_MAKE_MEM_DEFINED(data, size_bytes);
#endif
}

}  // namespace mayfly::crypto
