// The primitives on one core: what a commit, a message or a join is made of.
#include <benchmark/benchmark.h>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/kem.h"
#include "crypto/ml_kem_768.h"
#include "crypto/seeded_entropy.h"
#include "crypto/signature.h"

namespace mayfly::crypto {
namespace {

using benchmark::DoNotOptimize;
using benchmark::State;

void set_bytes(State& state) {
    state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
}
Bytes input_of(const State& state) { return Bytes(static_cast<size_t>(state.range(0)), 0x5a); }

void bench_hash(State& state, HashId id) {
    const Bytes input = input_of(state);
    std::array<uint8_t, 64> out;
    for (auto _ : state) {
        hash(id, input, MutableBytesView(out).first(hash_size_bytes(id)));
        DoNotOptimize(out);
    }
    set_bytes(state);
}
BENCHMARK_CAPTURE(bench_hash, sha256, HashId::sha256)->Arg(64)->Arg(1024)->Arg(65536);
BENCHMARK_CAPTURE(bench_hash, sha384, HashId::sha384)->Arg(64)->Arg(1024);
BENCHMARK_CAPTURE(bench_hash, sha512, HashId::sha512)->Arg(64)->Arg(1024);

void bench_shake256(State& state) {
    const Bytes input = input_of(state);
    std::array<uint8_t, 32> out;
    for (auto _ : state) {
        shake256(input, out);
        DoNotOptimize(out);
    }
    set_bytes(state);
}
BENCHMARK(bench_shake256)->Arg(64)->Arg(1024);

void bench_hmac_sha256(State& state) {
    const Bytes input = input_of(state);
    std::array<uint8_t, 32> out{};
    for (auto _ : state) {
        hmac(HashId::sha256, out, input, out);
        DoNotOptimize(out);
    }
}
BENCHMARK(bench_hmac_sha256)->Arg(64);

void bench_hkdf_expand_sha256(State& state) {
    const Secret key(size_t{32});
    const Bytes info(40);
    for (auto _ : state) {
        const Secret out = hkdf_expand(HashId::sha256, key.expose(), info, 32);
        DoNotOptimize(out.expose().data());
    }
}
BENCHMARK(bench_hkdf_expand_sha256);

void bench_seal(State& state, AeadId id) {
    const Bytes key(aead_key_size_bytes(id));
    const Bytes nonce(aead_nonce_size_bytes);
    const Bytes plaintext = input_of(state);
    Bytes out(plaintext.size() + aead_tag_size_bytes);
    for (auto _ : state) {
        aead_seal(id, key, nonce, {}, plaintext, out);
        DoNotOptimize(out.data());
    }
    set_bytes(state);
}
BENCHMARK_CAPTURE(bench_seal, aes_128_gcm, AeadId::aes_128_gcm)->Arg(100)->Arg(65536);
BENCHMARK_CAPTURE(bench_seal, aes_256_gcm, AeadId::aes_256_gcm)->Arg(100)->Arg(65536);
BENCHMARK_CAPTURE(bench_seal, chacha20_poly1305, AeadId::chacha20_poly1305)->Arg(100)->Arg(65536);

void bench_sign(State& state, SignatureId id) {
    SeededEntropy entropy(1);
    const auto pair = signature_generate(id, entropy);
    const Bytes message(200);
    for (auto _ : state) {
        const auto signature = sign(id, pair->private_key, message);
        DoNotOptimize(signature.ok());
    }
}
BENCHMARK_CAPTURE(bench_sign, ed25519, SignatureId::ed25519);
BENCHMARK_CAPTURE(bench_sign, ecdsa_p256, SignatureId::ecdsa_p256);
BENCHMARK_CAPTURE(bench_sign, ed448, SignatureId::ed448);

void bench_verify(State& state, SignatureId id) {
    SeededEntropy entropy(1);
    const auto pair = signature_generate(id, entropy);
    const Bytes message(200);
    const auto signature = sign(id, pair->private_key, message);
    for (auto _ : state) {
        const Status status = verify(id, pair->public_key, message, *signature);
        DoNotOptimize(status.ok());
    }
}
BENCHMARK_CAPTURE(bench_verify, ed25519, SignatureId::ed25519);
BENCHMARK_CAPTURE(bench_verify, ecdsa_p256, SignatureId::ecdsa_p256);
BENCHMARK_CAPTURE(bench_verify, ed448, SignatureId::ed448);

void bench_derive_key_pair(State& state, KemId id) {
    const Bytes input(32);
    for (auto _ : state) {
        const auto pair = kem_derive_key_pair(id, input);
        DoNotOptimize(pair.ok());
    }
}
void bench_encapsulate(State& state, KemId id) {
    SeededEntropy entropy(1);
    const auto pair = kem_generate(id, entropy);
    for (auto _ : state) {
        const auto sent = kem_encapsulate(id, pair->public_key, entropy);
        DoNotOptimize(sent.ok());
    }
}
void bench_decapsulate(State& state, KemId id) {
    SeededEntropy entropy(1);
    const auto pair = kem_generate(id, entropy);
    const auto sent = kem_encapsulate(id, pair->public_key, entropy);
    for (auto _ : state) {
        const auto secret = kem_decapsulate(id, pair->private_key, sent->ciphertext);
        DoNotOptimize(secret.ok());
    }
}
BENCHMARK_CAPTURE(bench_derive_key_pair, x25519, KemId::dhkem_x25519);
BENCHMARK_CAPTURE(bench_derive_key_pair, p256, KemId::dhkem_p256);
BENCHMARK_CAPTURE(bench_derive_key_pair, hybrid, KemId::mlkem768_x25519);
BENCHMARK_CAPTURE(bench_encapsulate, x25519, KemId::dhkem_x25519);
BENCHMARK_CAPTURE(bench_encapsulate, p256, KemId::dhkem_p256);
BENCHMARK_CAPTURE(bench_encapsulate, hybrid, KemId::mlkem768_x25519);
BENCHMARK_CAPTURE(bench_decapsulate, x25519, KemId::dhkem_x25519);
BENCHMARK_CAPTURE(bench_decapsulate, p256, KemId::dhkem_p256);
BENCHMARK_CAPTURE(bench_decapsulate, hybrid, KemId::mlkem768_x25519);

// ML-KEM-768 alone, measured like its peers: encapsulation starts from an encoded key,
// decapsulation from an expanded private key.
void bench_ml_kem_768_keygen(State& state) {
    const std::array<uint8_t, ml_kem_768_seed_size_bytes> seed{};
    for (auto _ : state) {
        const MlKem768Private key(seed);
        DoNotOptimize(key.public_key().encoded().data());
    }
}
BENCHMARK(bench_ml_kem_768_keygen);

void bench_ml_kem_768_encapsulate(State& state) {
    const MlKem768Private key(std::array<uint8_t, ml_kem_768_seed_size_bytes>{});
    const Bytes encoded = to_bytes(key.public_key().encoded());
    const std::array<uint8_t, 32> message{};
    for (auto _ : state) {
        const auto parsed = MlKem768Public::parse(encoded);
        const auto sent = parsed->encapsulate(message);
        DoNotOptimize(sent.ciphertext.data());
    }
}
BENCHMARK(bench_ml_kem_768_encapsulate);

void bench_ml_kem_768_decapsulate(State& state) {
    const MlKem768Private key(std::array<uint8_t, ml_kem_768_seed_size_bytes>{});
    const auto sent = key.public_key().encapsulate(std::array<uint8_t, 32>{});
    for (auto _ : state) {
        const auto secret = key.decapsulate(sent.ciphertext);
        DoNotOptimize(secret.expose().data());
    }
}
BENCHMARK(bench_ml_kem_768_decapsulate);

// The same from the seed, which is what Mayfly stores.
void bench_ml_kem_768_decapsulate_from_seed(State& state) {
    const std::array<uint8_t, ml_kem_768_seed_size_bytes> seed{};
    const auto sent = MlKem768Private(seed).public_key().encapsulate(std::array<uint8_t, 32>{});
    for (auto _ : state) {
        const MlKem768Private key(seed);
        const auto secret = key.decapsulate(sent.ciphertext);
        DoNotOptimize(secret.expose().data());
    }
}
BENCHMARK(bench_ml_kem_768_decapsulate_from_seed);

void bench_hpke_seal_and_open(State& state, HpkeSuite suite) {
    SeededEntropy entropy(1);
    const auto pair = kem_generate(suite.kem, entropy);
    const Bytes secret(32);
    for (auto _ : state) {
        const auto sealed = hpke_seal(suite, pair->public_key, {}, {}, secret, entropy);
        const auto opened = hpke_open(suite, pair->private_key, {}, {}, *sealed);
        DoNotOptimize(opened.ok());
    }
}
BENCHMARK_CAPTURE(bench_hpke_seal_and_open, x25519,
                  HpkeSuite{KemId::dhkem_x25519, HashId::sha256, AeadId::aes_128_gcm});
BENCHMARK_CAPTURE(bench_hpke_seal_and_open, hybrid,
                  HpkeSuite{KemId::mlkem768_x25519, HashId::sha256, AeadId::aes_128_gcm});

}  // namespace
}  // namespace mayfly::crypto

BENCHMARK_MAIN();
