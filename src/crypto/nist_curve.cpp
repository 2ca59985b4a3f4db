#include "crypto/nist_curve.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

namespace mayfly::crypto {
namespace {

constexpr uint8_t uncompressed_point = 0x04;

const EC_GROUP* group_of(NistCurve curve) {
    static const EC_GROUP* const p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    static const EC_GROUP* const p384 = EC_GROUP_new_by_curve_name(NID_secp384r1);
    static const EC_GROUP* const p521 = EC_GROUP_new_by_curve_name(NID_secp521r1);
    const EC_GROUP* group = curve == NistCurve::p256   ? p256
                            : curve == NistCurve::p384 ? p384
                                                       : p521;
    MAYFLY_ASSERT(group != nullptr);
    return group;
}

const char* name_of(NistCurve curve) {
    return curve == NistCurve::p256 ? "P-256" : curve == NistCurve::p384 ? "P-384" : "P-521";
}

// Secure numbers: OpenSSL keeps them on its secure heap if there is one, and computes with them in
// constant time.
OpensslNumber secret_number(BytesView scalar) {
    OpensslNumber number(BN_secure_new());
    MAYFLY_ASSERT(number != nullptr);
    MAYFLY_ASSERT(BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), number.get()) !=
                  nullptr);
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    return number;
}

OpensslNumbers new_numbers() {
    OpensslNumbers numbers(BN_CTX_secure_new());
    MAYFLY_ASSERT(numbers != nullptr);
    return numbers;
}

OpensslPoint new_point(NistCurve curve) {
    OpensslPoint point(EC_POINT_new(group_of(curve)));
    MAYFLY_ASSERT(point != nullptr);
    return point;
}

// EC_POINT_oct2point refuses coordinates of p and above and points off the curve.
bool decode_point(NistCurve curve, BytesView encoded, EC_POINT* point, BN_CTX* numbers) {
    return encoded.size() == nist_point_size_bytes(curve) && encoded[0] == uncompressed_point &&
           EC_POINT_oct2point(group_of(curve), point, encoded.data(), encoded.size(), numbers) == 1;
}

}  // namespace

bool nist_scalar_is_valid(NistCurve curve, BytesView scalar) {
    if constexpr (!has_openssl_curves) return false;
    if (scalar.size() != nist_scalar_size_bytes(curve)) return false;
    const OpensslNumber number = secret_number(scalar);
    return !BN_is_zero(number.get()) &&
           BN_ucmp(number.get(), EC_GROUP_get0_order(group_of(curve))) < 0;
}

Status nist_check_point(NistCurve curve, BytesView encoded) {
    if constexpr (!has_openssl_curves) return MAYFLY_ERROR(unsupported_suite);
    const OpensslErrors errors;
    const OpensslPoint point = new_point(curve);
    const OpensslNumbers numbers = new_numbers();
    ENSURE(decode_point(curve, encoded, point.get(), numbers.get()), invalid_key);
    return {};
}

Result<Bytes> nist_public(NistCurve curve, BytesView scalar) {
    if constexpr (!has_openssl_curves) return MAYFLY_ERROR(unsupported_suite);
    ENSURE(nist_scalar_is_valid(curve, scalar), invalid_key);
    const OpensslNumber number = secret_number(scalar);
    const OpensslNumbers numbers = new_numbers();
    const OpensslPoint point = new_point(curve);
    MAYFLY_ASSERT(EC_POINT_mul(group_of(curve), point.get(), number.get(), nullptr, nullptr,
                               numbers.get()) == 1);
    Bytes out(nist_point_size_bytes(curve));
    MAYFLY_ASSERT(EC_POINT_point2oct(group_of(curve), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                                     out.data(), out.size(), numbers.get()) == out.size());
    return out;
}

Result<Secret> nist_exchange(NistCurve curve, BytesView scalar, BytesView point) {
    if constexpr (!has_openssl_curves) return MAYFLY_ERROR(unsupported_suite);
    const OpensslErrors errors;
    ENSURE(nist_scalar_is_valid(curve, scalar), invalid_key);
    const OpensslNumber number = secret_number(scalar);
    const OpensslNumbers numbers = new_numbers();
    const OpensslPoint peer = new_point(curve);
    ENSURE(decode_point(curve, point, peer.get(), numbers.get()), invalid_key);
    const OpensslPoint shared = new_point(curve);
    const OpensslNumber x(BN_secure_new());
    Secret out(nist_scalar_size_bytes(curve));
    // The cofactor is 1 and the scalar below the order, so the product is never the point at
    // infinity.
    MAYFLY_ASSERT(EC_POINT_mul(group_of(curve), shared.get(), nullptr, peer.get(), number.get(),
                               numbers.get()) == 1);
    MAYFLY_ASSERT(EC_POINT_get_affine_coordinates(group_of(curve), shared.get(), x.get(), nullptr,
                                                  numbers.get()) == 1);
    MAYFLY_ASSERT(BN_bn2binpad(x.get(), out.expose_mutable().data(),
                               static_cast<int>(out.size())) == static_cast<int>(out.size()));
    return out;
}

Result<OpensslKey> nist_key(NistCurve curve, BytesView scalar, BytesView point) {
    if constexpr (!has_openssl_curves) return MAYFLY_ERROR(unsupported_suite);
    const OpensslErrors errors;
    ENSURE(point.size() == nist_point_size_bytes(curve) && point[0] == uncompressed_point,
           invalid_key);
    ENSURE(scalar.empty() || nist_scalar_is_valid(curve, scalar), invalid_key);
    const std::unique_ptr<OSSL_PARAM_BLD, OpensslFree<OSSL_PARAM_BLD_free>> builder(
        OSSL_PARAM_BLD_new());
    ENSURE(builder != nullptr, crypto_failure);
    ENSURE(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                           name_of(curve), 0) == 1,
           crypto_failure);
    ENSURE(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                            point.size()) == 1,
           crypto_failure);
    const OpensslNumber number = secret_number(scalar);  // outlives the parameters built from it
    if (!scalar.empty()) {
        ENSURE(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1,
               crypto_failure);
    }
    const std::unique_ptr<OSSL_PARAM, OpensslFree<OSSL_PARAM_free>> params(
        OSSL_PARAM_BLD_to_param(builder.get()));
    const OpensslKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    ENSURE(params != nullptr && context != nullptr, crypto_failure);
    ENSURE(EVP_PKEY_fromdata_init(context.get()) == 1, crypto_failure);
    EVP_PKEY* key = nullptr;
    const int selection = scalar.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
    ENSURE(EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) == 1, invalid_key);
    return OpensslKey(key);
}

}  // namespace mayfly::crypto
