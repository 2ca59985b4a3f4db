// Shows that ML-KEM-768 takes no branch and no memory address from a secret: the secrets are marked
// undefined and valgrind reports every such use. Built with MAYFLY_TIMING_CHECK, run by ctest under
// valgrind (label long). With the argument "leak" it branches on a secret on purpose, to show that
// the check sees it.
#include <valgrind/memcheck.h>

#include <cstdio>
#include <cstring>

#include "crypto/ml_kem_768.h"

namespace mayfly::crypto {
namespace {

template <size_t N>
std::array<uint8_t, N> secret_bytes(uint8_t fill) {
    std::array<uint8_t, N> out;
    out.fill(fill);
    VALGRIND_MAKE_MEM_UNDEFINED(out.data(), out.size());
    return out;
}

void run_with_secrets() {
    const auto seed = secret_bytes<ml_kem_768_seed_size_bytes>(0x42);
    const MlKem768Private key(seed);
    const auto message = secret_bytes<32>(0x17);
    const auto sent = key.public_key().encapsulate(message);
    const auto accepted = key.decapsulate(sent.ciphertext);
    auto changed = sent.ciphertext;
    changed[0] ^= 1;
    const auto rejected = key.decapsulate(changed);

    VALGRIND_MAKE_MEM_DEFINED(&accepted, sizeof accepted);
    VALGRIND_MAKE_MEM_DEFINED(&rejected, sizeof rejected);
    VALGRIND_MAKE_MEM_DEFINED(&sent, sizeof sent);
    MAYFLY_ASSERT(constant_time_equal(accepted.expose(), sent.secret.expose()));
    MAYFLY_ASSERT(!constant_time_equal(rejected.expose(), sent.secret.expose()));
}

int run(bool leak) {
    if (RUNNING_ON_VALGRIND == 0) {
        std::puts("not under valgrind: nothing would be checked");
        return 1;
    }
    run_with_secrets();
    if (leak) {
        const auto secret = secret_bytes<1>(1);
        if (secret[0] == 1) std::puts("branched on a secret");
    }
    return 0;
}

}  // namespace
}  // namespace mayfly::crypto

int main(int count, char** arguments) {
    return mayfly::crypto::run(count > 1 && std::strcmp(arguments[1], "leak") == 0);
}
