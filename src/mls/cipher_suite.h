// Cipher suites: RFC 9420 section 17.1, and the post-quantum ones of
// draft-ietf-mls-pq-ciphersuites.
#pragma once

#include "crypto/hpke.h"
#include "crypto/signature.h"

namespace mayfly::mls {

// IANA has assigned no value to the suites of draft-ietf-mls-pq-ciphersuites yet, so ours come from
// the range for private use (0xF000 to 0xFFFF). Version 1 of the table is revision 06 of the draft:
// 0xF000 + n is its suite TBDn. A suite whose definition changes in a later revision gets a new
// value. docs/spec/mls.md says which suites of the draft are left out.
enum class CipherSuiteId : uint16_t {
    x25519_aes128gcm_sha256_ed25519 = 0x0001,
    p256_aes128gcm_sha256_p256 = 0x0002,
    x25519_chacha20poly1305_sha256_ed25519 = 0x0003,
    x448_aes256gcm_sha512_ed448 = 0x0004,
    p521_aes256gcm_sha512_p521 = 0x0005,
    x448_chacha20poly1305_sha512_ed448 = 0x0006,
    p384_aes256gcm_sha384_p384 = 0x0007,
    mlkem768x25519_aes128gcm_sha256_ed25519 = 0xf001,
    mlkem768x25519_aes256gcm_sha384_ed25519 = 0xf002,
    mlkem768p256_aes128gcm_sha256_p256 = 0xf003,
    mlkem768p256_aes256gcm_sha384_p256 = 0xf004,
    mlkem768_aes256gcm_sha384_ed25519 = 0xf006,
    mlkem768_aes256gcm_sha384_p256 = 0xf007,
    // The numbers that OpenMLS has given them for now. They are values of their own on the wire: a
    // group keeps the one that it was created with.
    openmls_mlkem768x25519_aes256gcm_sha384_ed25519 = 0x004e,
    openmls_mlkem768x25519_aes128gcm_sha256_ed25519 = 0x004f,
    openmls_mlkem768_aes256gcm_sha384_p256 = 0x0050,
    openmls_mlkem768_aes256gcm_sha384_ed25519 = 0xf042,
};

constexpr CipherSuiteId default_cipher_suite_id =
    CipherSuiteId::mlkem768x25519_aes128gcm_sha256_ed25519;

struct CipherSuite {
    CipherSuiteId id;
    crypto::HpkeSuite hpke;
    crypto::HashId hash;
    crypto::SignatureId signature;

    size_t hash_size_bytes() const { return crypto::hash_size_bytes(hash); }
    size_t aead_key_size_bytes() const { return crypto::aead_key_size_bytes(hpke.aead); }
};

// find_cipher_suite gives unsupported_suite for a value outside the table (GREASE among them).
Result<CipherSuite> find_cipher_suite(CipherSuiteId id);
std::span<const CipherSuite> all_cipher_suites();

}  // namespace mayfly::mls
