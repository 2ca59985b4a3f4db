#include "crypto/curve25519.h"
#include "crypto/openssl_key.h"

namespace mayfly::crypto {
namespace {

using Encoded = std::array<uint8_t, curve25519_key_size_bytes>;

// y coordinates of the points of low order, sign bit cleared. p - 1, p and p + 1 follow from the
// check for canonical form except p - 1, which is canonical.
constexpr std::array<Encoded, 5> low_order = {{
    {},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
}};

// OpenSSL accepts points of low order and coordinates of p and above; libsodium refuses them. The
// points are public, so branches are fine.
bool is_acceptable_point(BytesView point) {
    Encoded y{};
    std::copy_n(point.begin(), y.size(), y.begin());
    y[31] &= 0x7f;
    const bool top_is_ones =
        y[31] == 0x7f &&
        std::all_of(y.begin() + 1, y.end() - 1, [](uint8_t byte) { return byte == 0xff; });
    if (top_is_ones && y[0] >= 0xed) return false;  // y >= 2^255 - 19
    return std::find(low_order.begin(), low_order.end(), y) == low_order.end();
}

}  // namespace

Curve25519Public x25519_public(Curve25519Secret private_key) {
    Curve25519Public out;
    MAYFLY_ASSERT(raw_public_of(EVP_PKEY_X25519, private_key, out));
    return out;
}

bool x25519(std::span<uint8_t, curve25519_key_size_bytes> shared, Curve25519Secret private_key,
            std::span<const uint8_t, curve25519_key_size_bytes> public_key) {
    return raw_exchange(EVP_PKEY_X25519, private_key, public_key, shared);
}

Curve25519Public ed25519_public(Curve25519Secret seed) {
    Curve25519Public out;
    MAYFLY_ASSERT(raw_public_of(EVP_PKEY_ED25519, seed, out));
    return out;
}

Ed25519Signature ed25519_sign(Curve25519Secret seed, const Curve25519Public&, BytesView message) {
    const OpensslKey key = raw_private_key(EVP_PKEY_ED25519, seed);
    const Result<Bytes> signature = digest_sign(key.get(), nullptr, message);
    MAYFLY_ASSERT(signature.ok() && signature->size() == ed25519_signature_size_bytes);
    Ed25519Signature out;
    std::copy(signature->begin(), signature->end(), out.begin());
    return out;
}

bool ed25519_verify(std::span<const uint8_t, curve25519_key_size_bytes> public_key,
                    BytesView message,
                    std::span<const uint8_t, ed25519_signature_size_bytes> signature) {
    if (!is_acceptable_point(public_key) || !is_acceptable_point(signature.first<32>()))
        return false;
    const OpensslErrors errors;
    const OpensslKey key = raw_public_key(EVP_PKEY_ED25519, public_key);
    return digest_verify(key.get(), nullptr, message, signature);
}

}  // namespace mayfly::crypto
