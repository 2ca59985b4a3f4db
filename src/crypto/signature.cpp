#include "crypto/signature.h"

#include "crypto/curve25519.h"
#include "crypto/nist_curve.h"

namespace mayfly::crypto {
namespace {

constexpr size_t ed25519_private_size_bytes = 2 * curve25519_key_size_bytes;
constexpr size_t ed448_key_size_bytes = 57;

NistCurve curve_of(SignatureId id) {
    return id == SignatureId::ecdsa_p256   ? NistCurve::p256
           : id == SignatureId::ecdsa_p384 ? NistCurve::p384
                                           : NistCurve::p521;
}

// RFC 9420 section 17.1: each curve goes with the hash of its own strength.
const char* digest_of(SignatureId id) {
    return id == SignatureId::ecdsa_p256   ? "SHA256"
           : id == SignatureId::ecdsa_p384 ? "SHA384"
                                           : "SHA512";
}

Result<SignatureKeyPair> ed25519_pair(BytesView seed) {
    const auto public_key = ed25519_public(seed.first<curve25519_key_size_bytes>());
    SignatureKeyPair pair{Secret(ed25519_private_size_bytes), to_bytes(public_key)};
    const auto bytes = pair.private_key.expose_mutable();
    std::copy(seed.begin(), seed.end(), bytes.begin());
    std::copy(public_key.begin(), public_key.end(), bytes.begin() + curve25519_key_size_bytes);
    return pair;
}

Result<SignatureKeyPair> ed448_pair(BytesView seed) {
    ENSURE(seed.size() == ed448_key_size_bytes, invalid_key);
    SignatureKeyPair pair{Secret(seed), Bytes(ed448_key_size_bytes)};
    ENSURE(raw_public_of(EVP_PKEY_ED448, seed, pair.public_key), crypto_failure);
    return pair;
}

Result<SignatureKeyPair> ecdsa_pair(NistCurve curve, BytesView scalar) {
    TRY_ASSIGN(Bytes public_key, nist_public(curve, scalar));
    return SignatureKeyPair{Secret(scalar), std::move(public_key)};
}

Result<Bytes> ed25519_sign_with(const Secret& private_key, BytesView message) {
    const BytesView bytes = private_key.expose();
    ENSURE(bytes.size() == curve25519_key_size_bytes || bytes.size() == ed25519_private_size_bytes,
           invalid_key);
    const auto seed = bytes.first<curve25519_key_size_bytes>();
    Curve25519Public public_key;
    if (bytes.size() == ed25519_private_size_bytes) {
        std::copy_n(bytes.begin() + curve25519_key_size_bytes, public_key.size(),
                    public_key.begin());
    } else {
        public_key = ed25519_public(seed);
    }
    return to_bytes(ed25519_sign(seed, public_key, message));
}

}  // namespace

bool signature_is_available(SignatureId id) {
    return has_openssl_curves || id == SignatureId::ed25519;
}

size_t signature_public_key_size_bytes(SignatureId id) {
    if (id == SignatureId::ed25519) return curve25519_key_size_bytes;
    if (id == SignatureId::ed448) return ed448_key_size_bytes;
    return nist_point_size_bytes(curve_of(id));
}

Result<SignatureKeyPair> signature_generate(SignatureId id, Entropy& entropy) {
    if (id == SignatureId::ed25519 || id == SignatureId::ed448) {
        Secret seed(id == SignatureId::ed25519 ? curve25519_key_size_bytes : ed448_key_size_bytes);
        entropy.fill(seed.expose_mutable());
        return signature_from_private(id, seed.expose());
    }
    TRY_ASSIGN(const Secret scalar,
               nist_scalar_from_candidates(
                   curve_of(id), [&](uint8_t, MutableBytesView out) { entropy.fill(out); }));
    return signature_from_private(id, scalar.expose());
}

Result<SignatureKeyPair> signature_from_private(SignatureId id, BytesView private_key) {
    if (id == SignatureId::ed448) return ed448_pair(private_key);
    if (id != SignatureId::ed25519) return ecdsa_pair(curve_of(id), private_key);
    if (private_key.size() == curve25519_key_size_bytes) return ed25519_pair(private_key);
    ENSURE(private_key.size() == ed25519_private_size_bytes, invalid_key);
    TRY_ASSIGN(SignatureKeyPair pair, ed25519_pair(private_key.first(curve25519_key_size_bytes)));
    ENSURE(constant_time_equal(pair.private_key.expose(), private_key), invalid_key);
    return pair;
}

Status signature_check_public_key(SignatureId id, BytesView public_key) {
    ENSURE(public_key.size() == signature_public_key_size_bytes(id), invalid_key);
    if (id == SignatureId::ed25519 || id == SignatureId::ed448) return {};
    return nist_check_point(curve_of(id), public_key);
}

Result<Bytes> sign(SignatureId id, const Secret& private_key, BytesView message) {
    if (id == SignatureId::ed25519) return ed25519_sign_with(private_key, message);
    if constexpr (!has_openssl_curves) return MAYFLY_ERROR(unsupported_suite);
    if (id == SignatureId::ed448) {
        ENSURE(private_key.size() == ed448_key_size_bytes, invalid_key);
        const OpensslKey key = raw_private_key(EVP_PKEY_ED448, private_key.expose());
        return digest_sign(key.get(), nullptr, message);
    }
    const NistCurve curve = curve_of(id);
    TRY_ASSIGN(const Bytes public_key, nist_public(curve, private_key.expose()));
    TRY_ASSIGN(const OpensslKey key, nist_key(curve, private_key.expose(), public_key));
    return digest_sign(key.get(), digest_of(id), message);
}

Status verify(SignatureId id, BytesView public_key, BytesView message, BytesView signature) {
    ENSURE(public_key.size() == signature_public_key_size_bytes(id), invalid_key);
    if (id == SignatureId::ed25519) {
        ENSURE(signature.size() == ed25519_signature_size_bytes, invalid_signature);
        ENSURE(ed25519_verify(public_key.first<curve25519_key_size_bytes>(), message,
                              signature.first<ed25519_signature_size_bytes>()),
               invalid_signature);
        return {};
    }
    if constexpr (!has_openssl_curves) return MAYFLY_ERROR(unsupported_suite);
    if (id == SignatureId::ed448) {
        const OpensslKey key = raw_public_key(EVP_PKEY_ED448, public_key);
        ENSURE(digest_verify(key.get(), nullptr, message, signature), invalid_signature);
        return {};
    }
    TRY_ASSIGN(const OpensslKey key, nist_key(curve_of(id), {}, public_key));
    ENSURE(digest_verify(key.get(), digest_of(id), message, signature), invalid_signature);
    return {};
}

}  // namespace mayfly::crypto
