// How accounts, people, conversations and devices look from outside.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/device_views.h"
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
    meeting = 6,      // between who asks to be let into a group and whoever can let them in
};
constexpr bool is_known(ConversationKind kind) {
    return kind >= ConversationKind::direct && kind <= ConversationKind::meeting;
}
// has_state: whether the members agree on a ConversationState (conversation_state.h).
constexpr bool has_state(ConversationKind kind) {
    return kind == ConversationKind::group || kind == ConversationKind::room;
}
// is_for_a_moment: it ends with what it is for, and is nobody else's business.
constexpr bool is_for_a_moment(ConversationKind kind) {
    return kind == ConversationKind::pairing || kind == ConversationKind::meeting;
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

// JoinWait: what whoever asked to be let in waits for.
enum class JoinWait : uint8_t {
    none,
    hub,     // the relay of the conversation has not taken us yet
    member,  // nobody who can let us in was reached yet
    entry,   // it is for a device of a member to let us in
};
// join_wait_name is for machines; empty for none.
const char* join_wait_name(JoinWait wait);

// ConversationView is a line in a list of conversations. Of a direct one it says who the other is.
struct ConversationView {
    ConversationId conversation;
    ConversationKind kind = ConversationKind::direct;
    std::string title;  // the group's name; what the contact is called
    std::string topic;
    AccountId contact;          // direct only
    uint32_t member_count = 0;  // people, ourselves among them
    bool joining = false;       // we asked to be added and wait
    JoinWait join_wait = JoinWait::none;
    uint32_t waiting_devices = 0;  // that this device is to let in
    bool closed = false;           // we were removed: it can be read and takes nothing any more
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

}  // namespace mayfly::core
