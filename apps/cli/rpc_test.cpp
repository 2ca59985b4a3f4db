// The RPC can do what the verbs can, and calls things by the same names.
#include <gtest/gtest.h>

#include <map>

#include "args.h"
#include "core/memory_store_port.h"
#include "rpc/schema.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// What several verbs do with options, one method does with parameters.
std::string method_of(std::string name) {
    const std::map<std::string, std::string> others = {
        {"group.list", "conversations"},  {"group.show", "group.members"},
        {"group.set", "group.change"},    {"group.moderator", "group.change"},
        {"group.reader", "group.change"}, {"reply", "send"},
        {"verify", "contact.verify"},     {"block", "contact.block"},
        {"unblock", "contact.unblock"},   {"blocked", "contact.blocked"},
    };
    std::replace(name.begin(), name.end(), ' ', '.');
    std::replace(name.begin(), name.end(), '-', '_');
    const auto other = others.find(name);
    return other == others.end() ? name : other->second;
}

// What is of the home or its folder and not of the account: no method of a program that has it
// open.
bool is_of_the_home(std::string_view name) {
    return name == "passphrase change" || name == "passphrase duress" || name == "wipe" ||
           name == "export";
}

TEST(rpc, every_verb_is_a_method) {
    for (int i = 0; i < static_cast<int>(Verb::help); i++) {
        const std::string name = verb_name(static_cast<Verb>(i));
        if (name == "daemon" || name == "tui") continue;         // front ends themselves
        if (name == "resume" || is_of_the_home(name)) continue;  // a daemon resumes by itself
        EXPECT_NE(rpc::find_method(method_of(name)), nullptr) << name;
    }
}

// fields_agree: what --json prints has the fields of the RPC's object, and `type`.
void fields_agree(const OutputText& printed, const char* object, bool more_allowed = false) {
    const auto line = rpc::parse_json(as_bytes(printed.view()));
    ASSERT_TRUE(line.ok()) << printed.view();
    rpc::Json value = *line;
    EXPECT_EQ(value["type"], object);
    value.erase("type");
    EXPECT_EQ(rpc::misfit(value, rpc::object_of(object).fields, more_allowed), "");
}

TEST(rpc, json_of_the_verbs_has_the_fields_of_the_schema) {
    OutputText account, contact, request, message;
    core::AccountView view;
    view.relays = {"relay.example"};
    show_account(account, true, view, {});
    fields_agree(account, "account");
    show_contact(contact, true, {});
    fields_agree(contact, "contact");
    show_request(request, true, {});
    fields_agree(request, "request");
    core::MemoryStorePort store;
    const auto messenger = core::Messenger::open(store, Time{});
    core::MessageView sent;
    sent.outgoing = true;
    show_message(message, true, *messenger, sent, Time{});
    constexpr bool names_the_group = true;  // which the RPC's `conversations` does
    fields_agree(message, "message", names_the_group);
}

}  // namespace
}  // namespace mayfly::cli
