// Sampling of polynomials, FIPS 203 section 4.2.2.
#pragma once

#include "crypto/ml_kem_field.h"
#include "util/bytes.h"

namespace mayfly::crypto::ml_kem {

// sample_uniform is SampleNTT of SHAKE128(rho || column || row): a public polynomial, so its time
// may depend on it.
void sample_uniform(Poly& out, BytesView rho, uint8_t column, uint8_t row);
// sample_noise is SamplePolyCBD with eta = 2 of PRF(seed, counter): a secret polynomial.
void sample_noise(Poly& out, BytesView seed, uint8_t counter);

}  // namespace mayfly::crypto::ml_kem
