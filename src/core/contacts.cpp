// People we know: accepting a request, removing a contact, and what goes with it.
#include "core/annex.h"
#include "core/large_groups.h"
#include "core/meetings.h"
#include "core/repair.h"

namespace mayfly::core {
namespace {

Status forget_group_rows(Machine& machine, Step& step, const ConversationId& id) {
    end_plan(machine, step, id, MAYFLY_ERROR(unknown_conversation));
    step.erase(row_key::roster(id));
    step.erase(row_key::welcome(id));
    step.erase(row_key::departure(id));
    step.erase(row_key::departing(id));
    machine.tables.departing.erase(id);
    forget_repair(machine, step, id);
    machine.tables.rosters.erase(id);
    machine.proposal_commits.erase(id);
    machine.fillings.erase(id);
    drop_tickets(machine, step, id);
    step.erase(row_key::owed_history(id));
    machine.tables.owed_histories.erase(id);
    std::vector<Bytes> invites;
    TRY(step.store().scan(row_key::invite(id, {}), [&](BytesView key, SecretBuffer) {
        invites.push_back(to_bytes(key));
        return true;
    }));
    for (Bytes& key : invites) step.erase(std::move(key));
    // Whoever was only in this group is nobody we know any more.
    std::erase_if(machine.tables.people, [&](const auto& entry) {
        for (const auto& [other, roster] : machine.tables.rosters) {
            if (is_member(roster, entry.first)) return false;
        }
        for (const auto& [other, row] : machine.tables.conversations) {
            const bool waits = row.joining || row.info.kind == ConversationKind::meeting;
            if (other != id && waits && row.contact == entry.first) return false;
        }
        for (const auto& [other, waiting] : machine.tables.tickets) {
            for (const auto& [device, ticket] : waiting) {
                if (ticket.account == entry.first) return false;
            }
        }
        step.erase(row_key::person(entry.first));
        return true;
    });
    return {};
}

}  // namespace

Status erase_groups(Step& step, const ConversationId& id) {
    const Bytes prefix = row_key::group_prefix(id);
    std::vector<Bytes> keys;
    TRY(step.store().scan(prefix, [&](BytesView key, SecretBuffer) {
        keys.push_back(to_bytes(key));
        return true;
    }));
    // This step may have written more, which the scan does not see.
    for (const WriteBatch::Change& change : step.effects.writes.changes) {
        const bool is_group = change.key.size() >= prefix.size() &&
                              std::equal(prefix.begin(), prefix.end(), change.key.begin());
        if (is_group) keys.push_back(change.key);
    }
    for (Bytes& key : keys) step.erase(std::move(key));
    return {};
}

Status erase_messages(Machine& machine, Step& step, const ConversationId& id) {
    std::vector<MessageId> ids;
    TRY(step.store().scan(row_key::listing_prefix(id), [&](BytesView key, SecretBuffer) {
        if (const auto message = MessageId::from(key.last(MessageId::size_bytes))) {
            ids.push_back(*message);
        }
        return true;
    }));
    for (const MessageId& message : ids) {
        TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, message));
        if (row) TRY(erase_message(machine, step, *row));
    }
    return {};
}

void drop_conversation_outbox(Machine& machine, Step& step, const ConversationId& id, Error why) {
    std::vector<uint64_t> orders;
    for (const auto& [order, row] : machine.tables.outbox) {
        if (row.conversation == id) orders.push_back(order);
    }
    for (const uint64_t order : orders) drop_outbox(machine, step, order, why);
}

void add_removal(Machine& machine, Step& step, const ConversationRow& row, OperationId operation) {
    const uint64_t number = next_order(machine, step);
    RemovalRow removal;
    removal.relay = row.info.hubs.front();
    removal.token_hash = wire::token_hash_of(row.own_token);
    removal.operation = operation;
    step.write(row_key::removal(number), removal);
    machine.tables.removals.insert_or_assign(number, std::move(removal));
}

