// Sealing files, as the messenger core does it: chunk by chunk, alone and with the digest.
#include <benchmark/benchmark.h>

#include "core/attachment.h"
#include "crypto/seeded_entropy.h"

namespace mayfly::core {
namespace {

using benchmark::State;

struct Fixture {
    crypto::SeededEntropy entropy{1};
    SecretArray<32> key;
    Bytes chunk = Bytes(file_chunk_size_bytes, 7);
    wire::Hash digest;
    Fixture() { entropy.fill(key.expose_mutable()); }
};

void count_bytes(State& state) {
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(file_chunk_size_bytes));
}

void bench_seal_chunk(State& state, FileCipher cipher) {
    Fixture with;
    for (auto _ : state) {
        const Bytes sealed = seal_chunk({cipher, with.key, 0, false}, with.chunk, with.entropy);
        benchmark::DoNotOptimize(sealed.data());
    }
    count_bytes(state);
}
BENCHMARK_CAPTURE(bench_seal_chunk, aes_256_gcm, FileCipher::aes_256_gcm);
BENCHMARK_CAPTURE(bench_seal_chunk, chacha20_poly1305, FileCipher::chacha20_poly1305);

void bench_open_chunk(State& state, FileCipher cipher) {
    Fixture with;
    const Bytes sealed = seal_chunk({cipher, with.key, 0, false}, with.chunk, with.entropy);
    for (auto _ : state) {
        const auto opened = open_chunk({cipher, with.key, 0, false}, sealed);
        benchmark::DoNotOptimize(opened.ok());
    }
    count_bytes(state);
}
BENCHMARK_CAPTURE(bench_open_chunk, aes_256_gcm, FileCipher::aes_256_gcm);
BENCHMARK_CAPTURE(bench_open_chunk, chacha20_poly1305, FileCipher::chacha20_poly1305);

void bench_digest(State& state) {
    Fixture with;
    for (auto _ : state) with.digest = extend_digest(with.digest, with.chunk);
    count_bytes(state);
}
BENCHMARK(bench_digest);

void bench_seal_and_digest(State& state, FileCipher cipher) {
    Fixture with;
    for (auto _ : state) {
        with.digest = extend_digest(with.digest, with.chunk);
        const Bytes sealed = seal_chunk({cipher, with.key, 0, false}, with.chunk, with.entropy);
        benchmark::DoNotOptimize(sealed.data());
    }
    count_bytes(state);
}
BENCHMARK_CAPTURE(bench_seal_and_digest, aes_256_gcm, FileCipher::aes_256_gcm);
BENCHMARK_CAPTURE(bench_seal_and_digest, chacha20_poly1305, FileCipher::chacha20_poly1305);

}  // namespace
}  // namespace mayfly::core

BENCHMARK_MAIN();
