#include "crypto/kem.h"

#include "crypto/kem_dh.h"
#include "crypto/kem_hybrid.h"

namespace mayfly::crypto {
namespace {

bool is_hybrid(KemId id) { return id == KemId::mlkem768_x25519; }

}  // namespace

size_t kem_private_key_size_bytes(KemId id) {
    return is_hybrid(id) ? hybrid_seed_size_bytes : dhkem_sizes(id).private_key_bytes;
}
size_t kem_public_key_size_bytes(KemId id) {
    return is_hybrid(id) ? hybrid_public_size_bytes : dhkem_sizes(id).public_key_bytes;
}
size_t kem_ciphertext_size_bytes(KemId id) {
    return is_hybrid(id) ? hybrid_ciphertext_size_bytes : dhkem_sizes(id).public_key_bytes;
}
size_t kem_secret_size_bytes(KemId id) {
    return is_hybrid(id) ? hybrid_secret_size_bytes : dhkem_sizes(id).secret_bytes;
}

size_t kem_encapsulation_random_bytes(KemId id) {
    return is_hybrid(id) ? hybrid_encapsulation_random_bytes : dhkem_sizes(id).private_key_bytes;
}

Result<KemKeyPair> kem_derive_key_pair(KemId id, BytesView input_key) {
    return is_hybrid(id) ? hybrid_derive_key_pair(input_key) : dhkem_derive_key_pair(id, input_key);
}

Result<KemKeyPair> kem_generate(KemId id, Entropy& entropy) {
    return is_hybrid(id) ? hybrid_generate(entropy) : dhkem_generate(id, entropy);
}

Status kem_check_public_key(KemId id, BytesView public_key) {
    return is_hybrid(id) ? hybrid_check_public_key(public_key)
                         : dhkem_check_public_key(id, public_key);
}

Result<Bytes> kem_public_from_private(KemId id, const Secret& private_key) {
    return is_hybrid(id) ? hybrid_public_from_private(private_key)
                         : dhkem_public_from_private(id, private_key);
}

Result<Encapsulation> kem_encapsulate(KemId id, BytesView public_key, Entropy& entropy) {
    return is_hybrid(id) ? hybrid_encapsulate(public_key, entropy)
                         : dhkem_encapsulate(id, public_key, entropy);
}

Result<Secret> kem_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext) {
    return is_hybrid(id) ? hybrid_decapsulate(private_key, ciphertext)
                         : dhkem_decapsulate(id, private_key, ciphertext);
}

}  // namespace mayfly::crypto
