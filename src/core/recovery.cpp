// The account from its recovery kit: the vault gives the account key and who the contacts were, the
// record gives the rest; contacts are met anew, groups are asked for a place.
// Specification: docs/spec/recovery.md section 4.
#include "core/machine.h"
#include "core/vault.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

void save_recovery(Machine& machine, Step& step) {
    step.write(row_key::recovery(), *machine.tables.recovery);
}

Status end_recovery(Machine& machine, Step& step, Status result) {
    if (!machine.tables.recovery) return {};
    step.end(machine.tables.recovery->operation, result);
    step.erase(row_key::recovery());
    step.shred();
    machine.tables.recovery.reset();
    machine.recovered.reset();
    return {};
}

Result<VaultContent> content_of(const RecoveryRow& recovery) {
    return codec::decode<VaultContent>(recovery.content.expose());
}

Status vault_found(Machine& machine, Step& step, const wire::VaultReply& reply) {
    RecoveryRow& recovery = *machine.tables.recovery;
    TRY_ASSIGN(const VaultContent content,
               open_vault(recovery.vault, reply.version, reply.ciphertext));
    recovery.vault_version = reply.version;
    recovery.content = codec::encode_secret(content);
    save_recovery(machine, step);
    return {};
}

void meet_contacts_again(Machine& machine, Step& step, const VaultContent& content) {
    for (const VaultContact& known : content.contacts) {
        ContactRow contact;
        contact.account = known.account;
        contact.accepted = true;
        contact.relays = known.relays;
        contact.record_number = known.record_number;
        contact.record_hash = known.record_hash;
        contact.since_ms = to_ms(step.now());
        save_contact(machine, step, contact);
        machine.tables.contacts.insert_or_assign(contact.account, std::move(contact));
    }
    for (const VaultConversation& known : content.conversations) {
        if (known.peers.empty() || !has_state(known.info.kind)) continue;
        begin_joining(machine, step, known.info, {known.peers.front().account, {}, {}});
        for (const Person& peer : known.peers) {
            if (!machine.tables.contacts.contains(peer.account)) learn_person(machine, step, peer);
        }
    }
    machine.tables.account->reuniting = true;
}

// Everything is there: this device becomes the account's only one.
Status take_over(Machine& machine, Step& step) {
    AccountRow& account = *machine.tables.account;
    RecoveryRow& recovery = *machine.tables.recovery;
    TRY_ASSIGN(VaultContent content, content_of(recovery));
    const VerifiedRecord& newest = *machine.recovered;
    GrantedAccount given;
    given.account_seed = content.account_seed.clone();
    given.certificate.account_key = public_key_of(content.account_seed);
    ENSURE(given.certificate.account_key == newest.record.account_key, forged_record);
    given.certificate.device = account.device;
    given.certificate.device_key = public_key_of(account.device_seed);
    given.certificate.signature =
        sign_with(content.account_seed, wire::device_certificate_to_sign(given.certificate));
    given.vault = std::move(recovery.vault);
    given.vault_version = recovery.vault_version;
    given.record = newest.signed_record;
    const wire::AccountRecord record = newest.record;
    TRY(become_device(machine, step, std::move(given), record));
    for (const wire::DeviceEntry& entry : record.devices) {
        if (!entry.revoked) account.revoking.push_back(entry.certificate.device);
    }
    account.stage = AccountStage::normal;
    account.setup_operation = std::exchange(recovery.operation, 0);
    meet_contacts_again(machine, step, content);
    TRY(reconcile_record(machine, step));
    TRY(end_recovery(machine, step, {}));
    return renew_vault(machine, step);
}

Status records_found(Machine& machine, Step& step, const wire::RecordList& list) {
    if (list.records.empty()) return take_over(machine, step);
    std::optional<Pin> pin;
    if (machine.recovered) pin = Pin{machine.recovered->record.number, machine.recovered->hash};
    TRY_ASSIGN(machine.recovered, verify_chain(list.records, pin));
    if (list.records.size() == wire::account_records_per_reply_max) return {};
    return take_over(machine, step);
}

}  // namespace

