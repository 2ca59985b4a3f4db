#include "crypto/kem_dh.h"

#include "crypto/curve25519.h"
#include "crypto/hpke_label.h"
#include "crypto/nist_curve.h"

namespace mayfly::crypto {
namespace {

constexpr size_t x448_key_size_bytes = 56;

NistCurve curve_of(KemId id) {
    return id == KemId::dhkem_p256   ? NistCurve::p256
           : id == KemId::dhkem_p384 ? NistCurve::p384
                                     : NistCurve::p521;
}

// RFC 9180 section 7.1, table 2.
HashId hash_of(KemId id) {
    if (id == KemId::dhkem_p256 || id == KemId::dhkem_x25519) return HashId::sha256;
    return id == KemId::dhkem_p384 ? HashId::sha384 : HashId::sha512;
}

std::array<uint8_t, 5> suite_id_of(KemId id) {
    const auto number = static_cast<uint16_t>(id);
    return {'K', 'E', 'M', static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
}

bool is_nist(KemId id) { return id != KemId::dhkem_x25519 && id != KemId::dhkem_x448; }

Result<KemKeyPair> pair_from(KemId id, Secret private_key) {
    TRY_ASSIGN(Bytes public_key, dhkem_public_from_private(id, private_key));
    return KemKeyPair{std::move(private_key), std::move(public_key)};
}

// ExtractAndExpand with kem_context = enc || pkR.
Secret extract_and_expand(KemId id, const Secret& shared, BytesView ciphertext,
                          BytesView public_key) {
    const auto suite_id = suite_id_of(id);
    Bytes context = to_bytes(ciphertext);
    append(context, public_key);
    const Secret key = hpke_labeled_extract(hash_of(id), suite_id, {}, "eae_prk", shared.expose());
    return hpke_labeled_expand(hash_of(id), suite_id, key.expose(), "shared_secret", context,
                               dhkem_sizes(id).secret_bytes);
}

}  // namespace

DhKemSizes dhkem_sizes(KemId id) {
    if (id == KemId::dhkem_x25519)
        return {curve25519_key_size_bytes, curve25519_key_size_bytes, 32};
    if (id == KemId::dhkem_x448) return {x448_key_size_bytes, x448_key_size_bytes, 64};
    return {nist_scalar_size_bytes(curve_of(id)), nist_point_size_bytes(curve_of(id)),
            hash_size_bytes(hash_of(id))};
}

Result<Secret> dhkem_exchange(KemId id, BytesView private_key, BytesView public_key) {
    ENSURE(private_key.size() == dhkem_sizes(id).private_key_bytes, invalid_key);
    ENSURE(public_key.size() == dhkem_sizes(id).public_key_bytes, invalid_key);
    if (is_nist(id)) return nist_exchange(curve_of(id), private_key, public_key);
    Secret shared(public_key.size());
    if (id == KemId::dhkem_x25519) {
        ENSURE(x25519(shared.expose_mutable().first<curve25519_key_size_bytes>(),
                      private_key.first<curve25519_key_size_bytes>(),
                      public_key.first<curve25519_key_size_bytes>()),
               invalid_key);
        return shared;
    }
    ENSURE(raw_exchange(EVP_PKEY_X448, private_key, public_key, shared.expose_mutable()),
           invalid_key);
    return shared;
}

Result<KemKeyPair> dhkem_derive_key_pair(KemId id, BytesView input_key) {
    const auto suite_id = suite_id_of(id);
    const size_t size_bytes = dhkem_sizes(id).private_key_bytes;
    const Secret key = hpke_labeled_extract(hash_of(id), suite_id, {}, "dkp_prk", input_key);
    if (!is_nist(id)) {
        return pair_from(
            id, hpke_labeled_expand(hash_of(id), suite_id, key.expose(), "sk", {}, size_bytes));
    }
    const auto next = [&](uint8_t counter, MutableBytesView out) {
        const Secret candidate = hpke_labeled_expand(hash_of(id), suite_id, key.expose(),
                                                     "candidate", {&counter, 1}, size_bytes);
        std::copy_n(candidate.expose().begin(), size_bytes, out.begin());
    };
    TRY_ASSIGN(Secret scalar, nist_scalar_from_candidates(curve_of(id), next));
    return pair_from(id, std::move(scalar));
}

Result<KemKeyPair> dhkem_generate(KemId id, Entropy& entropy) {
    Secret random(dhkem_sizes(id).private_key_bytes);
    entropy.fill(random.expose_mutable());
    if (is_nist(id)) return dhkem_derive_key_pair(id, random.expose());
    return pair_from(id, std::move(random));
}

Status dhkem_check_public_key(KemId id, BytesView public_key) {
    ENSURE(public_key.size() == dhkem_sizes(id).public_key_bytes, invalid_key);
    // RFC 9180 section 7.1.4: X25519 and X448 keys need no check beyond that of the shared secret.
    if (is_nist(id)) return nist_check_point(curve_of(id), public_key);
    return {};
}

Result<Bytes> dhkem_public_from_private(KemId id, const Secret& private_key) {
    const BytesView bytes = private_key.expose();
    ENSURE(bytes.size() == dhkem_sizes(id).private_key_bytes, invalid_key);
    if (is_nist(id)) return nist_public(curve_of(id), bytes);
    if (id == KemId::dhkem_x25519) {
        return to_bytes(x25519_public(bytes.first<curve25519_key_size_bytes>()));
    }
    Bytes public_key(x448_key_size_bytes);
    ENSURE(raw_public_of(EVP_PKEY_X448, bytes, public_key), crypto_failure);
    return public_key;
}

Result<Encapsulation> dhkem_encapsulate(KemId id, BytesView public_key, Entropy& entropy) {
    TRY_ASSIGN(KemKeyPair ephemeral, dhkem_generate(id, entropy));
    TRY_ASSIGN(const Secret shared, dhkem_exchange(id, ephemeral.private_key.expose(), public_key));
    Secret secret = extract_and_expand(id, shared, ephemeral.public_key, public_key);
    return Encapsulation{std::move(secret), std::move(ephemeral.public_key)};
}

Result<Secret> dhkem_decapsulate(KemId id, const Secret& private_key, BytesView ciphertext) {
    TRY_ASSIGN(const Secret shared, dhkem_exchange(id, private_key.expose(), ciphertext));
    TRY_ASSIGN(const Bytes public_key, dhkem_public_from_private(id, private_key));
    return extract_and_expand(id, shared, ciphertext, public_key);
}

}  // namespace mayfly::crypto
