// The RPC can do what the verbs can, and calls things by the same names.
#include <gtest/gtest.h>

#include "args.h"
#include "rpc/schema.h"
#include "views.h"

namespace mayfly::cli {
namespace {

TEST(rpc, every_verb_is_a_method) {
    for (int i = 0; i < static_cast<int>(Verb::help); i++) {
        std::string name = verb_name(static_cast<Verb>(i));
        if (name == "daemon" || name == "tui") continue;  // front ends themselves
        std::replace(name.begin(), name.end(), ' ', '.');
        EXPECT_NE(rpc::find_method(name), nullptr) << name;
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
    show_message(message, true, {}, Time{});
    fields_agree(message, "message");
}

}  // namespace
}  // namespace mayfly::cli
