// OpenSSL draws random bytes itself for ECDSA's nonces and to blind points of NIST curves.
#pragma once

namespace mayfly::crypto {

// prepare_openssl_random is called before such an operation. Natively OpenSSL seeds itself. Our
// libcrypto for WebAssembly has no source of its own and gets the host's (WASI random_get).
#ifdef __wasm__
bool prepare_openssl_random();
#else
inline bool prepare_openssl_random() { return true; }
#endif

}  // namespace mayfly::crypto
