#include "help.h"
#include "i18n/tr.h"

namespace mayfly::cli {
namespace {

constexpr HelpPage pages[] = {
    {"conversations", MAYFLY_N(R"(mayfly conversations

Lists all conversations: direct ones, groups and rooms. Asks the relay for news first, for 3 s at
most.

  --offline         show what the device has

JSON: {"type":"conversation","conversation","kind","name","topic","contact","members","joining",
"join_wait","waiting_devices","closed","moderator","may_write","expire_seconds",
"expire_seconds_max","burn_seconds","burn_seconds_max"}: kind is direct, group or room; contact is
an account id if it is direct; join_wait is hub, member or entry while you wait to be let in.
)")},
    {"group create", MAYFLY_N(R"(mayfly group create NAME [--room] [settings as of `group set`]

Makes a group, of which you are the moderator and the only member. In a group everybody asks others
in and names it; in a room (--room) only moderators do. Done when the relay holds it.

  --timeout DUR     how long to try (10s)

JSON: as `group show`, without members.
)")},
    {"group list", MAYFLY_N(R"(mayfly group list

Lists groups and rooms, as `conversations` does.

  --offline         show what the device has
)")},
    {"group show", MAYFLY_N(R"(mayfly group show NAME

Shows a group or room: its settings, and its members with their roles.

  --offline         show what the device has

JSON: a conversation as of `conversations`, with "moderators_write_only","receipts","typing",
"avatar_bytes"; then {"type":"member","conversation","account","name","handle","devices","self",
"moderator","may_write"} for each member.
)")},
    {"group invite", MAYFLY_N(R"(mayfly group invite NAME WHO

Asks a contact into a group. Nobody is added who has not said yes. Done when the relay holds it; you
let them in with any verb that goes online after they said yes.

  --timeout DUR     how long to try (10s)

JSON: {"type":"invited","conversation","account"}
)")},
    {"group link", MAYFLY_N(R"(mayfly group link NAME [--uses N] [--expires DUR]

Prints a link with which whoever has it may join. Only this device lets them in: it must be online
after they asked. Works without the network.

  --uses N          how many it lets in (1)
  --expires DUR     when it ends, 3s to 1y (7d)
  --qr              draw it as a QR code too

JSON: {"type":"group_link","conversation","link","uses","expires_at"}
)")},
    {"group offers", MAYFLY_N(R"(mayfly group offers

Lists groups that contacts ask you into. Asks the relay for news first, for 3 s at most.

  --offline         show what the device has

JSON: {"type":"offer","conversation","kind","name","from","from_name","members","hub",
"received_at","expires_at"}: hub is the relay that joining connects to.
)")},
    {"group join", MAYFLY_N(R"(mayfly group join NAME-OR-LINK

Says yes to an offer (the group's name or id, or who asks), or uses a link (mayfly-group:...). Done
when the relay of whoever asked holds the answer; you are in when they come online. Again: asks
again.

  --timeout DUR     how long to try (10s)

JSON: {"type":"conversation",...} as `conversations`: joining says whether you still wait.
)")},
    {"group decline", MAYFLY_N(R"(mayfly group decline NAME

Forgets an offer. Nobody is told. Works without the network.
JSON: {"type":"declined","conversation"}
)")},
    {"group remove", MAYFLY_N(R"(mayfly group remove NAME WHO

Removes a member, who reads nothing from then on. Only moderators may. WHO is a handle, its name, a
display name, an account id or 8 characters of its beginning.

  --timeout DUR     how long to try (10s)

JSON: {"type":"removed","conversation","account"}
)")},
    {"group leave", MAYFLY_N(R"(mayfly group leave NAME

Leaves a group or room and forgets it with all its messages here. The others take you out of it.

  --timeout DUR     how long to try to tell the relay (10s)

JSON: {"type":"left","conversation"}
)")},
    {"group set", MAYFLY_N(R"(mayfly group set NAME [--name TEXT] [--topic TEXT] ...

Changes what all members agree on. In a group everybody who may write sets name, topic, avatar,
--expire and --burn; the rest, and everything in a room, is for moderators.

  --name TEXT             at most 128 bytes
  --topic TEXT            at most 1,024 bytes; empty: none
  --avatar FILE           an image of at most 16,384 bytes; empty: none
  --expire DUR            how long messages live unless they say otherwise (6d)
  --max-expire DUR        how long they may live at most (1y)
  --burn DUR, --no-burn   how long after opening they burn unless they say otherwise (no)
  --max-burn DUR|off      every message burns so long after opening, or sooner (off)
  --receipts on|off       whether members tell that they received and read (off)
  --typing on|off         whether members tell that they type (off)
  --writers all|moderators
  --timeout DUR           how long to try (10s)

JSON: as `group show`, without members.
)")},
    {"group moderator", MAYFLY_N(R"(mayfly group moderator NAME WHO [--undo]

Makes a member a moderator, or with --undo no longer one. Only moderators may.

  --timeout DUR     how long to try (10s)

JSON: {"type":"member",...} as `group show`.
)")},
    {"group reader", MAYFLY_N(R"(mayfly group reader NAME WHO [--undo]

Lets a member only read, or with --undo write again. Only moderators may.

  --timeout DUR     how long to try (10s)

JSON: {"type":"member",...} as `group show`.
)")},
};

}  // namespace

std::span<const HelpPage> group_help_pages() { return pages; }

}  // namespace mayfly::cli
