// The key schedule: RFC 9420 section 8, 8.3 and 8.5.
#pragma once

#include "mls/group_context.h"
#include "mls/labelled.h"

namespace mayfly::mls {

// EpochSecrets: the table of section 8, without encryption_secret, which the secret tree takes
// over, and with the init_secret for the next epoch.
struct EpochSecrets {
    Secret sender_data_secret;
    Secret exporter_secret;
    Secret external_secret;
    Secret confirmation_key;
    Secret membership_key;
    Secret resumption_psk;
    Secret epoch_authenticator;
    Secret init_secret;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.sender_data_secret, self.exporter_secret, self.external_secret,
                self.confirmation_key, self.membership_key, self.resumption_psk,
                self.epoch_authenticator, self.init_secret);
    }
};

struct EpochKeys {
    EpochSecrets secrets;
    Secret encryption_secret;
    Secret application_export_secret;  // draft-ietf-mls-extensions; the exporter tree takes it over
};

struct WelcomeKeys {  // section 12.4.3.1
    Secret key;
    Secret nonce;
};

// zero_secret is the "0" of section 8: KDF.Nh zero bytes.
Secret zero_secret(const CipherSuite& suite);

Secret derive_joiner_secret(const CipherSuite& suite, const Secret& init_secret,
                            const Secret& commit_secret, const GroupContext& context);
// derive_epoch goes from the joiner_secret to the secrets of the epoch that context describes.
EpochKeys derive_epoch(const CipherSuite& suite, const Secret& joiner_secret,
                       const Secret& psk_secret, const GroupContext& context);
// derive_epoch_from starts at the epoch_secret: a new group (section 11).
EpochKeys derive_epoch_from(const CipherSuite& suite, const Secret& epoch_secret);

Secret derive_welcome_secret(const CipherSuite& suite, const Secret& joiner_secret,
                             const Secret& psk_secret);
WelcomeKeys derive_welcome_keys(const CipherSuite& suite, const Secret& welcome_secret);

// mls_exporter: section 8.5. length_bytes is at most Secret::capacity_bytes.
Secret mls_exporter(const CipherSuite& suite, const Secret& exporter_secret, std::string_view label,
                    BytesView context, size_t length_bytes);

// External initialisation, section 8.3.
Result<crypto::KemKeyPair> external_key_pair(const CipherSuite& suite,
                                             const Secret& external_secret);
Result<crypto::HpkeExport> external_init_send(const CipherSuite& suite, BytesView external_pub,
                                              Entropy& entropy);
Result<Secret> external_init_receive(const CipherSuite& suite, const Secret& external_secret,
                                     BytesView kem_output);

}  // namespace mayfly::mls
