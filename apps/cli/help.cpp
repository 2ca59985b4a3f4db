#include "help.h"

#include "i18n/tr.h"

namespace mayfly::cli {
namespace {

constexpr const char* overview = MAYFLY_N(R"(mayfly: private messages that burn

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
  reply ID TEXT | edit ID TEXT | react ID EMOJI        about a message
  poll WHO QUESTION --option TEXT ... | vote ID 1,3    ask, and answer
  location WHO LAT,LON | card WHO OTHER                send a place, or somebody's contact
  search WORDS [--in WHO]                              find what is still alive
  settings WHO [--expire DUR] [--receipts on] ...      what a conversation has agreed on
  mute WHO | archive WHO | pin WHO | draft WHO         on this device only
  typing WHO | screenshot WHO                          tell that you type; that you took a picture
  device link | add | list | revoke | name             several devices of one account
  recover --relay ADDRESS                              the account from its recovery kit
  conversations                                        direct ones, groups and rooms
  group create NAME [--room]                           make a group, or a room led by moderators
  group invite NAME WHO | link NAME                    ask a contact; a link for whoever has it
  group offers | join NAME-OR-LINK | decline NAME      who asks you in; say yes or no
  group list | show NAME | set NAME ... | leave NAME   look at it, change it, leave it
  group remove | moderator | reader NAME WHO           what moderators do
  daemon [--stdio] [--socket PATH] [--webhook URL]     serve bots: JSON-RPC
  tui                                                  the terminal interface; also without a verb
  send-file WHO FILE [--expire DUR] [--burn DUR]       up to 5 GiB; send-voice: a memo in Opus
  download ID [--to PATH]                              fetch the file of a message
  resume                                               go on with files that were interrupted
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

WHO is a handle, its name, a display name, or an account id or 8 characters of its beginning, and
for send and messages also a group's NAME, which may be its id; ID is an id or 8 characters of its
beginning.
Durations are written 3s, 10m, 6h, 6d, 1y. A message lives 6d unless --expire says 3s to 1y.

Global options, before or after the verb:
  --home DIR              where the account lives (else $MAYFLY_HOME, else ~/.local/share/mayfly)
  --passphrase-file FILE  its first line unlocks the home (else $MAYFLY_PASSPHRASE_FILE, else
                          the terminal is asked)
  --json                  one JSON object a line on stdout, errors as one on stderr
  --help, --version       mayfly VERB --help tells more

Exit codes: 0 done, 1 failed, 2 usage, 3 network (try again), 4 not trusted.
)");

constexpr HelpPage pages[] = {
    {"init", MAYFLY_N(R"(mayfly init --relay ADDRESS [--handle NAME] [--name TEXT]

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
)")},
    {"whoami", MAYFLY_N(R"(mayfly whoami [--qr]

Shows the account: id, name, address and link to pass on, relays. Works without the network. --qr
draws the link as a QR code too.
JSON: {"type":"account","account","device","name","address","link","relays"}
)")},
    {"contact add", MAYFLY_N(R"(mayfly contact add ADDRESS-OR-LINK

Asks somebody to be your contact: by handle (bob@relay.example) or by link (mayfly:...). Done when
their relay holds the request. They see it with `contact requests`.

  --timeout DUR     how long to try (10s)

JSON: {"type":"contact","account","conversation","name","handle","established",
"verified","blocked","alarm"}
)")},
    {"contact requests", MAYFLY_N(R"(mayfly contact requests

Lists who asks to be your contact. Name and handle are what they say of themselves. Asks the relay
for news first, for 3 s at most.

  --offline         show what the device has

JSON: {"type":"request","id","account","conversation","name","handle","received_at",
"handle_is_anothers"}
)")},
    {"contact accept", MAYFLY_N(R"(mayfly contact accept ID

Accepts a request (ID as `contact requests` shows it). Done when the relay holds the answer.

  --timeout DUR     how long to try (10s)

JSON: {"type":"contact","account","conversation","name","handle","established",
"verified","blocked","alarm"}
)")},
    {"contact list", MAYFLY_N(R"(mayfly contact list

Lists your contacts. Asks the relay for news first, for 3 s at most.

  --offline         show what the device has

JSON: {"type":"contact","account","conversation","name","handle","established",
"verified","blocked","alarm"}
)")},
    {"contact remove", MAYFLY_N(R"(mayfly contact remove WHO

Forgets a contact and all messages with them, and has the relay refuse whatever they still send.

  --timeout DUR     how long to try to tell the relay (10s)

JSON: {"type":"removed","account"}
)")},
    {"send", MAYFLY_N(R"(mayfly send WHO TEXT [--expire DUR] [--burn DUR]

Sends a message and prints its id. Exit 0 means: the relay holds it durably. If the relay cannot
be reached in time the message is taken back (exit 3); if it may have left, the hint says so.

  --expire DUR      from now until it is gone everywhere, 3s to 1y (as the settings say; 6d)
  --burn DUR        from opening until it is gone, 1s to 1y; never after the expiry
  --no-burn         it does not burn on reading, whatever the settings say
  --timeout DUR     how long to try (10s)

TEXT may have *emphasis*, **strong**, `code`, > quotes, - lists, links, and @names of contacts.
TEXT is one word to the shell: use quotes. With - the text is read from the standard input; one
line end at its end is dropped. At most 65,536 bytes.
JSON: {"type":"sent","id","conversation"}
)")},
    {"receive", MAYFLY_N(R"(mayfly receive [--follow] [--timeout DUR]

Prints messages that were not printed before, oldest first; requests, offers of groups, and changes
of groups.

  (nothing)         take what waits at the relay, print it, end
  --timeout DUR     wait for the first message, request or offer, at most so long; none came:
                    exit 0 with nothing printed
  --follow          print as they come, until a signal ends it (exit 0) or --timeout is over;
                    other verbs may use the same home meanwhile
  --lock-after DUR  with --follow: when nothing came for so long, give up the keys and ask for the
                    passphrase again; without a terminal, end (exit 0)

Requests, offers and changes are told on stderr, with --json as objects on stdout.
With --follow also who types; messages that were edited, reacted to, voted on or opened on another
device of yours, once more; and those that another device of yours sent.
JSON: {"type":"message","id","conversation","group","sender","handle","content","text","sent_at",
"expires_at","burn_seconds","state","verified"} and more by content (docs/using.md): group is its
name, or empty; sender is an account id, times are milliseconds since 1970-01-01 UTC, burn_seconds
is 0 for none, state is queued, sent, received or opened. {"type":"typing","conversation","account",
"active"}. {"type":"change","conversation","group","by","added","removed","left","settings",
"removed_us"}: lists of account ids. {"type":"gone","id"}, with --follow: it is no more.
A file also has "file_name", "file_type", "file_size" in bytes, "duration_ms" (0 unless a voice
memo) and "thumbnail" (JPEG in base64url, or empty).
)")},
    {"messages", MAYFLY_N(R"(mayfly messages WHO

Lists what is still alive of a conversation, yours and theirs, oldest first. Asks the relay for
news first, for 3 s at most.

  --offline         show what the device has

JSON: as `receive`.
)")},
    {"open", MAYFLY_N(R"(mayfly open ID

Marks a message as read. If it burns on reading its timer starts now. Works without the network.
JSON: the message, as `receive`; expires_at is when it burns.
)")},
    {"burn", MAYFLY_N(R"(mayfly burn ID

Destroys a message on this device, beyond recovery. Works without the network.
JSON: {"type":"burnt","id"}
)")},
    {"recall", MAYFLY_N(R"(mayfly recall ID

Takes back a message of yours: it is destroyed here, and on their devices as soon as they hear of
it. Done when the relay holds the order.

  --timeout DUR     how long to try (10s)

JSON: {"type":"recalled","id"}
)")},
    {"daemon", MAYFLY_N(R"(mayfly daemon [--stdio] [--socket PATH] [--webhook URL]

Serves the account to programs: JSON-RPC 2.0, one object a line, over a Unix socket that only your
programs can open. Prints the socket's path when it is ready and runs until a signal. Other verbs
may use the same home meanwhile. docs/bots.md has examples, docs/spec/rpc.md every method.

  --home DIR        more than once: several accounts in one process
  --passphrase-file FILE  once for all homes, or once for each, in their order
  --socket PATH     where to listen (rpc.socket in the first home)
  --stdio           speak over standard input and output, and end with the input; no socket
                    unless --socket names one
  --webhook URL     POST messages and requests there: https, or http to this machine
  --webhook-secret-file FILE  signs what is posted (HMAC-SHA256)

JSON: {"type":"listening","socket"}
)")},
    {"tui", MAYFLY_N(R"(mayfly tui

Opens the terminal interface; so does `mayfly` alone at a terminal. F1 shows its keys. It uses
the alternate screen and wipes it at the end: no text stays in the scrollback.

  --timeout DUR     lock after so long without a key (10m)

After locking, or Ctrl-L, the passphrase is asked for again. While it runs, other verbs may use
the same home, but no daemon and no `receive --follow`.
)")},
    {"send-file", MAYFLY_N(R"(mayfly send-file WHO FILE [--expire DUR] [--burn DUR] [--as-is]

Sends a file of up to 5 GiB, encrypted on this device, and prints the id of its message. Exit 0
means: the relay holds file and message durably.

From images (JPEG, PNG, GIF, WebP, HEIC, AVIF), films and sound (MP4, MOV, M4A, 3GP, Ogg, FLAC, MP3)
all is left out, without loss, that is not the picture or the sound: place, time, device, author,
comments, subtitles. With JPEG and PNG goes a small preview. Other kinds are sent as they are, also
PDF and office documents.

  --expire DUR      from now until it is gone everywhere, 3s to 1y (as the settings say; 6d)
  --burn DUR        from opening or downloading until the message is gone, 1s to 1y; --no-burn
  --as-is           leave metadata in the file, and send no preview
  --timeout DUR     how long to try altogether (as long as it moves; 30s without progress)

If it is interrupted, any verb that goes online goes on with it, and `resume` until it is done;
`recall` ends it. The file must stay as it is until then.
JSON: {"type":"sent","id","conversation"}
)")},
    {"send-voice", MAYFLY_N(R"(mayfly send-voice WHO FILE [--expire DUR] [--burn DUR]

Sends a voice memo: Opus in Ogg (.opus, .ogg), at most an hour, as recorders write it. Otherwise as
`send-file`; its comments are left out.
)")},
    {"download", MAYFLY_N(R"(mayfly download ID [--to PATH]

Fetches the file of a message and prints where it is. Every part is verified; the file gets its
name only when it is whole, and never replaces another. A message that burns on reading counts as
opened then. Interrupted, the same command goes on where it was.

  --to PATH         a file, or a folder to put it in (this folder, under the sender's name for it)
  --timeout DUR     how long to try altogether (as long as it moves; 30s without progress)

A downloaded file is yours: it stays when the message is gone.
JSON: {"type":"downloaded","id","path","size"}
)")},
    {"resume", MAYFLY_N(R"(mayfly resume

Goes on with all uploads and downloads that were interrupted, until they are done.

  --timeout DUR     how long to try altogether (as long as it moves; 30s without progress)

JSON: {"type":"resumed","transfers"}
)")},
};

}  // namespace

std::string_view help_text(std::string_view verb) {
    if (const char* device = device_help_text(verb); device != nullptr) return device;
    for (const HelpPage& page : pages) {
        if (page.verb == verb) return tr(page.text);
    }
    for (const HelpPage& page : content_help_pages()) {
        if (page.verb == verb) return tr(page.text);
    }
    for (const HelpPage& page : trust_help_pages()) {
        if (page.verb == verb) return tr(page.text);
    }
    for (const HelpPage& page : group_help_pages()) {
        if (page.verb == verb) return tr(page.text);
    }
    return tr(overview);
}

}  // namespace mayfly::cli
