// How core's views and events become JSON. The tables they follow are in tables.cpp.
#include "rpc/schema.h"

namespace mayfly::rpc {
namespace {

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
std::optional<Notification> notify(const core::MessageChanged& event) {
    return Notification{"changed", {{"id", json_text(core::text_of(event.id))}}};
}
std::optional<Notification> notify(const core::ContactChanged& event) {
    return Notification{"contact_changed", {{"contact", json_text(core::text_of(event.account))}}};
}
std::optional<Notification> notify(const core::TypingChanged& event) {
    return Notification{"typing",
                        {{"conversation", json_text(core::text_of(event.conversation))},
                         {"who", json_text(core::text_of(event.account))},
                         {"active", event.active}}};
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
std::optional<Notification> notify(const core::DeviceMet& event) {
    return Notification{"device_met", {{"code", json_text(device_code_text(event.code))}}};
}
std::optional<Notification> notify(const core::DeviceLinked& event) {
    return Notification{"device_linked", {{"linked", json_text(core::text_of(event.account))}}};
}
std::optional<Notification> notify(const core::DeviceRevoked& event) {
    return Notification{
        "device_revoked",
        {{"device", json_text(to_base32(event.device.view()))}, {"is_this", event.is_this}}};
}
std::optional<Notification> notify(const core::TransferProgress& event) {
    return Notification{"transfer_progress",
                        {{"id", json_text(core::text_of(event.id))},
                         {"done", event.done_bytes},
                         {"size", event.size_bytes},
                         {"upload", event.upload}}};
}
std::optional<Notification> notify(const core::TrustAlarm& event) {
    return Notification{"trust_alarm", {{"contact", json_of(event.contact)}}};
}
std::optional<Notification> notify(const core::CaughtUp& event) {
    return Notification{"caught_up", {{"relay", json_text(event.relay)}}};
}
// MessageArrived and MessageSynced, whose messages the server adds, and whatever core learns to
// tell before this file does.
template <class Other>
std::optional<Notification> notify(const Other&) {
    return std::nullopt;
}

}  // namespace

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
            {"established", contact.established},
            {"verified", contact.verified},
            {"blocked", contact.blocked},
            {"alarm", core::alarm_name(contact.alarm)}};
}

Json json_of(const core::RequestView& request) {
    const Json account = json_text(core::text_of(request.account));
    return {{"id", account},
            {"account", account},
            {"conversation", json_text(to_base32(request.conversation.view()))},
            {"name", json_text(request.display_name)},
            {"handle", json_text(request.handle)},
            {"received_at", request.received_at.ms},
            {"handle_is_anothers", request.handle_is_anothers}};
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
             {"join_wait", core::join_wait_name(view.join_wait)},
             {"waiting_devices", view.waiting_devices},
             {"closed", view.closed},
             {"is_moderator", view.is_moderator},
             {"may_write", view.may_write},
             {"expire_seconds", view.expiration.ms / 1000},
             {"expire_seconds_max", view.expiration_limit.ms / 1000},
             {"burn_seconds", view.burn_seconds},
             {"burn_seconds_max", view.burn_seconds_limit},
             {"receipts", view.receipts},
             {"typing", view.typing},
             {"moderators_write_only", view.moderators_write_only},
             {"has_avatar", view.has_avatar},
             {"muted_until", view.local.muted_until.ms},
             {"archived", view.local.archived},
             {"pinned", view.local.pinned}};
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
            {"is_reader", member.is_reader},
            {"may_write", member.may_write}};
}

Json json_of(const core::DeviceView& device) {
    return {{"id", json_text(to_base32(device.device.view()))},
            {"name", json_text(device.name)},
            {"this", device.is_this},
            {"revoked", device.revoked},
            {"added_at", device.added_at.ms}};
}

Json json_of(const core::BlockedView& blocked) {
    return {{"account", json_text(core::text_of(blocked.account))},
            {"name", json_text(blocked.display_name)},
            {"handle", json_text(blocked.handle)},
            {"since", blocked.since.ms}};
}

Json json_of(const core::ProvenMessage& message) {
    return {{"account", json_text(core::text_of(message.account))},
            {"device", json_text(to_base32(message.device.view()))},
            {"conversation", json_text(core::text_of(message.conversation))},
            {"epoch", message.epoch},
            {"id", json_text(core::text_of(message.id))},
            {"sent_at", message.sent_at.ms},
            {"is_text", message.is_text},
            {"text", json_text(as_text(message.text.expose()))}};
}

std::string device_code_text(uint32_t code) {
    std::string digits = std::to_string(code);
    constexpr size_t digits_count = 6;
    if (digits.size() < digits_count) digits.insert(0, digits_count - digits.size(), '0');
    return digits;
}

Json json_of(Error error) {
    return {{"code", error_name(error.code)}, {"message", error_text(error.code)}};
}

}  // namespace mayfly::rpc
