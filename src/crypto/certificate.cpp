#include "crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/tls_openssl.h"

namespace mayfly::crypto {
namespace {

// RFC 5280 section 4.1.2.5: the time that means "never".
constexpr const char* no_expiry = "99991231235959Z";
constexpr const char* valid_from = "20200101000000Z";
constexpr const char* common_name = "Mayfly relay";
constexpr int serial_bits = 127;  // RFC 5280 section 4.1.2.2: positive, at most 20 octets

bool fill_certificate(X509* certificate, EVP_PKEY* key) {
    OpensslPtr<BIGNUM, BN_free> serial(BN_new());
    X509_NAME* name = X509_get_subject_name(certificate);
    return serial && BN_rand(serial.get(), serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
           BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) &&
           X509_set_version(certificate, X509_VERSION_3) &&
           ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), valid_from) &&
           ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), no_expiry) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                      reinterpret_cast<const unsigned char*>(common_name), -1, -1,
                                      0) &&
           X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

BytesView bio_view(BIO* bio) {
    char* data = nullptr;
    const long size_bytes = BIO_get_mem_data(bio, &data);
    return {reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(size_bytes)};
}

}  // namespace

std::optional<KeyFingerprint> fingerprint_of(X509* certificate) {
    unsigned char* der = nullptr;
    const int size_bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size_bytes <= 0) return std::nullopt;
    KeyFingerprint out;
    const int hashed = EVP_Digest(der, static_cast<size_t>(size_bytes), out.bytes.data(), nullptr,
                                  EVP_sha256(), nullptr);
    OPENSSL_free(der);
    if (hashed != 1) return std::nullopt;
    return out;
}

Result<TlsIdentity> make_self_signed_identity() {
    ERR_clear_error();
    OpensslPtr<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
    OpensslPtr<X509, X509_free> certificate(X509_new());
    OpensslPtr<BIO, BIO_free> certificate_bio(BIO_new(BIO_s_mem()));
    OpensslPtr<BIO, BIO_free> key_bio(BIO_new(BIO_s_mem()));  // OpenSSL wipes it when it is freed
    ENSURE(key && certificate && certificate_bio && key_bio, crypto_failure);
    ENSURE(fill_certificate(certificate.get(), key.get()), crypto_failure);
    ENSURE(PEM_write_bio_X509(certificate_bio.get(), certificate.get()), crypto_failure);
    ENSURE(PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr),
           crypto_failure);
    TlsIdentity out;
    out.certificates_pem = to_bytes(bio_view(certificate_bio.get()));
    out.private_key_pem = SecretBuffer(bio_view(key_bio.get()));
    return out;
}

Result<KeyFingerprint> certificate_fingerprint(BytesView certificates_pem) {
    ERR_clear_error();
    const auto certificates = read_certificates(certificates_pem);
    ENSURE(!certificates.empty(), invalid_key);
    const auto out = fingerprint_of(certificates.front().get());
    ENSURE(out.has_value(), invalid_key);
    return *out;
}

std::vector<OpensslPtr<X509, X509_free>> read_certificates(BytesView pem) {
    std::vector<OpensslPtr<X509, X509_free>> out;
    if (pem.size() > tls_pem_size_bytes_max) return out;
    OpensslPtr<BIO, BIO_free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    while (bio) {
        OpensslPtr<X509, X509_free> next(
            PEM_read_bio_X509(bio.get(), nullptr, refuse_passphrase, nullptr));
        if (!next) break;
        out.push_back(std::move(next));
    }
    ERR_clear_error();  // the end of the text counts as an error
    return out;
}

}  // namespace mayfly::crypto
