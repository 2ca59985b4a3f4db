// Blocking: the relay forgets the addresses that an account can reach us by, and we drop what it
// still brings. Specification: docs/spec/trust.md section 4.
#include "core/machine.h"

namespace mayfly::core {
namespace {

// Nothing goes out and nothing comes in any more; what was said stays readable.
Status close_conversation(Machine& machine, Step& step, ConversationRow& row,
                          OperationId operation) {
    const ConversationId id = row.info.conversation;
    if (!row.joining) {
        TRY_ASSIGN(mls::Group * group, group_of(machine, step, id));
        group->discard_pending_commit();
        save_group(step, id, *group);
    }
    end_plan(machine, step, id, MAYFLY_ERROR(contact_blocked));
    drop_tickets(machine, step, id);
    drop_conversation_outbox(machine, step, id, MAYFLY_ERROR(contact_blocked));
    step.end(std::exchange(row.accept_operation, 0), MAYFLY_ERROR(contact_blocked));
    const auto creation = machine.tables.creations.find(id);
    if (creation != machine.tables.creations.end()) {
        step.end(creation->second.operation, MAYFLY_ERROR(contact_blocked));
        step.erase(row_key::creation(id));
        machine.tables.creations.erase(creation);
    }
    row.commit.reset();
    row.closed = row.superseded = true;
    save_conversation(machine, step, row);
    add_removal(machine, step, row, operation);
    return {};
}

}  // namespace

Status close_conversations(Machine& machine, Step& step, const AccountId& account,
                           OperationId operation) {
    for (const ConversationId& id : conversations_of(machine, account)) {
        ConversationRow& row = machine.tables.conversations.at(id);
        TRY(close_conversation(machine, step, row, operation));
    }
    end_if_removed(machine, step, operation);
    return {};
}

Result<OperationId> block_account(Machine& machine, Step& step, const AccountId& account,
                                  bool remove) {
    const auto contact = machine.tables.contacts.find(account);
    const bool is_contact = contact != machine.tables.contacts.end();
    ENSURE(is_contact || machine.tables.people.contains(account), unknown_contact);
    mark_trust(machine, step, account, &TrustRow::blocked, true);
    TRY(publish_trust(machine, step, account));
    // Of a request that nobody accepted there is nothing to keep.
    if (is_contact && (remove || !contact->second.accepted)) {
        return remove_contact(machine, step, account, true);
    }
    const OperationId operation = next_operation(machine, step);
    TRY(close_conversations(machine, step, account, operation));
    return operation;
}

std::vector<BlockedView> blocked_accounts(const Machine& machine) {
    std::vector<BlockedView> out;
    for (const auto& [account, row] : machine.tables.trust) {
        if (!row.blocked) continue;
        out.push_back({account, row.display_name, row.handle, from_ms(row.changed_at_ms)});
    }
    return out;
}

}  // namespace mayfly::core
