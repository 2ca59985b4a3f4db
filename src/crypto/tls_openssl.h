// What certificate.cpp and tls.cpp share of OpenSSL. Not for other folders.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <vector>

#include "crypto/key_fingerprint.h"

namespace mayfly::crypto {

template <auto Free>
struct OpensslFree {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <class T, auto Free>
using OpensslPtr = std::unique_ptr<T, OpensslFree<Free>>;

// A chain of a few certificates; real ones have under 10 kB.
constexpr size_t tls_pem_size_bytes_max = 1U << 20;

// Without it OpenSSL would ask for the passphrase of an encrypted key on the terminal.
inline int refuse_passphrase(char*, int, int, void*) { return 0; }

std::optional<KeyFingerprint> fingerprint_of(X509* certificate);
std::vector<OpensslPtr<X509, X509_free>> read_certificates(BytesView pem);

}  // namespace mayfly::crypto
