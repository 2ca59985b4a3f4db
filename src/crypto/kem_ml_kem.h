// ML-KEM-768 as an HPKE KEM (draft-ietf-hpke-pq section 3), and the key derivation that it shares
// with the hybrid KEMs. kem.h dispatches to it.
#pragma once

#include "crypto/kem.h"
#include "crypto/ml_kem_768.h"

namespace mayfly::crypto {

// pq_derive_seed is DeriveKeyPair's first step in that draft: SHAKE256.LabeledDerive(input,
// "DeriveKeyPair", "", size_bytes).
Secret pq_derive_seed(KemId id, BytesView input_key, size_t size_bytes);

Result<KemKeyPair> ml_kem_derive_key_pair(KemId id, BytesView input_key);
Result<KemKeyPair> ml_kem_generate(KemId id, Entropy& entropy);
Status ml_kem_check_public_key(KemId id, BytesView public_key);
Result<Bytes> ml_kem_public_from_private(KemId id, const Secret& private_key);
Result<Encapsulation> ml_kem_encapsulate(KemId id, BytesView public_key, Entropy& entropy);
Result<Secret> ml_kem_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext);

}  // namespace mayfly::crypto
