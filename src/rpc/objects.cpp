// Objects and notifications: their tables, and how core's views become them.
#include "rpc/schema.h"

namespace mayfly::rpc {
namespace {

const char* state_name(core::MessageState state) {
    switch (state) {
        case core::MessageState::queued: return "queued";
        case core::MessageState::sent: return "sent";
        case core::MessageState::received: return "received";
        case core::MessageState::opened: return "opened";
    }
    return "received";
}

std::string address_of(const core::AccountView& account) {
    if (account.handles.empty()) return account.link;
    return account.handles[0].name + "@" + account.handles[0].relay;
}

std::optional<Notification> notify(const core::OperationEnded& event) {
    Json params{{"operation", event.operation}, {"ok", event.result.ok()}};
    if (!event.result.ok()) params["error"] = json_of(event.result.error());
    return Notification{"operation_ended", std::move(params)};
}
std::optional<Notification> notify(const core::RequestArrived& event) {
    return Notification{"request", {{"request", json_of(event.request)}}};
}
std::optional<Notification> notify(const core::MessageGone& event) {
    return Notification{"gone", {{"id", json_text(core::text_of(event.id))}}};
}
std::optional<Notification> notify(const core::LinkChanged& event) {
    Json params{{"relay", json_text(event.relay)}, {"up", event.up}};
    if (event.why) params["error"] = json_of(*event.why);
    return Notification{"link", std::move(params)};
}
Json json_of_ids(const std::vector<core::AccountId>& ids) {
    Json list = Json::array();
    for (const core::AccountId& id : ids) list.push_back(json_text(core::text_of(id)));
    return list;
}
std::optional<Notification> notify(const core::ConversationChanged& event) {
    return Notification{"conversation_changed",
                        {{"conversation", json_text(core::text_of(event.conversation))},
                         {"by", json_text(core::text_of(event.by))},
                         {"added", json_of_ids(event.added)},
                         {"removed", json_of_ids(event.removed)},
                         {"state", event.state},
                         {"removed_us", event.removed_us}}};
}
std::optional<Notification> notify(const core::OfferArrived& event) {
    return Notification{"offer", {{"offer", json_of(event.offer)}}};
}
std::optional<Notification> notify(const core::CaughtUp& event) {
    return Notification{"caught_up", {{"relay", json_text(event.relay)}}};
}
// MessageArrived, and whatever core learns to tell before this file does.
template <class Other>
std::optional<Notification> notify(const Other&) {
    return std::nullopt;
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
        {"contact", "Somebody we write to.",
         {
             {"account", text, "account id"},
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

std::vector<Object> group_objects() {
    using enum Type;
    return {
        {"conversation", text, "conversation id"}, {"name", text, "what they call themselves"},
            {"handle", text, "`name@relay`, or empty"}, {
            "established", boolean, "both sides agreed"
        }
    }
}
,
    {"request",
     "Somebody who asks to be a contact. Name and handle are what they claim.",
     {{"id", text, "what `contact.accept` takes"},
      {"account", text, "account id"},
      {"conversation", text, "conversation id"},
      {"name", text, "display name"},
      {"handle", text, "`name@relay`, or empty"},
      {"received_at", integer, "ms since 1970"}}},
    {"message",
     "A message that is alive.",
     {{"id", text, "message id"},
      {"conversation", text, "conversation id"},
      {"sender", text, "account id"},
      {"handle", text, "the sender's, or empty"},
      {"text", text, "what it says"},
      {"sent_at", integer, "ms since 1970"},
      {"expires_at", integer, "ms since 1970; once opened: when it burns, if that is earlier"},
      {"burn_seconds", integer, "from opening; 0: does not burn"},
      {"state", text, "`queued`, `sent` (ours), `received` or `opened` (theirs)"}}},
    {"conversation",
     "A line in a list of conversations.",
     {{"conversation", text, "conversation id"},
      {"kind", text, "`direct`, `group` or `room`"},
      {"title", text, "the group's name; what the contact is called"},
      {"topic", text, "of a group, or empty"},
      {"contact", text, "account id of the other, if it is direct", false},
      {"member_count", integer, "people, ourselves among them"},
      {"joining", boolean, "we asked to be added and wait"},
      {"closed", boolean, "we were removed: it takes nothing any more"},
      {"is_moderator", boolean, "we are"},
      {"may_write", boolean, "we may"},
      {"expire_seconds", integer, "what messages get unless they say otherwise"},
      {"expire_seconds_max", integer, "the limit"},
      {"burn_seconds", integer, "likewise; 0: none"},
      {"burn_seconds_max", integer, "likewise; 0: no limit"}}},
    {"offer",
     "A group that somebody asks us into.",
     {{"conversation", text, "conversation id; what `group.accept` takes"},
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
      {"may_write", boolean, ""}}},
};  // namespace
}  // namespace mayfly::rpc

}  // namespace

const std::vector<Object>& objects() {
    static const std::vector<Object> all = [] {
        std::vector<Object> both = person_objects();
        for (Object& object : group_objects()) both.push_back(std::move(object));
        return both;
    }();
    return all;
}

const std::vector<EventSpec>& events() {
    using enum Type;
    static const Field account{"account", text, "account id"};
    static const std::vector<EventSpec> all{
        {"message",
         "A message that no client has acknowledged. It comes again, on every connection that "
         "subscribes, until somebody calls `ack`.",
         {account, {"message", object, "", true, "message"}}},
        {"request",
         "Somebody asks to be a contact.",
         {account, {"request", object, "", true, "request"}}},
        {"gone",
         "A message expired, was burnt or was recalled.",
         {account, {"id", text, "message id"}}},
        {"link",
         "The connection to a relay came up or went down.",
         {account,
          {"relay", text, "its address"},
          {"up", boolean, ""},
          {"error", object, "why not", false, "failure"}}},
        {"caught_up",
         "All that waited at the relay has been taken in.",
         {account, {"relay", text, "its address"}}},
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
    return all;
}

std::optional<Notification> notification_of(const core::Event& event) {
    return std::visit([](const auto& any) { return notify(any); }, event);
}

Json json_of(const core::AccountView& account) {
    Json relays = Json::array();
    for (const std::string& relay : account.relays) relays.push_back(json_text(relay));
    return {{"account", json_text(core::text_of(account.account))},
            {"device", json_text(to_base32(account.device.view()))},
            {"name", json_text(account.display_name)},
            {"address", json_text(address_of(account))},
            {"link", json_text(account.link)},
            {"relays", relays}};
}

Json json_of(const core::ContactView& contact) {
    return {{"account", json_text(core::text_of(contact.account))},
            {"conversation", json_text(to_base32(contact.conversation.view()))},
            {"name", json_text(contact.display_name)},
            {"handle", json_text(contact.handle)},
            {"established", contact.established}};
}

Json json_of(const core::RequestView& request) {
    const Json account = json_text(core::text_of(request.account));
    return {{"id", account},
            {"account", account},
            {"conversation", json_text(to_base32(request.conversation.view()))},
            {"name", json_text(request.display_name)},
            {"handle", json_text(request.handle)},
            {"received_at", request.received_at.ms}};
}

Json json_of(const core::MessageView& message) {
    return {{"id", json_text(core::text_of(message.id))},
            {"conversation", json_text(to_base32(message.conversation.view()))},
            {"sender", json_text(core::text_of(message.sender))},
            {"handle", json_text(message.handle)},
            {"text", json_text(as_text(message.text.expose()))},
            {"sent_at", message.sent_at.ms},
            {"expires_at", message.expires_at.ms},
            {"burn_seconds", message.burn_seconds},
            {"state", state_name(message.state)}};
}

Json json_of(const core::ConversationView& view) {
    const bool direct = view.kind == core::ConversationKind::direct;
    const char* kind = direct                                      ? "direct"
                       : view.kind == core::ConversationKind::room ? "room"
                                                                   : "group";
    Json out{{"conversation", json_text(core::text_of(view.conversation))},
             {"kind", kind},
             {"title", json_text(view.title)},
             {"topic", json_text(view.topic)},
             {"member_count", view.member_count},
             {"joining", view.joining},
             {"closed", view.closed},
             {"is_moderator", view.is_moderator},
             {"may_write", view.may_write},
             {"expire_seconds", view.expiration.ms / 1000},
             {"expire_seconds_max", view.expiration_limit.ms / 1000},
             {"burn_seconds", view.burn_seconds},
             {"burn_seconds_max", view.burn_seconds_limit}};
    if (direct) out["contact"] = json_text(core::text_of(view.contact));
    return out;
}

Json json_of(const core::OfferView& offer) {
    return {{"conversation", json_text(core::text_of(offer.conversation))},
            {"from", json_text(core::text_of(offer.from))},
            {"from_name", json_text(offer.from_name)},
            {"name", json_text(offer.name)},
            {"is_room", offer.is_room},
            {"member_count", offer.member_count},
            {"hub", json_text(offer.hub)},
            {"received_at", offer.received_at.ms},
            {"expires_at", offer.expires_at.ms}};
}

Json json_of(const core::MemberView& member) {
    return {{"account", json_text(core::text_of(member.account))},
            {"name", json_text(member.display_name)},
            {"handle", json_text(member.handle)},
            {"device_count", member.device_count},
            {"is_self", member.is_self},
            {"is_moderator", member.is_moderator},
            {"may_write", member.may_write}};
}

Json json_of(Error error) {
    return {{"code", error_name(error.code)}, {"message", error_text(error.code)}};
}

}  // namespace mayfly::rpc
