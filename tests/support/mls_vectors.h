// What the tests on the MLS working group's vectors share.
#pragma once

#include "mls/cipher_suite.h"
#include "tests/support/vectors.h"

namespace mayfly::testing {

// private_key_at reads a private key. The vectors drop the leading zeros of P-521 scalars.
inline Secret private_key_at(const nlohmann::json& object, const char* key,
                             const mls::CipherSuite& suite) {
    Bytes bytes = bytes_at(object, key);
    const size_t scalar_size_bytes = suite.signature == crypto::SignatureId::ecdsa_p521 ? 66 : 0;
    if (bytes.size() < scalar_size_bytes) {
        bytes.insert(bytes.begin(), scalar_size_bytes - bytes.size(), 0);
    }
    return Secret(bytes);
}

}  // namespace mayfly::testing
