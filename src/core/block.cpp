// Blocking: the relay forgets the addresses that an account can reach us by, and we drop what it
// still brings. Specification: docs/spec/trust.md section 4.
#include "core/repair.h"

namespace mayfly::core {
Status close_direct(Machine& machine, Step& step, ConversationRow& row, Status why,
                    OperationId operation) {
    const ConversationId id = row.info.conversation;
    if (!row.joining) {
        TRY_ASSIGN(mls::Group * group, group_of(machine, step, id));
        group->discard_pending_commit();
        save_group(step, id, *group);
    }
    end_plan(machine, step, id, why);
    drop_tickets(machine, step, id);
    step.end(std::exchange(row.accept_operation, 0), why);
    const auto creation = machine.tables.creations.find(id);
    if (creation != machine.tables.creations.end()) {
        step.end(creation->second.operation, why);
        step.erase(row_key::creation(id));
        machine.tables.creations.erase(creation);
    }
    step.erase(row_key::welcome(id));
    row.commit.reset();
    row.closed = row.superseded = true;
    save_conversation(machine, step, row);
    // Of a hidden request nothing leaves, and our address there is none of its own yet.
    if (row.accepted) add_removal(machine, step, row, operation);
    return {};
}

Status close_conversations(Machine& machine, Step& step, const AccountId& account,
                           OperationId operation) {
    for (const ConversationId& id : conversations_of(machine, account)) {
        ConversationRow& row = machine.tables.conversations.at(id);
        drop_conversation_outbox(machine, step, id, MAYFLY_ERROR(contact_blocked));
        forget_repair(machine, step, id);  // nobody begins it anew
        TRY(close_direct(machine, step, row, MAYFLY_ERROR(contact_blocked), operation));
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
