#include "core/conversation_state.h"
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

TEST_F(ServerTest, group_is_made_and_changed_with_all_its_rules) {
    const std::string picture = to_base64url(as_bytes("an image"));
    ask("group.create", {{"name", "Choir"},
                         {"room", true},
                         {"topic", "Mondays"},
                         {"avatar", picture},
                         {"expire_seconds", 600},
                         {"expire_seconds_max", 3600},
                         {"burn_seconds", 20},
                         {"burn_seconds_max", 60},
                         {"receipts", true},
                         {"typing", true},
                         {"moderators_write_only", true}});
    const auto choir = [&] {
        Json all = ask("conversations");
        for (Json& each : all["conversations"]) {
            if (each["title"] == "Choir") return std::move(each);
        }
        return Json::object();
    };
    Json made = choir();
    EXPECT_EQ(made["topic"], "Mondays");
    EXPECT_EQ(made["expire_seconds"], 600);
    EXPECT_EQ(made["expire_seconds_max"], 3600);
    EXPECT_EQ(made["burn_seconds"], 20);
    EXPECT_EQ(made["burn_seconds_max"], 60);
    for (const char* on : {"receipts", "typing", "moderators_write_only", "has_avatar"}) {
        EXPECT_EQ(made[on], true) << on;
    }
    EXPECT_EQ(ask("group.avatar", {{"group", "Choir"}})["avatar"], picture);
    ask("group.change", {{"group", "Choir"},
                         {"avatar", ""},
                         {"expire_seconds_max", 300},
                         {"burn_seconds_max", 0},
                         {"burn_seconds", 0},
                         {"receipts", false},
                         {"typing", false},
                         {"moderators_write_only", false}});
    made = choir();
    EXPECT_EQ(made["topic"], "Mondays") << "what is not given stays";
    EXPECT_EQ(made["expire_seconds"], 300) << "the default follows the limit down";
    EXPECT_EQ(made["expire_seconds_max"], 300);
    EXPECT_EQ(made["burn_seconds"], 0);
    EXPECT_EQ(made["burn_seconds_max"], 0);
    for (const char* off : {"receipts", "typing", "moderators_write_only", "has_avatar"}) {
        EXPECT_EQ(made[off], false) << off;
    }
    EXPECT_EQ(fail_name("group.change", {{"group", "Choir"}, {"expire_seconds", 301}}),
              "bad_duration");
    EXPECT_EQ(fail_name("group.change", {{"group", "Choir"}, {"avatar", "?"}}), "invalid_argument");
    const std::string large = to_base64url(Bytes(core::avatar_size_bytes_max + 1));
    EXPECT_EQ(fail_name("group.create", {{"name", "Big"}, {"avatar", large}}), "input_too_large");
}

TEST_F(ServerTest, moderators_give_and_take_roles) {
    serve(*pair.bob);
    const auto at_alice = [](Json params) {
        params["account"] = "/home/Alice";
        return params;
    };
    ask("group.create", at_alice({{"name", "Staff"}}));
    ask("group.invite", at_alice({{"group", "Staff"}, {"who", "bobby"}}));
    network.until([&] { return !pair.bob->messenger().offers().empty(); });
    ask("group.accept", {{"account", "/home/Bob"}, {"offer", "Staff"}});
    network.settle();
    const auto bob = [&] {
        Json all = ask("group.members", at_alice({{"group", "Staff"}}));
        for (Json& each : all["members"]) {
            if (each["is_self"] == false) return std::move(each);
        }
        return Json::object();
    };
    const auto set = [&](const char* method, bool on) {
        ask(method, at_alice({{"group", "Staff"}, {"who", "bobby"}, {"on", on}}));
        network.settle();
    };
    set("group.reader", true);
    EXPECT_EQ(bob()["is_reader"], true);
    EXPECT_EQ(bob()["may_write"], false);
    const Json from_bob{{"account", "/home/Bob"}, {"who", "Staff"}, {"text", "may I?"}};
    EXPECT_EQ(fail_name("send", from_bob), "not_authorized");
    set("group.reader", false);
    EXPECT_EQ(bob()["is_reader"], false);
    ask("send", from_bob);
    set("group.moderator", true);
    EXPECT_EQ(bob()["is_moderator"], true);
    set("group.moderator", false);
    EXPECT_EQ(bob()["is_moderator"], false);
    EXPECT_EQ(
        fail_name("group.moderator",
                  {{"account", "/home/Bob"}, {"group", "Staff"}, {"who", "Alice"}, {"on", false}}),
        "not_authorized");
    EXPECT_EQ(
        fail_name("group.reader", at_alice({{"group", "Staff"}, {"who", "nobody"}, {"on", true}})),
        "unknown_contact");
}

}  // namespace
}  // namespace mayfly::rpc
