// The labelled functions of RFC 9420 section 5 and 8. Labels are given without the "MLS 1.0 " that
// goes before them, except ref_hash, whose labels RFC 9420 section 5.2 gives in full.
#pragma once

#include "mls/cipher_suite.h"
#include "util/parallel.h"

namespace mayfly::mls {

// Section 5.2.
Bytes ref_hash(const CipherSuite& suite, std::string_view label, BytesView value);

// Section 5.1.2.
Result<Bytes> sign_with_label(const CipherSuite& suite, const Secret& signature_key,
                              std::string_view label, BytesView content);
Status verify_with_label(const CipherSuite& suite, BytesView signature_key, std::string_view label,
                         BytesView content, BytesView signature);

// Section 5.1.3.
Result<crypto::HpkeCiphertext> encrypt_with_label(const CipherSuite& suite, BytesView public_key,
                                                  std::string_view label, BytesView context,
                                                  BytesView plaintext, Entropy& entropy);
// encrypt_all_with_label gives for each recipient what encrypt_with_label would, one after the
// other. parallel may be null.
struct SealTo {
    BytesView public_key;
    BytesView plaintext;
};
Result<std::vector<crypto::HpkeCiphertext>> encrypt_all_with_label(
    const CipherSuite& suite, std::string_view label, BytesView context,
    std::span<const SealTo> recipients, Entropy& entropy, Parallel* parallel);
Result<SecretBuffer> decrypt_with_label(const CipherSuite& suite, const Secret& private_key,
                                        std::string_view label, BytesView context,
                                        const crypto::HpkeCiphertext& sealed);

// Section 8. length_bytes is at most Secret::capacity_bytes.
Secret expand_with_label(const CipherSuite& suite, const Secret& secret, std::string_view label,
                         BytesView context, size_t length_bytes);
Secret derive_secret(const CipherSuite& suite, const Secret& secret, std::string_view label);
// Section 9.1.
Secret derive_tree_secret(const CipherSuite& suite, const Secret& secret, std::string_view label,
                          uint32_t generation, size_t length_bytes);

// MAC of section 5.1: HMAC with the suite's hash. Compare with constant_time_equal.
Bytes mac(const CipherSuite& suite, const Secret& key, BytesView data);

}  // namespace mayfly::mls
