#include "rpc/server_test_support.h"

namespace mayfly::rpc {
namespace {

TEST_F(ServerTest, safety_numbers_are_shown_compared_and_marked) {
    serve(*pair.bob);
    const Json ours = ask("contact.safety_number", {{"account", "/home/Alice"}, {"who", "bobby"}});
    const Json theirs = ask("contact.safety_number", {{"account", "/home/Bob"}, {"who", "alice"}});
    EXPECT_EQ(ours["digits"], theirs["digits"]);
    EXPECT_EQ(ours["verified"], false);
    const Json verify{{"account", "/home/Alice"}, {"who", "bobby"}};
    Json with_code = verify;
    with_code["number"] = theirs["code"];
    EXPECT_EQ(ask("contact.verify", with_code)["verified"], true);
    Json undo = verify;
    undo["undo"] = true;
    EXPECT_EQ(ask("contact.verify", undo)["verified"], false);
    EXPECT_EQ(ask("contact.verify", verify)["verified"], true);
    Json other = verify;
    other["number"] = json_text(std::string(60, '1'));
    EXPECT_EQ(fail_name("contact.verify", other), "safety_number_differs");
    EXPECT_EQ(ask("contact.check", verify)["alarm"], "");
}

TEST_F(ServerTest, qr_codes_are_rows_of_modules) {
    const Json rows = ask("qr", {{"text", "mayfly"}})["rows"];
    ASSERT_EQ(rows.size(), 21U);
    for (const Json& row : rows) EXPECT_EQ(row.get_ref<const WipedString&>().size(), 21U);
    EXPECT_EQ(view_of(rows[0].get_ref<const WipedString&>()).substr(0, 7), "1111111");
    EXPECT_EQ(view_of(rows[1].get_ref<const WipedString&>()).substr(0, 7), "1000001");
    EXPECT_EQ(fail_name("qr", {{"text", json_text(std::string(2332, 'x'))}}), "input_too_large");
}

TEST_F(ServerTest, accounts_are_blocked_listed_and_unblocked) {
    const Json blocked = ask("contact.block", {{"who", "bobby"}});
    EXPECT_EQ(ask("contact.list")["contacts"][0]["blocked"], true);
    const Json list = ask("contact.blocked")["blocked"];
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["account"], blocked["account"]);
    EXPECT_EQ(fail_name("send", {{"who", "bobby"}, {"text", "x"}}), "contact_blocked");
    ask("contact.unblock", {{"who", blocked["account"]}});
    EXPECT_EQ(ask("contact.blocked")["blocked"].size(), 0U);
    EXPECT_EQ(fail_name("contact.unblock", {{"who", blocked["account"]}}), "unknown_contact");
}

TEST_F(ServerTest, messages_are_reported_and_reports_verified) {
    bob_sends("something bad");
    const Json messages = ask("receive")["messages"];
    ASSERT_EQ(messages.size(), 1U);
    const Json report = ask("report", {{"id", messages[0]["id"]}});
    const Json proven = ask("verify_report", {{"report", report["report"]}})["proven"];
    ASSERT_EQ(proven.size(), 1U);
    EXPECT_EQ(proven[0]["text"], "something bad");
    EXPECT_EQ(proven[0]["account"], messages[0]["sender"]);
    EXPECT_EQ(misfit(proven[0], object_of("proven").fields, false), "");
    EXPECT_EQ(fail_name("verify_report", {{"report", "mayfly-report:AAAA"}}), "malformed_input");
}

TEST_F(ServerTest, deleted_account_takes_nothing_any_more) {
    ask("account.delete");
    EXPECT_EQ(fail_name("contact.add", {{"address", "bobby@relay.example"}}), "account_deleting");
    EXPECT_EQ(ask("contact.list")["contacts"].size(), 0U);
}

}  // namespace
}  // namespace mayfly::rpc
