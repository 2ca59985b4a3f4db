// ML-KEM-768: Wycheproof, and C2SP's CCTV (intermediate values and inputs that trip
// implementations).
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "crypto/hash.h"
#include "crypto/keccak.h"
#include "crypto/ml_kem_768.h"
#include "crypto/ml_kem_ntt.h"
#include "crypto/ml_kem_sampling.h"
#include "tests/support/vectors.h"

namespace mayfly::crypto {
namespace {

using nlohmann::json;
using testing::bytes_at;

template <class Body>
void for_each_case(const json& vectors, Body&& body) {
    for (const json& group : vectors.at("testGroups")) {
        ASSERT_EQ(group.at("parameterSet"), "ML-KEM-768");
        for (const json& test : group.at("tests")) {
            SCOPED_TRACE("tcId " + test.at("tcId").dump() + " " + test.value("comment", ""));
            body(test, test.at("result") == "valid");
        }
    }
}

TEST(wycheproof, ml_kem_768_keygen) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/mlkem_768_keygen_seed_test.json");
    for_each_case(vectors, [](const json& test, bool) {
        const Bytes seed = bytes_at(test, "seed");
        const MlKem768Private key(BytesView(seed).first<64>());
        EXPECT_TRUE(equal(key.public_key().encoded(), bytes_at(test, "ek")));
        EXPECT_TRUE(equal(key.expanded_for_testing().expose(), bytes_at(test, "dk")));
    });
}

TEST(wycheproof, ml_kem_768_encapsulation) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/mlkem_768_encaps_test.json");
    for_each_case(vectors, [](const json& test, bool valid) {
        const Bytes encoded = bytes_at(test, "ek");
        const Bytes message = bytes_at(test, "m");
        const auto key = MlKem768Public::parse(encoded);
        ASSERT_EQ(key.ok(), valid);
        EXPECT_EQ(ml_kem_768_check_public(encoded).ok(), valid);
        if (!valid) return;
        const auto sent = key->encapsulate(BytesView(message).first<32>());
        EXPECT_TRUE(equal(sent.ciphertext, bytes_at(test, "c")));
        EXPECT_TRUE(equal(sent.secret.expose(), bytes_at(test, "K")));
    });
}

void check_decapsulation(const json& test, bool valid, const MlKem768Private& key) {
    const Bytes ciphertext = bytes_at(test, "c");
    // A wrong length has no path into decapsulate: its argument's type holds exactly 1088 bytes.
    if (ciphertext.size() != ml_kem_768_ciphertext_size_bytes) {
        EXPECT_FALSE(valid);
        return;
    }
    ASSERT_TRUE(valid);
    const auto secret =
        key.decapsulate(BytesView(ciphertext).first<ml_kem_768_ciphertext_size_bytes>());
    EXPECT_TRUE(equal(secret.expose(), bytes_at(test, "K")));
}

TEST(wycheproof, ml_kem_768_decapsulation) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/mlkem_768_test.json");
    for_each_case(vectors, [](const json& test, bool valid) {
        const Bytes seed = bytes_at(test, "seed");
        if (seed.size() != ml_kem_768_seed_size_bytes) {
            EXPECT_FALSE(valid);
            return;
        }
        const MlKem768Private key(BytesView(seed).first<64>());
        EXPECT_TRUE(equal(key.public_key().encoded(), bytes_at(test, "ek")));
        check_decapsulation(test, valid, key);
    });
}

TEST(wycheproof, ml_kem_768_decapsulation_with_expanded_keys) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/mlkem_768_semi_expanded_decaps_test.json");
    for_each_case(vectors, [](const json& test, bool valid) {
        const auto key = MlKem768Private::parse_for_testing(bytes_at(test, "dk"));
        if (!key.ok()) {
            EXPECT_FALSE(valid);
            return;
        }
        check_decapsulation(test, valid, **key);
    });
}

TEST(wycheproof, ml_kem_1024_is_skipped) {
    for (const char* name : {"mlkem_1024_encaps_test.json", "mlkem_1024_keygen_seed_test.json",
                             "mlkem_1024_test.json"}) {
        testing::report_skipped(name, "no suite of ours uses ML-KEM-1024");
    }
    GTEST_SKIP() << "the parameter set is not in Mayfly";
}

