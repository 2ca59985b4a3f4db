// MLKEM768X25519 and MLKEM768P256 (HPKE KEMs 0x647a and 0x0050): ML-KEM-768 and a curve, combined
// as draft-irtf-cfrg-concrete-hybrid-kems does (the first is X-Wing), with the key derivation of
// draft-ietf-hpke-pq. kem.h dispatches to it; docs/spec/crypto.md describes it.
#pragma once

#include "crypto/kem.h"

namespace mayfly::crypto {

constexpr size_t hybrid_seed_size_bytes = 32;
constexpr size_t hybrid_secret_size_bytes = 32;

size_t hybrid_public_size_bytes(KemId id);
size_t hybrid_ciphertext_size_bytes(KemId id);
size_t hybrid_encapsulation_random_bytes(KemId id);

Result<KemKeyPair> hybrid_derive_key_pair(KemId id, BytesView input_key);
Result<KemKeyPair> hybrid_generate(KemId id, Entropy& entropy);
Status hybrid_check_public_key(KemId id, BytesView public_key);
Result<Bytes> hybrid_public_from_private(KemId id, const Secret& private_key);
// hybrid_encapsulate draws ML-KEM's message (32 bytes), then what the ephemeral key is made of.
Result<Encapsulation> hybrid_encapsulate(KemId id, BytesView public_key, Entropy& entropy);
Result<Secret> hybrid_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext);

}  // namespace mayfly::crypto
