// What lists show of a conversation, and what an epoch's end brings about. Specification:
// docs/spec/conversations.md.
#pragma once

#include "core/rows.h"
#include "mls/group.h"

namespace mayfly::core {

struct Machine;
class Step;

Status write_roster(Machine& machine, Step& step, const ConversationId& id,
                    const mls::Group& group);
// epoch_changed brings roster, plan and tickets up to date and tells what happened.
Status epoch_changed(Machine& machine, Step& step, const ConversationRow& row,
                     const mls::Group& group, const AccountId& by,
                     const mls::CommitSummary& summary);
bool is_member(const RosterRow& roster, const AccountId& account);
bool is_moderator(const RosterRow& roster, const AccountId& account);
bool may_write(const RosterRow& roster, const AccountId& account);
// may_write_in: whether we may.
bool may_write_in(const Machine& machine, const ConversationId& id);
// note_departures keeps whose removal the waiting proposals ask for. Whoever left is a member until
// somebody commits that, but is not in any more.
Status note_departures(Machine& machine, Step& step, const ConversationId& id,
                       const mls::Group& group);
bool is_departing(const Machine& machine, const ConversationId& id, const AccountId& account);
size_t departing_count(const Machine& machine, const ConversationId& id);
void end_plan(Machine& machine, Step& step, const ConversationId& id, Status result);

}  // namespace mayfly::core
