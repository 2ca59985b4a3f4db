// What lists show of a conversation, and what the end of an epoch brings about.
// Specification: docs/spec/conversations.md.
#include "core/large_groups.h"
#include "core/machine.h"
#include "core/repair.h"

namespace mayfly::core {
namespace {

RosterRow roster_of(const Roles& roles) {
    RosterRow out;
    if (roles.state() != nullptr) out.state = *roles.state();
    std::map<AccountId, uint32_t> devices;
    for (const Leaf& leaf : roles.leaves()) ++devices[leaf.account];
    for (const auto& [account, count] : devices) {
        out.members.push_back({account, count});
        if (roles.is_moderator(account)) out.moderators.push_back(account);
    }
    return out;
}

// What a plan asked for and the new epoch has is done.
void review_plan(Machine& machine, Step& step, const ConversationId& id, const Roles& roles) {
    const auto found = machine.tables.plans.find(id);
    if (found == machine.tables.plans.end()) return;
    PlanRow& plan = found->second;
    std::erase_if(plan.removals,
                  [&](const AccountId& account) { return !roles.is_member(account); });
    std::erase_if(plan.own_removals, [&](const wire::DeviceId& device) {
        return std::none_of(roles.leaves().begin(), roles.leaves().end(),
                            [&](const Leaf& leaf) { return leaf.device == device; });
    });
    if (roles.state() != nullptr && apply_change(*roles.state(), plan.change) == *roles.state()) {
        plan.change = {};
    }
    if (plan.empty()) return end_plan(machine, step, id, {});
    step.write(row_key::plan(id), plan);
}

// A device that is in needs no ticket any more.
Status review_tickets(Machine& machine, Step& step, const ConversationId& id,
                      const mls::CommitSummary& summary) {
    const auto found = machine.tables.tickets.find(id);
    if (found == machine.tables.tickets.end()) return {};
    for (const mls::AddedMember& added : summary.added) {
        TRY_ASSIGN(const wire::DeviceCertificate certificate,
                   read_credential(added.member.credential));
        if (found->second.erase(certificate.device) != 0) {
            step.erase(row_key::ticket(id, certificate.device));
        }
    }
    if (found->second.empty()) machine.tables.tickets.erase(found);
    return {};
}

std::vector<AccountId> missing_in(const RosterRow& from, const RosterRow& other) {
    std::vector<AccountId> out;
    for (const RosterMember& member : from.members) {
        if (!is_member(other, member.account)) out.push_back(member.account);
    }
    return out;
}

// Whether an account proposed its own removal, and did not commit it.
Result<bool> left_by_itself(const mls::CommitSummary& summary, const mls::RemovedMember& removed) {
    if (!removed.proposed_by.is_member()) return false;
    const auto proposer = std::find_if(
        summary.removed.begin(), summary.removed.end(),
        [&](const auto& other) { return other.member.leaf == removed.proposed_by.leaf(); });
    if (proposer == summary.removed.end()) return false;
    TRY_ASSIGN(const auto by, read_credential(proposer->member.credential));
    TRY_ASSIGN(const auto whom, read_credential(removed.member.credential));
    return by.account_key == whom.account_key;
}

Result<std::vector<AccountId>> those_who_left(const std::vector<AccountId>& gone,
                                              const mls::CommitSummary& summary) {
    std::vector<AccountId> out;
    for (const mls::RemovedMember& removed : summary.removed) {
        TRY_ASSIGN(const bool left, left_by_itself(summary, removed));
        if (!left) continue;
        TRY_ASSIGN(const auto certificate, read_credential(removed.member.credential));
        const AccountId account = wire::account_id_of(certificate.account_key);
        const bool is_new = std::find(out.begin(), out.end(), account) == out.end();
        const bool is_gone = std::find(gone.begin(), gone.end(), account) != gone.end();
        if (is_new && is_gone) out.push_back(account);
    }
    return out;
}

// Those whom this commit took out need a new invitation, but for who left and was asked again
// since. (Whom a forbidden commit took out is not among them, and is invited back.)
Status forget_entries(Machine& machine, Step& step, const ConversationId& id,
                      const std::vector<AccountId>& gone, const DepartingRow& left,
                      const mls::CommitSummary& summary) {
    for (const mls::RemovedMember& removed : summary.removed) {
        TRY_ASSIGN(const auto certificate, read_credential(removed.member.credential));
        const AccountId account = wire::account_id_of(certificate.account_key);
        const bool is_gone = std::find(gone.begin(), gone.end(), account) != gone.end();
        const bool had_left =
            std::binary_search(left.accounts.begin(), left.accounts.end(), account);
        if (is_gone && !had_left) forget_entry(machine, step, id, account);
    }
    return {};
}

}  // namespace

bool is_member(const RosterRow& roster, const AccountId& account) {
    const auto at = std::lower_bound(
        roster.members.begin(), roster.members.end(), account,
        [](const RosterMember& member, const AccountId& id) { return member.account < id; });
    return at != roster.members.end() && at->account == account;
}

bool is_moderator(const RosterRow& roster, const AccountId& account) {
    return std::binary_search(roster.moderators.begin(), roster.moderators.end(), account);
}

bool may_write(const RosterRow& roster, const AccountId& account) {
    if (!is_member(roster, account)) return false;
    if (!roster.state || is_moderator(roster, account)) return true;
    const std::vector<AccountId>& readers = roster.state->readers;
    return !roster.state->moderators_write_only &&
           !std::binary_search(readers.begin(), readers.end(), account);
}

bool may_write_in(const Machine& machine, const ConversationId& id) {
    const auto roster = machine.tables.rosters.find(id);
    return roster == machine.tables.rosters.end() ||
           may_write(roster->second, machine.own_account());
}

Status note_departures(Machine& machine, Step& step, const ConversationId& id,
                       const mls::Group& group) {
    std::set<uint32_t> going;
    for (const mls::ReceivedProposal& waiting : group.pending_proposals()) {
        const auto* remove = waiting.proposal.get_if<mls::Remove>();
        if (remove != nullptr) going.insert(remove->removed.value);
    }
    std::set<AccountId> gone;
    if (!going.empty()) {
        TRY_ASSIGN(const std::vector<Leaf> leaves, leaves_of(group.current()));
        for (const Leaf& leaf : leaves) {
            if (going.contains(leaf.index.value)) gone.insert(leaf.account);
        }
        for (const Leaf& leaf : leaves) {  // an account is in for as long as one device stays
            if (!going.contains(leaf.index.value)) gone.erase(leaf.account);
        }
    }
    if (gone.empty()) {
        if (machine.tables.departing.erase(id) != 0) step.erase(row_key::departing(id));
        return {};
    }
    // What let them in before does not bring them back; what comes from now on may.
    for (const AccountId& account : gone) {
        if (!is_departing(machine, id, account)) forget_entry(machine, step, id, account);
    }
    DepartingRow row;
    row.accounts.assign(gone.begin(), gone.end());
    step.write(row_key::departing(id), row);
    machine.tables.departing.insert_or_assign(id, std::move(row));
    return {};
}

bool is_departing(const Machine& machine, const ConversationId& id, const AccountId& account) {
    const auto found = machine.tables.departing.find(id);
    return found != machine.tables.departing.end() &&
           std::binary_search(found->second.accounts.begin(), found->second.accounts.end(),
                              account);
}

size_t departing_count(const Machine& machine, const ConversationId& id) {
    const auto found = machine.tables.departing.find(id);
    return found == machine.tables.departing.end() ? 0 : found->second.accounts.size();
}

void end_plan(Machine& machine, Step& step, const ConversationId& id, Status result) {
    const auto found = machine.tables.plans.find(id);
    if (found == machine.tables.plans.end()) return;
    for (const OperationId operation : found->second.operations) step.end(operation, result);
    step.erase(row_key::plan(id));
    machine.tables.plans.erase(found);
}

Status write_roster(Machine& machine, Step& step, const ConversationId& id,
                    const mls::Group& group) {
    TRY_ASSIGN(const Roles roles, Roles::of(group.current()));
    RosterRow row = roster_of(roles);
    step.write(row_key::roster(id), row);
    machine.tables.rosters.insert_or_assign(id, std::move(row));
    return {};
}

Status epoch_changed(Machine& machine, Step& step, const ConversationRow& row,
                     const mls::Group& group, const AccountId& by,
                     const mls::CommitSummary& summary) {
    const ConversationId& id = row.info.conversation;
    machine.proposal_commits.erase(id);
    const auto departing = machine.tables.departing.find(id);
    const DepartingRow left =
        departing == machine.tables.departing.end() ? DepartingRow{} : departing->second;
    TRY(note_departures(machine, step, id, group));
    // What counts is what was before, until the group is in order.
    if (is_in_repair(machine, id) && group.is_active()) return {};
    ConversationChanged change;
    change.conversation = id;
    change.by = by;
    change.removed_us = summary.removes_us;
    note_filling(machine, step, id, group);
    if (!group.is_active()) {
        end_plan(machine, step, id, MAYFLY_ERROR(not_authorized));
        if (has_state(row.info.kind) && !row.leaving) step.tell(std::move(change));
        return {};
    }
    TRY_ASSIGN(const Roles roles, Roles::of(group.current()));
    RosterRow next = roster_of(roles);
    review_plan(machine, step, id, roles);
    TRY(review_tickets(machine, step, id, summary));
    if (row.info.kind == ConversationKind::own_devices) {
        TRY(send_owed_histories(machine, step, roles.leaves()));
    }
    RosterRow& before = machine.tables.rosters[id];
    change.added = missing_in(next, before);
    change.removed = missing_in(before, next);
    TRY_ASSIGN(change.left, those_who_left(change.removed, summary));
    TRY(forget_entries(machine, step, id, change.removed, left, summary));
    change.state = next.state != before.state;
    const bool same = next.members == before.members && !change.state;
    before = std::move(next);
    if (same) return {};
    step.write(row_key::roster(id), before);
    if (!change.added.empty() || !change.removed.empty()) TRY(renew_vault(machine, step));
    const bool tells = !change.added.empty() || !change.removed.empty() || change.state;
    if (has_state(row.info.kind) && !row.leaving && tells) step.tell(std::move(change));
    return {};
}

}  // namespace mayfly::core
