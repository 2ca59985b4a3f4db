// What epochs derive: key-schedule, psk_secret, secret-tree, transcript-hashes, welcome.
#include "mls/key_schedule.h"
#include "mls/mls_message.h"
#include "mls/private_message.h"
#include "mls/psk.h"
#include "mls/secret_tree.h"
#include "mls/transcript_hash.h"
#include "tests/support/mls_vectors/runners.h"

namespace mayfly::vectors {

using namespace mls;

namespace {

Status check_exporter(const CipherSuite& suite, const Secret& exporter_secret,
                      const Value& exporter) {
    TRY_ASSIGN(const auto length, exporter.number<uint32_t>("length"));
    ENSURE(length <= Secret::capacity_bytes, input_too_large);
    TRY_ASSIGN(const std::string label, exporter.text("label"));
    TRY_ASSIGN(const Bytes context, exporter.bytes("context"));
    exporter.expect_equal(mls_exporter(suite, exporter_secret, label, context, length), "secret");
    return {};
}

Status check_epoch_secrets(const CipherSuite& suite, const EpochKeys& keys, const Value& expected) {
    expected.expect_equal(keys.secrets.init_secret, "init_secret");
    expected.expect_equal(keys.secrets.sender_data_secret, "sender_data_secret");
    expected.expect_equal(keys.encryption_secret, "encryption_secret");
    expected.expect_equal(keys.secrets.exporter_secret, "exporter_secret");
    expected.expect_equal(keys.secrets.epoch_authenticator, "epoch_authenticator");
    expected.expect_equal(keys.secrets.external_secret, "external_secret");
    expected.expect_equal(keys.secrets.confirmation_key, "confirmation_key");
    expected.expect_equal(keys.secrets.membership_key, "membership_key");
    expected.expect_equal(keys.secrets.resumption_psk, "resumption_psk");
    TRY_ASSIGN(const auto external, external_key_pair(suite, keys.secrets.external_secret));
    expected.expect_equal(external.public_key, "external_pub");
    TRY_ASSIGN(const Value exporter, expected.object("exporter"));
    return check_exporter(suite, keys.secrets.exporter_secret, exporter);
}

// Returns the init_secret for the next epoch.
Result<Secret> check_epoch(const CipherSuite& suite, GroupContext context,
                           const Secret& init_secret, const Value& expected) {
    TRY_ASSIGN(context.tree_hash, expected.bytes("tree_hash"));
    TRY_ASSIGN(context.confirmed_transcript_hash, expected.bytes("confirmed_transcript_hash"));
    expected.expect_equal(codec::encode(context), "group_context");
    TRY_ASSIGN(const Secret psk_secret, expected.secret("psk_secret"));
    TRY_ASSIGN(const Secret commit_secret, expected.secret("commit_secret"));
    const Secret joiner = derive_joiner_secret(suite, init_secret, commit_secret, context);
    expected.expect_equal(joiner, "joiner_secret");
    expected.expect_equal(derive_welcome_secret(suite, joiner, psk_secret), "welcome_secret");
    EpochKeys keys = derive_epoch(suite, joiner, psk_secret, context);
    TRY(check_epoch_secrets(suite, keys, expected));
    return std::move(keys.secrets.init_secret);
}

Status check_ratchet(const SecretTree& fresh, LeafIndex leaf, RatchetType type,
                     const std::string& name, const Value& step) {
    TRY_ASSIGN(const auto generation, step.number<uint32_t>("generation"));
    TRY_ASSIGN(const auto found, fresh.find_key(leaf, type, generation));
    step.expect_equal(found.key.key, (name + "_key").c_str());
    step.expect_equal(found.key.nonce, (name + "_nonce").c_str());
    return {};
}

}  // namespace

Status run_key_schedule(const Value& vector) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    TRY_ASSIGN(Secret init_secret, vector.secret("initial_init_secret"));
    GroupContext context;
    context.cipher_suite = suite.id;
    TRY_ASSIGN(context.group_id, vector.bytes("group_id"));
    TRY_ASSIGN(const auto epochs, vector.list("epochs"));
    for (const Value& expected : epochs) {
        TRY_ASSIGN(init_secret, check_epoch(suite, context, init_secret, expected));
        context.epoch = context.epoch.next();
    }
    return {};
}

