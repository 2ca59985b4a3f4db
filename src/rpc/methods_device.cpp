// Methods of the devices of an account, and of coming back from the recovery kit.
#include "core/contact_link.h"
#include "rpc/method_fields.h"

namespace mayfly::rpc {
namespace {

using enum Type;

constexpr Field device{"device", text, "its name, or its id or at least 8 characters of it"};
constexpr Field relay{"relay", text, "address of a relay"};

Result<Json> account_result(core::Messenger& messenger, Time) {
    TRY_ASSIGN(const core::AccountView account, messenger.account());
    return json_of(account);
}

Result<Answer> link(Call& call) {
    TRY_ASSIGN(const std::string canonical, core::canonical_relay(call.text("relay")));
    TRY_ASSIGN(auto started,
               call.messenger.link_this_device(canonical, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation,
                  [](core::Messenger& messenger, Time) -> Result<Json> {
                      const auto pairing = messenger.pairing();
                      ENSURE(pairing.has_value(), timed_out);
                      return Json{{"link", json_text(pairing->link)}};
                  }};
}

Result<Answer> add(Call& call) {
    TRY_ASSIGN(auto started,
               call.messenger.add_device(call.text("link"), call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation, {}};
}

Result<Answer> confirm(Call& call) {
    TRY_ASSIGN(core::Effects effects,
               call.messenger.confirm_device(call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(effects)));
    return at_once(Json::object());
}

Result<Answer> cancel(Call& call) {
    TRY_ASSIGN(core::Effects effects,
               call.messenger.cancel_device(call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(effects)));
    return at_once(Json::object());
}

Result<Answer> list(Call& call) {
    TRY_ASSIGN(const auto devices, call.messenger.devices());
    Json all = Json::array();
    for (const core::DeviceView& one : devices) all.push_back(json_of(one));
    return at_once({{"devices", std::move(all)}});
}

Result<Answer> revoke(Call& call) {
    TRY_ASSIGN(const core::DeviceView found, call.messenger.find_device(call.text("device")));
    TRY_ASSIGN(auto started,
               call.messenger.revoke_device(found.device, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{{{"id", json_text(to_base32(found.device.view()))}}, started.operation, {}};
}

Result<Answer> name(Call& call) {
    TRY_ASSIGN(core::DeviceView found, call.messenger.find_device(call.text("device")));
    TRY_ASSIGN(core::Effects effects, call.messenger.name_device(found.device, call.text("name"),
                                                                 call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(effects)));
    found.name = std::string(call.text("name"));
    return at_once(json_of(found));
}

Result<Answer> recover(Call& call) {
    TRY_ASSIGN(const std::string canonical, core::canonical_relay(call.text("relay")));
    TRY_ASSIGN(auto started, call.messenger.recover_account(as_bytes(call.text("kit")), canonical,
                                                            call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation, account_result};
}

Json push_relays(const core::Messenger& messenger) {
    Json list = Json::array();
    for (const core::PushRelayView& view : messenger.push_relays()) {
        list.push_back({{"relay", json_text(view.relay)},
                        {"connected", view.connected},
                        {"key", json_text(to_base64url(view.server_key))},
                        {"set", view.is_set}});
    }
    return {{"relays", std::move(list)}};
}

Result<Answer> push_list(Call& call) {
    TRY_ASSIGN(auto started, call.messenger.query_pushes(call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{
        Json::object(), started.operation,
        [](core::Messenger& messenger, Time) -> Result<Json> { return push_relays(messenger); }};
}

template <class Fixed>
Result<Fixed> fixed_bytes(std::string_view encoded) {
    const auto bytes = from_base64url(encoded);
    Fixed out;
    ENSURE(bytes && bytes->size() == out.bytes.size(), invalid_argument);
    std::copy(bytes->begin(), bytes->end(), out.bytes.begin());
    return out;
}

Result<Answer> push_set(Call& call) {
    core::PushSubscription subscription;
    subscription.endpoint = std::string(call.text("endpoint"));
    TRY_ASSIGN(subscription.p256dh, fixed_bytes<wire::PushKey>(call.text("p256dh")));
    TRY_ASSIGN(subscription.auth, fixed_bytes<wire::PushAuth>(call.text("auth")));
    TRY_ASSIGN(auto started, call.messenger.set_push(call.text("relay"), subscription, call.now,
                                                     call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation, {}};
}

Result<Answer> push_remove(Call& call) {
    TRY_ASSIGN(auto started,
               call.messenger.remove_push(call.text("relay"), call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation, {}};
}

}  // namespace

std::vector<Method> push_methods() {
    return {
        {"push.list",
         "The relays at which this device has a queue, and how they would wake it. Answers when "
         "all "
         "that are connected have.",
         {timeout},
         {{"relays", Type::objects, "", true, "push_relay"}},
         push_list},
        {"push.set",
         "Has a relay wake this device through a push service when it is not connected "
         "(docs/spec/push.md). The error is `relay_unreachable` while the relay is not connected.",
         {relay,
          {"endpoint", text, "https URL of the subscription, at most 1,024 bytes"},
          {"p256dh", text, "its key, 65 bytes in base64url"},
          {"auth", text, "its secret, 16 bytes in base64url"},
          timeout},
         {},
         push_set},
        {"push.remove", "Ends that.", {relay, timeout}, {}, push_remove},
    };
}

std::vector<Method> device_methods() {
    return {
        {"device.link",
         "On a new device, where there is no account: gives the link that a device of the account "
         "takes. Both are then told `device_met`.",
         {relay, timeout},
         {{"link", text, "`mayfly-device:...`"}},
         link},
        {"device.add",
         "Brings a new device in, by its link.",
         {{"link", text, "that the new device shows"}, timeout},
         {},
         add},
        {"device.confirm",
         "A person has compared the codes of `device_met`: they are the same.",
         {},
         {},
         confirm},
        {"device.cancel", "They are not, or it is not wanted.", {}, {}, cancel},
        {"device.list",
         "The devices of the account.",
         {},
         {{"devices", Type::objects, "", true, "device"}},
         list},
        {"device.revoke",
         "Shuts a device out of every conversation.",
         {device, timeout},
         {{"id", text, "device id"}},
         revoke},
        {"device.name",
         "Names a device.",
         {device, {"name", text, ""}},
         object_of("device").fields,
         name},
        {"recover",
         "Makes this device, where there is no account, the account's only one.",
         {{"kit", text, "the words of the recovery kit"}, relay, timeout},
         object_of("account").fields,
         recover},
    };
}

}  // namespace mayfly::rpc
