// A direct conversation whose hub took a commit that we do not: of a modified client, or one that
// cannot be read. Of two people neither can put the other out, so the group ends and another one
// begins. Specification: docs/spec/conversations.md section 6.
#include "core/repair.h"

namespace mayfly::core {
namespace {

// Another one is there, or another device of ours made one and lets us in.
bool has_successor(const Machine& machine, const AccountId& contact) {
    const auto all = conversations_of(machine, contact);
    return std::any_of(all.begin(), all.end(), [&](const ConversationId& id) {
        return !machine.tables.conversations.at(id).superseded;
    });
}

bool has_waiting_messages(const Machine& machine, const AccountId& contact) {
    return std::any_of(
        machine.tables.outbox.begin(), machine.tables.outbox.end(), [&](const auto& entry) {
            const auto row = machine.tables.conversations.find(entry.second.conversation);
            return row != machine.tables.conversations.end() &&
                   row->second.info.kind == ConversationKind::direct &&
                   row->second.contact == contact;
        });
}

// The first is followed at once; whoever breaks one after the other waits for each.
Time earliest(const Machine& machine, const AccountId& contact, Time now) {
    size_t broken = 0;
    uint64_t newest_ms = 0;
    for (const ConversationId& id : conversations_of(machine, contact)) {
        if (!is_in_repair(machine, id)) continue;
        ++broken;
        newest_ms = std::max(newest_ms, machine.tables.conversations.at(id).received_at_ms);
    }
    if (broken < 2) return now;
    return std::max(now, from_ms(newest_ms) + fresh_start_interval);
}

std::set<AccountId> without_conversation(const Machine& machine) {
    std::set<AccountId> out;
    for (const auto& [id, repair] : machine.tables.repairs) {
        const auto row = machine.tables.conversations.find(id);
        if (row == machine.tables.conversations.end()) continue;
        if (row->second.info.kind != ConversationKind::direct) continue;
        const auto contact = machine.tables.contacts.find(row->second.contact);
        if (contact == machine.tables.contacts.end() || !contact->second.accepted) continue;
        if (is_blocked(machine, contact->first) || has_successor(machine, contact->first)) continue;
        out.insert(contact->first);
    }
    return out;
}

}  // namespace

Status begin_anew(Machine& machine, Step& step, ConversationRow& row) {
    if (row.closed) return {};
    const AccountId contact = row.contact;
    TRY(close_direct(machine, step, row, {}, 0));
    save_repair(machine, step, row.info.conversation, RepairRow{});
    move_outbox(machine, step, contact);
    return {};
}

Status note_broken_rules(Machine& machine, Step& step, const ConversationRow& row,
                         const mls::Group& group, const mls::CommitSummary& summary) {
    if (row.info.kind != ConversationKind::direct || row.closed) return {};
    TRY_ASSIGN(const std::optional<AccountId> offender, committer_of(group, summary));
    const auto contact = machine.tables.contacts.find(row.contact);
    if (offender != row.contact || contact == machine.tables.contacts.end()) return {};
    // Whoever may pose as them is the greater alarm.
    const TrustRow* trust = trust_of(machine, row.contact);
    const bool quiet = trust == nullptr || trust->alarm == Alarm::none;
    if (contact->second.accepted && quiet) {
        raise_alarm(machine, step, row.contact, Alarm::rules_broken);
    }
    return {};
}

// Whoever has something to say begins at once, others after a random part of 20 s: so that as a
// rule one device does. If two do, both sides go on in the one with the lower id.
Status pump_fresh_starts(Machine& machine, Step& step) {
    const std::set<AccountId> waiting = without_conversation(machine);
    std::erase_if(machine.fresh_starts,
                  [&](const auto& entry) { return !waiting.contains(entry.first); });
    for (const AccountId& account : waiting) {
        const Time first = earliest(machine, account, step.now());
        const auto [entry, fresh] = machine.fresh_starts.try_emplace(account);
        FreshStart& start = entry->second;
        if (fresh) start.at = first + random_delay(step, proposal_commit_delay_max);
        if (!start.tried && has_waiting_messages(machine, account)) start.at = first;
        if (start.at > step.now()) continue;
        if (machine.lookups.size() >= reunions_max) {
            start.at = step.now() + proposal_retry_delay;
            continue;
        }
        start = {step.now() + reunion_delay, true};  // should this attempt fail
        const ContactRow& contact = machine.tables.contacts.at(account);
        if (contact.relays.empty()) continue;
        TRY(begin_lookup(machine, step, format_contact_link({account, contact.relays})));
    }
    return {};
}

}  // namespace mayfly::core