// CCTV files hold lines "name = value" or "name = expression = value". Values maps a name to all
// that follows it; of a name that comes twice the first one counts.
using Values = std::map<std::string, std::string>;

std::optional<Values> load_values(const char* name) {
    const auto text = testing::read_vector_file(name);
    if (!text) return std::nullopt;
    Values values;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        const size_t equals = line.find(" = ");
        if (equals == std::string::npos) continue;
        values.emplace(line.substr(0, equals), line.substr(equals));
    }
    return values;
}

#define MAYFLY_LOAD_VALUES(variable, name) \
    const auto variable##_loaded = load_values(name); \
    if (!variable##_loaded) { \
        GTEST_SKIP() << "vectors absent: " << testing::vector_path(name); \
    } \
    const Values& variable = *variable##_loaded

Bytes hex_of(const Values& values, const std::string& name) {
    const auto found = values.find(name);
    std::optional<Bytes> bytes;
    if (found != values.end()) {
        bytes = from_hex(found->second.substr(found->second.rfind(" = ") + 3));
    }
    EXPECT_TRUE(bytes.has_value()) << name;
    return bytes.value_or(Bytes{});
}

ml_kem::Poly poly_of(const Values& values, const std::string& name) {
    ml_kem::Poly poly{};
    const auto found = values.find(name);
    EXPECT_NE(found, values.end()) << name;
    if (found == values.end()) return poly;
    std::istringstream numbers(found->second);
    numbers.ignore(4);  // " = {"
    for (int16_t& value : poly) {
        EXPECT_TRUE(numbers >> value) << name;
        numbers.ignore(2);
    }
    return poly;
}

Bytes encoded(const ml_kem::Poly& poly) {
    Bytes out(ml_kem::poly_size_bytes);
    ml_kem::encode_12(poly, MutableBytesView(out).first<ml_kem::poly_size_bytes>());
    return out;
}

ml_kem::Poly noise(BytesView seed, uint8_t counter) {
    ml_kem::Poly poly{};
    ml_kem::sample_noise(poly, seed, counter);
    return poly;
}

TEST(cctv, intermediate_values_of_sampling_and_transform) {
    MAYFLY_LOAD_VALUES(values, "pq/cctv/intermediate_ML-KEM-768.txt");
    // CCTV follows the draft of FIPS 203, whose G(d) lacks the final text's byte k. All that comes
    // after it is the same, so these tests start from rho and sigma, or from the expanded key.
    std::array<uint8_t, 64> derived{};
    sha3_512(derived, hex_of(values, "d"));
    const Bytes sigma = hex_of(values, "σ");
    EXPECT_TRUE(equal(BytesView(derived).first(32), hex_of(values, "ρ")));
    EXPECT_TRUE(equal(BytesView(derived).last(32), sigma));
    ml_kem::Poly uniform{};
    ml_kem::sample_uniform(uniform, hex_of(values, "ρ"), 0, 0);
    EXPECT_EQ(uniform, poly_of(values, "A[0, 0]"));

    Bytes s;
    Bytes e;
    Bytes transformed;
    for (uint8_t i = 0; i < 3; ++i) {
        ml_kem::Poly poly = noise(sigma, i);
        append(s, encoded(poly));
        ml_kem::ntt(poly);
        append(transformed, encoded(poly));
        append(e, encoded(noise(sigma, static_cast<uint8_t>(3 + i))));
    }
    EXPECT_EQ(s, hex_of(values, "s"));
    EXPECT_EQ(e, hex_of(values, "e"));
    EXPECT_EQ(transformed, hex_of(values, "dkPKE"));
    EXPECT_EQ(encoded(noise(hex_of(values, "r"), 6)), hex_of(values, "e2"));
}

