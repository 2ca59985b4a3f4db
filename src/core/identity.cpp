#include "core/identity.h"

#include "core/contact_link.h"
#include "crypto/signature.h"

namespace mayfly::core {
namespace {

constexpr auto ed25519 = crypto::SignatureId::ed25519;

crypto::SignatureKeyPair key_pair_of(const SecretArray<32>& seed) {
    auto pair = crypto::signature_from_private(ed25519, seed.expose());
    MAYFLY_ASSERT(pair.ok());  // any 32 bytes are a seed
    return std::move(pair).value();
}

Bytes sign_first_record(const NewAccount& made, Time now) {
    wire::AccountRecord record;
    record.account_key = made.row.account_key;
    record.issued_at_ms = to_ms(now);
    record.display_name = made.row.display_name;
    wire::DeviceEntry device;
    device.certificate = made.row.certificate;
    device.added_at_ms = to_ms(now);
    for (const RelayRow& relay : made.relays) {
        device.intro.push_back(wire::Address{relay.relay, relay.intro_token});
    }
    record.devices.push_back(std::move(device));
    record.relays = made.row.relays;
    record.handles = made.row.handles;
    wire::SignedAccountRecord envelope;
    envelope.body = codec::encode(record);
    envelope.signature =
        sign_with(made.row.account_seed, wire::account_record_to_sign(envelope.body));
    return codec::encode(envelope);
}

Result<AccountRow> make_account_row(const AccountOptions& options, Entropy& entropy) {
    AccountRow row;
    ENSURE(!options.relays.empty() && options.relays.size() <= wire::relays_per_account_max,
           invalid_argument);
    for (const std::string& relay : options.relays) {
        TRY_ASSIGN(std::string canonical, canonical_relay(relay));
        ENSURE(std::find(row.relays.begin(), row.relays.end(), canonical) == row.relays.end(),
               invalid_argument);
        row.relays.push_back(std::move(canonical));
    }
    if (!options.handle_name.empty()) {
        TRY_ASSIGN(std::string name, wire::fold_handle_name(options.handle_name));
        row.handles.push_back({std::move(name), row.relays.front()});
    }
    row.display_name = options.display_name;
    entropy.fill(row.account_seed.expose_mutable());
    entropy.fill(row.device_seed.expose_mutable());
    entropy.fill(row.device.bytes);
    row.account_key = public_key_of(row.account_seed);
    row.certificate.account_key = row.account_key;
    row.certificate.device = row.device;
    row.certificate.device_key = public_key_of(row.device_seed);
    row.certificate.signature =
        sign_with(row.account_seed, wire::device_certificate_to_sign(row.certificate));
    return row;
}

}  // namespace

wire::PublicKey public_key_of(const SecretArray<32>& seed) {
    const auto key = wire::PublicKey::from(key_pair_of(seed).public_key);
    MAYFLY_ASSERT(key.has_value());
    return *key;
}

wire::Signature sign_with(const SecretArray<32>& seed, BytesView message) {
    const auto signature = crypto::sign(ed25519, key_pair_of(seed).private_key, message);
    MAYFLY_ASSERT(signature.ok());
    const auto fixed = wire::Signature::from(*signature);
    MAYFLY_ASSERT(fixed.has_value());
    return *fixed;
}

RelayRow make_relay_row(std::string_view relay, bool home, Entropy& entropy) {
    RelayRow row;
    row.relay = relay;
    row.home = home;
    entropy.fill(row.queue_seed.expose_mutable());
    row.queue_key = public_key_of(row.queue_seed);
    entropy.fill(row.intro_token.bytes);
    return row;
}

Result<NewAccount> make_account(const AccountOptions& options, Time now, Entropy& entropy) {
    NewAccount made;
    TRY_ASSIGN(made.row, make_account_row(options, entropy));
    for (const std::string& relay : made.row.relays) {
        made.relays.push_back(make_relay_row(relay, true, entropy));
    }
    made.kit = make_recovery_kit(entropy);
    made.row.vault = derive_vault_keys(made.kit);
    made.record = sign_first_record(made, now);
    // Whatever the checks of others would refuse (a display name with control characters) is
    // refused here, before it is anywhere.
    auto checked = wire::verify_account_record(made.record);
    ENSURE(checked.ok(), invalid_argument);
    made.row.record_number = checked->number;
    made.row.record_hash = wire::account_record_hash(made.record);
    return made;
}

mls::Credential credential_of(const wire::DeviceCertificate& certificate) {
    mls::Credential credential;
    credential.type = mls::CredentialType::basic;
    credential.identity = codec::encode(certificate);
    return credential;
}

mls::Identity identity_of(const AccountRow& account) {
    return mls::Identity{credential_of(account.certificate), key_pair_of(account.device_seed)};
}

Result<wire::DeviceCertificate> read_credential(const mls::Credential& credential) {
    ENSURE(credential.type == mls::CredentialType::basic, mls_bad_leaf_node);
    auto certificate = codec::decode<wire::DeviceCertificate>(credential.identity);
    ENSURE(certificate.ok(), mls_bad_leaf_node);
    ENSURE(wire::verify_device_certificate(*certificate).ok(), mls_bad_leaf_node);
    return certificate;
}

Status MemberPolicy::check(const mls::CredentialCheck& question) const {
    TRY_ASSIGN(const wire::DeviceCertificate certificate, read_credential(question.credential));
    ENSURE(equal(certificate.device_key.view(), question.signature_key), mls_bad_leaf_node);
    if (question.replaces != nullptr) {
        TRY_ASSIGN(const wire::DeviceCertificate before, read_credential(*question.replaces));
        ENSURE(before.account_key == certificate.account_key, mls_bad_leaf_node);
        ENSURE(before.device == certificate.device, mls_bad_leaf_node);
    }
    return {};
}

Result<VerifiedRecord> verify_chain(const std::vector<Bytes>& records,
                                    const std::optional<Pin>& pin) {
    ENSURE(!records.empty(), unknown_record);
    ENSURE(records.size() <= wire::account_records_per_reply_max, input_too_large);
    VerifiedRecord newest;
    bool pin_met = !pin.has_value();
    for (size_t i = 0; i < records.size(); ++i) {
        TRY_ASSIGN(wire::AccountRecord record, wire::verify_account_record(records[i]));
        if (i > 0) {
            TRY(wire::check_successor(newest.record, newest.signed_record, record));
        }
        const wire::Hash hash = wire::account_record_hash(records[i]);
        if (pin && record.number == pin->number) {
            ENSURE(hash == pin->hash, forged_record);
            pin_met = true;
        }
        if (pin && i == 0 && record.number == pin->number + 1) {
            ENSURE(record.previous == pin->hash, forged_record);
            pin_met = true;
        }
        newest.record = std::move(record);
        newest.signed_record = records[i];
        newest.hash = hash;
    }
    ENSURE(!pin || newest.record.number >= pin->number, stale_record);
    ENSURE(pin_met, forged_record);
    newest.account = wire::account_id_of(newest.record.account_key);
    return newest;
}

const wire::DeviceEntry* find_device(const wire::AccountRecord& record,
                                     const wire::DeviceCertificate& certificate) {
    for (const wire::DeviceEntry& entry : record.devices) {
        if (entry.certificate == certificate) return entry.revoked ? nullptr : &entry;
    }
    return nullptr;
}

}  // namespace mayfly::core
