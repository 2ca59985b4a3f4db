// Methods of contacts and requests.
#include "core/contact_link.h"
#include "rpc/method_fields.h"

namespace mayfly::rpc {
namespace {

using enum Type;

Result<Json> contact_result(core::Messenger& messenger, const std::string& who) {
    TRY_ASSIGN(const core::ContactView contact, messenger.find_contact(who));
    return json_of(contact);
}

Result<Answer> contact_add(Call& call) {
    const std::string_view target = call.text("address");
    TRY_ASSIGN(const core::ContactTarget parsed, core::parse_contact_target(target));
    const auto* handle = std::get_if<wire::HandleEntry>(&parsed);
    const std::string who = handle != nullptr
                                ? core::format_handle(*handle)
                                : core::text_of(std::get_if<core::ContactLink>(&parsed)->account);
    TRY_ASSIGN(auto started, call.messenger.add_contact(target, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation, [who](core::Messenger& messenger, Time) {
                      return contact_result(messenger, who);
                  }};
}

Result<Answer> contact_requests(Call& call) {
    Json list = Json::array();
    for (const core::RequestView& request : call.messenger.requests()) {
        list.push_back(json_of(request));
    }
    return at_once({{"requests", std::move(list)}});
}

Result<Answer> contact_accept(Call& call) {
    TRY_ASSIGN(const core::RequestView request, call.messenger.find_request(call.text("id")));
    const std::string who = core::text_of(request.account);
    TRY_ASSIGN(auto started,
               call.messenger.accept_request(request.account, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation, [who](core::Messenger& messenger, Time) {
                      return contact_result(messenger, who);
                  }};
}

Result<Answer> contact_list(Call& call) {
    Json list = Json::array();
    for (const core::ContactView& contact : call.messenger.contacts()) {
        list.push_back(json_of(contact));
    }
    return at_once({{"contacts", std::move(list)}});
}

Result<Answer> contact_remove(Call& call) {
    // A request that is not wanted is dropped in the same way.
    core::AccountId account;
    if (const auto contact = call.messenger.find_contact(call.text("who")); contact.ok()) {
        account = contact->account;
    } else {
        const auto request = call.messenger.find_request(call.text("who"));
        if (!request.ok()) return contact.error();
        account = request->account;
    }
    TRY_ASSIGN(auto started,
               call.messenger.remove_contact(account, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{{{"account", json_text(core::text_of(account))}}, started.operation, {}};
}

}  // namespace

std::vector<Method> contact_methods() {
    return {
        {"contact.add",
         "Asks somebody to be a contact. Answers when their relay holds the request.",
         {{"address", text, "`name@relay` or a `mayfly:` link"}, timeout},
         object_of("contact").fields,
         contact_add},
        {"contact.requests",
         "Who asks to be a contact.",
         {},
         {{"requests", Type::objects, "", true, "request"}},
         contact_requests},
        {"contact.accept",
         "Accepts a request. Answers when the relay holds the acceptance.",
         {{"id", text, "the request's id, or at least 8 characters of it"}, timeout},
         object_of("contact").fields,
         contact_accept},
        {"contact.list",
         "The contacts.",
         {},
         {{"contacts", Type::objects, "", true, "contact"}},
         contact_list},
        {"contact.remove",
         "Forgets a contact with all messages, or drops a request, and has the relay refuse what "
         "they still send.",
         {who, timeout},
         {{"account", text, "account id"}},
         contact_remove},
    };
}

}  // namespace mayfly::rpc
