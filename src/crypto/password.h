// Argon2id (RFC 9106): a key from a passphrase. Native only: the browser has its own adapter later.
#pragma once

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::crypto {

struct Argon2Cost {
    uint32_t passes = 3;
    uint32_t memory_kib = 65536;  // RFC 9106 section 4, second recommended option
};
constexpr size_t argon2_salt_size_bytes = 16;

Result<SecretArray<32>> argon2id(BytesView passphrase, BytesView salt, Argon2Cost cost);

}  // namespace mayfly::crypto
