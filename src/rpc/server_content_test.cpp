// What is said besides plain texts, and of conversations, through the RPC.
#include "rpc/server_test_support.h"

namespace mayfly::rpc {
namespace {

class ServerContent : public ServerTest {
  protected:
    void SetUp() override {
        ServerTest::SetUp();
        serve(*pair.bob);
    }
    static Json at(const char* home, Json params) {
        params["account"] = home;
        return params;
    }
    Json alice(const char* method, Json params) {
        const Json result = ask(method, at("/home/Alice", std::move(params)));
        network.pass(Duration::seconds(1));
        return result;
    }
    Json bob(const char* method, Json params) {
        const Json result = ask(method, at("/home/Bob", std::move(params)));
        network.pass(Duration::seconds(1));
        return result;
    }
    Json shown(const Json& id) { return alice("message", {{"id", id}}); }
};

TEST_F(ServerContent, texts_are_answered_reacted_to_and_edited) {
    ask("subscribe", {{"events", Json::array({"changed"})}});
    const Json first = alice("send", {{"who", "bobby"}, {"text", "at five, @bobby?"}});
    const Json answer = bob("send", {{"who", "alice"}, {"text", "yes"}, {"reply_to", first["id"]}});
    bob("react", {{"id", first["id"]}, {"emoji", "\xf0\x9f\x91\x8d"}});
    alice("edit", {{"id", first["id"]}, {"text", "at six, @bobby?"}});
    EXPECT_FALSE(notifications(client, "changed").empty());
    const Json message = shown(first["id"]);
    const Json who = ask("whoami", at("/home/Bob", Json::object()))["account"];
    EXPECT_EQ(message["content"], "text");
    EXPECT_EQ(message["text"], "at six, @bobby?");
    EXPECT_EQ(message["edited"], true);
    EXPECT_EQ(message["mentions"][0]["account"], who);
    EXPECT_EQ(message["reactions"][0]["by"], Json::array({who}));
    const Json reply = shown(answer["id"]);
    EXPECT_EQ(reply["reply_to"], first["id"]);
    EXPECT_EQ(reply["quote"]["text"], "at six, @bobby?");
    bob("react", {{"id", first["id"]}, {"emoji", "\xf0\x9f\x91\x8d"}, {"remove", true}});
    EXPECT_FALSE(shown(first["id"]).contains("reactions"));
    alice("burn", {{"id", first["id"]}});
    EXPECT_EQ(shown(answer["id"])["quote"], Json({{"alive", false}}));
    EXPECT_EQ(fail_name("react", at("/home/Alice", {{"id", answer["id"]}, {"emoji", "no"}})),
              "invalid_argument");
}

TEST_F(ServerContent, polls_places_and_cards_are_sent) {
    const Json poll = alice(
        "poll",
        {{"who", "bobby"}, {"question", "Where?"}, {"options", Json::array({"pier", "mill"})}});
    bob("vote", {{"id", poll["id"]}, {"choices", Json::array({2})}});
    const Json counted = shown(poll["id"])["poll"];
    EXPECT_EQ(counted["counts"], Json::array({0, 1}));
    EXPECT_EQ(counted["own_choices"], Json::array());
    EXPECT_EQ(bob("message", {{"id", poll["id"]}})["poll"]["own_choices"], Json::array({2}));
    for (const Json& bad : {Json::array({3}), Json::array({1, 2}), Json::array({1, 1})}) {
        EXPECT_EQ(fail_name("vote", at("/home/Bob", {{"id", poll["id"]}, {"choices", bad}})),
                  "invalid_argument")
            << write_json(bad);
    }
    bob("vote", {{"id", poll["id"]}, {"choices", Json::array()}});
    EXPECT_EQ(shown(poll["id"])["poll"]["voters"], 0);
    const Json place = alice(
        "location",
        {{"who", "bobby"}, {"latitude", "52.5163"}, {"longitude", "-13.3777"}, {"label", "gate"}});
    EXPECT_EQ(shown(place["id"])["location"]["longitude"], "-13.3777000");
    const Json card = alice("card", {{"who", "bobby"}, {"other", "bobby"}});
    EXPECT_EQ(shown(card["id"])["content"], "card");
    const Json picture = alice("screenshot", {{"who", "bobby"}});
    EXPECT_EQ(shown(picture["id"])["content"], "screenshot");
    EXPECT_EQ(alice("search", {{"words", "MILL"}, {"in", "bobby"}})["messages"][0]["id"],
              poll["id"]);
    EXPECT_EQ(
        fail_name("location",
                  at("/home/Alice", {{"who", "bobby"}, {"latitude", "north"}, {"longitude", "1"}})),
        "invalid_argument");
}

TEST_F(ServerContent, settings_hold_for_both_and_the_rest_for_this_device) {
    ask("subscribe", {{"events", Json::array({"typing"})}});
    const Json agreed = alice("settings", {{"who", "bobby"},
                                           {"expire_seconds", 3600},
                                           {"burn_seconds", 30},
                                           {"receipts", true},
                                           {"typing", true}});
    EXPECT_EQ(agreed["burn_seconds"], 30);
    EXPECT_EQ(bob("settings", {{"who", "alice"}}), agreed);
    const Json usual = bob("send", {{"who", "alice"}, {"text", "usual"}});
    EXPECT_EQ(shown(usual["id"])["burn_seconds"], 30);
    EXPECT_GT(bob("message", {{"id", usual["id"]}})["receipts"][0]["delivered_at"], 0);
    const Json kept = bob("send", {{"who", "alice"}, {"text", "kept"}, {"burn_seconds", 0}});
    EXPECT_EQ(shown(kept["id"])["burn_seconds"], 0);
    bob("typing", {{"who", "alice"}, {"active", true}});
    const auto typing = notifications(client, "typing");
    ASSERT_EQ(typing.size(), 1U);
    EXPECT_EQ(typing[0]["active"], true);
    EXPECT_GT(alice("mute", {{"who", "bobby"}})["muted_until"], network.now.ms);
    EXPECT_EQ(alice("mute", {{"who", "bobby"}, {"until", 0}})["muted_until"], 0);
    EXPECT_EQ(alice("archive", {{"who", "bobby"}, {"on", true}})["archived"], true);
    EXPECT_EQ(alice("pin", {{"who", "bobby"}, {"on", true}})["archived"], true);
    EXPECT_EQ(alice("pin", {{"who", "bobby"}, {"on", false}})["pinned"], false);
    alice("draft", {{"who", "bobby"}, {"text", "later"}});
    EXPECT_EQ(alice("draft", {{"who", "bobby"}})["text"], "later");
    alice("send", {{"who", "bobby"}, {"text", "later"}});
    EXPECT_EQ(alice("draft", {{"who", "bobby"}})["text"], "");
}

}  // namespace
}  // namespace mayfly::rpc
