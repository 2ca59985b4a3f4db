#include "crypto/kem_hybrid.h"

#include "crypto/keccak.h"
#include "crypto/kem_dh.h"
#include "crypto/kem_ml_kem.h"
#include "crypto/nist_curve.h"

namespace mayfly::crypto {
namespace {

constexpr size_t message_size_bytes = 32;  // of ML-KEM

// What a hybrid adds to ML-KEM-768: a curve, the bytes its scalars are made of (in the expanded
// seed and for an ephemeral key), and the combiner's label.
struct Curve {
    KemId group;
    size_t key_seed_size_bytes;
    size_t ephemeral_seed_size_bytes;
    std::string_view label;

    size_t element_size_bytes() const { return dhkem_sizes(group).public_key_bytes; }
};
// X-Wing's label draws its namesake: "\./" over "/^\". The seeds of P-256 are candidates of 32
// bytes: four, and three for an ephemeral key; all of three miss once in 2^96 keys.
constexpr Curve x25519_curve = {KemId::dhkem_x25519, 32, 32, "\\.//^\\"};
constexpr Curve p256_curve = {KemId::dhkem_p256, 128, 96, "MLKEM768-P256"};
constexpr size_t key_seed_size_bytes_max = p256_curve.key_seed_size_bytes;
constexpr size_t ephemeral_seed_size_bytes_max = p256_curve.ephemeral_seed_size_bytes;

const Curve& curve_of(KemId id) { return id == KemId::mlkem768_p256 ? p256_curve : x25519_curve; }

// RandomScalar of the curve.
Result<Secret> scalar_from(const Curve& curve, BytesView seed) {
    if (curve.group == KemId::dhkem_x25519) return Secret(seed);
    const size_t size_bytes = nist_scalar_size_bytes(NistCurve::p256);
    for (; seed.size() >= size_bytes; seed = seed.subspan(size_bytes)) {
        if (nist_scalar_is_valid(NistCurve::p256, seed.first(size_bytes))) {
            return Secret(seed.first(size_bytes));
        }
    }
    return MAYFLY_ERROR(crypto_failure);
}

// Expanded is SHAKE256(seed): the seed of ML-KEM, then that of the curve's scalar.
class Expanded {
  public:
    Expanded(const Curve& curve, BytesView seed) : curve_(curve) {
        Keccak stream = Keccak::shake256();
        stream.absorb(seed);
        stream.squeeze(
            bytes_.expose_mutable().first(ml_kem_768_seed_size_bytes + curve.key_seed_size_bytes));
    }
    MlKem768Private ml_kem() const {
        return MlKem768Private(bytes_.expose().first<ml_kem_768_seed_size_bytes>());
    }
    Result<Secret> scalar() const {
        return scalar_from(curve_, bytes_.expose().subspan(ml_kem_768_seed_size_bytes,
                                                           curve_.key_seed_size_bytes));
    }

