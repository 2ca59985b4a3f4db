#include "wire/account_record.h"

#include <set>

#include "crypto/hash.h"
#include "crypto/signature.h"
#include "wire/relay_address.h"

namespace mayfly::wire {
namespace {

Status verify_ed25519(const PublicKey& key, BytesView message, const Signature& signature) {
    return crypto::verify(crypto::SignatureId::ed25519, key.view(), message, signature.view());
}

// RFC 3629 section 4, without control characters: a name is shown to people, on terminals too.
bool is_display_name(std::string_view text) {
    size_t at = 0;
    while (at < text.size()) {
        const auto lead = static_cast<uint8_t>(text[at++]);
        size_t more = 0;
        uint32_t point = lead;
        uint32_t least = 0;
        if (lead >= 0xf0 && lead <= 0xf4) {
            more = 3, point = lead & 0x07U, least = 0x10000;
        } else if (lead >= 0xe0 && lead < 0xf0) {
            more = 2, point = lead & 0x0fU, least = 0x800;
        } else if (lead >= 0xc0 && lead < 0xe0) {
            more = 1, point = lead & 0x1fU, least = 0x80;
        } else if (lead >= 0x80) {
            return false;
        }
        if (text.size() - at < more) return false;
        for (; more > 0; --more) {
            const auto next = static_cast<uint8_t>(text[at++]);
            if ((next & 0xc0U) != 0x80U) return false;
            point = (point << 6) | (next & 0x3fU);
        }
        const bool surrogate = point >= 0xd800 && point <= 0xdfff;
        const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        if (point < least || point > 0x10ffff || surrogate || control) return false;
    }
    return true;
}

// Only the canonical text names a relay, so that equal texts are equal relays.
bool is_canonical_relay(const std::string& text) {
    if (text.size() > relay_address_size_max) return false;
    const auto address = parse_relay_address(text);
    return address.ok() && format_relay_address(*address) == text;
}

Status check_devices(const AccountRecord& record) {
    ENSURE(!record.devices.empty(), malformed_input);
    ENSURE(record.devices.size() <= device_entries_per_account_max, input_too_large);
    std::set<DeviceId> ids;
    std::set<PublicKey> keys;
    size_t active_count = 0;
    for (const DeviceEntry& entry : record.devices) {
        const DeviceCertificate& certificate = entry.certificate;
        if (!entry.revoked) ++active_count;
        ENSURE(ids.insert(certificate.device).second, malformed_input);
        ENSURE(keys.insert(certificate.device_key).second, malformed_input);
        ENSURE(certificate.account_key == record.account_key, forged_record);
        ENSURE(verify_device_certificate(certificate).ok(), forged_record);
        ENSURE(entry.intro.size() <= intro_addresses_per_device_max, input_too_large);
        for (const Address& address : entry.intro) {
            ENSURE(is_canonical_relay(address.relay), malformed_input);
        }
    }
    ENSURE(active_count <= devices_per_account_max, input_too_large);
    return {};
}

Status check_relays_and_handles(const AccountRecord& record) {
    ENSURE(!record.relays.empty(), malformed_input);
    ENSURE(record.relays.size() <= relays_per_account_max, input_too_large);
    std::set<std::string> relays;
    for (const std::string& relay : record.relays) {
        ENSURE(is_canonical_relay(relay), malformed_input);
        ENSURE(relays.insert(relay).second, malformed_input);
    }
    ENSURE(record.handles.size() <= handles_per_account_max, input_too_large);
    std::set<std::pair<std::string, std::string>> handles;
    for (const HandleEntry& handle : record.handles) {
        const auto folded = fold_handle_name(handle.name);
        ENSURE(folded.ok() && *folded == handle.name, malformed_input);
        ENSURE(is_canonical_relay(handle.relay), malformed_input);
        ENSURE(handles.emplace(handle.name, handle.relay).second, malformed_input);
    }
    return {};
}

}  // namespace

AccountId account_id_of(const PublicKey& account_key) {
    AccountId id;
    id.bytes = crypto::sha256(account_key.view());
    return id;
}

Bytes device_certificate_to_sign(const DeviceCertificate& certificate) {
    codec::Writer writer;
    writer.opaque(as_bytes("Mayfly 1 device certificate"));
    writer(certificate.account_key, certificate.device, certificate.device_key);
    return writer.take();
}

Status verify_device_certificate(const DeviceCertificate& certificate) {
    return verify_ed25519(certificate.account_key, device_certificate_to_sign(certificate),
                          certificate.signature);
}

Bytes account_record_to_sign(BytesView body) {
    codec::Writer writer;
    writer.opaque(as_bytes("Mayfly 1 account record"));
    writer.opaque(body);
    return writer.take();
}

Hash account_record_hash(BytesView signed_record) {
    Hash out;
    out.bytes = crypto::sha256(signed_record);
    return out;
}

Result<AccountRecord> verify_account_record(BytesView signed_record) {
    ENSURE(signed_record.size() <= account_record_size_bytes_max, input_too_large);
    TRY_ASSIGN(const auto outer, codec::decode<SignedAccountRecord>(signed_record));
    codec::Reader version(outer.body);
    ENSURE(version.u16() == protocol_version || !version.ok(), unsupported_version);
    TRY_ASSIGN(auto record, codec::decode<AccountRecord>(outer.body));
    ENSURE(verify_ed25519(record.account_key, account_record_to_sign(outer.body), outer.signature)
               .ok(),
           forged_record);
    ENSURE(record.number >= 1, malformed_input);
    ENSURE((record.number == 1) == (record.previous == Hash{}), malformed_input);
    ENSURE(record.display_name.size() <= display_name_size_bytes_max, input_too_large);
    ENSURE(is_display_name(record.display_name), malformed_input);
    TRY(check_devices(record));
    TRY(check_relays_and_handles(record));
    return record;
}

Status check_successor(const AccountRecord& previous, BytesView previous_signed,
                       const AccountRecord& next) {
    ENSURE(next.account_key == previous.account_key, forged_record);
    ENSURE(next.number > previous.number, stale_record);
    ENSURE(next.number - previous.number == 1, forged_record);
    ENSURE(next.previous == account_record_hash(previous_signed), forged_record);
    for (const DeviceEntry& before : previous.devices) {
        if (!before.revoked) continue;
        for (const DeviceEntry& now : next.devices) {
            const bool same = now.certificate.device == before.certificate.device ||
                              now.certificate.device_key == before.certificate.device_key;
            ENSURE(!same || now.revoked, forged_record);
        }
    }
    return {};
}

Result<std::string> fold_handle_name(std::string_view name) {
    ENSURE(name.size() >= handle_name_size_min && name.size() <= handle_name_size_max, bad_handle);
    std::string out;
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        const char folded = upper ? static_cast<char>(c - 'A' + 'a') : c;
        const bool allowed = (folded >= 'a' && folded <= 'z') || (folded >= '0' && folded <= '9') ||
                             folded == '.' || folded == '_' || folded == '-';
        ENSURE(allowed, bad_handle);
        out.push_back(folded);
    }
    return out;
}

}  // namespace mayfly::wire
