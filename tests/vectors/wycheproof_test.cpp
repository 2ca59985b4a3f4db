// Project Wycheproof: known answers and the edge cases that implementations get wrong.
#include <gtest/gtest.h>

#include "crypto/aead.h"
#include "crypto/curve25519.h"
#include "crypto/hash.h"
#include "crypto/signature.h"
#include "tests/support/vectors.h"

namespace mayfly::crypto {
namespace {

using nlohmann::json;
using testing::bytes_at;

// for_each_case calls body(group, test) with a trace that names the case.
template <class Body>
void for_each_case(const json& vectors, Body&& body) {
    size_t cases = 0;
    for (const json& group : vectors.at("testGroups")) {
        for (const json& test : group.at("tests")) {
            SCOPED_TRACE("tcId " + test.at("tcId").dump() + " " + test.value("comment", ""));
            body(group, test);
            ++cases;
        }
    }
    EXPECT_EQ(cases, vectors.at("numberOfTests").get<size_t>());
}

bool is_valid(const json& test) { return test.at("result") == "valid"; }

void check_aead(const json& group, const json& test, AeadId id) {
    const Bytes key = bytes_at(test, "key");
    const Bytes nonce = bytes_at(test, "iv");
    const Bytes associated_data = bytes_at(test, "aad");
    const Bytes plaintext = bytes_at(test, "msg");
    Bytes sealed = bytes_at(test, "ct");
    append(sealed, bytes_at(test, "tag"));
    ASSERT_EQ(group.at("tagSize"), 128);
    const auto opened = aead_open(id, key, nonce, associated_data, sealed);
    ASSERT_EQ(opened.ok(), is_valid(test));
    if (!is_valid(test)) return;
    EXPECT_TRUE(equal(opened->expose(), plaintext));
    EXPECT_EQ(aead_seal(id, key, nonce, associated_data, plaintext), sealed);
}

TEST(wycheproof, aes_gcm) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/aes_gcm_test.json");
    size_t other_sizes = 0;
    for_each_case(vectors, [&](const json& group, const json& test) {
        const int key_bits = group.at("keySize");
        if (group.at("ivSize") != 96 || key_bits == 192) {
            ++other_sizes;
            return;
        }
        check_aead(group, test, key_bits == 128 ? AeadId::aes_128_gcm : AeadId::aes_256_gcm);
    });
    testing::report_skipped(std::to_string(other_sizes) + " cases of aes_gcm_test.json",
                            "192-bit keys and nonces other than 96 bits do not exist here");
}

TEST(wycheproof, chacha20_poly1305) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/chacha20_poly1305_test.json");
    size_t other_sizes = 0;
    for_each_case(vectors, [&](const json& group, const json& test) {
        if (group.at("ivSize") != 96) {
            ++other_sizes;
            return;
        }
        check_aead(group, test, AeadId::chacha20_poly1305);
    });
    testing::report_skipped(std::to_string(other_sizes) + " cases of chacha20_poly1305_test.json",
                            "nonces other than 96 bits do not exist here");
}

void check_signatures(const json& vectors, SignatureId id, const char* key_name) {
    for_each_case(vectors, [&](const json& group, const json& test) {
        const Bytes key = bytes_at(group.at("publicKey"), key_name);
        const auto status = verify(id, key, bytes_at(test, "msg"), bytes_at(test, "sig"));
        EXPECT_EQ(status.ok(), is_valid(test));
    });
}

TEST(wycheproof, ecdsa_p256) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/ecdsa_secp256r1_sha256_test.json");
    check_signatures(vectors, SignatureId::ecdsa_p256, "uncompressed");
}

TEST(wycheproof, ed25519) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/ed25519_test.json");
    check_signatures(vectors, SignatureId::ed25519, "pk");
}

// An output longer than Secret holds is compared as far as it goes: HKDF's shorter outputs are
// beginnings of its longer ones.
void check_hkdf(const json& vectors, HashId id) {
    size_t too_long = 0;
    for_each_case(vectors, [&](const json&, const json& test) {
        const size_t size_bytes = test.at("size");
        if (size_bytes > 255 * hash_size_bytes(id)) {
            EXPECT_FALSE(is_valid(test));
            ++too_long;
            return;
        }
        ASSERT_TRUE(is_valid(test));
        const size_t compared_bytes = std::min(size_bytes, Secret::capacity_bytes);
        const Secret key = hkdf_extract(id, bytes_at(test, "salt"), bytes_at(test, "ikm"));
        const Secret out = hkdf_expand(id, key.expose(), bytes_at(test, "info"), compared_bytes);
        const Bytes wanted = bytes_at(test, "okm");
        EXPECT_TRUE(equal(out.expose(), BytesView(wanted).first(compared_bytes)));
    });
    testing::report_skipped(std::to_string(too_long) + " HKDF cases",
                            "more output than HKDF has, which Secret cannot ask for");
}

TEST(wycheproof, hkdf_sha256) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/hkdf_sha256_test.json");
    check_hkdf(vectors, HashId::sha256);
}

TEST(wycheproof, hkdf_sha384) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/hkdf_sha384_test.json");
    check_hkdf(vectors, HashId::sha384);
}

TEST(wycheproof, x25519) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/wycheproof/x25519_test.json");
    for_each_case(vectors, [&](const json&, const json& test) {
        const Bytes public_key = bytes_at(test, "public");
        const Bytes private_key = bytes_at(test, "private");
        const Bytes shared = bytes_at(test, "shared");
        Curve25519Public out{};
        const bool accepted =
            x25519(out, BytesView(private_key).first<32>(), BytesView(public_key).first<32>());
        const bool is_zero = shared == Bytes(32);
        EXPECT_EQ(accepted, !is_zero);
        if (accepted) {
            EXPECT_TRUE(equal(out, shared));
        }
    });
}

}  // namespace
}  // namespace mayfly::crypto
