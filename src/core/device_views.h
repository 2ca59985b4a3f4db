// Views of the devices of an account, and of how relays wake this one.
#pragma once

#include <optional>
#include <string>

#include "util/time.h"
#include "wire/account_record.h"

namespace mayfly::core {

struct DeviceView {
    wire::DeviceId device;
    std::string name;  // given by a person here; empty: none
    bool is_this = false;
    bool revoked = false;
    Time added_at;
};

// PairingView is a device on its way into an account: this one, or one that we bring in.
struct PairingView {
    bool is_new_device = false;
    std::string link;              // that the new device shows: "mayfly-device:..."
    std::optional<uint32_t> code;  // six digits, the same on both, once they have met
    bool confirmed = false;
    Time ends_at;
};

// PushRelayView is a relay at which this device has a queue, and what it said of pushes last.
struct PushRelayView {
    std::string relay;
    bool connected = false;
    Bytes server_key;  // of its pushes; empty: it sends none, or was not asked on this connection
    bool is_set = false;  // it would wake this device
};

// PushSubscription is what a push service gave this device for one relay (RFC 8030, RFC 8291).
struct PushSubscription {
    std::string endpoint;
    wire::PushKey p256dh;
    wire::PushAuth auth;
};

}  // namespace mayfly::core