Result<OperationId> begin_recovery(Machine& machine, Step& step, BytesView kit,
                                   std::string_view relay) {
    ENSURE(!machine.tables.account, account_exists);
    TRY_ASSIGN(const RecoveryKit parsed, parse_recovery_kit(kit));
    AccountOptions options;
    options.relays = {std::string(relay)};
    TRY_ASSIGN(NewAccount made, make_account(options, step.now(), step.entropy()));
    made.row.stage = AccountStage::recovering;
    step.put(row_key::own_record(made.row.record_number), SecretBuffer(made.record));
    machine.tables.account = std::move(made.row);
    RecoveryRow recovery;
    recovery.vault = derive_vault_keys(parsed);
    recovery.operation = next_operation(machine, step);
    const OperationId operation = recovery.operation;
    machine.tables.recovery = std::move(recovery);
    save_account(machine, step);
    save_recovery(machine, step);
    RelayRow& row = made.relays.front();
    save_relay(machine, step, row);
    machine.tables.relays.insert_or_assign(row.relay, std::move(row));
    return operation;
}

Status pump_recovery(Machine& machine, Step& step, const std::string& name) {
    if (!machine.tables.recovery) return {};
    const RecoveryRow& recovery = *machine.tables.recovery;
    Link& link = machine.links[name];
    const Purpose vault{Kind::vault_get, 0, {}};
    const Purpose records{Kind::account_get, 0, {}};
    if (link.has(vault) || link.has(records)) return {};
    if (recovery.content.empty()) {
        request(machine, step, name, vault,
                wire::VaultGet{wire::vault_id_of(vault_public_key(recovery.vault))});
        return {};
    }
    TRY_ASSIGN(const VaultContent content, content_of(recovery));
    const uint64_t after = machine.recovered ? machine.recovered->record.number : 0;
    request(machine, step, name, records,
            wire::RecordGet{wire::account_id_of(public_key_of(content.account_seed)), after});
    return {};
}

Status recovery_replied(Machine& machine, Step& step, const std::string& name,
                        const Purpose& purpose, wire::ReplyBody& body) {
    if (!machine.tables.recovery) return {};
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (is_passing(failed->status)) {
            machine.links[name].hold_until = step.now() + refusal_delay;
            return {};
        }
        if (failed->status == wire::ReplyStatus::unknown_record && machine.recovered) {
            return take_over(machine, step);
        }
        return end_recovery(machine, step, Error{wire::to_error_code(failed->status), MAYFLY_HERE});
    }
    Status status = MAYFLY_ERROR(unexpected_message);
    if (const auto* vault = std::get_if<wire::VaultReply>(&body)) {
        if (purpose.kind == Kind::vault_get) status = vault_found(machine, step, *vault);
    } else if (const auto* records = std::get_if<wire::RecordList>(&body)) {
        if (purpose.kind == Kind::account_get) status = records_found(machine, step, *records);
    }
    if (status.ok() || is_store_error(status.code())) return status;
    return end_recovery(machine, step, status);
}

Status pump_reunions(Machine& machine, Step& step) {
    AccountRow& account = *machine.tables.account;
    if (!account.reuniting || step.now() < machine.reunions_at) return {};
    bool missing = false;
    for (const auto& [id, contact] : machine.tables.contacts) {
        if (!contact.accepted || !conversations_of(machine, id).empty()) continue;
        missing = true;
        if (machine.lookups.size() >= reunions_max) break;
        const AccountId& account_id = id;  // clang 14 captures no structured binding
        const bool under_way =
            std::any_of(machine.lookups.begin(), machine.lookups.end(),
                        [&](const auto& entry) { return entry.second.account == account_id; });
        if (under_way || contact.relays.empty()) continue;
        TRY(begin_lookup(machine, step, format_contact_link({id, contact.relays})));
    }
    machine.reunions_at = step.now() + (missing ? Duration::seconds(2) : Duration{});
    if (missing) return {};
    account.reuniting = false;
    save_account(machine, step);
    return {};
}

}  // namespace mayfly::core
