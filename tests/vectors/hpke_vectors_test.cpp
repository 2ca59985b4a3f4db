// HPKE: RFC 9180 appendix A.1.1 and the vectors of draft-ietf-hpke-pq.
#include <gtest/gtest.h>

#include "crypto/hpke.h"
#include "crypto/kem_hybrid.h"
#include "tests/support/fixed_entropy.h"
#include "tests/support/vectors.h"

namespace mayfly::crypto {
namespace {

using nlohmann::json;
using testing::bytes_at;
using testing::FixedEntropy;

Bytes hex(std::string_view text) {
    auto bytes = from_hex(text);
    EXPECT_TRUE(bytes.has_value());
    return bytes.value_or(Bytes{});
}

constexpr HpkeSuite x25519_suite{KemId::dhkem_x25519, HashId::sha256, AeadId::aes_128_gcm};

TEST(hpke_rfc_9180, dhkem_x25519_sha256_aes_128_gcm_base_mode) {
    const auto pair = kem_derive_key_pair(
        KemId::dhkem_x25519,
        hex("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037"));
    ASSERT_TRUE(pair.ok());
    EXPECT_EQ(to_hex(pair->private_key.expose()),
              "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
    EXPECT_EQ(to_hex(pair->public_key),
              "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d");
    const HpkeCiphertext sealed{
        hex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
        hex("f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c"
            "512a")};
    const auto secret = kem_decapsulate(KemId::dhkem_x25519, pair->private_key, sealed.kem_output);
    ASSERT_TRUE(secret.ok());
    EXPECT_EQ(to_hex(secret->expose()),
              "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc");
    const auto opened =
        hpke_open(x25519_suite, pair->private_key, hex("4f6465206f6e2061204772656369616e2055726e"),
                  hex("436f756e742d30"), sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(as_text(opened->expose()), "Beauty is truth, truth beauty");
}

std::optional<KemId> kem_of(const json& vector) {
    for (const KemId id :
         {KemId::dhkem_p256, KemId::dhkem_p384, KemId::dhkem_p521, KemId::dhkem_x25519,
          KemId::dhkem_x448, KemId::mlkem768, KemId::mlkem768_p256, KemId::mlkem768_x25519}) {
        if (vector.at("kem_id") == static_cast<int>(id)) return id;
    }
    return std::nullopt;
}

// The draft prints X448 keys (but not X25519 keys) clamped. Ours stay as derived, like those of RFC
// 9180: every use clamps (RFC 7748 section 5).
void clamp_x448(Bytes& key) {
    key.front() &= 0xfc;
    key.back() |= 0x80;
}

// The KEM alone: both key pairs from their input, and the shared secret from both sides.
void check_kem(const json& vector, KemId id) {
    const auto pair = kem_derive_key_pair(id, bytes_at(vector, "ikmR"));
    ASSERT_TRUE(pair.ok());
    Bytes private_key = to_bytes(pair->private_key.expose());
    if (id == KemId::dhkem_x448) clamp_x448(private_key);
    EXPECT_EQ(private_key, bytes_at(vector, "skRm"));
    EXPECT_EQ(pair->public_key, bytes_at(vector, "pkRm"));
    const auto secret = kem_decapsulate(id, pair->private_key, bytes_at(vector, "enc"));
    ASSERT_TRUE(secret.ok());
    EXPECT_TRUE(equal(secret->expose(), bytes_at(vector, "shared_secret")));
    // DHKEMs make the ephemeral key from the input in a way of their own.
    if (id < KemId::mlkem768) return;
    FixedEntropy entropy(bytes_at(vector, "ikmE"));
    const auto sent = kem_encapsulate(id, pair->public_key, entropy);
    ASSERT_TRUE(sent.ok());
    EXPECT_EQ(entropy.left_bytes(), 0U);
    EXPECT_EQ(sent->ciphertext, bytes_at(vector, "enc"));
    EXPECT_TRUE(equal(sent->shared_secret.expose(), secret->expose()));
}

// The first message and all exports; later sequence numbers do not exist in RFC 9420's use.
void check_messages(const json& vector, HpkeSuite suite) {
    const Secret key(bytes_at(vector, "skRm"));
    const Bytes info = bytes_at(vector, "info");
    const json& first = vector.at("encryptions").at(0);
    FixedEntropy entropy(bytes_at(vector, "ikmE"));
    const auto sealed = hpke_seal(suite, bytes_at(vector, "pkRm"), info, bytes_at(first, "aad"),
                                  bytes_at(first, "pt"), entropy);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(sealed->kem_output, bytes_at(vector, "enc"));
    EXPECT_EQ(sealed->ciphertext, bytes_at(first, "ct"));
    const auto opened = hpke_open(suite, key, info, bytes_at(first, "aad"), *sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(equal(opened->expose(), bytes_at(first, "pt")));
    for (const json& wanted : vector.at("exports")) {
        const auto secret =
            hpke_receive_export(suite, key, sealed->kem_output, info,
                                bytes_at(wanted, "exporter_context"), wanted.at("L"));
        ASSERT_TRUE(secret.ok());
        EXPECT_TRUE(equal(secret->expose(), bytes_at(wanted, "exported_value")));
    }
}

TEST(hpke_pq, vectors_of_the_draft) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/hpke-pq-test-vectors.json");
    size_t whole = 0;
    for (const json& vector : vectors) {
        const std::string name = "kem " + vector.at("kem_id").dump() + " kdf " +
                                 vector.at("kdf_id").dump() + " aead " +
                                 vector.at("aead_id").dump();
        SCOPED_TRACE(name);
        const auto id = kem_of(vector);
        if (!id) {
            testing::report_skipped(name, "no suite of ours uses this KEM");
            continue;
        }
        check_kem(vector, *id);
        const int kdf = vector.at("kdf_id");
        if (kdf < 1 || kdf > 3) {
            testing::report_skipped(name + " beyond its KEM", "no suite of ours uses this KDF");
            continue;
        }
        check_messages(vector, {*id, static_cast<HashId>(kdf - 1),
                                static_cast<AeadId>(vector.at("aead_id").get<int>() - 1)});
        ++whole;
    }
    EXPECT_EQ(whole, 3U);
}

TEST(x_wing, vectors_of_the_draft) {
    MAYFLY_LOAD_VECTORS(vectors, "pq/xwing-test-vectors.json");
    constexpr KemId id = KemId::mlkem768_x25519;
    for (const json& vector : vectors) {
        const Secret seed(bytes_at(vector, "seed"));
        const auto public_key = hybrid_public_from_private(id, seed);
        ASSERT_TRUE(public_key.ok());
        EXPECT_EQ(*public_key, bytes_at(vector, "pk"));
        FixedEntropy entropy(bytes_at(vector, "eseed"));
        const auto sent = hybrid_encapsulate(id, *public_key, entropy);
        ASSERT_TRUE(sent.ok());
        EXPECT_EQ(sent->ciphertext, bytes_at(vector, "ct"));
        EXPECT_TRUE(equal(sent->shared_secret.expose(), bytes_at(vector, "ss")));
        const auto received = hybrid_decapsulate(id, seed, sent->ciphertext);
        ASSERT_TRUE(received.ok());
        EXPECT_TRUE(equal(received->expose(), bytes_at(vector, "ss")));
    }
}

}  // namespace
}  // namespace mayfly::crypto
