// P-256, P-384 and P-521 (FIPS 186-5) on OpenSSL: what DHKEM and ECDSA share. Scalars are
// big-endian of the field's size, points uncompressed (SEC 1 section 2.3.3), as RFC 9180
// section 7.1.1 and RFC 9420 section 5.1.1 ask.
#pragma once

#include "crypto/openssl_key.h"

namespace mayfly::crypto {

enum class NistCurve : uint8_t { p256, p384, p521 };

constexpr size_t nist_scalar_size_bytes(NistCurve curve) {
    return curve == NistCurve::p256 ? 32 : curve == NistCurve::p384 ? 48 : 66;
}
constexpr size_t nist_point_size_bytes(NistCurve curve) {
    return 1 + 2 * nist_scalar_size_bytes(curve);
}

// nist_scalar_is_valid: 0 < scalar < order, and of the right length.
bool nist_scalar_is_valid(NistCurve curve, BytesView scalar);
// nist_scalar_from_candidates is the rejection sampling of RFC 9180 section 7.1.3: `next(counter,
// out)` fills a candidate; the first valid one wins. 255 misses give crypto_failure.
template <class Next>
Result<Secret> nist_scalar_from_candidates(NistCurve curve, Next&& next) {
    // Only the top bit of P-521's order is set in its first byte, whose other bits are masked off.
    const uint8_t mask = curve == NistCurve::p521 ? 0x01 : 0xff;
    Secret candidate(nist_scalar_size_bytes(curve));
    for (uint8_t counter = 0; counter < 255; ++counter) {
        const MutableBytesView bytes = candidate.expose_mutable();
        next(counter, bytes);
        bytes[0] &= mask;
        if (nist_scalar_is_valid(curve, bytes)) return candidate;
    }
    return MAYFLY_ERROR(crypto_failure);
}

// All of these refuse scalars and points that are not valid with invalid_key.
Status nist_check_point(NistCurve curve, BytesView point);
Result<Bytes> nist_public(NistCurve curve, BytesView scalar);
// nist_exchange gives the x coordinate of scalar * point.
Result<Secret> nist_exchange(NistCurve curve, BytesView scalar, BytesView point);
// nist_key imports a key for signatures; `scalar` is empty for a public key.
Result<OpensslKey> nist_key(NistCurve curve, BytesView scalar, BytesView point);

}  // namespace mayfly::crypto
