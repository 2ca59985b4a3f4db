// What a new device is given: the account, its contacts, and which conversations to ask to be
// added to. Specification: docs/spec/devices.md section 3.
#include "core/machine.h"

namespace mayfly::core {
namespace {

bool is_granted(const Machine& machine, const ConversationRow& row) {
    if (!row.accepted || row.joining || row.leaving || row.closed || row.superseded) return false;
    if (is_for_a_moment(row.info.kind)) return false;
    return row.info.kind != ConversationKind::direct ||
           machine.tables.contacts.contains(row.contact);
}

Result<wire::DeviceCertificate> certify(Machine& machine, Step& step, const ConversationId& id) {
    TRY_ASSIGN(const mls::Group* group, group_of(machine, step, id));
    const AccountRow& account = *machine.tables.account;
    for (const mls::Member& member : group->members()) {
        TRY_ASSIGN(wire::DeviceCertificate certificate, read_credential(member.credential));
        if (certificate.account_key == account.account_key) continue;
        certificate.account_key = account.account_key;
        certificate.signature =
            sign_with(account.account_seed, wire::device_certificate_to_sign(certificate));
        return certificate;
    }
    return MAYFLY_ERROR(unexpected_message);
}

Status send_part(Machine& machine, Step& step, LinkGrant& grant, bool last) {
    grant.last = last;
    TRY(queue_control(machine, step, machine.tables.pairing->conversation, ContentType::link_grant,
                      codec::encode_secret(grant)));
    grant = LinkGrant{};
    return {};
}

template <class Row>
Status add_to_part(Machine& machine, Step& step, LinkGrant& grant, size_t& size_bytes,
                   std::vector<Row> LinkGrant::*list, Row row) {
    const size_t added = codec::encode(row).size();
    if (size_bytes + added > device_content_size_bytes_max) {
        TRY(send_part(machine, step, grant, false));
        size_bytes = 0;
    }
    size_bytes += added;
    (grant.*list).push_back(std::move(row));
    return {};
}

}  // namespace

Status send_grant(Machine& machine, Step& step) {
    PairingRow& pairing = *machine.tables.pairing;
    if (pairing.granted) return {};
    pairing.granted = true;
    step.write(row_key::pairing(), pairing);
    if (!own_devices(machine)) {
        TRY(create_group(machine, step, ConversationKind::own_devices, {}));
    }
    const AccountRow& account = *machine.tables.account;
    LinkGrant grant;
    GrantedAccount given;
    given.account_seed = account.account_seed.clone();
    TRY_ASSIGN(given.certificate, certify(machine, step, pairing.conversation));
    given.vault = {account.vault.signing_seed.clone(), account.vault.content_key.clone()};
    given.vault_version = account.vault_version;
    TRY_ASSIGN(const auto record, step.get(row_key::own_record(account.record_number)));
    ENSURE(record.has_value(), store_corrupt);
    given.record = to_bytes(record->expose());
    grant.account = std::move(given);
    TRY(send_part(machine, step, grant, false));
    size_t size_bytes = 0;
    for (const auto& [id, contact] : machine.tables.contacts) {
        TRY(add_to_part(machine, step, grant, size_bytes, &LinkGrant::contacts, contact));
    }
    for (const auto& [id, row] : machine.tables.conversations) {
        if (!is_granted(machine, row)) continue;
        TRY(add_to_part(machine, step, grant, size_bytes, &LinkGrant::conversations,
                        GrantedConversation{row.info, row.contact}));
    }
    for (const auto& [id, row] : machine.tables.trust) {
        TRY(add_to_part(machine, step, grant, size_bytes, &LinkGrant::trust, row));
    }
    TRY(send_part(machine, step, grant, true));
    step.end(std::exchange(pairing.operation, 0), {});
    step.write(row_key::pairing(), pairing);
    return {};
}

Status become_device(Machine& machine, Step& step, GrantedAccount given,
                     const wire::AccountRecord& record) {
    AccountRow& account = *machine.tables.account;
    step.erase(row_key::own_record(account.record_number));
    account.account_key = given.certificate.account_key;
    account.account_seed = std::move(given.account_seed);
    account.certificate = given.certificate;
    account.vault = std::move(given.vault);
    account.vault_version = given.vault_version;
    account.display_name = record.display_name;
    account.handles = record.handles;
    account.relays = record.relays;
    account.record_number = record.number;
    account.record_hash = wire::account_record_hash(given.record);
    step.put(row_key::own_record(record.number), SecretBuffer(given.record));
    for (auto& [name, relay] : machine.tables.relays) relay.home = false;
    for (const std::string& name : record.relays) {
        use_relay(machine, step, name);
        RelayRow& relay = machine.tables.relays.at(name);
        relay.home = true;
        relay.record_put = record.number;
        relay.vault_put = given.vault_version;
        relay.key_packages_put = false;
        machine.links[name].key_packages_counted = false;
    }
    for (const auto& [name, relay] : machine.tables.relays) save_relay(machine, step, relay);
    save_account(machine, step);
    step.shred();
    return {};
}

namespace {

Status take_account(Machine& machine, Step& step, const GrantedAccount& given) {
    const AccountRow& account = *machine.tables.account;
    ENSURE(public_key_of(given.account_seed) == given.certificate.account_key, forged_record);
    TRY(wire::verify_device_certificate(given.certificate));
    ENSURE(given.certificate.device == account.device &&
               given.certificate.device_key == public_key_of(account.device_seed),
           forged_record);
    TRY_ASSIGN(const wire::AccountRecord record, wire::verify_account_record(given.record));
    ENSURE(record.account_key == given.certificate.account_key, forged_record);
    GrantedAccount own;
    own.account_seed = given.account_seed.clone();
    own.certificate = given.certificate;
    own.vault = {given.vault.signing_seed.clone(), given.vault.content_key.clone()};
    own.vault_version = given.vault_version;
    own.record = given.record;
    return become_device(machine, step, std::move(own), record);
}

}  // namespace

Status grant_arrived(Machine& machine, Step& step, const ConversationRow& row,
                     const LinkGrant& grant) {
    AccountRow& account = *machine.tables.account;
    const auto& pairing = machine.tables.pairing;
    ENSURE(account.stage == AccountStage::linking && pairing && pairing->confirmed,
           unexpected_message);
    ENSURE(pairing->conversation == row.info.conversation, unexpected_message);
    const ConversationId via = row.info.conversation;
    if (grant.account) TRY(take_account(machine, step, *grant.account));
    for (const ContactRow& contact : grant.contacts) {
        save_contact(machine, step, contact);
        machine.tables.contacts.insert_or_assign(contact.account, contact);
    }
    for (const GrantedConversation& each : grant.conversations) {
        if (machine.tables.conversations.contains(each.info.conversation)) continue;
        begin_joining(machine, step, each.info, {each.contact, via, {}});
    }
    for (const TrustRow& each : grant.trust) TRY(trust_elsewhere(machine, step, each));
    if (!grant.last) return {};
    account.stage = AccountStage::normal;
    save_account(machine, step);
    TRY(reconcile_record(machine, step));
    step.tell(DeviceLinked{machine.own_account()});
    return {};
}

}  // namespace mayfly::core
