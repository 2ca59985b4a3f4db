#include "rpc/server_test_support.h"

namespace mayfly::rpc {
namespace {

TEST_F(ServerTest, groups_are_made_joined_changed_and_left) {
    serve(*pair.bob);
    const Json at_alice{{"account", "/home/Alice"}};
    const Json at_bob{{"account", "/home/Bob"}};
    const auto with = [](Json params, const Json& account) {
        params.update(account);
        return params;
    };
    ask("subscribe", {{"events", Json::array({"offer", "conversation_changed", "message"})}});
    const Json made = ask(
        "group.create",
        with({{"name", "Climbing"}, {"topic", "Saturdays"}, {"expire_seconds", 3600}}, at_alice));
    ask("group.invite", with({{"group", "Climbing"}, {"who", "bobby"}}, at_alice));
    network.until([&] { return !pair.bob->messenger().offers().empty(); });
    const auto offered = notifications(client, "offer");
    ASSERT_EQ(offered.size(), 1U);
    EXPECT_EQ(offered[0]["offer"]["name"], "Climbing");
    EXPECT_EQ(ask("group.offers", at_bob)["offers"].size(), 1U);
    ask("group.accept", with({{"offer", "Climbing"}}, at_bob));
    network.until([&] {
        const auto view = pair.bob->messenger().find_conversation("Climbing");
        return view.ok() && !view->joining;
    });
    network.settle();
    EXPECT_FALSE(notifications(client, "conversation_changed").empty());
    EXPECT_EQ(ask("group.members", with({{"group", "Climbing"}}, at_alice))["members"].size(), 2U);
    const Json sent = ask("send", with({{"who", "Climbing"}, {"text", "to all"}}, at_alice));
    EXPECT_EQ(sent["conversation"], made["conversation"]);
    network.settle();
    const auto pushed = notifications(client, "message");
    ASSERT_EQ(pushed.size(), 1U);
    EXPECT_EQ(pushed[0]["message"]["conversation"], made["conversation"]);
    EXPECT_EQ(ask("messages", with({{"who", made["conversation"]}}, at_bob))["messages"].size(),
              1U);
    ask("group.change", with({{"group", "Climbing"}, {"name", "Hiking"}}, at_alice));
    network.settle();
    EXPECT_EQ(ask("conversations", at_bob)["conversations"].size(), 2U);
    ask("group.leave", with({{"group", "Hiking"}}, at_bob));
    EXPECT_EQ(fail_name("group.members", with({{"group", "Hiking"}}, at_bob)),
              "unknown_conversation");
}

TEST_F(ServerTest, group_is_joined_by_link_and_offers_can_be_declined) {
    serve(*pair.bob);
    const auto at = [](const char* home, Json params) {
        params["account"] = home;
        return params;
    };
    ask("group.create", at("/home/Alice", {{"name", "Open"}, {"room", true}}));
    ask("group.invite", at("/home/Alice", {{"group", "Open"}, {"who", "bobby"}}));
    network.until([&] { return !pair.bob->messenger().offers().empty(); });
    ask("group.decline", at("/home/Bob", {{"offer", "Open"}}));
    EXPECT_EQ(ask("group.offers", at("/home/Bob", Json::object()))["offers"].size(), 0U);
    const Json link = ask("group.link", at("/home/Alice", {{"group", "Open"}, {"uses", 2}}));
    ask("group.join", at("/home/Bob", {{"link", link["link"]}}));
    network.until([&] {
        const auto view = pair.bob->messenger().find_conversation("Open");
        return view.ok() && !view->joining;
    });
    network.settle();
    ask("group.remove", at("/home/Alice", {{"group", "Open"}, {"who", "bobby"}}));
    EXPECT_EQ(fail_name("group.join", at("/home/Bob", {{"link", "mayfly-group:x"}})), "bad_link");
}

}  // namespace
}  // namespace mayfly::rpc
