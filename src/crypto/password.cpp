#include "crypto/password.h"

#include <sodium.h>

namespace mayfly::crypto {

static_assert(crypto_pwhash_argon2id_SALTBYTES == argon2_salt_size_bytes);

Result<SecretArray<32>> argon2id(BytesView passphrase, BytesView salt, Argon2Cost cost) {
    static const bool ready = sodium_init() >= 0;
    MAYFLY_ASSERT(ready);
    MAYFLY_ASSERT(salt.size() == argon2_salt_size_bytes);
    ENSURE(cost.passes <= argon2_passes_max && cost.memory_kib <= argon2_memory_kib_max,
           invalid_argument);
    // An empty view may hold no address, and libsodium wants one.
    const std::string_view text = passphrase.empty() ? "" : as_text(passphrase);
    SecretArray<32> key;
    const int status = crypto_pwhash_argon2id(
        key.expose_mutable().data(), key.size(), text.data(), passphrase.size(), salt.data(),
        cost.passes, size_t{cost.memory_kib} * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    ENSURE(status == 0, crypto_failure);
    return key;
}

}  // namespace mayfly::crypto
