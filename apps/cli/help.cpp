#include "help.h"

namespace mayfly::cli {
namespace {

constexpr std::string_view overview = R"(mayfly: private messages that burn

  mayfly [--home DIR] [--passphrase-file FILE] [--json] VERB ...

  init --relay ADDRESS [--handle NAME] [--name TEXT]   make an account
  whoami                                               show it
  contact add ADDRESS-OR-LINK                          ask somebody to be your contact
  contact requests | accept ID                         who asks you; say yes
  contact list | remove WHO
  send WHO TEXT [--expire DUR] [--burn DUR]            TEXT may be - for the standard input
  receive [--follow] [--timeout DUR]                   new messages, oldest first
  messages WHO                                         what is still alive
  open ID                                              mark as read; starts the burn timer
  burn ID                                              destroy a message on this device
  recall ID                                            take a message back everywhere
  verify WHO | block WHO | unblock WHO | blocked       compare safety numbers; keep somebody out
  report ID [--with ID]... | verify-report FILE        prove to others what somebody wrote
  export DIRECTORY | account delete                    take your data along; leave for good
  passphrase change | duress                           the passphrase of the home; one that gives
                                                       the account up
  wipe                                                 destroy this home at once

A session, with a relay of your own (mayfly-relay prints its address):

  $ mayfly init --relay '127.0.0.1:7333#com4...' --handle alice --name Alice
  account       gmf735ov3z...
  name          Alice
  address       alice@127.0.0.1:7333#com4...
  link          mayfly:ATML_f...
  relay         127.0.0.1:7333#com4...
  recovery kit  kagit napot ...
  $ mayfly contact add 'bob@127.0.0.1:7333#com4...'
  bob, has not accepted yet
      handle    bob@127.0.0.1:7333#com4...
      account   ksfsnihmhs...
  $ mayfly send bob 'this burns' --expire 10m --burn 30s
  6mjfhjwrix5sncnlbq6toevxwi
  $ mayfly receive
  2026-11-23 21:49 bob: got it
      id l3i5g65isnez7wjubidhgx4dte, expires in 5 d 23 h

WHO is a handle, its name, a display name, or an account id or 8 characters of its beginning; ID
is an id or 8 characters of its beginning.
Durations are written 3s, 10m, 6h, 6d, 1y. A message lives 6d unless --expire says 3s to 1y.

Global options, before or after the verb:
  --home DIR              where the account lives (else $MAYFLY_HOME, else ~/.local/share/mayfly)
  --passphrase-file FILE  its first line unlocks the home (else $MAYFLY_PASSPHRASE_FILE, else
                          the terminal is asked)
  --json                  one JSON object a line on stdout, errors as one on stderr
  --help, --version       mayfly VERB --help tells more

Exit codes: 0 done, 1 failed, 2 usage, 3 network (try again), 4 not trusted.
)";

constexpr HelpPage pages[] = {
    {"init", R"(mayfly init --relay ADDRESS [--handle NAME] [--name TEXT]

Makes an account in the home and registers it with the relay. Prints the account id, the address
and link to pass on, and the recovery kit, which is shown this once: write it down.

  --relay ADDRESS   HOST, HOST:PORT or HOST:PORT#FINGERPRINT; more than once: more home relays
  --handle NAME     a name at the first relay, 3 to 32 of a-z 0-9 . _ -
  --name TEXT       how you are shown to people you write to
  --invite CODE     for a relay that wants one
  --timeout DUR     how long to try (10s)

The passphrase encrypts the home. Without one (no --passphrase-file, no terminal, or an empty
answer) the key lies beside the data. If anything fails there is no account and no home.
JSON: {"type":"account","account","device","name","address","link","relays","recovery_kit"}
)"},
    {"whoami", R"(mayfly whoami

Shows the account: id, name, address and link to pass on, relays. Works without the network.
JSON: {"type":"account","account","device","name","address","link","relays"}
)"},
    {"contact add", R"(mayfly contact add ADDRESS-OR-LINK

Asks somebody to be your contact: by handle (bob@relay.example) or by link (mayfly:...). Done when
their relay holds the request. They see it with `contact requests`.

  --timeout DUR     how long to try (10s)

JSON: {"type":"contact","account","conversation","name","handle","established",
"verified","blocked","alarm"}
)"},
    {"contact requests", R"(mayfly contact requests

Lists who asks to be your contact. Name and handle are what they say of themselves. Asks the relay
for news first, for 3 s at most.

  --offline         show what the device has

JSON: {"type":"request","id","account","conversation","name","handle","received_at",
"handle_is_anothers"}
)"},
    {"contact accept", R"(mayfly contact accept ID

Accepts a request (ID as `contact requests` shows it). Done when the relay holds the answer.

  --timeout DUR     how long to try (10s)

JSON: {"type":"contact","account","conversation","name","handle","established",
"verified","blocked","alarm"}
)"},
    {"contact list", R"(mayfly contact list

Lists your contacts. Asks the relay for news first, for 3 s at most.

  --offline         show what the device has

JSON: {"type":"contact","account","conversation","name","handle","established",
"verified","blocked","alarm"}
)"},
    {"contact remove", R"(mayfly contact remove WHO

Forgets a contact and all messages with them, and has the relay refuse whatever they still send.

  --timeout DUR     how long to try to tell the relay (10s)

JSON: {"type":"removed","account"}
)"},
    {"send", R"(mayfly send WHO TEXT [--expire DUR] [--burn DUR]

Sends a message and prints its id. Exit 0 means: the relay holds it durably. If the relay cannot
be reached in time the message is taken back (exit 3); if it may have left, the hint says so.

  --expire DUR      from now until it is gone everywhere, 3s to 1y (6d)
  --burn DUR        from opening until it is gone, 1s to 1y; never after the expiry
  --timeout DUR     how long to try (10s)

TEXT is one word to the shell: use quotes. With - the text is read from the standard input; one
line end at its end is dropped. At most 65,536 bytes.
JSON: {"type":"sent","id","conversation"}
)"},
    {"receive", R"(mayfly receive [--follow] [--timeout DUR]

Prints messages that were not printed before, oldest first, and requests.

  (nothing)         take what waits at the relay, print it, end
  --timeout DUR     wait for the first message or request, at most so long; none came: exit 0
                    with nothing printed
  --follow          print as they come, until a signal ends it (exit 0) or --timeout is over;
                    other verbs may use the same home meanwhile
  --lock-after DUR  with --follow: when nothing came for so long, give up the keys and ask for the
                    passphrase again; without a terminal, end (exit 0)

Requests are announced on stderr, with --json as objects on stdout.
JSON: {"type":"message","id","conversation","sender","handle","text","sent_at","expires_at",
"burn_seconds","state","verified"}: sender is an account id, times are milliseconds since
1970-01-01 UTC,
burn_seconds is 0 for none, state is queued, sent, received or opened.
)"},
    {"messages", R"(mayfly messages WHO

Lists what is still alive of a conversation, yours and theirs, oldest first. Asks the relay for
news first, for 3 s at most.

  --offline         show what the device has

JSON: as `receive`.
)"},
    {"open", R"(mayfly open ID

Marks a message as read. If it burns on reading its timer starts now. Works without the network.
JSON: the message, as `receive`; expires_at is when it burns.
)"},
    {"burn", R"(mayfly burn ID

Destroys a message on this device, beyond recovery. Works without the network.
JSON: {"type":"burnt","id"}
)"},
    {"recall", R"(mayfly recall ID

Takes back a message of yours: it is destroyed here, and on their devices as soon as they hear of
it. Done when the relay holds the order.

  --timeout DUR     how long to try (10s)

JSON: {"type":"recalled","id"}
)"},
};

}  // namespace

std::string_view help_text(std::string_view verb) {
    for (const HelpPage& page : pages) {
        if (page.verb == verb) return page.text;
    }
    for (const HelpPage& page : trust_help_pages()) {
        if (page.verb == verb) return page.text;
    }
    return overview;
}

}  // namespace mayfly::cli
