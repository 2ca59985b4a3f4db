// Account, device and record: making them and checking those of others.
// Specification: docs/spec/identity.md.
#pragma once

#include <set>

#include "core/rows.h"
#include "mls/key_package_secrets.h"

namespace mayfly::core {

// Ed25519 with a stored seed.
wire::PublicKey public_key_of(const SecretArray<32>& seed);
wire::Signature sign_with(const SecretArray<32>& seed, BytesView message);

struct NewAccount {
    AccountRow row;
    std::vector<RelayRow> relays;
    Bytes record;  // signed, number 1
    RecoveryKit kit;
};
// make_account draws all keys. The relays must be canonical and distinct, the handle folded.
// Errors: invalid_argument, bad_address, bad_handle.
Result<NewAccount> make_account(const AccountOptions& options, Time now, Entropy& entropy);

RelayRow make_relay_row(std::string_view relay, bool home, Entropy& entropy);

mls::Credential credential_of(const wire::DeviceCertificate& certificate);
mls::Identity identity_of(const AccountRow& account);

// read_credential gives the certificate in a basic credential, verified, or mls_bad_leaf_node.
Result<wire::DeviceCertificate> read_credential(const mls::Credential& credential);

// MemberPolicy is the authentication service of RFC 9420 section 5.3.1 for every group: a leaf
// must carry a device certificate whose device key is the leaf's signature key, and an update may
// not turn it into another device.
class MemberPolicy final : public mls::CredentialPolicy {
  public:
    Status check(const mls::CredentialCheck& question) const override;
};

// VerifiedRecord is the newest record of a chain that was checked as far as it was given.
struct VerifiedRecord {
    AccountId account;
    wire::AccountRecord record;
    Bytes signed_record;
    wire::Hash hash;
};
// Pin is what we saw last of an account.
struct Pin {
    uint64_t number = 0;
    wire::Hash hash;
};
// verify_chain checks records given oldest first: each by itself and each after the one before.
// With a pin, the chain must hold the pinned record or follow it. Errors: unknown_record (empty),
// forged_record, stale_record (it ends before the pin), those of verify_account_record.
Result<VerifiedRecord> verify_chain(const std::vector<Bytes>& records,
                                    const std::optional<Pin>& pin);

// find_device gives the entry of a device that is listed and not revoked.
const wire::DeviceEntry* find_device(const wire::AccountRecord& record,
                                     const wire::DeviceCertificate& certificate);

}  // namespace mayfly::core
