// Meetings: somebody who wants into a group and whoever can let them in, who do not know each
// other. Only a ticket passes between them; neither becomes the other's contact, and nobody is
// asked anything. Specification: docs/spec/conversations.md section 3.
#pragma once

#include "core/machine.h"

namespace mayfly::core {

// --- on the side that wants in
// meet finds whoever can let us into the group of the row.
Status meet(Machine& machine, Step& step, const ConversationRow& row);
// begin_meeting: they were found.
Status begin_meeting(Machine& machine, Step& step, const Lookup& lookup);
Result<ConversationId> create_meeting(Machine& machine, Step& step, const Lookup& lookup);
// meeting_failed: for good, or so that it is tried again.
void meeting_failed(Machine& machine, Step& step, const ConversationId& group, Status why);
// meeting_refused: the hub does not take the meeting.
Status meeting_refused(Machine& machine, Step& step, const ConversationId& meeting, Status why);
// forget_meeting: the row waits no more, or asks anew.
Status forget_meeting(Machine& machine, Step& step, ConversationRow& row);

// --- on the side that can let in
// may_meet: whether we could have anything to do with somebody who wants in.
Result<bool> may_meet(Machine& machine, Step& step, const AccountId& account);
// make_room_for_meeting forgets the oldest if there are too many.
Status make_room_for_meeting(Machine& machine, Step& step);
// meeting_said takes the ticket; with that the meeting ends.
Status meeting_said(Machine& machine, Step& step, const ConversationRow& row,
                    const AccountId& sender, const JoinTicket& ticket);

}  // namespace mayfly::core
