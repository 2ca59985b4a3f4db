// The tables of objects and of notifications.
#include "rpc/schema.h"

namespace mayfly::rpc {
namespace {

constexpr Field account{"account", Type::text, "account id"};

template <class T>
std::vector<T> joined(std::vector<T> some, const std::vector<T>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

std::vector<Object> person_objects() {
    using enum Type;
    return {
        {"account",
         "An account of ours.",
         {{"account", text, "account id"},
          {"device", text, "device id"},
          {"name", text, "display name, or empty"},
          {"address", text, "what others add us by: a handle, or else the link"},
          {"link", text, "`mayfly:` link"},
          {"relays", texts, "home relays, best first"}}},
        {"contact",
         "Somebody we write to.",
         {{"account", text, "account id"},
          {"conversation", text, "conversation id"},
          {"name", text, "what they call themselves"},
          {"handle", text, "`name@relay`, or empty"},
          {"established", boolean, "both sides agreed"},
          {"verified", boolean, "a person compared the safety number"},
          {"blocked", boolean, "nothing goes out and nothing comes in"},
          {"alarm", text,
           "what must not go unnoticed, until a person verifies: `handle_moved` (the handle leads "
           "to another account now), `record_forked` (somebody showed another signed record), "
           "`rules_broken` (a device of theirs made a change that nobody may make); or empty"}}},
        {"request",
         "Somebody who asks to be a contact. Name and handle are what they claim.",
         {{"id", text, "what `contact.accept` takes"},
          {"account", text, "account id"},
          {"conversation", text, "conversation id"},
          {"name", text, "display name"},
          {"handle", text, "`name@relay`, or empty"},
          {"received_at", integer, "ms since 1970"},
          {"handle_is_anothers", boolean, "a contact of ours has it: this is somebody else"}}},
        {"device",
         "A device of ours.",
         {{"id", text, "device id"},
          {"name", text, "given by a person here; or empty"},
          {"this", boolean, "this very one"},
          {"revoked", boolean, "shut out"},
          {"added_at", integer, "ms since 1970"}}},
        {"push_relay",
         "A relay at which this device has a queue.",
         {{"relay", text, "its address"},
          {"connected", boolean, "else nothing is known of the rest"},
          {"key", text,
           "what a subscription for it is made with (`applicationServerKey`), in base64url; empty: "
           "it sends no pushes"},
          {"set", boolean, "it would wake this device"}}},
    };
}

std::vector<Object> group_objects() {
    using enum Type;
    return {
        {"conversation",
         "A line in a list of conversations.",
         {{"conversation", text, "conversation id"},
          {"kind", text, "`direct`, `group` or `room`"},
          {"title", text, "the group's name; what the contact is called"},
          {"topic", text, "of a group, or empty"},
          {"contact", text, "account id of the other, if it is direct", false},
          {"member_count", integer, "people, ourselves among them"},
          {"joining", boolean, "we asked to be added and wait"},
          {"join_wait", text,
           "what for: `hub` (its relay has not taken us yet), `member` (nobody who can let us in "
           "was reached yet), `entry` (it is for a device of a member to let us in, in large "
           "groups 64 at a time); or empty"},
          {"waiting_devices", integer, "devices that this one is to let in"},
          {"closed", boolean, "we were removed: it takes nothing any more"},
          {"is_moderator", boolean, "we are"},
          {"may_write", boolean, "we may"},
          {"expire_seconds", integer, "what messages get unless they say otherwise"},
          {"expire_seconds_max", integer, "the limit"},
          {"burn_seconds", integer, "likewise; 0: none"},
          {"burn_seconds_max", integer, "likewise; 0: no limit"},
          {"receipts", boolean, "messages tell their sender when they came and were read"},
          {"typing", boolean, "it shows who is typing"},
          {"moderators_write_only", boolean, "others only read"},
          {"has_avatar", boolean, "`group.avatar` gives it"},
          {"muted_until", integer, "ms since 1970; on this device, as are the next two"},
          {"archived", boolean, ""},
          {"pinned", boolean, ""}}},
        {"offer",
         "A group that somebody asks us into.",
         {{"conversation", text, "conversation id"},
          {"from", text, "account id"},
          {"from_name", text, "how we know them"},
          {"name", text, "the group's"},
          {"is_room", boolean, ""},
          {"member_count", integer, "people in it"},
          {"hub", text, "the relay that joining connects to"},
          {"received_at", integer, "ms since 1970"},
          {"expires_at", integer, "ms since 1970"}}},
        {"member",
         "Somebody in a conversation.",
         {{"account", text, "account id"},
          {"name", text, "display name"},
          {"handle", text, "`name@relay`, or empty"},
          {"device_count", integer, ""},
          {"is_self", boolean, ""},
          {"is_moderator", boolean, ""},
          {"is_reader", boolean, "reads only, as a moderator said"},
          {"may_write", boolean, ""}}},
    };
}

std::vector<Object> part_objects() {
    using enum Type;
    return {
        {"quote",
         "What a reply answers, as far as it is alive here.",
         {{"alive", boolean, "false: it is gone, and the rest is not given"},
          {"sender", text, "account id", false},
          {"content", text, "as of a message", false},
          {"text", text, "its beginning; of a poll the question, of a file the name", false}}},
        {"mention",
         "A part of a text that names somebody.",
         {{"start", integer, "in bytes of UTF-8"},
          {"length", integer, "likewise"},
          {"account", text, "account id"}}},
        {"reaction", "An emoji on a message.", {{"emoji", text, ""}, {"by", texts, "account ids"}}},
        {"receipt",
         "How far a message of ours came with somebody.",
         {{"account", text, "account id"},
          {"delivered_at", integer, "ms since 1970; 0: not yet"},
          {"read_at", integer, "likewise"}}},
        {"location",
         "A place.",
         {{"latitude", text, "degrees, a decimal number; south is negative"},
          {"longitude", text, "degrees, a decimal number; west is negative"},
          {"accuracy_m", integer, "0: not said"},
          {"label", text, "or empty"}}},
        {"poll",
         "A question and its answers.",
         {{"question", text, ""},
          {"options", texts, ""},
          {"counts", integers, "votes for each option"},
          {"voters", integer, "how many voted"},
          {"multiple", boolean, "more than one may be chosen"},
          {"closes_at", integer, "ms since 1970; 0: when the message ends"},
          {"closed", boolean, ""},
          {"own_choices", integers, "from 1"}}},
        {"card", "A contact.", {{"name", text, ""}, {"link", text, "what `contact.add` takes"}}},
        {"settings",
         "What a conversation has agreed on.",
         {{"expire_seconds", integer, "what messages get unless they say otherwise"},
          {"burn_seconds", integer, "likewise; 0: they do not burn"},
          {"receipts", boolean, "messages tell their sender when they came and were read"},
          {"typing", boolean, "it shows who is typing"}}},
    };
}

std::vector<Object> trust_objects() {
    using enum Type;
    return {
        {"safety_number",
         "What both sides of a conversation see, if nobody stands between.",
         {{"account", text, "account id"},
          {"digits", text, "60, in groups of five"},
          {"code", text, "the content of its QR code"},
          {"verified", boolean, "as in `contact`"},
          {"alarm", text, "likewise"}}},
        {"blocked",
         "Somebody who is kept out.",
         {{"account", text, "account id"},
          {"name", text, "as they were called then"},
          {"handle", text, "`name@relay`, or empty"},
          {"since", integer, "ms since 1970"}}},
        {"proven",
         "What a report proves: a device of this account signed this under this id.",
         {{"account", text, "account id"},
          {"device", text, "device id"},
          {"conversation", text, "conversation id"},
          {"epoch", integer, "of the conversation"},
          {"id", text, "message id"},
          {"sent_at", integer, "ms since 1970, as the device says"},
          {"is_text", boolean, "else of a kind that this version cannot show"},
          {"text", text, "what it says"}}},
    };
}

std::vector<Object> other_objects() {
    using enum Type;
    return {
        {"message",
         "A message that is alive. What is optional is there when there is something to say.",
         {{"id", text, "message id"},
          {"conversation", text, "conversation id"},
          {"sender", text, "account id"},
          {"handle", text, "the sender's, or empty"},
          {"content", text,
           "`text`, `file`, `voice`, `location`, `poll`, `card`, `settings`, `screenshot`; or "
           "`unknown`, which needs a newer Mayfly"},
          {"text", text, "what it says; empty unless it is a text"},
          {"sent_at", integer, "ms since 1970"},
          {"expires_at", integer, "ms since 1970; once opened: when it burns, if that is earlier"},
          {"burn_seconds", integer, "from opening; 0: does not burn"},
          {"state", text, "`queued`, `sent` (ours), `received` or `opened` (theirs)"},
          {"verified", boolean, "the sender is"},
          {"edited", boolean, "its sender changed it", false},
          {"reply_to", text, "id of what it answers", false},
          {"quote", object, "how that begins", false, "quote"},
          {"mentions", objects, "", false, "mention"},
          {"reactions", objects, "", false, "reaction"},
          {"receipts", objects, "", false, "receipt"},
          {"location", object, "", false, "location"},
          {"poll", object, "", false, "poll"},
          {"card", object, "", false, "card"},
          {"settings", object, "", false, "settings"},
          {"file_name", text, "of a file or voice memo, as the sender says", false},
          {"file_type", text, "media type, as the sender says", false},
          {"file_size", integer, "bytes", false},
          {"duration_ms", integer, "0 unless a voice memo", false},
          {"thumbnail", text, "JPEG in base64url, or empty", false}}},
        {"failure",
         "What went wrong.",
         {{"code", text, "the stable name of the error"}, {"message", text, "a sentence"}}},
        {"service",
         "An account that this daemon serves.",
         {{"account", text, "account id; what the parameter `account` takes"},
          {"home", text, "where it lives; taken as well"},
          {"available", boolean, "false while another process has its turn on the home"}}},
    };
}

std::vector<EventSpec> messenger_events() {
    using enum Type;
    return {
        {"message",
         "A message that no client has acknowledged. It comes again, on every connection that "
         "subscribes, until somebody calls `ack`.",
         {account, {"message", object, "", true, "message"}}},
        {"synced",
         "A message is here that is not new to the person: another device of ours sent it, or gave "
         "it with its history.",
         {account, {"message", object, "", true, "message"}}},
        {"request",
         "Somebody asks to be a contact.",
         {account, {"request", object, "", true, "request"}}},
        {"contact_changed",
         "Somebody accepted us, or another device of ours added, accepted, removed, blocked or "
         "verified them, or let this one into the conversation with them: `contact.list`, "
         "`contact.requests` and `conversations` show it. Of our own account: its devices are "
         "others, `device.list` shows them.",
         {account, {"contact", text, "account id"}}},
        {"changed",
         "A message was edited, reacted to, voted on, received or read, or opened on another "
         "device "
         "of ours. `message` shows it.",
         {account, {"id", text, "message id"}}},
        {"typing",
         "Somebody types, or no longer does.",
         {account,
          {"conversation", text, "conversation id"},
          {"who", text, "account id"},
          {"active", boolean, ""}}},
        {"gone",
         "A message expired, was burnt or was recalled, here or on another device of ours; also "
         "one "
         "that no client was given.",
         {account, {"id", text, "message id"}}},
        {"conversation_changed",
         "A group has other members, another name or other rules.",
         {account,
          {"conversation", text, "conversation id"},
          {"by", text, "account id"},
          {"added", texts, "account ids"},
          {"removed", texts, "account ids"},
          {"state", boolean, "name, topic, moderators or limits"},
          {"removed_us", boolean, "it takes no messages of ours any more"}}},
        {"offer",
         "Somebody asks us into a group.",
         {account, {"offer", object, "", true, "offer"}}},
        {"device_met",
         "The two devices of a pairing have met: compare the codes.",
         {account, {"code", text, "six digits, the same on both"}}},
        {"device_linked",
         "This device is one of the account's now.",
         {account, {"linked", text, "account id"}}},
        {"device_revoked",
         "Another device of the account was shut out; or this one.",
         {account, {"device", text, "device id"}, {"is_this", boolean, "nothing works any more"}}},
        {"trust_alarm",
         "Something about a contact must not go unnoticed: its `alarm` says what.",
         {account, {"contact", object, "", true, "contact"}}},
        {"transfer_progress",
         "A file of ours is on its way up, or one of theirs down.",
         {account,
          {"id", text, "message id"},
          {"done", integer, "bytes"},
          {"size", integer, "bytes"},
          {"upload", boolean, "else a download"}}},
    };
}

std::vector<EventSpec> service_events() {
    using enum Type;
    return {
        {"link",
         "The connection to a relay came up or went down.",
         {account,
          {"relay", text, "its address"},
          {"up", boolean, ""},
          {"error", object, "why not", false, "failure"}}},
        {"caught_up",
         "All that waited at the relay has been taken in.",
         {account, {"relay", text, "its address"}}},
        {"operation_ended",
         "Something that no request waits for any more has ended: it was begun before this daemon, "
         "or its request ran into its `timeout_ms`.",
         {account,
          {"operation", integer, "its number"},
          {"ok", boolean, ""},
          {"error", object, "what went wrong", false, "failure"}}},
        {"lost",
         "The client read too slowly: so many notifications were dropped. No message is among "
         "them; look at `contact.requests` and `messages` for the rest.",
         {{"count", integer, "how many"}}},
    };
}

}  // namespace

const std::vector<Object>& objects() {
    static const std::vector<Object> all =
        joined(joined(person_objects(), group_objects()),
               joined(joined(part_objects(), trust_objects()), other_objects()));
    return all;
}

const std::vector<EventSpec>& events() {
    static const std::vector<EventSpec> all = joined(messenger_events(), service_events());
    return all;
}

}  // namespace mayfly::rpc
