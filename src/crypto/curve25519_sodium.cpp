#include <sodium.h>

#include "crypto/curve25519.h"

namespace mayfly::crypto {
namespace {

void ensure_sodium() {
    static const bool ready = sodium_init() >= 0;
    MAYFLY_ASSERT(ready);
}

}  // namespace

Curve25519Public x25519_public(Curve25519Secret private_key) {
    ensure_sodium();
    Curve25519Public out;
    crypto_scalarmult_base(out.data(), private_key.data());
    return out;
}

bool x25519(std::span<uint8_t, curve25519_key_size_bytes> shared, Curve25519Secret private_key,
            std::span<const uint8_t, curve25519_key_size_bytes> public_key) {
    ensure_sodium();
    return crypto_scalarmult(shared.data(), private_key.data(), public_key.data()) == 0;
}

Curve25519Public ed25519_public(Curve25519Secret seed) {
    ensure_sodium();
    Curve25519Public out;
    SecretArray<crypto_sign_SECRETKEYBYTES> expanded;
    crypto_sign_seed_keypair(out.data(), expanded.expose_mutable().data(), seed.data());
    return out;
}

Ed25519Signature ed25519_sign(Curve25519Secret seed, const Curve25519Public& public_key,
                              BytesView message) {
    ensure_sodium();
    SecretArray<crypto_sign_SECRETKEYBYTES> expanded;  // libsodium's form: the seed, then the key
    const auto bytes = expanded.expose_mutable();
    std::copy(seed.begin(), seed.end(), bytes.begin());
    std::copy(public_key.begin(), public_key.end(), bytes.begin() + curve25519_key_size_bytes);
    Ed25519Signature out;
    crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), bytes.data());
    return out;
}

bool ed25519_verify(std::span<const uint8_t, curve25519_key_size_bytes> public_key,
                    BytesView message,
                    std::span<const uint8_t, ed25519_signature_size_bytes> signature) {
    ensure_sodium();
    return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                       public_key.data()) == 0;
}

}  // namespace mayfly::crypto
