// The MLS working group's vectors for what stands under the group: crypto-basics, tree-math,
// deserialization, and the structures of messages.json.
#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"
#include "mls/labelled.h"
#include "mls/mls_message.h"
#include "mls/ratchet_tree.h"
#include "mls/tree_math.h"
#include "tests/support/vectors.h"

namespace mayfly::mls {
namespace {

using nlohmann::json;
using testing::bytes_at;
using testing::bytes_of;

CipherSuite suite_of(const json& vector) {
    return find_cipher_suite(CipherSuiteId{vector.at("cipher_suite").get<uint16_t>()}).value();
}
std::string label_of(const json& vector) { return vector.at("label").get<std::string>(); }

void check_hashes(const CipherSuite& suite, const json& vector) {
    const json& ref = vector.at("ref_hash");
    EXPECT_EQ(ref_hash(suite, label_of(ref), bytes_at(ref, "value")), bytes_at(ref, "out"));

    const json& expand = vector.at("expand_with_label");
    const Secret expanded =
        expand_with_label(suite, Secret(bytes_at(expand, "secret")), label_of(expand),
                          bytes_at(expand, "context"), expand.at("length").get<size_t>());
    EXPECT_EQ(to_bytes(expanded.expose()), bytes_at(expand, "out"));

    const json& derive = vector.at("derive_secret");
    const Secret derived =
        derive_secret(suite, Secret(bytes_at(derive, "secret")), label_of(derive));
    EXPECT_EQ(to_bytes(derived.expose()), bytes_at(derive, "out"));

    const json& tree = vector.at("derive_tree_secret");
    const Secret of_tree =
        derive_tree_secret(suite, Secret(bytes_at(tree, "secret")), label_of(tree),
                           tree.at("generation").get<uint32_t>(), tree.at("length").get<size_t>());
    EXPECT_EQ(to_bytes(of_tree.expose()), bytes_at(tree, "out"));
}

void check_signature(const CipherSuite& suite, const json& vector) {
    const json& v = vector.at("sign_with_label");
    const Bytes content = bytes_at(v, "content");
    const Bytes pub = bytes_at(v, "pub");
    EXPECT_TRUE(verify_with_label(suite, pub, label_of(v), content, bytes_at(v, "signature")).ok());
    auto again = sign_with_label(suite, Secret(bytes_at(v, "priv")), label_of(v), content);
    ASSERT_TRUE(again.ok());
    EXPECT_TRUE(verify_with_label(suite, pub, label_of(v), content, *again).ok());
    EXPECT_FALSE(verify_with_label(suite, pub, "other label", content, *again).ok());
}

void check_encryption(const CipherSuite& suite, const json& vector) {
    const json& v = vector.at("encrypt_with_label");
    const Secret key(bytes_at(v, "priv"));
    const Bytes context = bytes_at(v, "context");
    const Bytes plaintext = bytes_at(v, "plaintext");
    auto opened = decrypt_with_label(suite, key, label_of(v), context,
                                     {bytes_at(v, "kem_output"), bytes_at(v, "ciphertext")});
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(to_bytes(opened->expose()), plaintext);

    crypto::SeededEntropy entropy(1);
    auto sealed =
        encrypt_with_label(suite, bytes_at(v, "pub"), label_of(v), context, plaintext, entropy);
    ASSERT_TRUE(sealed.ok());
    auto reopened = decrypt_with_label(suite, key, label_of(v), context, *sealed);
    ASSERT_TRUE(reopened.ok());
    EXPECT_EQ(to_bytes(reopened->expose()), plaintext);
}

TEST(MlsVectors, crypto_basics) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/crypto-basics.json");
    for (const json& vector : vectors) {
        SCOPED_TRACE(vector.at("cipher_suite").dump());
        const CipherSuite suite = suite_of(vector);
        check_hashes(suite, vector);
        check_signature(suite, vector);
        check_encryption(suite, vector);
    }
}

std::optional<uint32_t> index_of(const json& value) {
    return value.is_null() ? std::nullopt : std::optional(value.get<uint32_t>());
}
std::optional<uint32_t> index_of(std::optional<NodeIndex> node) {
    return node ? std::optional(node->value) : std::nullopt;
}

TEST(MlsVectors, tree_math) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/tree-math.json");
    for (const json& vector : vectors) {
        const LeafCount leaves{vector.at("n_leaves").get<uint32_t>()};
        SCOPED_TRACE(leaves.value);
        EXPECT_EQ(leaves.node_count(), vector.at("n_nodes").get<uint32_t>());
        EXPECT_EQ(root(leaves).value, vector.at("root").get<uint32_t>());
        for (uint32_t i = 0; i < leaves.node_count(); ++i) {
            EXPECT_EQ(index_of(left({i})), index_of(vector.at("left").at(i)));
            EXPECT_EQ(index_of(right({i})), index_of(vector.at("right").at(i)));
            EXPECT_EQ(index_of(parent({i}, leaves)), index_of(vector.at("parent").at(i)));
            EXPECT_EQ(index_of(sibling({i}, leaves)), index_of(vector.at("sibling").at(i)));
        }
    }
}

TEST(MlsVectors, deserialization) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/deserialization.json");
    for (const json& vector : vectors) {
        const Bytes header = bytes_at(vector, "vlbytes_header");
        codec::Reader reader(header);
        EXPECT_EQ(reader.varint(), vector.at("length").get<uint64_t>());
        EXPECT_TRUE(reader.finish().ok());
    }
}

template <class T>
void expect_round_trip(const json& vector, const char* name) {
    SCOPED_TRACE(name);
    const Bytes bytes = bytes_at(vector, name);
    auto value = codec::decode<T>(bytes);
    ASSERT_TRUE(value.ok()) << error_name(value.code());
    EXPECT_EQ(codec::encode(*value), bytes);
}

TEST(MlsVectors, messages) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/messages.json");
    for (const json& vector : vectors) {
        for (const char* name :
             {"mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
              "public_message_proposal", "public_message_commit", "private_message"}) {
            expect_round_trip<MlsMessage>(vector, name);
        }
        expect_round_trip<GroupSecrets>(vector, "group_secrets");
        expect_round_trip<Add>(vector, "add_proposal");
        expect_round_trip<Update>(vector, "update_proposal");
        expect_round_trip<Remove>(vector, "remove_proposal");
        expect_round_trip<PreSharedKey>(vector, "pre_shared_key_proposal");
        expect_round_trip<ReInit>(vector, "re_init_proposal");
        expect_round_trip<ExternalInit>(vector, "external_init_proposal");
        expect_round_trip<GroupContextExtensions>(vector, "group_context_extensions_proposal");
        expect_round_trip<Commit>(vector, "commit");

        auto package = decode_message<KeyPackage>(bytes_at(vector, "mls_key_package"));
        ASSERT_TRUE(package.ok());
        const CipherSuite suite = find_cipher_suite(package->cipher_suite).value();
        const Bytes encoded = bytes_at(vector, "ratchet_tree");
        auto tree = RatchetTree::decode(suite, encoded);
        ASSERT_TRUE(tree.ok()) << error_name(tree.code());
        EXPECT_EQ(tree->encode(), encoded);
    }
}

}  // namespace
}  // namespace mayfly::mls
