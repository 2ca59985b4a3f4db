// The MLS working group's vectors for what epochs derive: key-schedule, psk_secret, secret-tree,
// transcript-hashes, welcome.
#include <gtest/gtest.h>

#include "mls/key_schedule.h"
#include "mls/mls_message.h"
#include "mls/private_message.h"
#include "mls/psk.h"
#include "mls/secret_tree.h"
#include "mls/transcript_hash.h"
#include "tests/support/vectors.h"

namespace mayfly::mls {
namespace {

using nlohmann::json;
using testing::bytes_at;

CipherSuite suite_of(const json& vector) {
    return find_cipher_suite(CipherSuiteId{vector.at("cipher_suite").get<uint16_t>()}).value();
}

Secret secret_at(const json& object, const char* key) { return Secret(bytes_at(object, key)); }

#define EXPECT_SECRET(secret, object, key) \
    EXPECT_EQ(to_hex((secret).expose()), to_hex(bytes_at(object, key))) << (key)

void check_exporter(const CipherSuite& suite, const Secret& exporter_secret, const json& exporter) {
    const auto length = exporter.at("length").get<size_t>();
    ASSERT_LE(length, Secret::capacity_bytes);
    const auto label = exporter.at("label").get<std::string>();
    EXPECT_SECRET(
        mls_exporter(suite, exporter_secret, label, bytes_at(exporter, "context"), length),
        exporter, "secret");
}

void check_epoch_secrets(const CipherSuite& suite, const EpochKeys& keys, const json& expected) {
    EXPECT_SECRET(keys.secrets.init_secret, expected, "init_secret");
    EXPECT_SECRET(keys.secrets.sender_data_secret, expected, "sender_data_secret");
    EXPECT_SECRET(keys.encryption_secret, expected, "encryption_secret");
    EXPECT_SECRET(keys.secrets.exporter_secret, expected, "exporter_secret");
    EXPECT_SECRET(keys.secrets.epoch_authenticator, expected, "epoch_authenticator");
    EXPECT_SECRET(keys.secrets.external_secret, expected, "external_secret");
    EXPECT_SECRET(keys.secrets.confirmation_key, expected, "confirmation_key");
    EXPECT_SECRET(keys.secrets.membership_key, expected, "membership_key");
    EXPECT_SECRET(keys.secrets.resumption_psk, expected, "resumption_psk");
    const auto external = external_key_pair(suite, keys.secrets.external_secret);
    ASSERT_TRUE(external.ok());
    EXPECT_EQ(external->public_key, bytes_at(expected, "external_pub"));
    check_exporter(suite, keys.secrets.exporter_secret, expected.at("exporter"));
}

TEST(MlsVectors, key_schedule) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/key-schedule.json");
    for (const json& vector : vectors) {
        const CipherSuite suite = suite_of(vector);
        SCOPED_TRACE(static_cast<int>(suite.id));
        Secret init_secret = secret_at(vector, "initial_init_secret");
        Epoch epoch;
        for (const json& expected : vector.at("epochs")) {
            GroupContext context;
            context.cipher_suite = suite.id;
            context.group_id = bytes_at(vector, "group_id");
            context.epoch = epoch;
            context.tree_hash = bytes_at(expected, "tree_hash");
            context.confirmed_transcript_hash = bytes_at(expected, "confirmed_transcript_hash");
            EXPECT_EQ(codec::encode(context), bytes_at(expected, "group_context"));

            const Secret psk_secret = secret_at(expected, "psk_secret");
            const Secret joiner = derive_joiner_secret(
                suite, init_secret, secret_at(expected, "commit_secret"), context);
            EXPECT_SECRET(joiner, expected, "joiner_secret");
            EXPECT_SECRET(derive_welcome_secret(suite, joiner, psk_secret), expected,
                          "welcome_secret");
            EpochKeys keys = derive_epoch(suite, joiner, psk_secret, context);
            check_epoch_secrets(suite, keys, expected);
            init_secret = std::move(keys.secrets.init_secret);
            epoch = epoch.next();
        }
    }
}

TEST(MlsVectors, psk_secret) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/psk_secret.json");
    for (const json& vector : vectors) {
        std::vector<ResolvedPsk> psks;
        for (const json& psk : vector.at("psks")) {
            PreSharedKeyId id;
            id.psk_id = bytes_at(psk, "psk_id");
            id.psk_nonce = bytes_at(psk, "psk_nonce");
            psks.push_back({std::move(id), SecretBuffer(bytes_at(psk, "psk"))});
        }
        const auto secret = derive_psk_secret(suite_of(vector), psks);
        ASSERT_TRUE(secret.ok());
        EXPECT_SECRET(*secret, vector, "psk_secret");
    }
}

