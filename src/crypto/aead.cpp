// What does not depend on the library: aead_openssl.cpp or, for WebAssembly, aead_portable.cpp.
#include "crypto/aead.h"

namespace mayfly::crypto {

bool aes_is_fast() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("pclmul") != 0;
#else
    return false;
#endif
}

Bytes aead_seal(AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                BytesView plaintext) {
    Bytes out(plaintext.size() + aead_tag_size_bytes);
    aead_seal(id, key, nonce, associated_data, plaintext, out);
    return out;
}

}  // namespace mayfly::crypto
