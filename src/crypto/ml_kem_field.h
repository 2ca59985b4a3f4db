// Arithmetic modulo q = 3329 for ML-KEM (FIPS 203), on signed 16-bit coefficients.
//
// No division and no branch: multiplication is Montgomery's with R = 2^16, reduction Barrett's. The
// forms are those that compilers turn into 16-bit vector instructions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "util/secret.h"

namespace mayfly::crypto::ml_kem {

constexpr int32_t q = 3329;
constexpr size_t n = 256;
constexpr size_t k = 3;  // ML-KEM-768

using Poly = std::array<int16_t, n>;

// SecretPolys<N>: N polynomials that are wiped on death.
template <size_t N>
class SecretPolys {
  public:
    SecretPolys() = default;
    SecretPolys(const SecretPolys&) = delete;
    SecretPolys& operator=(const SecretPolys&) = delete;
    ~SecretPolys() { wipe(polys_.data(), sizeof polys_); }
    Poly& operator[](size_t i) { return polys_[i]; }
    const Poly& operator[](size_t i) const { return polys_[i]; }
    std::array<Poly, N>& all() { return polys_; }
    const std::array<Poly, N>& all() const { return polys_; }

  private:
    std::array<Poly, N> polys_{};
};

// low16 and high16 are the halves of a product; q_inverse is q^-1 modulo 2^16.
constexpr int16_t low16(int32_t value) { return static_cast<int16_t>(value); }
constexpr int16_t high16(int32_t value) { return static_cast<int16_t>(value >> 16); }
constexpr int32_t q_inverse = -3327;

// Factor is a constant b prepared for montgomery_mul: b and b * q^-1 modulo 2^16.
struct Factor {
    int16_t value;
    int16_t twisted;
};
constexpr Factor factor(int32_t value) { return {low16(value), low16(low16(value) * q_inverse)}; }

// montgomery_mul: a * b * 2^-16 modulo q, in (-q, q) for any a and |b| < q.
constexpr int16_t montgomery_mul(int16_t a, Factor b) {
    const int16_t low = low16(a * b.twisted);
    return low16(high16(a * b.value) - high16(low * q));
}

// montgomery_reduce: a * 2^-16 modulo q, in (-q, q) for |a| < q * 2^15.
constexpr int16_t montgomery_reduce(int32_t a) {
    const int16_t low = low16(low16(a) * q_inverse);
    return high16(a - low * q);
}

// barrett_reduce: the representative of a in [-q/2, q/2].
constexpr int16_t barrett_reduce(int16_t a) {
    constexpr int32_t multiplier = ((1 << 26) + q / 2) / q;
    const int32_t quotient = (high16(a * multiplier) + (1 << 9)) >> 10;
    return low16(a - quotient * q);
}

// to_unsigned: the representative in [0, q) of a value in (-q, q).
constexpr uint16_t to_unsigned(int16_t a) { return static_cast<uint16_t>(a + (q & (a >> 15))); }

}  // namespace mayfly::crypto::ml_kem
