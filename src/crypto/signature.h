// Signatures of the RFC 9420 suites. Public keys and signatures have the form that RFC 9420 section
// 5.1.1 and 5.1.2 ask for: raw for EdDSA, uncompressed points and DER for ECDSA.
#pragma once

#include "util/bytes.h"
#include "util/entropy.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::crypto {

enum class SignatureId : uint8_t { ed25519, ecdsa_p256, ecdsa_p384, ecdsa_p521, ed448 };

struct SignatureKeyPair {
    Secret private_key;  // Ed25519, Ed448: the seed; ECDSA: the scalar
    Bytes public_key;
};

Result<SignatureKeyPair> signature_generate(SignatureId id, Entropy& entropy);
// signature_from_private gives the pair that belongs to a stored private key.
Result<SignatureKeyPair> signature_from_private(SignatureId id, BytesView private_key);
Result<Bytes> sign(SignatureId id, const Secret& private_key, BytesView message);
Status verify(SignatureId id, BytesView public_key, BytesView message, BytesView signature);

}  // namespace mayfly::crypto
