#include "crypto/kem.h"

#include "crypto/kem_dh.h"
#include "crypto/kem_hybrid.h"
#include "crypto/kem_ml_kem.h"

namespace mayfly::crypto {
namespace {

// A family of KEMs. Each function takes the KEM that is meant.
struct Family {
    Result<KemKeyPair> (*derive_key_pair)(KemId, BytesView);
    Result<KemKeyPair> (*generate)(KemId, Entropy&);
    Status (*check_public_key)(KemId, BytesView);
    Result<Bytes> (*public_from_private)(KemId, const Secret&);
    Result<Encapsulation> (*encapsulate)(KemId, BytesView, Entropy&);
    Result<Secret> (*decapsulate)(KemId, const Secret&, BytesView);
};
constexpr Family dh = {dhkem_derive_key_pair,     dhkem_generate,    dhkem_check_public_key,
                       dhkem_public_from_private, dhkem_encapsulate, dhkem_decapsulate};
constexpr Family ml_kem = {ml_kem_derive_key_pair,     ml_kem_generate,    ml_kem_check_public_key,
                           ml_kem_public_from_private, ml_kem_encapsulate, ml_kem_decapsulate};
constexpr Family hybrid = {hybrid_derive_key_pair,     hybrid_generate,    hybrid_check_public_key,
                           hybrid_public_from_private, hybrid_encapsulate, hybrid_decapsulate};

bool is_ml_kem(KemId id) { return id == KemId::mlkem768; }
bool is_hybrid(KemId id) { return id == KemId::mlkem768_x25519 || id == KemId::mlkem768_p256; }

const Family& family_of(KemId id) { return is_hybrid(id) ? hybrid : is_ml_kem(id) ? ml_kem : dh; }

}  // namespace

size_t kem_private_key_size_bytes(KemId id) {
    if (is_hybrid(id)) return hybrid_seed_size_bytes;
    return is_ml_kem(id) ? ml_kem_768_seed_size_bytes : dhkem_sizes(id).private_key_bytes;
}
size_t kem_public_key_size_bytes(KemId id) {
    if (is_hybrid(id)) return hybrid_public_size_bytes(id);
    return is_ml_kem(id) ? ml_kem_768_public_size_bytes : dhkem_sizes(id).public_key_bytes;
}
size_t kem_ciphertext_size_bytes(KemId id) {
    if (is_hybrid(id)) return hybrid_ciphertext_size_bytes(id);
    return is_ml_kem(id) ? ml_kem_768_ciphertext_size_bytes : dhkem_sizes(id).public_key_bytes;
}
size_t kem_secret_size_bytes(KemId id) {
    if (is_hybrid(id)) return hybrid_secret_size_bytes;
    return is_ml_kem(id) ? ml_kem_768_secret_size_bytes : dhkem_sizes(id).secret_bytes;
}

size_t kem_encapsulation_random_bytes(KemId id) {
    if (is_hybrid(id)) return hybrid_encapsulation_random_bytes(id);
    return is_ml_kem(id) ? ml_kem_768_message_size_bytes : dhkem_sizes(id).private_key_bytes;
}

Result<KemKeyPair> kem_derive_key_pair(KemId id, BytesView input_key) {
    return family_of(id).derive_key_pair(id, input_key);
}
Result<KemKeyPair> kem_generate(KemId id, Entropy& entropy) {
    return family_of(id).generate(id, entropy);
}
Status kem_check_public_key(KemId id, BytesView public_key) {
    return family_of(id).check_public_key(id, public_key);
}
Result<Bytes> kem_public_from_private(KemId id, const Secret& private_key) {
    return family_of(id).public_from_private(id, private_key);
}
Result<Encapsulation> kem_encapsulate(KemId id, BytesView public_key, Entropy& entropy) {
    return family_of(id).encapsulate(id, public_key, entropy);
}
Result<Secret> kem_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext) {
    return family_of(id).decapsulate(id, private_key, ciphertext);
}

}  // namespace mayfly::crypto
