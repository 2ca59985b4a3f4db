// Help on verbs about trust, secrets and leaving.
#include "help.h"

namespace mayfly::cli {
namespace {

constexpr HelpPage pages[] = {
    {"passphrase change", R"(mayfly passphrase change

Asks for the passphrase, then twice for a new one. From then on only the new one opens the home. A
home without a passphrase gets one.

  --new-passphrase-file FILE   its first line is the new one

JSON: {"type":"passphrase_changed","home"}
)"},
    {"passphrase duress", R"(mayfly passphrase duress

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
)"},
    {"wipe", R"(mayfly wipe [--yes]

Destroys the keys of this home, then its files. Needs no passphrase and no network. Asks first, at a
terminal; --yes does not ask. Your account lives on at its relays and on your other devices.

JSON: {"type":"wiped","home"}
)"},
};

}  // namespace

std::span<const HelpPage> trust_help_pages() { return pages; }

}  // namespace mayfly::cli
