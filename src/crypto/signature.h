// Signatures of the RFC 9420 suites. Public keys and signatures have the form that RFC 9420 section
// 5.1.1 and 5.1.2 ask for: raw for EdDSA, uncompressed points and DER for ECDSA.
//
// EdDSA signatures are deterministic. ECDSA draws its nonce from OpenSSL's own generator, so suites
// with it are not reproducible in the simulator.
#pragma once

#include "util/bytes.h"
#include "util/entropy.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::crypto {

enum class SignatureId : uint8_t { ed25519, ecdsa_p256, ecdsa_p384, ecdsa_p521, ed448 };

// private_key holds: Ed25519: 64 bytes, the seed and the public key (so that signing need not
// recompute it); Ed448: the 57-byte seed; ECDSA: the scalar, big-endian, of the field's size.
struct SignatureKeyPair {
    Secret private_key;
    Bytes public_key;
};

// signature_is_available: a build for browsers has Ed25519 only; the others fail with some error.
bool signature_is_available(SignatureId id);
size_t signature_public_key_size_bytes(SignatureId id);

Result<SignatureKeyPair> signature_generate(SignatureId id, Entropy& entropy);
// signature_from_private gives the pair that belongs to a stored private key: the form above, or a
// 32-byte Ed25519 seed as in the vectors of MLS. Anything else gives invalid_key; so does an
// Ed25519 key whose halves do not belong together, because signing with those would reveal the
// seed.
Result<SignatureKeyPair> signature_from_private(SignatureId id, BytesView private_key);
// signature_check_public_key refuses wrong lengths and ECDSA points that are not on the curve. What
// EdDSA finds wrong with a key shows in verify.
Status signature_check_public_key(SignatureId id, BytesView public_key);
// sign takes a private key as signature_from_private does, but trusts its halves.
Result<Bytes> sign(SignatureId id, const Secret& private_key, BytesView message);
// verify gives invalid_key for a public key of the wrong form, else invalid_signature.
Status verify(SignatureId id, BytesView public_key, BytesView message, BytesView signature);

}  // namespace mayfly::crypto
