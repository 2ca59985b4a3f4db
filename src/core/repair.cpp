// What members do about a commit that the rules of their group forbid. The hub cannot read commits,
// so it has taken this one and is an epoch ahead: whoever only refused it could write no more. The
// members apply it, keep to what counted before it, and the next commit puts the group right and
// removes who made it. A direct conversation is begun anew instead: fresh_start.cpp.
// Specification: docs/spec/conversations.md section 6.
#include "core/repair.h"

namespace mayfly::core {
namespace {

bool contains(const std::vector<AccountId>& list, const AccountId& account) {
    return std::binary_search(list.begin(), list.end(), account);
}

// Whether the group can be brought in order after the commit, by those who are in it then.
bool can_be_repaired(const ConversationRow& row, const mls::CommitSummary& summary) {
    return has_state(row.info.kind) && !summary.reinit && !summary.removes_us;
}

bool has_right_extensions(const ConversationRow& row, const RosterRow& good,
                          const mls::EpochView& epoch) {
    mls::Extensions right = conversation_extensions(row.info, good.state);
    mls::Extensions found = epoch.extensions();
    const auto by_type = [](const mls::Extension& a, const mls::Extension& b) {
        return a.type < b.type;
    };
    std::sort(right.begin(), right.end(), by_type);
    std::sort(found.begin(), found.end(), by_type);
    return right == found;
}

bool belongs(const Machine& machine, const ConversationId& id, const RosterRow& good,
             const AccountId& account) {
    return is_member(good, account) && !is_offender(machine, id, account);
}

// Members that were removed without right may ask to come back.
Status invite_the_missing(Machine& machine, Step& step, const ConversationId& id,
                          const RosterRow& good, const std::vector<Leaf>& leaves) {
    std::set<AccountId> present;
    for (const Leaf& leaf : leaves) present.insert(leaf.account);
    for (const RosterMember& member : good.members) {
        if (present.contains(member.account) || is_offender(machine, id, member.account)) continue;
        TRY(note_invited(machine, step, id, member.account));
    }
    return {};
}

}  // namespace

// Nothing that let somebody in once lets them in again.
void forget_entry(Machine& machine, Step& step, const ConversationId& id,
                  const AccountId& account) {
    step.erase(row_key::invite(id, account.view()));
    const auto tickets = machine.tables.tickets.find(id);
    if (tickets == machine.tables.tickets.end()) return;
    std::erase_if(tickets->second, [&](const auto& entry) {
        if (entry.second.account != account) return false;
        step.erase(row_key::ticket(id, entry.first));
        return true;
    });
    if (tickets->second.empty()) machine.tables.tickets.erase(tickets);
}

// Whoever comes with an external commit is no member, and goes as one who does not belong.
Result<std::optional<AccountId>> committer_of(const mls::Group& group,
                                              const mls::CommitSummary& summary) {
    if (summary.external) return std::optional<AccountId>();
    TRY_ASSIGN(const wire::DeviceCertificate certificate, certificate_of(group, summary.committer));
    return std::optional(wire::account_id_of(certificate.account_key));
}

void save_repair(Machine& machine, Step& step, const ConversationId& id, RepairRow row) {
    step.write(row_key::repair(id), row);
    machine.tables.repairs.insert_or_assign(id, std::move(row));
}

bool is_in_repair(const Machine& machine, const ConversationId& id) {
    return machine.tables.repairs.contains(id);
}

bool is_offender(const Machine& machine, const ConversationId& id, const AccountId& account) {
    const auto found = machine.tables.repairs.find(id);
    return found != machine.tables.repairs.end() && contains(found->second.offenders, account);
}

Status judge_commit(Machine& machine, Step& step, const ConversationRow& row,
                    const mls::Group& group, const mls::CommitSummary& summary) {
    const ConversationId& id = row.info.conversation;
    // What a commit leaves behind while a group is out of order is judged after it. None of those
    // who put it in order removes us.
    if (is_in_repair(machine, id)) {
        return can_be_repaired(row, summary) ? Status() : MAYFLY_ERROR(not_authorized);
    }
    TRY_ASSIGN(const Roles roles, Roles::of(group.current()));
    const Status allowed = roles.check_commit(summary);
    if (allowed.ok() || !can_be_repaired(row, summary)) return allowed;
    TRY_ASSIGN(const std::optional<AccountId> offender, committer_of(group, summary));
    // Our own devices obey the rules; one that does not is for the person to revoke.
    if (offender == machine.own_account()) return allowed;
    RepairRow repair;
    if (offender) repair.offenders.push_back(*offender);
    save_repair(machine, step, id, std::move(repair));
    return {};
}

Result<bool> ask_to_return(Machine& machine, Step& step, ConversationRow& row,
                           const mls::Group& group, const mls::CommitSummary& summary) {
    if (!has_state(row.info.kind) || row.leaving) return false;
    TRY_ASSIGN(const std::optional<AccountId> offender, committer_of(group, summary));
    const ConversationId id = row.info.conversation;
    const auto roster = machine.tables.rosters.find(id);
    if (roster == machine.tables.rosters.end()) return false;
    std::vector<AccountId> candidates = roster->second.moderators;  // whom every rule lets add
    for (const RosterMember& member : roster->second.members) candidates.push_back(member.account);
    const auto helper =
        std::find_if(candidates.begin(), candidates.end(), [&](const AccountId& account) {
            return account != machine.own_account() && account != offender &&
                   sending_conversation(machine, account).has_value();
        });
    if (helper == candidates.end()) return false;
    TRY(erase_groups(step, id));
    machine.groups.erase(id);
    forget_repair(machine, step, id);
    row.contact = *helper;
    row.via = {};
    row.joining = true;
    row.joined = row.ticket_sent = row.has_proposals = false;
    row.accept_operation = 0;
    save_conversation(machine, step, row);
    step.shred();
    return true;
}

Status review_repair(Machine& machine, Step& step, const ConversationRow& row,
                     const mls::Group& group) {
    const ConversationId& id = row.info.conversation;
    const auto repair = machine.tables.repairs.find(id);
    if (repair == machine.tables.repairs.end() || !group.is_active()) return {};
    const RosterRow& good = machine.tables.rosters.at(id);
    TRY_ASSIGN(const std::vector<Leaf> leaves, leaves_of(group.current()));
    TRY(invite_the_missing(machine, step, id, good, leaves));
    const bool right = has_right_extensions(row, good, group.current()) &&
                       std::all_of(leaves.begin(), leaves.end(), [&](const Leaf& leaf) {
                           return belongs(machine, id, good, leaf.account);
                       });
    if (!right) return {};
    for (const AccountId& account : std::vector<AccountId>(repair->second.offenders)) {
        forget_entry(machine, step, id, account);
    }
    forget_repair(machine, step, id);
    return {};
}

Result<std::vector<mls::Proposal>> repair_proposals(const Machine& machine,
                                                    const ConversationRow& row,
                                                    const mls::Group& group) {
    const ConversationId& id = row.info.conversation;
    const RosterRow& good = machine.tables.rosters.at(id);
    std::vector<mls::Proposal> out;
    TRY_ASSIGN(const std::vector<Leaf> leaves, leaves_of(group.current()));
    for (const Leaf& leaf : leaves) {
        if (belongs(machine, id, good, leaf.account)) continue;
        out.push_back(mls::Proposal{mls::Remove{leaf.index}});
    }
    if (!has_right_extensions(row, good, group.current())) {
        out.push_back(mls::Proposal{
            mls::GroupContextExtensions{conversation_extensions(row.info, good.state)}});
    }
    return out;
}

void forget_repair(Machine& machine, Step& step, const ConversationId& id) {
    if (machine.tables.repairs.erase(id) != 0) step.erase(row_key::repair(id));
}

}  // namespace mayfly::core
