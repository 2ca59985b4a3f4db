// Methods of the service and of the account; the table of all. One entry and one function add a
// method.
#include "core/contact_link.h"
#include "rpc/method_fields.h"

namespace mayfly::rpc {
namespace {

using enum Type;

constexpr Field event_names{"events", texts, "names of notifications; not given: all", false};

template <class T>
std::vector<T> joined(std::vector<T> some, const std::vector<T>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

Result<Answer> init(Call& call) {
    ENSURE(!call.messenger.has_account(), account_exists);
    core::AccountOptions options;
    for (const std::string_view relay : call.texts("relays")) {
        TRY_ASSIGN(std::string canonical, core::canonical_relay(relay));
        options.relays.push_back(std::move(canonical));
    }
    if (call.has("handle")) {
        TRY_ASSIGN(options.handle_name, wire::fold_handle_name(call.text("handle")));
    }
    options.display_name = call.text("name");
    options.invite = call.text("invite");
    TRY_ASSIGN(auto created,
               call.messenger.create_account(options, call.now, call.account.entropy()));
    const WipedString kit(as_text(created.recovery_kit.expose()));
    TRY(call.account.perform(std::move(created.effects)));
    const auto finish = [kit](core::Messenger& messenger, Time) -> Result<Json> {
        TRY_ASSIGN(const core::AccountView account, messenger.account());
        Json result = json_of(account);
        result["recovery_kit"] = kit;
        return result;
    };
    return Answer{Json::object(), created.operation, finish};
}

Result<Answer> whoami(Call& call) {
    TRY_ASSIGN(const core::AccountView account, call.messenger.account());
    return at_once(json_of(account));
}

Result<Answer> status(Call& call) {
    return at_once({{"outbox_empty", call.messenger.outbox_empty()},
                    {"contacts", call.messenger.contacts().size()},
                    {"requests", call.messenger.requests().size()}});
}

}  // namespace

std::vector<Method> service_methods() {
    return {
        {"accounts",
         "The accounts that this daemon serves.",
         {},
         {{"accounts", Type::objects, "", true, "service"}}},
        {"subscribe",
         "Asks for notifications on this connection. Of `message`, all that were not acknowledged "
         "come first, and at most 100 are on their way without an `ack`. With `account`: only of "
         "it.",
         {event_names},
         {{"events", texts, "what this connection now gets"}}},
        {"unsubscribe",
         "Ends that, for the events named or for all.",
         {event_names},
         {{"events", texts, "what this connection still gets"}}},
        {"rpc.discover",
         "This description, as an OpenRPC document.",
         {},
         {{"openrpc", text, ""},
          {"info", any, ""},
          {"methods", any, ""},
          {"x-notifications", any, ""},
          {"components", any, ""}}},
    };
}
std::vector<Method> account_methods() {
    return {
        {"init",
         "Makes the account, where there is none yet. Answers when the relays hold it.",
         {{"relays", texts, "home relays, best first"},
          optional_of({"handle", text, "a name at the first relay"}),
          optional_of({"name", text, "display name"}),
          optional_of({"invite", text, "code for relays that want one"}),
          timeout},
         joined<Field>(object_of("account").fields,
                       {{"recovery_kit", text, "words; never shown again"}}),
         init},
        {"whoami", "The account.", {}, object_of("account").fields, whoami},
        {"status",
         "How things stand.",
         {},
         {{"outbox_empty", boolean, "nothing waits to be sent"},
          {"contacts", integer, "how many"},
          {"requests", integer, "how many wait for an answer"}},
         status},
    };
}

const std::vector<Method>& methods() {
    static const std::vector<Method> all = joined(
        joined(service_methods(), account_methods()),
        joined(joined(contact_methods(), joined(device_methods(), push_methods())),
               joined(joined(group_methods(), trust_methods()),
                      joined(joined(message_methods(), file_methods()), content_methods()))));
    return all;
}

}  // namespace mayfly::rpc
