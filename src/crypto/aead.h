// Authenticated encryption with associated data (RFC 5116). One nonce is used once per key: callers
// own that promise. Keys and nonces of a wrong size are our own bug and assert.
#pragma once

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::crypto {

enum class AeadId : uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

constexpr size_t aead_nonce_size_bytes = 12;
constexpr size_t aead_tag_size_bytes = 16;
constexpr size_t aead_key_size_bytes(AeadId id) { return id == AeadId::aes_128_gcm ? 16 : 32; }
// OpenSSL counts lengths in int; attachments are sealed in chunks far smaller than this.
constexpr size_t aead_input_size_bytes_max = size_t{1} << 30;

// aes_is_fast tells whether the processor computes AES-GCM itself; without that ChaCha20-Poly1305
// is several times as fast.
bool aes_is_fast();

// aead_seal writes ciphertext and tag to out (plaintext.size() + 16 bytes; may not overlap).
void aead_seal(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
               BytesView plaintext, MutableBytesView out);
Bytes aead_seal(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                BytesView plaintext);

// aead_open gives the plaintext or decryption_failed; nothing of a failed plaintext is left behind.
Result<SecretBuffer> aead_open(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                               BytesView ciphertext);

}  // namespace mayfly::crypto
