// What epochs derive: key-schedule, psk_secret, secret-tree, transcript-hashes, welcome.
#include "mls/key_package_secrets.h"
#include "mls/key_schedule.h"
#include "mls/mls_message.h"
#include "mls/private_message.h"
#include "mls/psk.h"
#include "mls/secret_tree.h"
#include "mls/transcript_hash.h"
#include "tests/support/mls_vectors/generate.h"
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

// Own vectors.

namespace {

std::string hex(const Secret& secret) { return to_hex(secret.expose()); }

Json make_epoch(const CipherSuite& suite, GroupContext context, Secret& init_secret, Dice& dice) {
    const size_t size = suite.hash_size_bytes();
    context.tree_hash = dice.bytes(size);
    context.confirmed_transcript_hash = dice.bytes(size);
    const Secret commit_secret(dice.bytes(size));
    const Secret psk_secret(dice.bytes(size));
    const Secret joiner = derive_joiner_secret(suite, init_secret, commit_secret, context);
    EpochKeys keys = derive_epoch(suite, joiner, psk_secret, context);
    const Bytes exporter_context = dice.bytes(24);
    const Secret exported =
        mls_exporter(suite, keys.secrets.exporter_secret, "exporter", exporter_context, size);
    const auto external = external_key_pair(suite, keys.secrets.external_secret).value();
    Json out = {{"tree_hash", to_hex(context.tree_hash)},
                {"commit_secret", hex(commit_secret)},
                {"psk_secret", hex(psk_secret)},
                {"confirmed_transcript_hash", to_hex(context.confirmed_transcript_hash)},
                {"group_context", to_hex(codec::encode(context))},
                {"joiner_secret", hex(joiner)},
                {"welcome_secret", hex(derive_welcome_secret(suite, joiner, psk_secret))},
                {"init_secret", hex(keys.secrets.init_secret)},
                {"sender_data_secret", hex(keys.secrets.sender_data_secret)},
                {"encryption_secret", hex(keys.encryption_secret)},
                {"exporter_secret", hex(keys.secrets.exporter_secret)},
                {"epoch_authenticator", hex(keys.secrets.epoch_authenticator)},
                {"external_secret", hex(keys.secrets.external_secret)},
                {"confirmation_key", hex(keys.secrets.confirmation_key)},
                {"membership_key", hex(keys.secrets.membership_key)},
                {"resumption_psk", hex(keys.secrets.resumption_psk)},
                {"external_pub", to_hex(external.public_key)}};
    out["exporter"] = {{"label", "exporter"},
                       {"context", to_hex(exporter_context)},
                       {"length", size},
                       {"secret", hex(exported)}};
    init_secret = std::move(keys.secrets.init_secret);
    return out;
}

}  // namespace

Json make_key_schedule(const CipherSuite& suite, Dice& dice) {
    Secret init_secret(dice.bytes(suite.hash_size_bytes()));
    GroupContext context;
    context.cipher_suite = suite.id;
    context.group_id = dice.bytes(16);
    Json out = {{"cipher_suite", static_cast<uint16_t>(suite.id)},
                {"group_id", to_hex(context.group_id)},
                {"initial_init_secret", hex(init_secret)},
                {"epochs", Json::array()}};
    for (int i = 0; i < 5; ++i) {
        out["epochs"].push_back(make_epoch(suite, context, init_secret, dice));
        context.epoch = context.epoch.next();
    }
    return out;
}

Json make_psk_secret(const CipherSuite& suite, Dice& dice) {
    Json out = {{"cipher_suite", static_cast<uint16_t>(suite.id)}, {"psks", Json::array()}};
    std::vector<ResolvedPsk> psks;
    for (size_t i = 0; i < dice.number % 11; ++i) {
        PreSharedKeyId id;
        id.psk_id = dice.bytes(12);
        id.psk_nonce = dice.bytes(suite.hash_size_bytes());
        const Bytes key = dice.bytes(1 + dice.below(80));
        out["psks"].push_back({{"psk_id", to_hex(id.psk_id)},
                               {"psk", to_hex(key)},
                               {"psk_nonce", to_hex(id.psk_nonce)}});
        psks.push_back({std::move(id), SecretBuffer(key)});
    }
    out["psk_secret"] = hex(derive_psk_secret(suite, psks).value());
    return out;
}

