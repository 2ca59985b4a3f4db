// DHKEM(group, HKDF), RFC 9180 section 4.1. kem.h dispatches to it.
#pragma once

#include "crypto/hash.h"
#include "crypto/kem.h"

namespace mayfly::crypto {

struct DhKemSizes {
    size_t private_key_bytes;
    size_t public_key_bytes;  // and of the ciphertext, which is a public key
    size_t secret_bytes;
};

DhKemSizes dhkem_sizes(KemId id);
Result<KemKeyPair> dhkem_derive_key_pair(KemId id, BytesView input_key);
Result<KemKeyPair> dhkem_generate(KemId id, Entropy& entropy);
Status dhkem_check_public_key(KemId id, BytesView public_key);
Result<Bytes> dhkem_public_from_private(KemId id, const Secret& private_key);
Result<Encapsulation> dhkem_encapsulate(KemId id, BytesView public_key, Entropy& entropy);
Result<Secret> dhkem_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext);

// dhkem_exchange is the Diffie-Hellman of the group alone, for the hybrid KEMs.
Result<Secret> dhkem_exchange(KemId id, BytesView private_key, BytesView public_key);

}  // namespace mayfly::crypto
