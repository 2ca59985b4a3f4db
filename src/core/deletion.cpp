// Deleting the account at every relay that holds something of it.
// Specification: docs/spec/trust.md section 6.
#include "core/machine.h"
#include "core/vault.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

// Each queue goes with all its addresses.
void forget_removals(Machine& machine, Step& step) {
    for (const auto& [number, row] : machine.tables.removals) step.erase(row_key::removal(number));
    machine.tables.removals.clear();
}

// What is said and whom we know goes at once; what the relays must still be told needs the keys,
// and what our other devices must be told the conversation with them.
Status forget_all(Machine& machine, Step& step, const std::optional<ConversationId>& kept) {
    Tables& tables = machine.tables;
    if (tables.pairing) TRY(cancel_pairing(machine, step, MAYFLY_ERROR(account_deleting)));
    std::vector<ConversationId> conversations;
    for (const auto& [id, row] : tables.conversations) {
        if (id != kept) conversations.push_back(id);
    }
    for (const ConversationId& id : conversations) TRY(forget_conversation(machine, step, id, 0));
    if (kept) drop_conversation_outbox(machine, step, *kept, MAYFLY_ERROR(account_deleting));
    for (const auto& [account, row] : tables.contacts) step.erase(row_key::contact(account));
    for (const auto& [account, row] : tables.trust) step.erase(row_key::trust(account));
    for (const auto& [id, row] : tables.offers) step.erase(row_key::offer(id));
    for (const auto& [account, row] : tables.people) step.erase(row_key::person(account));
    for (const auto& [device, row] : tables.device_names) step.erase(row_key::device_name(device));
    for (const auto& [order, row] : tables.syncs) step.erase(row_key::sync(order));
    forget_removals(machine, step);
    tables.contacts.clear();
    tables.trust.clear();
    tables.offers.clear();
    tables.people.clear();
    tables.device_names.clear();
    tables.syncs.clear();
    step.shred();
    return {};
}

Status tell_siblings_of_deletion(Machine& machine, Step& step, const ConversationId& own) {
    Sync sync;
    sync.account_deleted = true;
    TRY(queue_control(machine, step, own, ContentType::sync, codec::encode_secret(sync)));
    machine.tables.deletion->tell_until_ms = to_ms(step.now() + deletion_tell_max);
    return {};
}

void relay_is_done(Machine& machine, Step& step, const std::string& name) {
    step.erase(row_key::relay(name));
    machine.tables.relays.erase(name);
    if (machine.tables.relays.empty()) {
        step.end(std::exchange(machine.tables.deletion->operation, 0), {});
    }
}

}  // namespace

Result<OperationId> delete_account(Machine& machine, Step& step, bool tell_siblings) {
    const OperationId operation = next_operation(machine, step);
    if (!machine.tables.deletion) {
        std::optional<ConversationId> own = own_devices(machine);
        if (!tell_siblings || (own && machine.tables.conversations.at(*own).joining)) own.reset();
        TRY(forget_all(machine, step, own));
        machine.tables.account->reuniting = false;
        save_account(machine, step);
        for (auto& [name, relay] : machine.tables.relays) {
            // They may hold more than they have confirmed.
            if (relay.home) relay.record_put = relay.vault_put = 1;
            save_relay(machine, step, relay);
        }
        machine.tables.deletion.emplace();
        if (own) TRY(tell_siblings_of_deletion(machine, step, *own));
    }
    machine.tables.deletion->operation = operation;
    step.write(row_key::deletion(), *machine.tables.deletion);
    if (machine.tables.relays.empty()) step.end(operation, {});
    return operation;
}

Status deleted_elsewhere(Machine& machine, Step& step) {
    if (machine.tables.deletion) return {};
    TRY(delete_account(machine, step, false));
    step.tell(DeviceRevoked{machine.tables.account->device, true});
    return {};
}

bool is_of_own_devices(const Machine& machine, const wire::Delivery& delivery) {
    const auto own = own_devices(machine);
    return own && delivery.source != wire::Source::direct &&
           machine.tables.conversations.at(*own).info.channel == delivery.channel;
}

Status pump_deletion(Machine& machine, Step& step, const std::string& name) {
    pump_blob_removals(machine, step, name);
    if (const auto own = own_devices(machine)) {
        ConversationRow& row = machine.tables.conversations.at(*own);
        const bool waits = !machine.tables.outbox.empty() &&
                           step.now() < from_ms(machine.tables.deletion->tell_until_ms);
        if (row.info.hubs.front() == name) {
            if (waits) return pump_conversation(machine, step, row);
            TRY(forget_conversation(machine, step, ConversationId(*own), 0));
            forget_removals(machine, step);
        }
    }
    const RelayRow& relay = machine.tables.relays.at(name);
    const AccountRow& account = *machine.tables.account;
    const auto ask = [&](Kind kind, auto body) {
        const Purpose purpose{kind, 0, {}};
        if (!machine.links[name].has(purpose)) {
            request(machine, step, name, purpose, std::move(body));
        }
    };
    if (relay.record_put != 0) {
        ask(Kind::record_delete,
            wire::RecordDelete{
                account.account_key,
                sign_with(account.account_seed, wire::record_delete_to_sign(account.account_key))});
    } else if (relay.vault_put != 0) {
        ask(Kind::vault_end, make_vault_put(account.vault, wire::vault_version_end, {}));
    } else {
        ask(Kind::queue_delete, wire::QueueDelete{wire::queue_id_of(relay.queue_key)});
    }
    return {};
}

void deletion_replied(Machine& machine, Step& step, const std::string& name, const Purpose& purpose,
                      const wire::ReplyBody& body) {
    if (!machine.tables.deletion) return;
    RelayRow& relay = machine.tables.relays.at(name);
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        const bool gone = failed->status == wire::ReplyStatus::unknown_record ||
                          failed->status == wire::ReplyStatus::unknown_queue ||
                          failed->status == wire::ReplyStatus::stale_record;
        if (!gone) {
            machine.links[name].hold_until = step.now() + refusal_delay;
            return;
        }
    }
    if (purpose.kind == Kind::record_delete) {
        relay.record_put = 0;
    } else if (purpose.kind == Kind::vault_end) {
        relay.vault_put = 0;
    } else {
        return relay_is_done(machine, step, name);
    }
    save_relay(machine, step, relay);
}

// A relay that takes no new queues and does not know ours has deleted it; its answer was lost.
bool deletion_refused_queue(Machine& machine, Step& step, const std::string& name,
                            wire::ReplyStatus status) {
    if (!machine.tables.deletion) return false;
    if (status != wire::ReplyStatus::registration_closed &&
        status != wire::ReplyStatus::invite_required) {
        return false;
    }
    relay_is_done(machine, step, name);
    return true;
}

}  // namespace mayfly::core
