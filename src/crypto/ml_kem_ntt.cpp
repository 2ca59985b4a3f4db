#include "crypto/ml_kem_ntt.h"

namespace mayfly::crypto::ml_kem {
namespace {

constexpr int32_t root = 17;  // a primitive 256th root of unity modulo q
constexpr int32_t montgomery_one = (1 << 16) % q;

constexpr int32_t centred(int32_t value) { return value > q / 2 ? value - q : value; }

constexpr size_t reverse_7_bits(size_t value) {
    size_t out = 0;
    for (size_t bit = 0; bit < 7; ++bit) out |= ((value >> bit) & 1) << (6 - bit);
    return out;
}

// zetas[i] = root^BitRev7(i) * 2^16, the order in which the transform meets them.
constexpr std::array<Factor, 128> make_zetas() {
    std::array<int32_t, 128> powers{};
    powers[0] = montgomery_one;
    for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * root % q;
    std::array<Factor, 128> zetas{};
    for (size_t i = 0; i < zetas.size(); ++i) {
        zetas[i] = factor(centred(powers[reverse_7_bits(i)]));
    }
    return zetas;
}
constexpr std::array<Factor, 128> zetas = make_zetas();

// Multiplies by 2^32 / 128 through Montgomery: undoes the transform's doubling and one 2^-16.
constexpr Factor inverse_scale = factor(centred(montgomery_one * montgomery_one % q * 3303 % q));
static_assert(128 * 3303 % q == 1);
constexpr Factor montgomery_square = factor(centred(montgomery_one * montgomery_one % q));

// One butterfly layer; Length is a constant so that the inner loop has no remainder.
template <size_t Length>
void forward_layer(int16_t* poly) {
    size_t index = n / (2 * Length);
    for (size_t start = 0; start < n; start += 2 * Length) {
        const Factor zeta = zetas[index++];
        int16_t* const low = poly + start;
        int16_t* const high = low + Length;
        for (size_t i = 0; i < Length; ++i) {
            const int16_t product = montgomery_mul(high[i], zeta);
            high[i] = low16(low[i] - product);
            low[i] = low16(low[i] + product);
        }
    }
}

template <size_t Length>
void inverse_layer(int16_t* poly) {
    size_t index = n / Length - 1;
    for (size_t start = 0; start < n; start += 2 * Length) {
        const Factor zeta = zetas[index--];
        int16_t* const low = poly + start;
        int16_t* const high = low + Length;
        for (size_t i = 0; i < Length; ++i) {
            const int16_t sum = low16(low[i] + high[i]);
            high[i] = montgomery_mul(low16(high[i] - low[i]), zeta);
            low[i] = barrett_reduce(sum);
        }
    }
}

}  // namespace

void ntt(Poly& poly) {
    // Each of the seven layers adds less than q: 8q < 2^15 needs no reduction in between.
    forward_layer<128>(poly.data());
    forward_layer<64>(poly.data());
    forward_layer<32>(poly.data());
    forward_layer<16>(poly.data());
    forward_layer<8>(poly.data());
    forward_layer<4>(poly.data());
    forward_layer<2>(poly.data());
    reduce(poly);
}

void inverse_ntt(Poly& poly) {
    inverse_layer<2>(poly.data());
    inverse_layer<4>(poly.data());
    inverse_layer<8>(poly.data());
    inverse_layer<16>(poly.data());
    inverse_layer<32>(poly.data());
    inverse_layer<64>(poly.data());
    inverse_layer<128>(poly.data());
    for (int16_t& value : poly) value = montgomery_mul(value, inverse_scale);
}

void reduce(Poly& poly) {
    for (int16_t& value : poly) value = barrett_reduce(value);
}

void add(Poly& to, const Poly& more) {
    for (size_t i = 0; i < n; ++i) to[i] = low16(to[i] + more[i]);
}

void subtract(Poly& from, const Poly& less) {
    for (size_t i = 0; i < n; ++i) from[i] = low16(from[i] - less[i]);
}

void to_montgomery(Poly& poly) {
    for (int16_t& value : poly) value = montgomery_mul(value, montgomery_square);
}

void fill_cache(ProductCache& cache, const Poly& b) {
    for (size_t i = 0; i < n / 4; ++i) {
        const Factor zeta = zetas[n / 4 + i];
        cache[2 * i] = montgomery_mul(b[4 * i + 1], zeta);
        cache[2 * i + 1] = low16(-montgomery_mul(b[4 * i + 3], zeta));
    }
}

void inner_product(Poly& out, const std::array<Poly, k>& a, const std::array<Poly, k>& b,
                   const std::array<ProductCache, k>& caches) {
    for (size_t i = 0; i < n / 2; ++i) {
        // Six products below q^2 fit Montgomery's bound of q * 2^15.
        static_assert(2 * k * q < (1 << 15));
        int32_t even = 0;
        int32_t odd = 0;
        for (size_t j = 0; j < k; ++j) {
            even += a[j][2 * i] * b[j][2 * i] + a[j][2 * i + 1] * caches[j][i];
            odd += a[j][2 * i] * b[j][2 * i + 1] + a[j][2 * i + 1] * b[j][2 * i];
        }
        out[2 * i] = montgomery_reduce(even);
        out[2 * i + 1] = montgomery_reduce(odd);
    }
}

}  // namespace mayfly::crypto::ml_kem
