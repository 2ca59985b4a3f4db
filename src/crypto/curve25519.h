// The seam between X25519, Ed25519 (RFC 7748, RFC 8032) and the library that computes them:
// curve25519_sodium.cpp natively, curve25519_openssl.cpp with MAYFLY_NO_SODIUM. Both must accept
// exactly the same keys and signatures, or members of one group would disagree about a message.
#pragma once

#include "util/bytes.h"
#include "util/secret.h"

namespace mayfly::crypto {

constexpr size_t curve25519_key_size_bytes = 32;
constexpr size_t ed25519_signature_size_bytes = 64;

using Curve25519Secret = std::span<const uint8_t, curve25519_key_size_bytes>;
using Curve25519Public = std::array<uint8_t, curve25519_key_size_bytes>;
using Ed25519Signature = std::array<uint8_t, ed25519_signature_size_bytes>;

Curve25519Public x25519_public(Curve25519Secret private_key);
// x25519 is false for the all-zero shared secret that points of low order give (RFC 7748 section
// 6.1); RFC 9180 section 7.1.4 asks to refuse it.
bool x25519(std::span<uint8_t, curve25519_key_size_bytes> shared, Curve25519Secret private_key,
            std::span<const uint8_t, curve25519_key_size_bytes> public_key);

Curve25519Public ed25519_public(Curve25519Secret seed);
Ed25519Signature ed25519_sign(Curve25519Secret seed, const Curve25519Public& public_key,
                              BytesView message);
// ed25519_verify refuses s >= L, and points A or R that are of low order or not canonical.
bool ed25519_verify(std::span<const uint8_t, curve25519_key_size_bytes> public_key,
                    BytesView message,
                    std::span<const uint8_t, ed25519_signature_size_bytes> signature);

}  // namespace mayfly::crypto
