#include "crypto/kem_ml_kem.h"

#include "crypto/keccak.h"

namespace mayfly::crypto {
namespace {

Result<KemKeyPair> pair_from(KemId id, Secret seed) {
    TRY_ASSIGN(Bytes public_key, ml_kem_public_from_private(id, seed));
    return KemKeyPair{std::move(seed), std::move(public_key)};
}

}  // namespace

// The input comes first, and what separates domains after it.
Secret pq_derive_seed(KemId id, BytesView input_key, size_t size_bytes) {
    constexpr std::string_view name = "DeriveKeyPair";
    const auto number = static_cast<uint16_t>(id);
    Keccak stream = Keccak::shake256();
    stream.absorb(input_key);
    stream.absorb(as_bytes("HPKE-v1"));
    stream.absorb(as_bytes("KEM"));
    stream.absorb(std::array<uint8_t, 4>{static_cast<uint8_t>(number >> 8),
                                         static_cast<uint8_t>(number), 0, name.size()});
    stream.absorb(as_bytes(name));
    stream.absorb(std::array<uint8_t, 2>{0, static_cast<uint8_t>(size_bytes)});
    Secret seed(size_bytes);
    stream.squeeze(seed.expose_mutable());
    return seed;
}

Result<KemKeyPair> ml_kem_derive_key_pair(KemId id, BytesView input_key) {
    return pair_from(id, pq_derive_seed(id, input_key, ml_kem_768_seed_size_bytes));
}

Result<KemKeyPair> ml_kem_generate(KemId id, Entropy& entropy) {
    Secret seed(ml_kem_768_seed_size_bytes);
    entropy.fill(seed.expose_mutable());
    return pair_from(id, std::move(seed));
}

Status ml_kem_check_public_key(KemId, BytesView public_key) {
    return ml_kem_768_check_public(public_key);
}

Result<Bytes> ml_kem_public_from_private(KemId, const Secret& private_key) {
    ENSURE(private_key.size() == ml_kem_768_seed_size_bytes, invalid_key);
    const MlKem768Private key(private_key.expose().first<ml_kem_768_seed_size_bytes>());
    return to_bytes(key.public_key().encoded());
}

Result<Encapsulation> ml_kem_encapsulate(KemId, BytesView public_key, Entropy& entropy) {
    TRY_ASSIGN(const MlKem768Public key, MlKem768Public::parse(public_key));
    SecretArray<32> message;
    entropy.fill(message.expose_mutable());
    const MlKem768Encapsulation sent = key.encapsulate(message.expose());
    return Encapsulation{Secret(sent.secret.expose()), to_bytes(sent.ciphertext)};
}

Result<Secret> ml_kem_decapsulate(KemId, const Secret& private_key, BytesView ciphertext) {
    ENSURE(private_key.size() == ml_kem_768_seed_size_bytes, invalid_key);
    ENSURE(ciphertext.size() == ml_kem_768_ciphertext_size_bytes, invalid_key);
    const MlKem768Private key(private_key.expose().first<ml_kem_768_seed_size_bytes>());
    return Secret(key.decapsulate(ciphertext.first<ml_kem_768_ciphertext_size_bytes>()).expose());
}

}  // namespace mayfly::crypto
