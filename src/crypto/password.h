// Argon2id (RFC 9106): a key from a passphrase.
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
// A store names its cost in the clear, so whoever can write the file can ask for any: bound what it
// may take. 16 passes over 1 GiB are about 15 s here.
constexpr uint32_t argon2_passes_max = 16;
constexpr uint32_t argon2_memory_kib_max = 1U << 20;

// argon2id runs with one lane (libsodium has no other). The passphrase is given as it was typed, in
// UTF-8. A cost out of range gives invalid_argument; memory that cannot be had, crypto_failure.
Result<SecretArray<32>> argon2id(BytesView passphrase, BytesView salt, Argon2Cost cost);

}  // namespace mayfly::crypto
