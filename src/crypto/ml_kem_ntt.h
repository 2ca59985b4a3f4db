// The number-theoretic transform of FIPS 203 section 4.3.
#pragma once

#include "crypto/ml_kem_field.h"

namespace mayfly::crypto::ml_kem {

// ntt takes |coefficients| < q and gives reduced ones. inverse_ntt takes and gives the same, times
// 2^16: it cancels the 2^-16 that products leave behind.
void ntt(Poly& poly);
void inverse_ntt(Poly& poly);

// reduce brings coefficients to [-q/2, q/2].
void reduce(Poly& poly);
void add(Poly& to, const Poly& more);
void subtract(Poly& from, const Poly& less);
// to_montgomery multiplies by 2^16.
void to_montgomery(Poly& poly);

// ProductCache holds b's odd coefficients times the roots they meet in products: computed once for
// a vector that is multiplied with many.
using ProductCache = std::array<int16_t, n / 2>;
void fill_cache(ProductCache& cache, const Poly& b);

// inner_product: sum of a[i] * b[i] in the NTT domain (section 4.3.1), times 2^-16. Both sides must
// be reduced or in [0, q).
void inner_product(Poly& out, const std::array<Poly, k>& a, const std::array<Poly, k>& b,
                   const std::array<ProductCache, k>& caches);

}  // namespace mayfly::crypto::ml_kem
