#include "crypto/openssl_key.h"

namespace mayfly::crypto {

OpensslKey raw_private_key(int type, BytesView private_key) {
    return OpensslKey(
        EVP_PKEY_new_raw_private_key(type, nullptr, private_key.data(), private_key.size()));
}

OpensslKey raw_public_key(int type, BytesView public_key) {
    return OpensslKey(
        EVP_PKEY_new_raw_public_key(type, nullptr, public_key.data(), public_key.size()));
}

bool raw_public_of(int type, BytesView private_key, MutableBytesView out) {
    if constexpr (!has_openssl_curves) return false;
    const OpensslErrors errors;
    const OpensslKey key = raw_private_key(type, private_key);
    size_t size = out.size();
    return key != nullptr && EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1 &&
           size == out.size();
}

bool raw_exchange(int type, BytesView private_key, BytesView public_key, MutableBytesView shared) {
    if constexpr (!has_openssl_curves) return false;
    const OpensslErrors errors;
    const OpensslKey own = raw_private_key(type, private_key);
    const OpensslKey peer = raw_public_key(type, public_key);
    if (own == nullptr || peer == nullptr) return false;
    const OpensslKeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr));
    size_t size = shared.size();
    // OpenSSL refuses an all-zero result itself; the own check keeps that from being a promise of
    // one library version.
    if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
        EVP_PKEY_derive(context.get(), shared.data(), &size) != 1 || size != shared.size()) {
        return false;
    }
    uint8_t any = 0;
    for (const uint8_t byte : shared) any = static_cast<uint8_t>(any | byte);
    return any != 0;
}

Result<Bytes> digest_sign(EVP_PKEY* key, const char* digest, BytesView message) {
    const OpensslErrors errors;
    const OpensslDigestContext context(EVP_MD_CTX_new());
    ENSURE(key != nullptr && context != nullptr, crypto_failure);
    ENSURE(
        EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key, nullptr) == 1,
        crypto_failure);
    size_t size = 0;
    ENSURE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1,
           crypto_failure);
    Bytes signature(size);
    ENSURE(
        EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1,
        crypto_failure);
    signature.resize(size);
    return signature;
}

bool digest_verify(EVP_PKEY* key, const char* digest, BytesView message, BytesView signature) {
    const OpensslErrors errors;
    const OpensslDigestContext context(EVP_MD_CTX_new());
    return key != nullptr && context != nullptr &&
           EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key,
                                   nullptr) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace mayfly::crypto
