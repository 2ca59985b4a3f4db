// The account record: what an account says of itself, signed by the account key, numbered and
// hash-chained (design section 4). Relays store it and anyone may serve it; nobody can forge it.
// Specification: docs/spec/identity.md.
#pragma once

#include "wire/protocol.h"

namespace mayfly::wire {

constexpr size_t devices_per_account_max = 16;  // that are not revoked
// With the revoked ones, which stay listed so that nobody takes them for devices again; a record
// full of them still fits its size limit.
constexpr size_t device_entries_per_account_max = 64;
constexpr size_t relays_per_account_max = 5;
constexpr size_t intro_addresses_per_device_max = relays_per_account_max;  // one at each relay
constexpr size_t handles_per_account_max = 5;
constexpr size_t display_name_size_bytes_max = 128;

AccountId account_id_of(const PublicKey& account_key);

// The account key's word that a device is its own. It is also the body of the MLS basic credential:
// {account key, device id, certificate}.
struct DeviceCertificate {
    PublicKey account_key;
    DeviceId device;
    PublicKey device_key;  // Ed25519; the device's MLS signature key
    Signature signature;   // by account_key over the label and the three fields above
    bool operator==(const DeviceCertificate&) const = default;
    MAYFLY_FIELDS(self.account_key, self.device, self.device_key, self.signature)
};
Bytes device_certificate_to_sign(const DeviceCertificate& certificate);
Status verify_device_certificate(const DeviceCertificate& certificate);

struct DeviceEntry {
    DeviceCertificate certificate;
    uint64_t added_at_ms = 0;
    bool revoked = false;
    std::vector<Address> intro;  // where a contact request for this device may be put
    MAYFLY_FIELDS(self.certificate, self.added_at_ms, self.revoked, self.intro)
};
// A handle is a name at one of the account's relays: `name@relay`.
struct HandleEntry {
    std::string name;   // folded, see fold_handle_name
    std::string relay;  // canonical RelayAddress text
    bool operator==(const HandleEntry&) const = default;
    MAYFLY_FIELDS(self.name, self.relay)
};
struct AccountRecord {
    uint16_t version = protocol_version;
    PublicKey account_key;
    uint64_t number = 1;  // 1, 2, 3, ...
    Hash previous;        // of the signed record before; zero in number 1
    uint64_t issued_at_ms = 0;
    std::string display_name;
    std::vector<DeviceEntry> devices;
    std::vector<std::string> relays;  // home relays, best first
    std::vector<HandleEntry> handles;
    MAYFLY_FIELDS(self.version, self.account_key, self.number, self.previous, self.issued_at_ms,
                  self.display_name, self.devices, self.relays, self.handles)
};
struct SignedAccountRecord {
    Bytes body;  // an encoded AccountRecord
    Signature signature;
    MAYFLY_FIELDS(self.body, self.signature)
};

Bytes account_record_to_sign(BytesView body);
Hash account_record_hash(BytesView signed_record);

// verify_account_record decodes one signed record and checks it by itself: signature, sizes, device
// certificates, names. Errors: forged_record, malformed_input, input_too_large,
// unsupported_version.
Result<AccountRecord> verify_account_record(BytesView signed_record);
// check_successor: `next` must follow `previous` directly. Errors: stale_record (number not
// higher), forged_record (another account, gap or broken chain, a revoked device back in use).
Status check_successor(const AccountRecord& previous, BytesView previous_signed,
                       const AccountRecord& next);

// fold_handle_name gives the one form of a name that is compared and stored (lower case), or
// bad_handle: 3 to 32 of a-z 0-9 . _ -.
Result<std::string> fold_handle_name(std::string_view name);

}  // namespace mayfly::wire
