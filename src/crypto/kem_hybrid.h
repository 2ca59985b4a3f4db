// MLKEM768X25519 (HPKE KEM 0x647a): ML-KEM-768 and X25519 combined as in X-Wing, with the key
// derivation of draft-ietf-hpke-pq. kem.h dispatches to it; docs/spec/crypto.md describes it.
#pragma once

#include "crypto/kem.h"
#include "crypto/ml_kem_768.h"

namespace mayfly::crypto {

constexpr size_t hybrid_seed_size_bytes = 32;
constexpr size_t hybrid_public_size_bytes = ml_kem_768_public_size_bytes + 32;
constexpr size_t hybrid_ciphertext_size_bytes = ml_kem_768_ciphertext_size_bytes + 32;
constexpr size_t hybrid_secret_size_bytes = 32;
constexpr size_t hybrid_encapsulation_random_bytes = 64;

Result<KemKeyPair> hybrid_derive_key_pair(BytesView input_key);
Result<KemKeyPair> hybrid_generate(Entropy& entropy);
Status hybrid_check_public_key(BytesView public_key);
Result<Bytes> hybrid_public_from_private(const Secret& private_key);
// hybrid_encapsulate draws ML-KEM's message, then the ephemeral X25519 key.
Result<Encapsulation> hybrid_encapsulate(BytesView public_key, Entropy& entropy);
Result<Secret> hybrid_decapsulate(const Secret& private_key, BytesView ciphertext);

}  // namespace mayfly::crypto