Json make_secret_tree(const CipherSuite& suite, Dice& dice) {
    const Bytes secret = dice.bytes(suite.hash_size_bytes());
    const uint32_t count = 1U << (dice.number % 6);
    const SecretTree tree(suite, {}, {count}, Secret(secret));
    Json leaves = Json::array();
    for (uint32_t i = 0; i < count; ++i) {
        Json steps = Json::array();
        for (const uint32_t generation : {0U, 1U + dice.below(10), 15U}) {
            const auto data = tree.find_key({i}, RatchetType::application, generation).value();
            const auto handshake = tree.find_key({i}, RatchetType::handshake, generation).value();
            steps.push_back({{"generation", generation},
                             {"application_key", hex(data.key.key)},
                             {"application_nonce", hex(data.key.nonce)},
                             {"handshake_key", hex(handshake.key.key)},
                             {"handshake_nonce", hex(handshake.key.nonce)}});
        }
        leaves.push_back(std::move(steps));
    }
    const Secret sender_data_secret(dice.bytes(suite.hash_size_bytes()));
    const Bytes ciphertext = dice.bytes(77);
    const MessageKey key = sender_data_key(suite, sender_data_secret, ciphertext);
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"encryption_secret", to_hex(secret)},
            {"sender_data",
             {{"sender_data_secret", hex(sender_data_secret)},
              {"ciphertext", to_hex(ciphertext)},
              {"key", hex(key.key)},
              {"nonce", hex(key.nonce)}}},
            {"leaves", std::move(leaves)}};
}

Json make_transcript_hashes(const CipherSuite& suite, Dice& dice) {
    const auto signer = crypto::signature_generate(suite.signature, dice.entropy).value();
    FramedContent content;
    content.group_id = dice.bytes(16);
    content.epoch = {dice.below(1000)};
    content.sender = Sender::member({dice.below(100)});
    content.authenticated_data = dice.bytes(dice.below(20));
    content.content.emplace<Commit>();
    AuthenticatedContent message =
        sign_content(suite, WireFormat::private_message, std::move(content), dice.bytes(40),
                     signer.private_key)
            .value();
    const Secret confirmation_key(dice.bytes(suite.hash_size_bytes()));
    const Bytes before = dice.bytes(suite.hash_size_bytes());
    const Bytes confirmed = confirmed_transcript_hash(suite, before, message);
    message.auth.confirmation_tag = confirmation_tag(suite, confirmation_key, confirmed);
    const Bytes after = interim_transcript_hash(suite, confirmed, message.auth.confirmation_tag);
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"confirmation_key", hex(confirmation_key)},
            {"authenticated_content", to_hex(codec::encode(message))},
            {"interim_transcript_hash_before", to_hex(before)},
            {"confirmed_transcript_hash_after", to_hex(confirmed)},
            {"interim_transcript_hash_after", to_hex(after)}};
}

Json make_welcome(const CipherSuite& suite, Dice& dice) {
    Identity joiner;
    joiner.credential.identity = to_bytes(as_bytes("joiner"));
    joiner.signature_keys = crypto::signature_generate(suite.signature, dice.entropy).value();
    const KeyPackageSecrets own = create_key_package(suite.id, joiner, {}, dice.entropy).value();
    const auto signer = crypto::signature_generate(suite.signature, dice.entropy).value();

    GroupInfo info;
    info.group_context.cipher_suite = suite.id;
    info.group_context.group_id = dice.bytes(16);
    info.group_context.epoch = {dice.below(1000)};
    info.group_context.tree_hash = dice.bytes(suite.hash_size_bytes());
    info.group_context.confirmed_transcript_hash = dice.bytes(suite.hash_size_bytes());
    GroupSecrets secrets;
    secrets.joiner_secret = Secret(dice.bytes(suite.hash_size_bytes()));
    const Secret no_psk = zero_secret(suite);
    const EpochKeys keys = derive_epoch(suite, secrets.joiner_secret, no_psk, info.group_context);
    info.confirmation_tag = confirmation_tag(suite, keys.secrets.confirmation_key,
                                             info.group_context.confirmed_transcript_hash);
    sign_group_info(suite, info, signer.private_key).value();
    Welcome welcome;
    welcome.cipher_suite = suite.id;
    welcome.encrypted_group_info = encrypt_group_info(
        suite, derive_welcome_secret(suite, secrets.joiner_secret, no_psk), info);
    welcome.secrets.push_back(encrypt_group_secrets(suite, own.key_package,
                                                    welcome.encrypted_group_info, secrets,
                                                    dice.entropy)
                                  .value());
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"init_priv", hex(own.init_private_key)},
            {"signer_pub", to_hex(signer.public_key)},
            {"key_package", to_hex(encode_message(own.key_package))},
            {"welcome", to_hex(encode_message(std::move(welcome)))}};
}

}  // namespace mayfly::vectors
