// ML-KEM-768 (FIPS 203), in constant time: no branch, index or division depends on a secret.
//
// Our own, because neither OpenSSL 3.0 nor libsodium 1.0.18 of Debian 12 has it. Use kem.h, which
// combines it with X25519.
#pragma once

#include <memory>

#include "crypto/ml_kem_codec.h"
#include "util/result.h"

namespace mayfly::crypto {

constexpr size_t ml_kem_768_seed_size_bytes = 64;  // d, then z
constexpr size_t ml_kem_768_public_size_bytes = 3 * ml_kem::poly_size_bytes + 32;
constexpr size_t ml_kem_768_ciphertext_size_bytes =
    3 * ml_kem::poly_10_size_bytes + ml_kem::poly_4_size_bytes;
constexpr size_t ml_kem_768_expanded_size_bytes =
    3 * ml_kem::poly_size_bytes + ml_kem_768_public_size_bytes + 64;
constexpr size_t ml_kem_768_secret_size_bytes = 32;
constexpr size_t ml_kem_768_message_size_bytes = 32;  // drawn by encapsulation
static_assert(ml_kem_768_public_size_bytes == 1184 && ml_kem_768_ciphertext_size_bytes == 1088);

using MlKem768Ciphertext = std::array<uint8_t, ml_kem_768_ciphertext_size_bytes>;

struct MlKem768Encapsulation {
    SecretArray<ml_kem_768_secret_size_bytes> secret;
    MlKem768Ciphertext ciphertext;
};

// ml_kem_768_check_public makes the checks of section 7.2 (length, modulus): invalid_key.
Status ml_kem_768_check_public(BytesView encoded);

// MlKem768Public is an encapsulation key with its matrix expanded (6.5 kB).
class MlKem768Public {
  public:
    static Result<MlKem768Public> parse(BytesView encoded);

    BytesView encoded() const { return encoded_; }
    // encapsulate takes 32 fresh random bytes.
    MlKem768Encapsulation encapsulate(std::span<const uint8_t, 32> randomness) const;

  private:
    friend class MlKem768Private;
    MlKem768Public() = default;
    void expand_matrix();
    void hash_encoded();
    void encrypt(std::span<const uint8_t, 32> message, std::span<const uint8_t, 32> randomness,
                 MlKem768Ciphertext& out) const;

    std::array<uint8_t, ml_kem_768_public_size_bytes> encoded_;
    std::array<uint8_t, 32> hash_;  // H(ek)
    std::array<ml_kem::Poly, 3> t_;
    std::array<std::array<ml_kem::Poly, 3>, 3> matrix_;  // rows of A
};

// MlKem768Private is a decapsulation key, kept expanded: decapsulation encrypts again with the same
// matrix. Made where it is used and not stored; what is stored is the seed.
class MlKem768Private {
  public:
    explicit MlKem768Private(std::span<const uint8_t, ml_kem_768_seed_size_bytes> seed);
    MlKem768Private(const MlKem768Private&) = delete;
    MlKem768Private& operator=(const MlKem768Private&) = delete;

    const MlKem768Public& public_key() const { return public_; }
    // decapsulate never fails: a ciphertext that is not ours gives a secret nobody else knows.
    SecretArray<ml_kem_768_secret_size_bytes> decapsulate(
        std::span<const uint8_t, ml_kem_768_ciphertext_size_bytes> ciphertext) const;

    // The 2400-byte form of FIPS 203, which only vectors use. parse makes the checks of
    // section 7.3.
    static Result<std::unique_ptr<MlKem768Private>> parse_for_testing(BytesView expanded);
    SecretBuffer expanded_for_testing() const;

  private:
    MlKem768Private() = default;

    MlKem768Public public_;
    ml_kem::SecretPolys<3> s_;
    SecretArray<32> z_;
};

}  // namespace mayfly::crypto
