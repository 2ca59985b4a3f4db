// Cipher suites: RFC 9420 section 17.1, and the hybrid suite that Mayfly uses by default.
#pragma once

#include "crypto/hpke.h"
#include "crypto/signature.h"

namespace mayfly::mls {

// The table is versioned by its values: a suite whose definition changes gets a new one. IANA has
// assigned none to the suites of draft-ietf-mls-pq-ciphersuites yet, so ours come from the range
// for private use (0xF000 to 0xFFFF).
enum class CipherSuiteId : uint16_t {
    x25519_aes128gcm_sha256_ed25519 = 0x0001,
    p256_aes128gcm_sha256_p256 = 0x0002,
    x25519_chacha20poly1305_sha256_ed25519 = 0x0003,
    x448_aes256gcm_sha512_ed448 = 0x0004,
    p521_aes256gcm_sha512_p521 = 0x0005,
    x448_chacha20poly1305_sha512_ed448 = 0x0006,
    p384_aes256gcm_sha384_p384 = 0x0007,
    // First suite of draft-ietf-mls-pq-ciphersuites-06 (HPKE KEM 0x647a, labelled DeriveKeyPair).
    mlkem768x25519_aes128gcm_sha256_ed25519 = 0xf001,
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
