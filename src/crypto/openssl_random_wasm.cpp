// RAND_METHOD is "deprecated" in OpenSSL 3, yet the alternative is a provider for one callback.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>
#include <wasi/api.h>

#include "crypto/openssl_random.h"

namespace mayfly::crypto {
namespace {

int host_bytes(unsigned char* out, int size_bytes) {
    return __wasi_random_get(out, static_cast<__wasi_size_t>(size_bytes)) == 0 ? 1 : 0;
}
int host_status() { return 1; }

constexpr RAND_METHOD host_method = {
    nullptr, host_bytes, nullptr, nullptr, host_bytes, host_status,
};

}  // namespace

bool prepare_openssl_random() {
    static const bool ready = RAND_set_rand_method(&host_method) == 1;
    return ready;
}

}  // namespace mayfly::crypto
