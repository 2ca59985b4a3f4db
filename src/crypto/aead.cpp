#include "crypto/aead.h"

#include <openssl/evp.h>

#include <memory>

namespace mayfly::crypto {
namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// Fetching an algorithm costs more than sealing a short message, so each is fetched once.
const EVP_CIPHER* cipher(AeadId id) {
    static const EVP_CIPHER* const aes_128 = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
    static const EVP_CIPHER* const aes_256 = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    static const EVP_CIPHER* const chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    const EVP_CIPHER* found = id == AeadId::aes_128_gcm   ? aes_128
                              : id == AeadId::aes_256_gcm ? aes_256
                                                          : chacha;
    MAYFLY_ASSERT(found != nullptr);
    return found;
}

int as_int(size_t size) {
    MAYFLY_ASSERT(size <= aead_input_size_bytes_max);
    return static_cast<int>(size);
}

Context start(AeadId id, BytesView key, BytesView nonce, bool encrypt) {
    MAYFLY_ASSERT(key.size() == aead_key_size_bytes(id) && nonce.size() == aead_nonce_size_bytes);
    Context context(EVP_CIPHER_CTX_new());
    MAYFLY_ASSERT(context != nullptr);
    MAYFLY_ASSERT(EVP_CipherInit_ex2(context.get(), cipher(id), key.data(), nonce.data(),
                                     encrypt ? 1 : 0, nullptr) == 1);
    return context;
}

bool update(EVP_CIPHER_CTX* context, uint8_t* out, BytesView input) {
    if (input.empty()) return true;
    int written = 0;
    return EVP_CipherUpdate(context, out, &written, input.data(), as_int(input.size())) == 1;
}

}  // namespace

bool aes_is_fast() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("pclmul") != 0;
#else
    return false;
#endif
}

void aead_seal(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
               BytesView plaintext, MutableBytesView out) {
    MAYFLY_ASSERT(out.size() == plaintext.size() + aead_tag_size_bytes);
    const Context context = start(id, key, nonce, true);
    uint8_t* const tag = out.data() + plaintext.size();
    int written = 0;
    MAYFLY_ASSERT(update(context.get(), nullptr, associated_data));
    MAYFLY_ASSERT(update(context.get(), out.data(), plaintext));
    MAYFLY_ASSERT(EVP_CipherFinal_ex(context.get(), tag, &written) == 1 && written == 0);
    MAYFLY_ASSERT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                      static_cast<int>(aead_tag_size_bytes), tag) == 1);
}

Bytes aead_seal(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                BytesView plaintext) {
    Bytes out(plaintext.size() + aead_tag_size_bytes);
    aead_seal(id, key, nonce, associated_data, plaintext, out);
    return out;
}

Result<SecretBuffer> aead_open(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                               BytesView ciphertext) {
    ENSURE(ciphertext.size() >= aead_tag_size_bytes, decryption_failed);
    ENSURE(ciphertext.size() <= aead_input_size_bytes_max, input_too_large);
    ENSURE(associated_data.size() <= aead_input_size_bytes_max, input_too_large);
    const Context context = start(id, key, nonce, false);
    const BytesView body = ciphertext.first(ciphertext.size() - aead_tag_size_bytes);
    // OpenSSL takes the expected tag through a pointer that is not const.
    std::array<uint8_t, aead_tag_size_bytes> tag;
    std::copy_n(ciphertext.end() - static_cast<ptrdiff_t>(tag.size()), tag.size(), tag.begin());
    MAYFLY_ASSERT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG,
                                      static_cast<int>(tag.size()), tag.data()) == 1);
    SecretBuffer plaintext(body.size());
    uint8_t unused = 0;
    int written = 0;
    MAYFLY_ASSERT(update(context.get(), nullptr, associated_data));
    ENSURE(update(context.get(), plaintext.expose_mutable().data(), body), decryption_failed);
    ENSURE(EVP_CipherFinal_ex(context.get(), &unused, &written) == 1, decryption_failed);
    return plaintext;
}

}  // namespace mayfly::crypto
