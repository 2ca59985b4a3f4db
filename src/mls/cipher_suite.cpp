#include "mls/cipher_suite.h"

namespace mayfly::mls {
namespace {

using crypto::AeadId;
using crypto::HashId;
using crypto::KemId;
using crypto::SignatureId;

// The suites that have two values.
constexpr CipherSuite mlkem768x25519_128(CipherSuiteId id) {
    return {id,
            {KemId::mlkem768_x25519, HashId::sha256, AeadId::aes_128_gcm},
            HashId::sha256,
            SignatureId::ed25519};
}
constexpr CipherSuite mlkem768x25519_256(CipherSuiteId id) {
    return {id,
            {KemId::mlkem768_x25519, HashId::sha384, AeadId::aes_256_gcm},
            HashId::sha384,
            SignatureId::ed25519};
}
constexpr CipherSuite mlkem768(CipherSuiteId id, SignatureId signature) {
    return {id, {KemId::mlkem768, HashId::sha384, AeadId::aes_256_gcm}, HashId::sha384, signature};
}

constexpr CipherSuite table[] = {
    {CipherSuiteId::x25519_aes128gcm_sha256_ed25519,
     {KemId::dhkem_x25519, HashId::sha256, AeadId::aes_128_gcm},
     HashId::sha256,
     SignatureId::ed25519},
    {CipherSuiteId::p256_aes128gcm_sha256_p256,
     {KemId::dhkem_p256, HashId::sha256, AeadId::aes_128_gcm},
     HashId::sha256,
     SignatureId::ecdsa_p256},
    {CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519,
     {KemId::dhkem_x25519, HashId::sha256, AeadId::chacha20_poly1305},
     HashId::sha256,
     SignatureId::ed25519},
    {CipherSuiteId::x448_aes256gcm_sha512_ed448,
     {KemId::dhkem_x448, HashId::sha512, AeadId::aes_256_gcm},
     HashId::sha512,
     SignatureId::ed448},
    {CipherSuiteId::p521_aes256gcm_sha512_p521,
     {KemId::dhkem_p521, HashId::sha512, AeadId::aes_256_gcm},
     HashId::sha512,
     SignatureId::ecdsa_p521},
    {CipherSuiteId::x448_chacha20poly1305_sha512_ed448,
     {KemId::dhkem_x448, HashId::sha512, AeadId::chacha20_poly1305},
     HashId::sha512,
     SignatureId::ed448},
    {CipherSuiteId::p384_aes256gcm_sha384_p384,
     {KemId::dhkem_p384, HashId::sha384, AeadId::aes_256_gcm},
     HashId::sha384,
     SignatureId::ecdsa_p384},
    mlkem768x25519_128(CipherSuiteId::mlkem768x25519_aes128gcm_sha256_ed25519),
    mlkem768x25519_256(CipherSuiteId::mlkem768x25519_aes256gcm_sha384_ed25519),
    {CipherSuiteId::mlkem768p256_aes128gcm_sha256_p256,
     {KemId::mlkem768_p256, HashId::sha256, AeadId::aes_128_gcm},
     HashId::sha256,
     SignatureId::ecdsa_p256},
    {CipherSuiteId::mlkem768p256_aes256gcm_sha384_p256,
     {KemId::mlkem768_p256, HashId::sha384, AeadId::aes_256_gcm},
     HashId::sha384,
     SignatureId::ecdsa_p256},
    mlkem768(CipherSuiteId::mlkem768_aes256gcm_sha384_ed25519, SignatureId::ed25519),
    mlkem768(CipherSuiteId::mlkem768_aes256gcm_sha384_p256, SignatureId::ecdsa_p256),
    mlkem768x25519_256(CipherSuiteId::openmls_mlkem768x25519_aes256gcm_sha384_ed25519),
    mlkem768x25519_128(CipherSuiteId::openmls_mlkem768x25519_aes128gcm_sha256_ed25519),
    mlkem768(CipherSuiteId::openmls_mlkem768_aes256gcm_sha384_p256, SignatureId::ecdsa_p256),
    mlkem768(CipherSuiteId::openmls_mlkem768_aes256gcm_sha384_ed25519, SignatureId::ed25519),
};

}  // namespace

Result<CipherSuite> find_cipher_suite(CipherSuiteId id) {
    for (const CipherSuite& suite : table) {
        if (suite.id == id) return suite;
    }
    return MAYFLY_ERROR(unsupported_suite);
}

std::span<const CipherSuite> all_cipher_suites() { return table; }

}  // namespace mayfly::mls