TEST(cctv, intermediate_values_of_compression) {
    MAYFLY_LOAD_VALUES(values, "pq/cctv/intermediate_ML-KEM-768.txt");
    const ml_kem::Poly u = poly_of(values, "u[0]");
    const ml_kem::Poly compressed = poly_of(values, "compress(u[0])");
    Bytes bytes(ml_kem::poly_10_size_bytes);
    ml_kem::compress_10(u, MutableBytesView(bytes).first<ml_kem::poly_10_size_bytes>());
    EXPECT_TRUE(equal(bytes, BytesView(hex_of(values, "c1")).first(bytes.size())));
    for (size_t i = 0; i < ml_kem::n; ++i) {
        EXPECT_EQ(ml_kem::compress<10>(static_cast<uint16_t>(u[i])), compressed[i]);
    }
    bytes.resize(ml_kem::poly_4_size_bytes);
    ml_kem::compress_4(poly_of(values, "v"),
                       MutableBytesView(bytes).first<ml_kem::poly_4_size_bytes>());
    EXPECT_EQ(bytes, hex_of(values, "c2"));
    ml_kem::Poly message{};
    ml_kem::message_to_poly(message, BytesView(hex_of(values, "m")).first<32>());
    EXPECT_EQ(encoded(message), hex_of(values, "μ"));
}

void check_whole_run(const Values& values) {
    const auto parsed = MlKem768Private::parse_for_testing(hex_of(values, "dk"));
    ASSERT_TRUE(parsed.ok());
    const MlKem768Private& key = **parsed;
    EXPECT_TRUE(equal(key.public_key().encoded(), hex_of(values, "ek")));
    EXPECT_TRUE(equal(key.expanded_for_testing().expose(), hex_of(values, "dk")));
    const auto sent = key.public_key().encapsulate(BytesView(hex_of(values, "m")).first<32>());
    EXPECT_TRUE(equal(sent.ciphertext, hex_of(values, "c")));
    EXPECT_TRUE(equal(sent.secret.expose(), hex_of(values, "K")));
    EXPECT_TRUE(equal(key.decapsulate(sent.ciphertext).expose(), hex_of(values, "K")));
}

TEST(cctv, intermediate_run_and_implicit_rejection) {
    MAYFLY_LOAD_VALUES(values, "pq/cctv/intermediate_ML-KEM-768.txt");
    check_whole_run(values);
    Bytes input = hex_of(values, "z");
    append(input, hex_of(values, "c"));
    Bytes rejected(32);
    shake256(input, rejected);
    EXPECT_EQ(rejected, hex_of(values, "KBar"));
}

TEST(cctv, unlucky_seed_that_needs_many_samples) {
    MAYFLY_LOAD_VALUES(values, "pq/cctv/unluckysample_ML-KEM-768.txt");
    check_whole_run(values);
}

TEST(cctv, ciphertexts_are_compared_past_a_zero_byte) {
    MAYFLY_LOAD_VALUES(values, "pq/cctv/strcmp_ML-KEM-768.txt");
    const auto key = MlKem768Private::parse_for_testing(hex_of(values, "dk"));
    ASSERT_TRUE(key.ok());
    const Bytes ciphertext = hex_of(values, "c");
    ASSERT_EQ(ciphertext.size(), ml_kem_768_ciphertext_size_bytes);
    const auto secret =
        (*key)->decapsulate(BytesView(ciphertext).first<ml_kem_768_ciphertext_size_bytes>());
    EXPECT_TRUE(equal(secret.expose(), hex_of(values, "K")));
}

TEST(cctv, coefficients_of_q_and_above_are_refused) {
    constexpr const char* name = "pq/cctv/modulus_ML-KEM-768.txt.gz";
    const auto text = testing::read_vector_file(name);
    if (!text) GTEST_SKIP() << "vectors absent: " << testing::vector_path(name);
    std::istringstream lines(*text);
    size_t keys = 0;
    for (std::string line; std::getline(lines, line); ++keys) {
        const auto key = from_hex(line);
        ASSERT_TRUE(key.has_value());
        EXPECT_EQ(key->size(), ml_kem_768_public_size_bytes);
        EXPECT_FALSE(ml_kem_768_check_public(*key).ok());
        EXPECT_FALSE(MlKem768Public::parse(*key).ok());
    }
    EXPECT_EQ(keys, 780U);
}

}  // namespace
}  // namespace mayfly::crypto
