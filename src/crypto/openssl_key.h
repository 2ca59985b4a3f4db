// Ownership of OpenSSL's key objects, for the files of this folder that use EVP_PKEY.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::crypto {

// OpenSSL's curves come with all of its provider, 1 MB that a browser would load for suites that
// nobody uses by default: MAYFLY_ONLY_CURVE25519 leaves them out.
#ifdef MAYFLY_ONLY_CURVE25519
constexpr bool has_openssl_curves = false;
#else
constexpr bool has_openssl_curves = true;
#endif

template <auto free_function>
struct OpensslFree {
    template <class T>
    void operator()(T* object) const {
        free_function(object);
    }
};
using OpensslKey = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using OpensslKeyContext = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using OpensslDigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using OpensslNumber = std::unique_ptr<BIGNUM, OpensslFree<BN_clear_free>>;
using OpensslNumbers = std::unique_ptr<BN_CTX, OpensslFree<BN_CTX_free>>;
using OpensslPoint = std::unique_ptr<EC_POINT, OpensslFree<EC_POINT_clear_free>>;

// OpensslErrors takes back what failed calls pushed to OpenSSL's per-thread error queue: a refused
// key must not look like a failed TLS read to the code that asks next.
class OpensslErrors {
  public:
    OpensslErrors() { ERR_set_mark(); }
    OpensslErrors(const OpensslErrors&) = delete;
    OpensslErrors& operator=(const OpensslErrors&) = delete;
    ~OpensslErrors() { ERR_pop_to_mark(); }
};

// Raw keys of X25519, X448, Ed25519 and Ed448; `type` is EVP_PKEY_X448 and so on.
OpensslKey raw_private_key(int type, BytesView private_key);
OpensslKey raw_public_key(int type, BytesView public_key);
// raw_public_of writes the public key of a raw private key; out has the public key's size.
bool raw_public_of(int type, BytesView private_key, MutableBytesView out);
// raw_exchange is false if a key is not valid or the shared secret is all zero.
bool raw_exchange(int type, BytesView private_key, BytesView public_key, MutableBytesView shared);
// digest_sign and digest_verify are EVP_DigestSign and EVP_DigestVerify; `digest` is null for
// EdDSA.
Result<Bytes> digest_sign(EVP_PKEY* key, const char* digest, BytesView message);
bool digest_verify(EVP_PKEY* key, const char* digest, BytesView message, BytesView signature);

}  // namespace mayfly::crypto