Status run_psk_secret(const Value& vector) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    std::vector<ResolvedPsk> psks;
    TRY_ASSIGN(const auto given, vector.list("psks"));
    for (const Value& psk : given) {
        PreSharedKeyId id;
        TRY_ASSIGN(id.psk_id, psk.bytes("psk_id"));
        TRY_ASSIGN(id.psk_nonce, psk.bytes("psk_nonce"));
        TRY_ASSIGN(const Bytes key, psk.bytes("psk"));
        psks.push_back({std::move(id), SecretBuffer(key)});
    }
    TRY_ASSIGN(const Secret secret, derive_psk_secret(suite, psks));
    vector.expect_equal(secret, "psk_secret");
    return {};
}

Status run_secret_tree(const Value& vector) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    TRY_ASSIGN(const auto leaves, vector.list("leaves"));
    TRY_ASSIGN(Secret encryption_secret, vector.secret("encryption_secret"));
    const auto count = static_cast<uint32_t>(leaves.size());
    const SecretTree tree(suite, {}, LeafCount::for_leaves(count), std::move(encryption_secret));
    for (uint32_t i = 0; i < count; ++i) {
        TRY_ASSIGN(const auto steps, leaves[i].list());
        for (const Value& step : steps) {
            TRY(check_ratchet(tree, {i}, RatchetType::application, "application", step));
            TRY(check_ratchet(tree, {i}, RatchetType::handshake, "handshake", step));
        }
    }
    TRY_ASSIGN(const Value sender, vector.object("sender_data"));
    TRY_ASSIGN(const Secret secret, sender.secret("sender_data_secret"));
    TRY_ASSIGN(const Bytes ciphertext, sender.bytes("ciphertext"));
    const MessageKey key = sender_data_key(suite, secret, ciphertext);
    sender.expect_equal(key.key, "key");
    sender.expect_equal(key.nonce, "nonce");
    return {};
}

Status run_transcript_hashes(const Value& vector) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    TRY_ASSIGN(const Bytes encoded, vector.bytes("authenticated_content"));
    TRY_ASSIGN(const auto content, codec::decode<AuthenticatedContent>(encoded));
    ENSURE(content.content.type() == ContentType::commit, unexpected_message);
    TRY_ASSIGN(const Bytes before, vector.bytes("interim_transcript_hash_before"));
    TRY_ASSIGN(const Secret key, vector.secret("confirmation_key"));
    const Bytes confirmed = confirmed_transcript_hash(suite, before, content);
    vector.expect_equal(confirmed, "confirmed_transcript_hash_after");
    vector.expect_equal(interim_transcript_hash(suite, confirmed, content.auth.confirmation_tag),
                        "interim_transcript_hash_after");
    vector.expect(confirmation_tag(suite, key, confirmed) == content.auth.confirmation_tag,
                  "the confirmation tag differs");
    return {};
}

Status run_welcome(const Value& vector) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    TRY_ASSIGN(const Bytes package_message, vector.bytes("key_package"));
    TRY_ASSIGN(const KeyPackage package, decode_message<KeyPackage>(package_message));
    TRY_ASSIGN(const Bytes welcome_message, vector.bytes("welcome"));
    TRY_ASSIGN(const Welcome welcome, decode_message<Welcome>(welcome_message));
    TRY_ASSIGN(const Secret init_key, vector.private_key("init_priv", suite));
    TRY_ASSIGN(const Bytes signer_pub, vector.bytes("signer_pub"));
    TRY_ASSIGN(const GroupSecrets secrets,
               decrypt_group_secrets(suite, welcome, key_package_ref(suite, package), init_key));
    const Secret no_psk = zero_secret(suite);
    TRY_ASSIGN(
        const GroupInfo info,
        decrypt_group_info(suite, derive_welcome_secret(suite, secrets.joiner_secret, no_psk),
                           welcome.encrypted_group_info));
    TRY(verify_group_info(suite, info, signer_pub));
    const EpochKeys keys = derive_epoch(suite, secrets.joiner_secret, no_psk, info.group_context);
    vector.expect(
        confirmation_tag(suite, keys.secrets.confirmation_key,
                         info.group_context.confirmed_transcript_hash) == info.confirmation_tag,
        "the confirmation tag differs");
    return {};
}

}  // namespace mayfly::vectors
