// Key encapsulation: the DHKEMs of RFC 9180, and ML-KEM-768 and its hybrids of draft-ietf-hpke-pq.
// Identifiers are those of the HPKE KEM registry.
//
// Wrong lengths and keys that are not canonical give invalid_key. A ciphertext that was made for
// another key is no error here: ML-KEM's implicit rejection gives another shared secret, and what
// it protects does not open.
#pragma once

#include "util/bytes.h"
#include "util/entropy.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::crypto {

enum class KemId : uint16_t {
    dhkem_p256 = 0x0010,
    dhkem_p384 = 0x0011,
    dhkem_p521 = 0x0012,
    dhkem_x25519 = 0x0020,
    dhkem_x448 = 0x0021,
    mlkem768 = 0x0041,
    mlkem768_p256 = 0x0050,
    mlkem768_x25519 = 0x647a,
};

struct KemKeyPair {
    Secret private_key;  // ML-KEM and hybrids: the seed
    Bytes public_key;
};
struct Encapsulation {
    Secret shared_secret;
    Bytes ciphertext;  // RFC 9180 calls it enc, RFC 9420 kem_output
};

size_t kem_private_key_size_bytes(KemId id);
size_t kem_public_key_size_bytes(KemId id);
size_t kem_ciphertext_size_bytes(KemId id);
size_t kem_secret_size_bytes(KemId id);  // of the shared secret

// kem_derive_key_pair: DeriveKeyPair of RFC 9180 section 7.1.3 or of draft-ietf-hpke-pq (labelled).
Result<KemKeyPair> kem_derive_key_pair(KemId id, BytesView input_key);
Result<KemKeyPair> kem_generate(KemId id, Entropy& entropy);
// kem_check_public_key refuses wrong lengths and points or polynomials that are not canonical.
Status kem_check_public_key(KemId id, BytesView public_key);
// kem_public_from_private recomputes the public key.
Result<Bytes> kem_public_from_private(KemId id, const Secret& private_key);
// kem_encapsulate draws kem_encapsulation_random_bytes(id) bytes in one piece.
size_t kem_encapsulation_random_bytes(KemId id);
Result<Encapsulation> kem_encapsulate(KemId id, BytesView public_key, Entropy& entropy);
Result<Secret> kem_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext);

}  // namespace mayfly::crypto
