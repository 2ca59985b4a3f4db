#include "crypto/kem.h"

#include "crypto/kem_dh.h"

namespace mayfly::crypto {

size_t kem_private_key_size_bytes(KemId id) {
    return dhkem_sizes(id).private_key_bytes;
}
size_t kem_public_key_size_bytes(KemId id) {
    return dhkem_sizes(id).public_key_bytes;
}
size_t kem_ciphertext_size_bytes(KemId id) {
    return dhkem_sizes(id).public_key_bytes;
}
size_t kem_secret_size_bytes(KemId id) {
    return dhkem_sizes(id).secret_bytes;
}

Result<KemKeyPair> kem_derive_key_pair(KemId id, BytesView input_key) {
    if (id == KemId::mlkem768_x25519) return MAYFLY_ERROR(unsupported_suite);
    return dhkem_derive_key_pair(id, input_key);
}

Result<KemKeyPair> kem_generate(KemId id, Entropy& entropy) {
    if (id == KemId::mlkem768_x25519) return MAYFLY_ERROR(unsupported_suite);
    return dhkem_generate(id, entropy);
}

Status kem_check_public_key(KemId id, BytesView public_key) {
    if (id == KemId::mlkem768_x25519) return MAYFLY_ERROR(unsupported_suite);
    return dhkem_check_public_key(id, public_key);
}

Result<Bytes> kem_public_from_private(KemId id, const Secret& private_key) {
    if (id == KemId::mlkem768_x25519) return MAYFLY_ERROR(unsupported_suite);
    return dhkem_public_from_private(id, private_key);
}

Result<Encapsulation> kem_encapsulate(KemId id, BytesView public_key, Entropy& entropy) {
    if (id == KemId::mlkem768_x25519) return MAYFLY_ERROR(unsupported_suite);
    return dhkem_encapsulate(id, public_key, entropy);
}

Result<Secret> kem_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext) {
    if (id == KemId::mlkem768_x25519) return MAYFLY_ERROR(unsupported_suite);
    return dhkem_decapsulate(id, private_key, ciphertext);
}

}  // namespace mayfly::crypto
