#include "mls/key_schedule.h"

namespace mayfly::mls {

namespace {

constexpr std::string_view external_init_label = "MLS 1.0 external init secret";

// The value that both welcome_secret and epoch_secret come from.
Secret derive_member_secret(const CipherSuite& suite, const Secret& joiner_secret,
                            const Secret& psk_secret) {
    return crypto::hkdf_extract(suite.hash, joiner_secret.expose(), psk_secret.expose());
}

}  // namespace

Secret zero_secret(const CipherSuite& suite) { return Secret(suite.hash_size_bytes()); }

Secret derive_joiner_secret(const CipherSuite& suite, const Secret& init_secret,
                            const Secret& commit_secret, const GroupContext& context) {
    const Secret pre_joiner =
        crypto::hkdf_extract(suite.hash, init_secret.expose(), commit_secret.expose());
    return expand_with_label(suite, pre_joiner, "joiner", codec::encode(context),
                             suite.hash_size_bytes());
}

EpochKeys derive_epoch(const CipherSuite& suite, const Secret& joiner_secret,
                       const Secret& psk_secret, const GroupContext& context) {
    const Secret member_secret = derive_member_secret(suite, joiner_secret, psk_secret);
    const Secret epoch_secret = expand_with_label(suite, member_secret, "epoch",
                                                  codec::encode(context), suite.hash_size_bytes());
    return derive_epoch_from(suite, epoch_secret);
}

EpochKeys derive_epoch_from(const CipherSuite& suite, const Secret& epoch_secret) {
    EpochKeys keys;
    keys.secrets.sender_data_secret = derive_secret(suite, epoch_secret, "sender data");
    keys.encryption_secret = derive_secret(suite, epoch_secret, "encryption");
    keys.application_export_secret = derive_secret(suite, epoch_secret, "application_export");
    keys.secrets.exporter_secret = derive_secret(suite, epoch_secret, "exporter");
    keys.secrets.external_secret = derive_secret(suite, epoch_secret, "external");
    keys.secrets.confirmation_key = derive_secret(suite, epoch_secret, "confirm");
    keys.secrets.membership_key = derive_secret(suite, epoch_secret, "membership");
    keys.secrets.resumption_psk = derive_secret(suite, epoch_secret, "resumption");
    keys.secrets.epoch_authenticator = derive_secret(suite, epoch_secret, "authentication");
    keys.secrets.init_secret = derive_secret(suite, epoch_secret, "init");
    return keys;
}

Secret derive_welcome_secret(const CipherSuite& suite, const Secret& joiner_secret,
                             const Secret& psk_secret) {
    return derive_secret(suite, derive_member_secret(suite, joiner_secret, psk_secret), "welcome");
}

WelcomeKeys derive_welcome_keys(const CipherSuite& suite, const Secret& welcome_secret) {
    WelcomeKeys keys;
    keys.key = expand_with_label(suite, welcome_secret, "key", {}, suite.aead_key_size_bytes());
    keys.nonce =
        expand_with_label(suite, welcome_secret, "nonce", {}, crypto::aead_nonce_size_bytes);
    return keys;
}

Secret mls_exporter(const CipherSuite& suite, const Secret& exporter_secret, std::string_view label,
                    BytesView context, size_t length_bytes) {
    const Secret labelled = derive_secret(suite, exporter_secret, label);
    return expand_with_label(suite, labelled, "exported", crypto::hash(suite.hash, context),
                             length_bytes);
}

Result<crypto::KemKeyPair> external_key_pair(const CipherSuite& suite,
                                             const Secret& external_secret) {
    return crypto::kem_derive_key_pair(suite.hpke.kem, external_secret.expose());
}

Result<crypto::HpkeExport> external_init_send(const CipherSuite& suite, BytesView external_pub,
                                              Entropy& entropy) {
    return crypto::hpke_send_export(suite.hpke, external_pub, {}, as_bytes(external_init_label),
                                    suite.hash_size_bytes(), entropy);
}

Result<Secret> external_init_receive(const CipherSuite& suite, const Secret& external_secret,
                                     BytesView kem_output) {
    TRY_ASSIGN(const crypto::KemKeyPair keys, external_key_pair(suite, external_secret));
    return crypto::hpke_receive_export(suite.hpke, keys.private_key, kem_output, {},
                                       as_bytes(external_init_label), suite.hash_size_bytes());
}

}  // namespace mayfly::mls
