#include "core/meetings.h"

namespace mayfly::core {
namespace {

bool is_meeting(const Machine& machine, const ConversationId& id) {
    const auto found = machine.tables.conversations.find(id);
    return found != machine.tables.conversations.end() &&
           found->second.info.kind == ConversationKind::meeting;
}

// What a relay or a connection refused, and may not refuse the next time.
bool will_pass(ErrorCode code) {
    return code == ErrorCode::timed_out || code == ErrorCode::connection_lost ||
           code == ErrorCode::relay_unreachable || code == ErrorCode::rate_limited ||
           code == ErrorCode::shutting_down || is_store_error(code);
}

Result<bool> has_good_link(Step& step) {
    bool found = false;
    std::optional<Error> failed;
    TRY(step.store().scan(row_key::prefix(row_kind::invite), [&](BytesView, SecretBuffer value) {
        const auto row = decode_row<InviteRow>(value.expose());
        if (!row.ok()) {
            failed = row.error();
            return false;
        }
        found = row->is_link && is_good(*row, step.now());
        return !found;
    }));
    if (failed) return *failed;
    return found;
}

}  // namespace

Status meet(Machine& machine, Step& step, const ConversationRow& row) {
    for (const auto& [operation, lookup] : machine.lookups) {
        if (lookup.account == row.contact) return {};
    }
    const Person person = person_of(machine, row.contact);
    ENSURE(!person.relays.empty(), unknown_contact);
    TRY_ASSIGN(const OperationId operation,
               begin_lookup(machine, step, format_contact_link({row.contact, person.relays})));
    machine.lookups.at(operation).meeting_for = row.info.conversation;
    return {};
}

Status begin_meeting(Machine& machine, Step& step, const Lookup& lookup) {
    ConversationRow* row = find_conversation(machine, lookup.meeting_for);
    step.end(lookup.operation, {});
    if (row == nullptr || !row->joining || row->ticket_sent) {
        release_relay(machine, step, lookup.hub);
        return {};
    }
    const auto made = create_meeting(machine, step, lookup);
    if (!made.ok()) {
        if (is_store_error(made.code())) return made.error();
        release_relay(machine, step, lookup.hub);
        meeting_failed(machine, step, lookup.meeting_for, made.error());
        return {};
    }
    row->via = *made;
    save_conversation(machine, step, *row);
    return {};
}

void meeting_failed(Machine& machine, Step& step, const ConversationId& group, Status why) {
    ConversationRow* row = find_conversation(machine, group);
    if (row == nullptr || !row->joining || will_pass(why.code())) return;
    step.end(std::exchange(row->accept_operation, 0), why);
    row->ticket_sent = true;  // until somebody asks again
    save_conversation(machine, step, *row);
}

Status meeting_refused(Machine& machine, Step& step, const ConversationId& meeting, Status why) {
    TRY(forget_conversation(machine, step, meeting, 0));
    for (auto& [id, row] : machine.tables.conversations) {
        if (row.via != meeting) continue;
        row.via = {};
        save_conversation(machine, step, row);
        meeting_failed(machine, step, id, why);
    }
    return {};
}

Status forget_meeting(Machine& machine, Step& step, ConversationRow& row) {
    if (!is_meeting(machine, row.via)) return {};
    const ConversationId meeting = std::exchange(row.via, ConversationId{});
    save_conversation(machine, step, row);
    return forget_conversation(machine, step, meeting, 0);
}

Result<bool> may_meet(Machine& machine, Step& step, const AccountId& account) {
    for (const auto& [id, roster] : machine.tables.rosters) {
        if (is_member(roster, account)) return true;
        TRY_ASSIGN(const auto invite, good_invite(step, id, account.view()));
        if (invite) return true;
    }
    return has_good_link(step);
}

Status make_room_for_meeting(Machine& machine, Step& step) {
    size_t count = 0;
    const ConversationRow* oldest = nullptr;
    for (const auto& [id, row] : machine.tables.conversations) {
        if (row.info.kind != ConversationKind::meeting || row.ours) continue;
        ++count;
        if (oldest == nullptr || row.received_at_ms < oldest->received_at_ms) oldest = &row;
    }
    if (count < meetings_max) return {};
    return forget_conversation(machine, step, ConversationId(oldest->info.conversation), 0);
}

Status meeting_said(Machine& machine, Step& step, const ConversationRow& row,
                    const AccountId& sender, const JoinTicket& ticket) {
    ENSURE(!row.ours && sender == row.contact, unexpected_message);
    ENSURE(!is_blocked(machine, sender), contact_blocked);
    const Status taken = ticket_arrived(machine, step, sender, ticket);
    if (!taken.ok() && is_store_error(taken.code())) return taken;
    TRY(forget_conversation(machine, step, ConversationId(row.info.conversation), 0));
    return taken;
}

}  // namespace mayfly::core
