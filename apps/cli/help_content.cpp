// Help on verbs about what is said besides plain texts, and about conversations.
#include "help.h"
#include "i18n/tr.h"

namespace mayfly::cli {
namespace {

constexpr HelpPage pages[] = {
    {"reply", MAYFLY_N(R"(mayfly reply ID TEXT [--expire DUR] [--burn DUR]

Answers a message: as `send`, to where the message is from, and shown with its beginning. The quote
is not part of the answer: when the message is gone, so is the quote.
JSON: {"type":"sent","id","conversation"}
)")},
    {"edit", MAYFLY_N(R"(mayfly edit ID TEXT

Changes the text of a message of yours on every device; the old text is destroyed. It keeps its
expiry and is shown as edited. Done when the relay holds the change.

  --timeout DUR     how long to try (10s)

JSON: {"type":"edited","id"}
)")},
    {"react", MAYFLY_N(R"(mayfly react ID EMOJI [--remove]

Adds one emoji to a message, or takes yours away. Up to 16 on one message.

  --remove          take it away
  --timeout DUR     how long to try (10s)

JSON: {"type":"reacted","id"}
)")},
    {"poll", MAYFLY_N(R"(mayfly poll WHO QUESTION --option TEXT --option TEXT ...

Asks a question with 2 to 20 answers. `mayfly messages` shows the count, which is the same for all.

  --option TEXT     an answer; once for each
  --multiple        more than one may be chosen
  --closes DUR      no votes after that
  --expire DUR, --burn DUR, --no-burn, --timeout DUR   as `send`

JSON: {"type":"sent","id","conversation"}
)")},
    {"vote", MAYFLY_N(R"(mayfly vote ID CHOICES

Answers a poll: CHOICES are numbers from 1, separated by commas, or `none` to take a vote back. A
later vote replaces the one before.

  --timeout DUR     how long to try (10s)

JSON: {"type":"voted","id"}
)")},
    {"location", MAYFLY_N(R"(mayfly location WHO LAT,LON [--accuracy METRES] [--label TEXT]

Sends a place, in degrees: mayfly location bob 52.5163,13.3777 --label 'Brandenburg Gate'
  --expire DUR, --burn DUR, --no-burn, --timeout DUR   as `send`
JSON: {"type":"sent","id","conversation"}
)")},
    {"card", MAYFLY_N(R"(mayfly card WHO OTHER

Sends the contact OTHER to WHO, as a link that `contact add` takes.
  --expire DUR, --burn DUR, --no-burn, --timeout DUR   as `send`
JSON: {"type":"sent","id","conversation"}
)")},
    {"screenshot", MAYFLY_N(R"(mayfly screenshot WHO

Tells that you took a picture of the conversation.
JSON: {"type":"sent","id","conversation"}
)")},
    {"typing", MAYFLY_N(R"(mayfly typing WHO [--off]

Tells that you are typing, or no longer. It is seen for 10 s and never stored. Only where the
conversation has turned it on.
JSON: {"type":"typing","conversation","account","active"}
)")},
    {"settings", MAYFLY_N(R"(mayfly settings WHO [--expire DUR] [--burn DUR] [--receipts on|off] ...

Shows what a conversation has agreed on, or changes it for all; the newest change counts. In a room
only moderators may, in a group only they turn receipts and typing on. More: `group set`.

  --expire DUR      how long messages live unless they say otherwise, 3s to 1y
  --burn DUR        from opening until they are gone; --no-burn: they do not burn
  --receipts on     messages tell their sender when they arrive and are read (off)
  --typing on       it shows who is typing (off)
  --timeout DUR     how long to try (10s)

JSON: {"type":"settings","conversation","expire_seconds","burn_seconds","receipts","typing",
"muted_until","archived","pinned"}
)")},
    {"mute", MAYFLY_N(R"(mayfly mute WHO [--for DUR] [--off]

Marks a conversation as one that should not ring, for good or for a time. Nobody is told.
JSON: as `settings`.
)")},
    {"archive", MAYFLY_N(R"(mayfly archive WHO [--off]

Marks a conversation as put away. Nobody is told.
JSON: as `settings`.
)")},
    {"pin", MAYFLY_N(R"(mayfly pin WHO [--off]

Marks a conversation to be shown first. Nobody is told.
JSON: as `settings`.
)")},
    {"draft", MAYFLY_N(R"(mayfly draft WHO [--text TEXT | --clear]

Shows, keeps or destroys a text that is not sent yet. `send` of the same text destroys it as well.
JSON: {"type":"draft","conversation","text"}
)")},
    {"search", MAYFLY_N(R"(mayfly search WORDS [--in WHO] [--limit N]

Shows what is still alive and holds all the words, newest first. Case does not matter, and parts of
words count. Works without the network. No index is kept: what has burnt cannot be found.

  --in WHO          only with this contact, or in this group
  --limit N         at most so many (100)

JSON: as `receive`.
)")},
};

}  // namespace

std::span<const HelpPage> content_help_pages() { return pages; }

}  // namespace mayfly::cli
