// Help on verbs about trust, secrets and leaving.
#include "help.h"
#include "i18n/tr.h"

namespace mayfly::cli {
namespace {

constexpr HelpPage pages[] = {
    {"verify", MAYFLY_N(R"(mayfly verify WHO

Shows the safety number that you and a contact share, as digits and as a QR code. If theirs is the
same, nobody stands between you. Asks the relays first, for 3 s at most, whether the contact's
handle and record are still theirs; if not: exit 4, and the contact is shown with a warning from
then on.

  --confirm         you have compared; mark the contact as verified
  --digits DIGITS   compare with these (spaces do not matter), and mark if they are the same
  --code TEXT       the same with the text of their QR code
  --undo            not verified any more
  --offline         do not ask the relays

Different numbers: exit 4 and nothing is marked. The mark stays when devices come and go.
JSON: {"type":"safety_number","account","digits","code","verified","alarm"}, else the contact
)")},
    {"block", MAYFLY_N(R"(mayfly block WHO

Has the relay forget the addresses by which a contact reaches you, and drops requests from that
account without a word. WHO may be a request. What you wrote to each other stays readable.

  --remove          also forget the contact and all messages
  --timeout DUR     how long to try to tell the relay (10s)

JSON: {"type":"blocked","account"}
)")},
    {"unblock", MAYFLY_N(R"(mayfly unblock WHO

Takes a block back. To write to each other again, one of you adds the other: mayfly contact add.
JSON: {"type":"unblocked","account"}
)")},
    {"blocked", MAYFLY_N(R"(mayfly blocked

Lists whom you have blocked.
JSON: {"type":"blocked","account","name","handle","since"}
)")},
    {"report", MAYFLY_N(R"(mayfly report ID [--with ID]...

Writes a report on a message that you received: who signed it, and a proof that needs nothing else
to be checked (mayfly verify-report). It says nothing of you, and no other message can be read with
it. When the message expires or burns, so does what a report is made of.

  --with ID         another message of the same conversation, as context; up to 99

JSON: {"type":"report","report"}
)")},
    {"verify-report", MAYFLY_N(R"(mayfly verify-report FILE

Checks a report (- is the standard input) and shows what it proves: this device of this account
signed this text under this id, in this conversation. Needs no account and no network. Exit 0:
proven; 4: not.
JSON: {"type":"proven","reported","account","device","conversation","epoch","id","sent_at",
"is_text","text"}, the reported message first
)")},
    {"export", MAYFLY_N(R"(mayfly export DIRECTORY [--yes]

Writes your account and its signed record, your contacts and all messages that are alive as JSON
lines to a new directory: account.jsonl, contacts.jsonl, messages.jsonl. It is plain text; nothing
in it expires. Asks first, at a terminal; --yes does not ask. No secret key is in it.
JSON: {"type":"exported","directory","messages"}
)")},
    {"account delete", MAYFLY_N(R"(mayfly account delete [--yes]

Deletes your account at every relay that holds something of it (records, handles, vault, queues with
their addresses and key packages), then the home. A relay that has deleted it takes no record of the
account again. If one cannot be reached, it says which (exit 3) and goes on when called again.

  --timeout DUR     how long to try (10s)

Asks first, at a terminal; --yes does not ask. What others hold of you is theirs.
JSON: {"type":"deleted","account"}
)")},
    {"passphrase change", MAYFLY_N(R"(mayfly passphrase change

Asks for the passphrase, then twice for a new one. From then on only the new one opens the home. A
home without a passphrase gets one.

  --new-passphrase-file FILE   its first line is the new one

JSON: {"type":"passphrase_changed","home"}
)")},
    {"passphrase duress", MAYFLY_N(R"(mayfly passphrase duress

Sets a second passphrase for the day on which somebody forces you to open your home. Whoever opens
it with that one, with any verb, destroys the keys of your account and messages beyond recovery, and
sees a new, empty account at the same relays. The files do not tell whether one is set. Nothing asks
whether you are sure when it is used.

  --new-passphrase-file FILE   its first line is the duress passphrase
  --name TEXT                  the name of the empty account (yours)
  --off                        take away any that may be set

Your recovery kit still opens what your relays hold: keep it elsewhere. Somebody who compares with
an earlier copy of the files sees that they changed.
JSON: {"type":"passphrase_changed","home"}
)")},
    {"wipe", MAYFLY_N(R"(mayfly wipe [--yes]

Destroys the keys of this home, then its files. Needs no passphrase and no network. Asks first, at a
terminal; --yes does not ask. Your account lives on at its relays and on your other devices.

JSON: {"type":"wiped","home"}
)")},
};

}  // namespace

std::span<const HelpPage> trust_help_pages() { return pages; }

}  // namespace mayfly::cli
