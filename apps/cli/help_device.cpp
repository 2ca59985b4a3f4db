#include "help.h"
#include "i18n/tr.h"

namespace mayfly::cli {

const char* device_help_text(std::string_view verb) {
    if (verb == "device link") {
        return tr(R"(mayfly device link --relay ADDRESS

On a new device: makes it one of the devices of an account that another device has. Prints a link
for `device add` there; then both show a code of six digits: type yes on both if they are the same.
Messages that are alive come along.

  --relay ADDRESS   where the two meet; one of the account's relays is best
  --timeout DUR     how long to wait for the other device (10m)

JSON: {"type":"device_link","link"}, {"type":"device_code","code"}, then the account as `whoami`.
)");
    }
    if (verb == "device add") {
        return tr(R"(mayfly device add LINK

Brings the new device that shows LINK into the account. Compare the code with what it shows and type
yes; whoever shows another code is not your device.

  --timeout DUR     how long to wait for the new device (10m)

JSON: {"type":"device_code","code"}, then {"type":"device","id","name","this","revoked","added_at"}
)");
    }
    if (verb == "device list") {
        return tr(R"(mayfly device list

Lists the account's devices, those that were shut out too. Asks the relay for news first.

  --offline         show what the device has

JSON: {"type":"device","id","name","this","revoked","added_at"}
)");
    }
    if (verb == "device revoke") {
        return tr(R"(mayfly device revoke DEVICE

Shuts a device out: it leaves the account record and every conversation, and reads nothing that
comes later. DEVICE is its name, its id, or 8 characters of the id's beginning.

  --timeout DUR     how long to try (10s)

JSON: {"type":"revoked","id"}
)");
    }
    if (verb == "device name") {
        return tr(R"(mayfly device name DEVICE NAME

Names a device, on all devices of the account.

JSON: as `device list`.
)");
    }
    if (verb == "recover") {
        return tr(R"(mayfly recover --relay ADDRESS

Brings an account back on a new device, with nothing but the nine words of its recovery kit, read
from the standard input, and one relay of it that lives. All other devices are shut out. Contacts
and groups come back as their relays answer; messages do not.

  --relay ADDRESS   a relay of the account
  --timeout DUR     how long to try (10s)

JSON: the account as `whoami`.
)");
    }
    return nullptr;
}

}  // namespace mayfly::cli
