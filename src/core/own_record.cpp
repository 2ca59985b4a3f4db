// Our account record: any device of the account may sign the next one, relays take one of each
// number, and whoever lost takes over what won. Specification: docs/spec/devices.md section 4.
#include "core/machine.h"
#include "crypto/signature.h"

namespace mayfly::core {
namespace {

wire::DeviceEntry* find_entry(wire::AccountRecord& record, const wire::DeviceId& device) {
    for (wire::DeviceEntry& entry : record.devices) {
        if (entry.certificate.device == device) return &entry;
    }
    return nullptr;
}

std::vector<wire::Address> intros_of(const Machine& machine) {
    std::vector<wire::Address> out;
    for (const std::string& name : machine.tables.account->relays) {
        const auto relay = machine.tables.relays.find(name);
        if (relay == machine.tables.relays.end()) continue;
        out.push_back(wire::Address{name, relay->second.intro_token});
    }
    return out;
}

void take_over(AccountRow& account, const wire::AccountRecord& record, BytesView signed_record) {
    account.record_number = record.number;
    account.record_hash = wire::account_record_hash(signed_record);
    account.display_name = record.display_name;
    account.handles = record.handles;
}

// Whether another device has shut this one out.
bool is_revoked(const Machine& machine, const wire::AccountRecord& record) {
    for (const wire::DeviceEntry& entry : record.devices) {
        if (entry.certificate.device == machine.tables.account->device) return entry.revoked;
    }
    return false;
}

// Another device of ours deleted the account while this one was away too long to be told. The word
// of a relay is not enough: the account key must have signed it.
Status deletion_found(Machine& machine, Step& step, const wire::RecordDeleted& deleted) {
    const AccountRow& account = *machine.tables.account;
    ENSURE(deleted.account_key == account.account_key, forged_record);
    TRY(crypto::verify(crypto::SignatureId::ed25519, deleted.account_key.view(),
                       wire::record_delete_to_sign(deleted.account_key), deleted.proof.view()));
    return deleted_elsewhere(machine, step);
}

}  // namespace

void shut_out(Machine& machine, Step& step) {
    AccountRow& account = *machine.tables.account;
    if (account.stage != AccountStage::normal) return;
    account.stage = AccountStage::revoked;
    save_account(machine, step);
    step.tell(DeviceRevoked{account.device, true});
}

Result<wire::AccountRecord> own_record(Step& step, const AccountRow& account) {
    TRY_ASSIGN(const auto stored, step.get(row_key::own_record(account.record_number)));
    ENSURE(stored.has_value(), store_corrupt);
    return wire::verify_account_record(stored->expose());
}

Status amend_record(Machine& machine, Step& step,
                    const std::function<void(wire::AccountRecord&)>& change) {
    AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(const auto stored, step.get(row_key::own_record(account.record_number)));
    ENSURE(stored.has_value(), store_corrupt);
    TRY_ASSIGN(const wire::AccountRecord before, wire::verify_account_record(stored->expose()));
    wire::AccountRecord next = before;
    next.number = before.number + 1;
    next.previous = wire::account_record_hash(stored->expose());
    next.issued_at_ms = to_ms(step.now());
    change(next);
    wire::SignedAccountRecord envelope;
    envelope.body = codec::encode(next);
    envelope.signature =
        sign_with(account.account_seed, wire::account_record_to_sign(envelope.body));
    const Bytes signed_record = codec::encode(envelope);
    TRY(wire::verify_account_record(signed_record));
    TRY(wire::check_successor(before, stored->expose(), next));
    step.put(row_key::own_record(next.number), SecretBuffer(signed_record));
    take_over(account, next, signed_record);
    save_account(machine, step);
    Sync sync;
    sync.record = signed_record;
    note_sync(machine, step, sync);
    return {};
}

Status adopt_record(Machine& machine, Step& step, BytesView signed_record) {
    AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(const wire::AccountRecord record, wire::verify_account_record(signed_record));
    ENSURE(record.account_key == account.account_key, forged_record);
    if (record.number < account.record_number) return {};
    if (wire::account_record_hash(signed_record) == account.record_hash) return {};
    step.put(row_key::own_record(record.number), SecretBuffer(signed_record));
    take_over(account, record, signed_record);
    step.tell(ContactChanged{machine.own_account()});
    // Whoever signed it also puts it where it belongs.
    for (auto& [name, relay] : machine.tables.relays) {
        if (!relay.home || relay.record_put >= record.number) continue;
        relay.record_put = record.number;
        save_relay(machine, step, relay);
    }
    if (is_revoked(machine, record)) shut_out(machine, step);
    save_account(machine, step);
    if (account.stage == AccountStage::revoked) return {};
    TRY(reconcile_record(machine, step));
    return plan_stale_leaves(machine, step, 0);
}

Status reconcile_record(Machine& machine, Step& step) {
    AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(wire::AccountRecord record, own_record(step, account));
    const std::vector<wire::Address> intros = intros_of(machine);
    const wire::DeviceEntry* own = find_entry(record, account.device);
    bool right = own != nullptr && own->intro == intros;
    for (const wire::DeviceId& device : account.revoking) {
        const wire::DeviceEntry* entry = find_entry(record, device);
        right = right && (entry == nullptr || entry->revoked);
    }
    if (right) return {};
    return amend_record(machine, step, [&](wire::AccountRecord& next) {
        wire::DeviceEntry* entry = find_entry(next, account.device);
        if (entry == nullptr) {
            next.devices.push_back({account.certificate, to_ms(step.now()), false, {}});
            entry = &next.devices.back();
        }
        entry->intro = intros;
        for (const wire::DeviceId& device : account.revoking) {
            wire::DeviceEntry* revoked = find_entry(next, device);
            if (revoked == nullptr) continue;
            revoked->revoked = true;
            revoked->intro.clear();
        }
    });
}

Status own_record_found(Machine& machine, Step& step, const std::string& name, uint64_t number,
                        wire::ReplyBody& body) {
    if (const auto* deleted = std::get_if<wire::RecordDeleted>(&body)) {
        return deletion_found(machine, step, *deleted);
    }
    const auto* list = std::get_if<wire::RecordList>(&body);
    if (list == nullptr || list->records.empty()) return {};
    RelayRow& relay = machine.tables.relays.at(name);
    AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(const VerifiedRecord newest, verify_chain(list->records, std::nullopt));
    ENSURE(newest.account == machine.own_account(), forged_record);
    TRY_ASSIGN(const auto ours, step.get(row_key::own_record(number)));
    relay.record_put = newest.record.number;
    save_relay(machine, step, relay);
    const bool same = ours && equal(ours->expose(), list->records.front());
    if (same && newest.record.number <= account.record_number) return {};
    // Another device was first: what it signed counts, and what we still want goes on top of it.
    account.record_number = 0;
    account.record_hash = {};
    for (const Bytes& record : list->records) {
        TRY_ASSIGN(const wire::AccountRecord each, wire::verify_account_record(record));
        step.put(row_key::own_record(each.number), SecretBuffer(record));
    }
    return adopt_record(machine, step, newest.signed_record);
}

Status plan_stale_leaves(Machine& machine, Step& step, OperationId operation,
                         const ConversationId* only) {
    const AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(const wire::AccountRecord record, own_record(step, account));
    std::set<wire::DeviceId> good;
    for (const wire::DeviceEntry& entry : record.devices) {
        if (!entry.revoked) good.insert(entry.certificate.device);
    }
    good.insert(account.device);
    bool planned = false;
    for (const auto& [id, row] : machine.tables.conversations) {
        if (only != nullptr && *only != id) continue;
        if (row.joining || row.leaving || row.closed || !row.accepted) continue;
        if (is_for_a_moment(row.info.kind)) continue;
        TRY_ASSIGN(const mls::Group* group, group_of(machine, step, id));
        if (!group->is_active()) continue;
        TRY_ASSIGN(const std::vector<Leaf> leaves, leaves_of(group->current()));
        std::vector<wire::DeviceId> stale;
        for (const Leaf& leaf : leaves) {
            const bool ours = leaf.account == machine.own_account();
            if (ours && !good.contains(leaf.device)) stale.push_back(leaf.device);
        }
        if (stale.empty()) continue;
        PlanRow& plan = machine.tables.plans[id];
        plan.own_removals = std::move(stale);
        if (operation != 0 && row.info.kind == ConversationKind::own_devices) {
            plan.operations.push_back(operation);
            planned = true;
        }
        step.write(row_key::plan(id), plan);
    }
    if (operation != 0 && !planned) step.end(operation, {});
    return {};
}

}  // namespace mayfly::core
