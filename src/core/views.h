// How accounts, people, conversations and devices look from outside.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/message_view.h"
#include "core/trust_views.h"
#include "util/time.h"
#include "wire/account_record.h"

namespace mayfly::core {

constexpr size_t account_prefix_size_min = 8;  // of an account id: what find_contact takes

// On the wire: never renumber.
enum class ConversationKind : uint8_t {
    direct = 1,
    group = 2,
    room = 3,
    own_devices = 4,  // what the devices of one account tell each other
    pairing = 5,      // between a device of an account and one that is to become another
};
constexpr bool is_known(ConversationKind kind) {
    return kind >= ConversationKind::direct && kind <= ConversationKind::pairing;
}
// has_state: whether the members agree on a ConversationState (conversation_state.h).
constexpr bool has_state(ConversationKind kind) {
    return kind == ConversationKind::group || kind == ConversationKind::room;
}

struct AccountView {
    AccountId account;
    wire::DeviceId device;
    std::string display_name;
    std::vector<wire::HandleEntry> handles;
    std::vector<std::string> relays;
    std::string link;      // "mayfly:..." that `contact add` takes
    bool linking = false;  // no account yet: waits for another device, or for the vault
    bool revoked = false;  // another device shut this one out
};

struct ContactView {
    AccountId account;
    ConversationId conversation;
    std::string display_name;
    std::string handle;        // name@relay as added or as the record claims; empty: none
    bool established = false;  // the other side accepted
    bool verified = false;     // a person compared the safety number
    bool blocked = false;
    Alarm alarm = Alarm::none;
};

struct RequestView {
    AccountId account;
    ConversationId conversation;
    std::string display_name;  // what they claim
    std::string handle;
    Time received_at;
    bool handle_is_anothers = false;  // a contact of ours has that handle
};

// LocalSettings is how this device shows a conversation; nobody else is told.
struct LocalSettings {
    Time muted_until;  // no notifications before
    bool archived = false;
    bool pinned = false;
    bool operator==(const LocalSettings&) const = default;
};

// ConversationView is a line in a list of conversations. Of a direct one it says who the other is.
struct ConversationView {
    ConversationId conversation;
    ConversationKind kind = ConversationKind::direct;
    std::string title;  // the group's name; what the contact is called
    std::string topic;
    AccountId contact;          // direct only
    uint32_t member_count = 0;  // people, ourselves among them
    bool joining = false;       // we asked to be added and wait
    bool closed = false;        // we were removed: it can be read and takes nothing any more
    bool is_moderator = false;
    bool may_write = true;
    Duration expiration = expiration_default;  // what messages get unless they say otherwise
    Duration expiration_limit = expiration_max;
    uint32_t burn_seconds = 0;
    uint32_t burn_seconds_limit = 0;  // 0: none
    bool receipts = false;
    bool typing = false;
    bool moderators_write_only = false;
    bool has_avatar = false;  // state() has it
    LocalSettings local;
};

// OfferView is a group that somebody asks us into.
struct OfferView {
    ConversationId conversation;
    AccountId from;
    std::string from_name;  // how we know them
    std::string name;
    bool is_room = false;
    uint32_t member_count = 0;
    std::string hub;  // the relay that joining connects to
    Time received_at;
    Time expires_at;
};

struct MemberView {
    AccountId account;
    std::string display_name;
    std::string handle;
    uint32_t device_count = 0;
    bool is_self = false;
    bool is_moderator = false;
    bool is_reader = false;  // may read only, as a moderator said
    bool may_write = true;
};

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
