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
std::optional<Notification> notify(const core::CaughtUp& event) {
    return Notification{"caught_up", {{"relay", json_text(event.relay)}}};
}
// MessageArrived, and whatever core learns to tell before this file does.
template <class Other>
std::optional<Notification> notify(const Other&) {
    return std::nullopt;
}

}  // namespace

const std::vector<Object>& objects() {
    using enum Type;
    static const std::vector<Object> all{
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
          {"established", boolean, "both sides agreed"}}},
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
        {"failure",
         "What went wrong.",
         {{"code", text, "the stable name of the error"}, {"message", text, "a sentence"}}},
        {"service",
         "An account that this daemon serves.",
         {{"account", text, "account id; what the parameter `account` takes"},
          {"home", text, "where it lives; taken as well"},
          {"available", boolean, "false while another process has its turn on the home"}}},
    };
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

Json json_of(Error error) {
    return {{"code", error_name(error.code)}, {"message", error_text(error.code)}};
}

}  // namespace mayfly::rpc