void end_if_removed(Machine& machine, Step& step, OperationId operation) {
    const bool waits =
        std::any_of(machine.tables.removals.begin(), machine.tables.removals.end(),
                    [&](const auto& entry) { return entry.second.operation == operation; });
    if (!waits) step.end(operation, {});
}

void release_relay(Machine& machine, Step& step, const std::string& relay) {
    const auto row = machine.tables.relays.find(relay);
    if (row == machine.tables.relays.end() || row->second.home) return;
    for (const auto& [id, conversation] : machine.tables.conversations) {
        if (conversation.info.hubs.front() == relay) return;
    }
    for (const auto& [number, removal] : machine.tables.removals) {
        if (removal.relay == relay) return;
    }
    for (const auto& [operation, lookup] : machine.lookups) {
        if (lookup.hub == relay) return;
    }
    step.erase(row_key::relay(relay));
    machine.tables.relays.erase(row);
}

Status forget_conversation(Machine& machine, Step& step, const ConversationId& id,
                           OperationId operation) {
    ConversationRow* row = find_conversation(machine, id);
    if (row == nullptr) return {};
    TRY(forget_meeting(machine, step, *row));
    forget_tree_upload(machine, step, *row, false);
    TRY(erase_groups(step, id));
    TRY(erase_messages(machine, step, id));
    TRY(erase_conversation_rows(machine, step, id));
    drop_conversation_outbox(machine, step, id, MAYFLY_ERROR(unknown_contact));
    // The relay may know the token even if its answer never came.
    add_removal(machine, step, *row, operation);
    step.erase(row_key::creation(id));
    step.erase(row_key::conversation(id));
    TRY(forget_group_rows(machine, step, id));
    if (!row->leaving) forget_offer(machine, step, id);
    step.shred();
    machine.groups.erase(id);
    machine.tables.creations.erase(id);
    machine.tables.conversations.erase(id);
    return {};
}

Result<OperationId> accept_contact(Machine& machine, Step& step, const AccountId& account,
                                   OperationId operation) {
    const auto contact = machine.tables.contacts.find(account);
    ENSURE(contact != machine.tables.contacts.end(), unknown_request);
    if (operation == 0) operation = next_operation(machine, step);
    contact->second.accepted = true;
    save_contact(machine, step, contact->second);
    bool waits = false;
    for (const ConversationId& id : conversations_of(machine, account)) {
        ConversationRow& row = machine.tables.conversations.at(id);
        row.accepted = true;
        if (!row.joined && !row.superseded) {
            row.accept_operation = operation;
            waits = true;
        }
        save_conversation(machine, step, row);
        step.tell(MessageArrived{id});
    }
    if (!waits) step.end(operation, {});
    TRY(renew_vault(machine, step));
    Sync sync;
    sync.contacts.push_back(contact->second);
    note_sync(machine, step, sync);
    return operation;
}

Result<OperationId> remove_contact(Machine& machine, Step& step, const AccountId& account,
                                   bool tell_siblings) {
    ENSURE(machine.tables.contacts.contains(account), unknown_contact);
    const OperationId operation = next_operation(machine, step);
    for (const ConversationId& id : conversations_of(machine, account)) {
        const ConversationRow& row = machine.tables.conversations.at(id);
        step.end(row.accept_operation, MAYFLY_ERROR(unknown_contact));
        const auto creation = machine.tables.creations.find(id);
        if (creation != machine.tables.creations.end()) {
            step.end(creation->second.operation, MAYFLY_ERROR(unknown_contact));
        }
        TRY(forget_conversation(machine, step, id, operation));
    }
    step.erase(row_key::contact(account));
    machine.tables.contacts.erase(account);
    forget_trust(machine, step, account);
    TRY(renew_vault(machine, step));
    if (tell_siblings) {
        Sync sync;
        sync.removed_contacts.push_back(account);
        note_sync(machine, step, sync);
    }
    end_if_removed(machine, step, operation);
    return operation;
}

}  // namespace mayfly::core
