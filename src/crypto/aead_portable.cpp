// AEADs for WebAssembly: OpenSSL's AES and GCM below its provider, which is 1 MB that a browser
// would load, and libsodium's ChaCha20-Poly1305. No processor instructions: AES is computed in
// constant time (OPENSSL_AES_CONST_TIME).
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/aes.h>
#include <openssl/modes.h>
#include <sodium.h>

#include "crypto/aead.h"

namespace mayfly::crypto {
namespace {

static_assert(crypto_aead_chacha20poly1305_IETF_NPUBBYTES == aead_nonce_size_bytes);
static_assert(crypto_aead_chacha20poly1305_IETF_ABYTES == aead_tag_size_bytes);

class Gcm {
  public:
    Gcm(BytesView key, BytesView nonce, BytesView associated_data) {
        MAYFLY_ASSERT(AES_set_encrypt_key(key.data(), static_cast<int>(key.size() * 8), &key_) ==
                      0);
        context_ = CRYPTO_gcm128_new(&key_, encrypt_block);
        MAYFLY_ASSERT(context_ != nullptr);
        CRYPTO_gcm128_setiv(context_, nonce.data(), nonce.size());
        MAYFLY_ASSERT(CRYPTO_gcm128_aad(context_, associated_data.data(), associated_data.size()) ==
                      0);
    }
    Gcm(const Gcm&) = delete;
    Gcm& operator=(const Gcm&) = delete;
    ~Gcm() {
        CRYPTO_gcm128_release(context_);  // wipes
        wipe(&key_, sizeof key_);
    }
    void encrypt(BytesView plaintext, uint8_t* out) {
        MAYFLY_ASSERT(CRYPTO_gcm128_encrypt(context_, plaintext.data(), out, plaintext.size()) ==
                      0);
    }
    void decrypt(BytesView ciphertext, uint8_t* out) {
        MAYFLY_ASSERT(CRYPTO_gcm128_decrypt(context_, ciphertext.data(), out, ciphertext.size()) ==
                      0);
    }
    void tag(uint8_t* out) { CRYPTO_gcm128_tag(context_, out, aead_tag_size_bytes); }
    bool has_tag(BytesView tag) {
        return CRYPTO_gcm128_finish(context_, tag.data(), tag.size()) == 0;
    }

  private:
    static void encrypt_block(const uint8_t in[16], uint8_t out[16], const void* key) {
        AES_encrypt(in, out, static_cast<const AES_KEY*>(key));
    }
    AES_KEY key_;
    GCM128_CONTEXT* context_;
};

void check_sizes(AeadId id, BytesView key, BytesView nonce) {
    MAYFLY_ASSERT(key.size() == aead_key_size_bytes(id) && nonce.size() == aead_nonce_size_bytes);
}

}  // namespace

void aead_seal(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
               BytesView plaintext, MutableBytesView out) {
    check_sizes(id, key, nonce);
    MAYFLY_ASSERT(out.size() == plaintext.size() + aead_tag_size_bytes);
    MAYFLY_ASSERT(plaintext.size() <= aead_input_size_bytes_max);
    uint8_t* const tag = out.data() + plaintext.size();
    if (id == AeadId::chacha20_poly1305) {
        crypto_aead_chacha20poly1305_ietf_encrypt_detached(
            out.data(), tag, nullptr, plaintext.data(), plaintext.size(), associated_data.data(),
            associated_data.size(), nullptr, nonce.data(), key.data());
        return;
    }
    Gcm gcm(key, nonce, associated_data);
    gcm.encrypt(plaintext, out.data());
    gcm.tag(tag);
}

Result<SecretBuffer> aead_open(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                               BytesView ciphertext) {
    check_sizes(id, key, nonce);
    ENSURE(ciphertext.size() >= aead_tag_size_bytes, decryption_failed);
    ENSURE(ciphertext.size() <= aead_input_size_bytes_max, input_too_large);
    ENSURE(associated_data.size() <= aead_input_size_bytes_max, input_too_large);
    const BytesView body = ciphertext.first(ciphertext.size() - aead_tag_size_bytes);
    const BytesView tag = ciphertext.last(aead_tag_size_bytes);
    SecretBuffer plaintext(body.size());
    if (id == AeadId::chacha20_poly1305) {
        ENSURE(crypto_aead_chacha20poly1305_ietf_decrypt_detached(
                   plaintext.expose_mutable().data(), nullptr, body.data(), body.size(), tag.data(),
                   associated_data.data(), associated_data.size(), nonce.data(), key.data()) == 0,
               decryption_failed);
        return plaintext;
    }
    Gcm gcm(key, nonce, associated_data);
    gcm.decrypt(body, plaintext.expose_mutable().data());
    ENSURE(gcm.has_tag(tag), decryption_failed);
    return plaintext;
}

}  // namespace mayfly::crypto
