#include "crypto/kem_hybrid.h"

#include "crypto/curve25519.h"
#include "crypto/keccak.h"

namespace mayfly::crypto {
namespace {

constexpr uint16_t kem_number = static_cast<uint16_t>(KemId::mlkem768_x25519);
// The combiner's label, "\./" over "/^\": an X-Wing fighter.
constexpr std::array<uint8_t, 6> label = {0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c};

// Both private keys, expanded from the seed: SHAKE256(seed, 96) = d || z || X25519 key.
struct Expanded {
    SecretArray<96> bytes;

    explicit Expanded(BytesView seed) {
        Keccak stream = Keccak::shake256();
        stream.absorb(seed);
        stream.squeeze(bytes.expose_mutable());
    }
    auto ml_kem_seed() const { return bytes.expose().first<ml_kem_768_seed_size_bytes>(); }
    auto x25519_key() const { return bytes.expose().last<curve25519_key_size_bytes>(); }
};

Secret combine(const SecretArray<32>& ml_kem_secret, const SecretArray<32>& x25519_secret,
               BytesView x25519_ciphertext, BytesView x25519_key) {
    Secret out(hybrid_secret_size_bytes);
    sha3_256(out.expose_mutable().first<hybrid_secret_size_bytes>(), ml_kem_secret.expose(),
             x25519_secret.expose(), x25519_ciphertext, x25519_key, label);
    return out;
}

Bytes joined(BytesView first, BytesView second) {
    Bytes out;
    out.reserve(first.size() + second.size());
    append(out, first);
    append(out, second);
    return out;
}

Bytes public_key_of(const MlKem768Private& ml_kem, Curve25519Secret x25519_key) {
    return joined(ml_kem.public_key().encoded(), x25519_public(x25519_key));
}

Result<KemKeyPair> pair_from(Secret seed) {
    TRY_ASSIGN(Bytes public_key, hybrid_public_from_private(seed));
    return KemKeyPair{std::move(seed), std::move(public_key)};
}

}  // namespace

// LabeledDerive of draft-ietf-hpke-pq: the input comes first, and what separates domains after it.
Result<KemKeyPair> hybrid_derive_key_pair(BytesView input_key) {
    constexpr std::string_view name = "DeriveKeyPair";
    Keccak stream = Keccak::shake256();
    stream.absorb(input_key);
    stream.absorb(as_bytes("HPKE-v1"));
    stream.absorb(as_bytes("KEM"));
    stream.absorb(std::array<uint8_t, 4>{kem_number >> 8, kem_number & 0xff, 0, name.size()});
    stream.absorb(as_bytes(name));
    stream.absorb(std::array<uint8_t, 2>{0, hybrid_seed_size_bytes});
    Secret seed(hybrid_seed_size_bytes);
    stream.squeeze(seed.expose_mutable());
    return pair_from(std::move(seed));
}

Result<KemKeyPair> hybrid_generate(Entropy& entropy) {
    Secret seed(hybrid_seed_size_bytes);
    entropy.fill(seed.expose_mutable());
    return pair_from(std::move(seed));
}

Status hybrid_check_public_key(BytesView public_key) {
    ENSURE(public_key.size() == hybrid_public_size_bytes, invalid_key);
    return ml_kem_768_check_public(public_key.first(ml_kem_768_public_size_bytes));
}

Result<Bytes> hybrid_public_from_private(const Secret& private_key) {
    ENSURE(private_key.size() == hybrid_seed_size_bytes, invalid_key);
    const Expanded expanded(private_key.expose());
    const MlKem768Private ml_kem(expanded.ml_kem_seed());
    return public_key_of(ml_kem, expanded.x25519_key());
}

Result<Encapsulation> hybrid_encapsulate(BytesView public_key, Entropy& entropy) {
    ENSURE(public_key.size() == hybrid_public_size_bytes, invalid_key);
    const auto peer = public_key.last<curve25519_key_size_bytes>();
    TRY_ASSIGN(const MlKem768Public ml_kem,
               MlKem768Public::parse(public_key.first(ml_kem_768_public_size_bytes)));
    SecretArray<hybrid_encapsulation_random_bytes> random;
    entropy.fill(random.expose_mutable());
    const auto ephemeral = random.expose().last<curve25519_key_size_bytes>();
    SecretArray<32> x25519_secret;
    ENSURE(x25519(x25519_secret.expose_mutable(), ephemeral, peer), invalid_key);
    const Curve25519Public x25519_ciphertext = x25519_public(ephemeral);
    const MlKem768Encapsulation inner = ml_kem.encapsulate(random.expose().first<32>());
    Secret secret = combine(inner.secret, x25519_secret, x25519_ciphertext, peer);
    return Encapsulation{std::move(secret), joined(inner.ciphertext, x25519_ciphertext)};
}

Result<Secret> hybrid_decapsulate(const Secret& private_key, BytesView ciphertext) {
    ENSURE(private_key.size() == hybrid_seed_size_bytes, invalid_key);
    ENSURE(ciphertext.size() == hybrid_ciphertext_size_bytes, invalid_key);
    const Expanded expanded(private_key.expose());
    const auto peer = ciphertext.last<curve25519_key_size_bytes>();
    SecretArray<32> x25519_secret;
    ENSURE(x25519(x25519_secret.expose_mutable(), expanded.x25519_key(), peer), invalid_key);
    const MlKem768Private ml_kem(expanded.ml_kem_seed());
    const SecretArray<32> ml_kem_secret =
        ml_kem.decapsulate(ciphertext.first<ml_kem_768_ciphertext_size_bytes>());
    return combine(ml_kem_secret, x25519_secret, peer, x25519_public(expanded.x25519_key()));
}

}  // namespace mayfly::crypto
