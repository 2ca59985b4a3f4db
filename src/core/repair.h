// A group goes on after a commit of a modified client that its rules forbid: docs/spec/
// conversations.md section 6.
#pragma once

#include "core/machine.h"

namespace mayfly::core {

bool is_in_repair(const Machine& machine, const ConversationId& id);
bool is_offender(const Machine& machine, const ConversationId& id, const AccountId& account);
// judge_commit: whether a commit may be applied. One that the rules forbid may be if the group can
// be repaired after it; the repair has then begun. Errors: those of Roles::check_commit.
Status judge_commit(Machine& machine, Step& step, const ConversationRow& row,
                    const mls::Group& group, const mls::CommitSummary& summary);
// ask_to_return: a commit that the rules forbid removes us. Somebody whom we can write to is asked
// to let us in again; false if there is nobody.
Result<bool> ask_to_return(Machine& machine, Step& step, ConversationRow& row,
                           const mls::Group& group, const mls::CommitSummary& summary);
// review_repair ends the repair if the group is in order again.
Status review_repair(Machine& machine, Step& step, const ConversationRow& row,
                     const mls::Group& group);
// repair_proposals are what brings the group in order.
Result<std::vector<mls::Proposal>> repair_proposals(const Machine& machine,
                                                    const ConversationRow& row,
                                                    const mls::Group& group);
// forget_entry: invitation and tickets of an account, whose membership ended, are void.
void forget_entry(Machine& machine, Step& step, const ConversationId& id, const AccountId& account);
// --- direct conversations, fresh_start.cpp
// begin_anew: the hub of a direct conversation went on without us. It takes and gives nothing any
// more; what waits to be sent waits for another one, which pump_fresh_starts makes.
Status begin_anew(Machine& machine, Step& step, ConversationRow& row);
// note_broken_rules: a device of the contact made a change that nobody may make.
Status note_broken_rules(Machine& machine, Step& step, const ConversationRow& row,
                         const mls::Group& group, const mls::CommitSummary& summary);
Status pump_fresh_starts(Machine& machine, Step& step);
// save_repair and committer_of are shared by the two files.
void save_repair(Machine& machine, Step& step, const ConversationId& id, RepairRow row);
Result<std::optional<AccountId>> committer_of(const mls::Group& group,
                                              const mls::CommitSummary& summary);
void forget_repair(Machine& machine, Step& step, const ConversationId& id);

}  // namespace mayfly::core