  private:
    const Curve& curve_;
    SecretArray<ml_kem_768_seed_size_bytes + key_seed_size_bytes_max> bytes_;
};

Secret combine(const Curve& curve, const SecretArray<32>& ml_kem_secret, const Secret& curve_secret,
               BytesView curve_ciphertext, BytesView curve_key) {
    Secret out(hybrid_secret_size_bytes);
    sha3_256(out.expose_mutable().first<hybrid_secret_size_bytes>(), ml_kem_secret.expose(),
             curve_secret.expose(), curve_ciphertext, curve_key, as_bytes(curve.label));
    return out;
}

Bytes joined(BytesView first, BytesView second) {
    Bytes out;
    out.reserve(first.size() + second.size());
    append(out, first);
    append(out, second);
    return out;
}

Result<KemKeyPair> pair_from(KemId id, Secret seed) {
    TRY_ASSIGN(Bytes public_key, hybrid_public_from_private(id, seed));
    return KemKeyPair{std::move(seed), std::move(public_key)};
}

}  // namespace

size_t hybrid_public_size_bytes(KemId id) {
    return ml_kem_768_public_size_bytes + curve_of(id).element_size_bytes();
}
size_t hybrid_ciphertext_size_bytes(KemId id) {
    return ml_kem_768_ciphertext_size_bytes + curve_of(id).element_size_bytes();
}

size_t hybrid_encapsulation_random_bytes(KemId id) {
    return message_size_bytes + curve_of(id).ephemeral_seed_size_bytes;
}

Result<KemKeyPair> hybrid_derive_key_pair(KemId id, BytesView input_key) {
    return pair_from(id, pq_derive_seed(id, input_key, hybrid_seed_size_bytes));
}

Result<KemKeyPair> hybrid_generate(KemId id, Entropy& entropy) {
    Secret seed(hybrid_seed_size_bytes);
    entropy.fill(seed.expose_mutable());
    return pair_from(id, std::move(seed));
}

Status hybrid_check_public_key(KemId id, BytesView public_key) {
    ENSURE(public_key.size() == hybrid_public_size_bytes(id), invalid_key);
    TRY(ml_kem_768_check_public(public_key.first(ml_kem_768_public_size_bytes)));
    return dhkem_check_public_key(curve_of(id).group,
                                  public_key.subspan(ml_kem_768_public_size_bytes));
}

Result<Bytes> hybrid_public_from_private(KemId id, const Secret& private_key) {
    ENSURE(private_key.size() == hybrid_seed_size_bytes, invalid_key);
    const Curve& curve = curve_of(id);
    const Expanded expanded(curve, private_key.expose());
    TRY_ASSIGN(const Secret scalar, expanded.scalar());
    TRY_ASSIGN(const Bytes curve_key, dhkem_public_from_private(curve.group, scalar));
    const MlKem768Private ml_kem = expanded.ml_kem();
    return joined(ml_kem.public_key().encoded(), curve_key);
}

Result<Encapsulation> hybrid_encapsulate(KemId id, BytesView public_key, Entropy& entropy) {
    const Curve& curve = curve_of(id);
    ENSURE(public_key.size() == hybrid_public_size_bytes(id), invalid_key);
    const BytesView curve_key = public_key.subspan(ml_kem_768_public_size_bytes);
    TRY_ASSIGN(const MlKem768Public ml_kem,
               MlKem768Public::parse(public_key.first(ml_kem_768_public_size_bytes)));
    SecretArray<message_size_bytes + ephemeral_seed_size_bytes_max> random;
    const size_t random_size_bytes = hybrid_encapsulation_random_bytes(id);
    entropy.fill(random.expose_mutable().first(random_size_bytes));
    TRY_ASSIGN(const Secret ephemeral,
               scalar_from(curve, random.expose().subspan(message_size_bytes,
                                                          curve.ephemeral_seed_size_bytes)));
    TRY_ASSIGN(const Secret curve_secret,
               dhkem_exchange(curve.group, ephemeral.expose(), curve_key));
    TRY_ASSIGN(const Bytes curve_ciphertext, dhkem_public_from_private(curve.group, ephemeral));
    const MlKem768Encapsulation inner =
        ml_kem.encapsulate(random.expose().first<message_size_bytes>());
    Secret secret = combine(curve, inner.secret, curve_secret, curve_ciphertext, curve_key);
    return Encapsulation{std::move(secret), joined(inner.ciphertext, curve_ciphertext)};
}

Result<Secret> hybrid_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext) {
    const Curve& curve = curve_of(id);
    ENSURE(private_key.size() == hybrid_seed_size_bytes, invalid_key);
    ENSURE(ciphertext.size() == hybrid_ciphertext_size_bytes(id), invalid_key);
    const Expanded expanded(curve, private_key.expose());
    const BytesView curve_ciphertext = ciphertext.subspan(ml_kem_768_ciphertext_size_bytes);
    TRY_ASSIGN(const Secret scalar, expanded.scalar());
    TRY_ASSIGN(const Secret curve_secret,
               dhkem_exchange(curve.group, scalar.expose(), curve_ciphertext));
    TRY_ASSIGN(const Bytes curve_key, dhkem_public_from_private(curve.group, scalar));
    const MlKem768Private ml_kem = expanded.ml_kem();
    const SecretArray<32> ml_kem_secret =
        ml_kem.decapsulate(ciphertext.first<ml_kem_768_ciphertext_size_bytes>());
    return combine(curve, ml_kem_secret, curve_secret, curve_ciphertext, curve_key);
}

}  // namespace mayfly::crypto
