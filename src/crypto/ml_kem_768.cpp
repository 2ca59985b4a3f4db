#include "crypto/ml_kem_768.h"

#include "crypto/constant_time.h"
#include "crypto/keccak.h"
#include "crypto/ml_kem_ntt.h"
#include "crypto/ml_kem_sampling.h"

namespace mayfly::crypto {
namespace {

using ml_kem::k;
using ml_kem::Poly;
using ml_kem::SecretPolys;

constexpr size_t vector_size_bytes = k * ml_kem::poly_size_bytes;

// Caches of a secret vector, wiped like the vector.
struct SecretCaches {
    std::array<ml_kem::ProductCache, k> all;

    explicit SecretCaches(const SecretPolys<k>& vector) {
        for (size_t i = 0; i < k; ++i) ml_kem::fill_cache(all[i], vector[i]);
    }
    SecretCaches(const SecretCaches&) = delete;
    SecretCaches& operator=(const SecretCaches&) = delete;
    ~SecretCaches() { wipe(all.data(), sizeof all); }
};

template <size_t N>
std::span<uint8_t, N> piece(MutableBytesView bytes, size_t index) {
    return bytes.subspan(index * N).first<N>();
}
template <size_t N>
std::span<const uint8_t, N> piece(BytesView bytes, size_t index) {
    return bytes.subspan(index * N).first<N>();
}

bool decode_vector(std::array<Poly, k>& out, BytesView bytes) {
    bool canonical = true;
    for (size_t i = 0; i < k; ++i) {
        canonical =
            ml_kem::decode_12(out[i], piece<ml_kem::poly_size_bytes>(bytes, i)) && canonical;
    }
    return canonical;
}

// The all-ones mask if the ciphertexts are equal, else 0; in constant time.
uint32_t equality_mask(const MlKem768Ciphertext& a,
                       std::span<const uint8_t, ml_kem_768_ciphertext_size_bytes> b) {
    uint32_t difference = 0;
    for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<uint32_t>(a[i] ^ b[i]);
    return (value_barrier(difference) - 1) >> 8 & 0xff;
}

}  // namespace

Status ml_kem_768_check_public(BytesView encoded) {
    ENSURE(encoded.size() == ml_kem_768_public_size_bytes, invalid_key);
    std::array<Poly, k> unused;
    ENSURE(decode_vector(unused, encoded), invalid_key);
    return {};
}

void MlKem768Public::expand_matrix() {
    const BytesView rho = BytesView(encoded_).last(32);
    for (size_t row = 0; row < k; ++row) {
        for (size_t column = 0; column < k; ++column) {
            ml_kem::sample_uniform(matrix_[row][column], rho, static_cast<uint8_t>(column),
                                   static_cast<uint8_t>(row));
        }
    }
}

void MlKem768Public::hash_encoded() { sha3_256(hash_, encoded_); }

Result<MlKem768Public> MlKem768Public::parse(BytesView encoded) {
    ENSURE(encoded.size() == ml_kem_768_public_size_bytes, invalid_key);
    MlKem768Public out;
    ENSURE(decode_vector(out.t_, encoded), invalid_key);
    std::copy(encoded.begin(), encoded.end(), out.encoded_.begin());
    out.hash_encoded();
    out.expand_matrix();
    return out;
}

// K-PKE.Encrypt, FIPS 203 algorithm 14.
void MlKem768Public::encrypt(std::span<const uint8_t, 32> message,
                             std::span<const uint8_t, 32> randomness,
                             MlKem768Ciphertext& out) const {
    SecretPolys<k> y;
    for (size_t i = 0; i < k; ++i) {
        ml_kem::sample_noise(y[i], randomness, static_cast<uint8_t>(i));
        ml_kem::ntt(y[i]);
    }
    const SecretCaches caches(y);
    SecretPolys<3> work;
    Poly& value = work[0];
    Poly& noise = work[1];
    const MutableBytesView bytes(out);
    for (size_t i = 0; i < k; ++i) {
        const std::array<Poly, k> column = {matrix_[0][i], matrix_[1][i], matrix_[2][i]};
        ml_kem::inner_product(value, column, y.all(), caches.all);
        ml_kem::inverse_ntt(value);
        ml_kem::sample_noise(noise, randomness, static_cast<uint8_t>(k + i));
        ml_kem::add(value, noise);
        ml_kem::reduce(value);
        ml_kem::compress_10(value, piece<ml_kem::poly_10_size_bytes>(bytes, i));
    }
    ml_kem::inner_product(value, t_, y.all(), caches.all);
    ml_kem::inverse_ntt(value);
    ml_kem::sample_noise(noise, randomness, static_cast<uint8_t>(2 * k));
    ml_kem::add(value, noise);
    ml_kem::message_to_poly(work[2], message);
    ml_kem::add(value, work[2]);
    ml_kem::reduce(value);
    ml_kem::compress_4(value, bytes.last<ml_kem::poly_4_size_bytes>());
}

MlKem768Encapsulation MlKem768Public::encapsulate(std::span<const uint8_t, 32> randomness) const {
    SecretArray<64> derived;
    sha3_512(derived.expose_mutable(), randomness, hash_);
    MlKem768Encapsulation out{
        SecretArray<32>(derived.expose().first<ml_kem_768_secret_size_bytes>()), {}};
    encrypt(randomness, derived.expose().last<32>(), out.ciphertext);
    declassify(out.ciphertext.data(), out.ciphertext.size());
    return out;
}

// ML-KEM.KeyGen_internal and K-PKE.KeyGen, FIPS 203 algorithms 16 and 13.
MlKem768Private::MlKem768Private(std::span<const uint8_t, ml_kem_768_seed_size_bytes> seed)
    : z_(seed.last<32>()) {
    SecretArray<64> derived;
    sha3_512(derived.expose_mutable(), seed.first<32>(), std::array{static_cast<uint8_t>(k)});
    const auto rho = derived.expose().first<32>();
    const auto sigma = derived.expose().last<32>();
    declassify(rho.data(), rho.size());
    std::copy(rho.begin(), rho.end(), public_.encoded_.end() - 32);
    public_.expand_matrix();
    for (size_t i = 0; i < k; ++i) {
        ml_kem::sample_noise(s_[i], sigma, static_cast<uint8_t>(i));
        ml_kem::ntt(s_[i]);
    }
    const SecretCaches caches(s_);
    SecretPolys<1> noise;
    for (size_t i = 0; i < k; ++i) {
        Poly& t = public_.t_[i];
        ml_kem::inner_product(t, public_.matrix_[i], s_.all(), caches.all);
        ml_kem::to_montgomery(t);
        ml_kem::sample_noise(noise[0], sigma, static_cast<uint8_t>(k + i));
        ml_kem::ntt(noise[0]);
        ml_kem::add(t, noise[0]);
        ml_kem::reduce(t);
        ml_kem::encode_12(t, piece<ml_kem::poly_size_bytes>(MutableBytesView(public_.encoded_), i));
    }
    declassify(&public_, sizeof public_);
    public_.hash_encoded();
}

// ML-KEM.Decaps_internal, FIPS 203 algorithm 18.
SecretArray<ml_kem_768_secret_size_bytes> MlKem768Private::decapsulate(
    std::span<const uint8_t, ml_kem_768_ciphertext_size_bytes> ciphertext) const {
    const BytesView bytes(ciphertext);
    SecretPolys<k> u;
    for (size_t i = 0; i < k; ++i) {
        ml_kem::decompress_10(u[i], piece<ml_kem::poly_10_size_bytes>(bytes, i));
        ml_kem::ntt(u[i]);
    }
    const SecretCaches caches(u);
    SecretPolys<2> work;
    ml_kem::inner_product(work[0], s_.all(), u.all(), caches.all);
    ml_kem::inverse_ntt(work[0]);
    ml_kem::decompress_4(work[1], bytes.last<ml_kem::poly_4_size_bytes>());
    ml_kem::subtract(work[1], work[0]);
    ml_kem::reduce(work[1]);
    SecretArray<32> message;
    ml_kem::poly_to_message(work[1], message.expose_mutable());

    SecretArray<64> derived;
    sha3_512(derived.expose_mutable(), message.expose(), public_.hash_);
    MlKem768Ciphertext again;
    public_.encrypt(message.expose(), derived.expose().last<32>(), again);
    SecretArray<32> out;
    Keccak rejection = Keccak::shake256();
    rejection.absorb(z_.expose());
    rejection.absorb(ciphertext);
    rejection.squeeze(out.expose_mutable());
    const uint32_t mask = equality_mask(again, ciphertext);
    const auto chosen = out.expose_mutable();
    for (size_t i = 0; i < chosen.size(); ++i) {
        const uint32_t difference = static_cast<uint32_t>(chosen[i] ^ derived.expose()[i]);
        chosen[i] = static_cast<uint8_t>(chosen[i] ^ (difference & value_barrier(mask)));
    }
    wipe(again.data(), again.size());
    return out;
}

Result<std::unique_ptr<MlKem768Private>> MlKem768Private::parse_for_testing(BytesView expanded) {
    ENSURE(expanded.size() == ml_kem_768_expanded_size_bytes, invalid_key);
    auto out = std::unique_ptr<MlKem768Private>(new MlKem768Private);
    ENSURE(decode_vector(out->s_.all(), expanded), invalid_key);
    const BytesView encoded = expanded.subspan(vector_size_bytes, ml_kem_768_public_size_bytes);
    TRY_ASSIGN(out->public_, MlKem768Public::parse(encoded));
    const BytesView rest = expanded.last(64);
    ENSURE(equal(rest.first(32), out->public_.hash_), invalid_key);
    out->z_ = SecretArray<32>(rest.last<32>());
    return out;
}

SecretBuffer MlKem768Private::expanded_for_testing() const {
    SecretBuffer out(ml_kem_768_expanded_size_bytes);
    const MutableBytesView bytes = out.expose_mutable();
    for (size_t i = 0; i < k; ++i) {
        ml_kem::encode_12(s_[i], piece<ml_kem::poly_size_bytes>(bytes, i));
    }
    auto at = bytes.begin() + vector_size_bytes;
    at = std::copy(public_.encoded_.begin(), public_.encoded_.end(), at);
    at = std::copy(public_.hash_.begin(), public_.hash_.end(), at);
    std::copy(z_.expose().begin(), z_.expose().end(), at);
    return out;
}

}  // namespace mayfly::crypto
