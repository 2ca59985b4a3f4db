#include "crypto/sha1.h"

#include <openssl/evp.h>

#include "util/error.h"

namespace mayfly::crypto {

std::array<uint8_t, 20> sha1_not_for_security(BytesView input) {
    std::array<uint8_t, 20> out{};
    MAYFLY_ASSERT(EVP_Digest(input.data(), input.size(), out.data(), nullptr, EVP_sha1(), nullptr));
    return out;
}

}  // namespace mayfly::crypto