void check_ratchet(const SecretTree& fresh, LeafIndex leaf, RatchetType type, const json& steps) {
    const std::string name = type == RatchetType::application ? "application" : "handshake";
    for (const json& step : steps) {
        const auto found = fresh.find_key(leaf, type, step.at("generation").get<uint32_t>());
        ASSERT_TRUE(found.ok());
        EXPECT_SECRET(found->key.key, step, (name + "_key").c_str());
        EXPECT_SECRET(found->key.nonce, step, (name + "_nonce").c_str());
    }
}

TEST(MlsVectors, secret_tree) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/secret-tree.json");
    for (const json& vector : vectors) {
        const CipherSuite suite = suite_of(vector);
        SCOPED_TRACE(static_cast<int>(suite.id));
        const json& leaves = vector.at("leaves");
        const SecretTree tree(suite, {},
                              LeafCount::for_leaves(static_cast<uint32_t>(leaves.size())),
                              secret_at(vector, "encryption_secret"));
        for (uint32_t i = 0; i < leaves.size(); ++i) {
            check_ratchet(tree, {i}, RatchetType::application, leaves.at(i));
            check_ratchet(tree, {i}, RatchetType::handshake, leaves.at(i));
        }
        const json& sender = vector.at("sender_data");
        const MessageKey key = sender_data_key(suite, secret_at(sender, "sender_data_secret"),
                                               bytes_at(sender, "ciphertext"));
        EXPECT_SECRET(key.key, sender, "key");
        EXPECT_SECRET(key.nonce, sender, "nonce");
    }
}

TEST(MlsVectors, transcript_hashes) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/transcript-hashes.json");
    for (const json& vector : vectors) {
        const CipherSuite suite = suite_of(vector);
        const auto content =
            codec::decode<AuthenticatedContent>(bytes_at(vector, "authenticated_content"));
        ASSERT_TRUE(content.ok());
        ASSERT_EQ(content->content.type(), ContentType::commit);
        const Bytes confirmed = confirmed_transcript_hash(
            suite, bytes_at(vector, "interim_transcript_hash_before"), *content);
        EXPECT_EQ(confirmed, bytes_at(vector, "confirmed_transcript_hash_after"));
        EXPECT_EQ(interim_transcript_hash(suite, confirmed, content->auth.confirmation_tag),
                  bytes_at(vector, "interim_transcript_hash_after"));
        EXPECT_EQ(confirmation_tag(suite, secret_at(vector, "confirmation_key"), confirmed),
                  content->auth.confirmation_tag);
    }
}

TEST(MlsVectors, welcome) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/welcome.json");
    for (const json& vector : vectors) {
        const CipherSuite suite = suite_of(vector);
        SCOPED_TRACE(static_cast<int>(suite.id));
        const auto package = decode_message<KeyPackage>(bytes_at(vector, "key_package"));
        const auto welcome = decode_message<Welcome>(bytes_at(vector, "welcome"));
        ASSERT_TRUE(package.ok() && welcome.ok());
        const auto secrets = decrypt_group_secrets(
            suite, *welcome, key_package_ref(suite, *package), secret_at(vector, "init_priv"));
        ASSERT_TRUE(secrets.ok());
        const Secret no_psk = zero_secret(suite);
        const auto info =
            decrypt_group_info(suite, derive_welcome_secret(suite, secrets->joiner_secret, no_psk),
                               welcome->encrypted_group_info);
        ASSERT_TRUE(info.ok());
        EXPECT_TRUE(verify_group_info(suite, *info, bytes_at(vector, "signer_pub")).ok());
        const EpochKeys keys =
            derive_epoch(suite, secrets->joiner_secret, no_psk, info->group_context);
        EXPECT_EQ(confirmation_tag(suite, keys.secrets.confirmation_key,
                                   info->group_context.confirmed_transcript_hash),
                  info->confirmation_tag);
    }
}

}  // namespace
}  // namespace mayfly::mls
