// Deleting the account at every relay that holds something of it.
// Specification: docs/spec/trust.md section 6.
#include "core/machine.h"
#include "core/vault.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

// What is said and whom we know goes at once; what the relays must still be told needs the keys.
Status forget_all(Machine& machine, Step& step) {
    std::vector<ConversationId> conversations;
    for (const auto& [id, row] : machine.tables.conversations) conversations.push_back(id);
    for (const ConversationId& id : conversations) TRY(forget_conversation(machine, step, id, 0));
    for (const auto& [account, row] : machine.tables.contacts)
        step.erase(row_key::contact(account));
    for (const auto& [account, row] : machine.tables.trust) step.erase(row_key::trust(account));
    for (const auto& [id, row] : machine.tables.offers) step.erase(row_key::offer(id));
    for (const auto& [account, row] : machine.tables.people) step.erase(row_key::person(account));
    machine.tables.offers.clear();
    machine.tables.people.clear();
    // Each queue goes with all its addresses.
    for (const auto& [number, row] : machine.tables.removals) step.erase(row_key::removal(number));
    machine.tables.contacts.clear();
    machine.tables.trust.clear();
    machine.tables.removals.clear();
    step.shred();
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

Result<OperationId> delete_account(Machine& machine, Step& step) {
    const OperationId operation = next_operation(machine, step);
    if (!machine.tables.deletion) {
        TRY(forget_all(machine, step));
        for (auto& [name, relay] : machine.tables.relays) {
            // They may hold more than they have confirmed.
            if (relay.home) relay.record_put = relay.vault_put = 1;
            save_relay(machine, step, relay);
        }
        machine.tables.deletion.emplace();
    }
    machine.tables.deletion->operation = operation;
    step.write(row_key::deletion(), *machine.tables.deletion);
    if (machine.tables.relays.empty()) step.end(operation, {});
    return operation;
}

void pump_deletion(Machine& machine, Step& step, const std::string& name) {
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
