#include "rpc/server_test_support.h"

namespace mayfly::rpc {
namespace {

TEST_F(ServerTest, device_is_linked_listed_named_and_revoked) {
    serve(network.add_client("phone"));
    const auto at = [](const char* home, Json params = Json::object()) {
        params["account"] = home;
        return params;
    };
    ask("subscribe", {{"events", Json::array({"device_met", "device_linked"})}});
    const Json link =
        ask("device.link", at("/home/phone", {{"relay", json_text(core::test_relay)}}));
    begin(client, "device.add", at("/home/Alice", {{"link", link["link"]}}));
    std::vector<Json> met;
    network.until([&] {
        for (const Json& one : notifications(client, "device_met")) met.push_back(one);
        return met.size() == 2;
    });
    ASSERT_EQ(met.size(), 2U);
    EXPECT_EQ(met[0]["code"], met[1]["code"]);
    EXPECT_EQ(met[0]["code"].get_ref<const WipedString&>().size(), 6U);
    ask("device.confirm", at("/home/Alice"));
    ask("device.confirm", at("/home/phone"));
    network.until([&] { return !notifications(client, "device_linked").empty(); });
    network.until([&] { return pair.alice->messenger().devices()->size() == 2; });
    network.pass(Duration::seconds(30));
    ask("subscribe", {{"events", Json::array({"synced"})}});
    const Json sent =
        ask("send", at("/home/phone", {{"who", "bobby"}, {"text", "from the phone"}}));
    network.settle();
    const auto synced = notifications(client, "synced");
    ASSERT_EQ(synced.size(), 1U) << "only the other device is told";
    EXPECT_EQ(synced[0]["message"]["id"], sent["id"]);
    EXPECT_EQ(synced[0]["message"]["state"], "sent");
    const Json devices = ask("device.list", at("/home/Alice"))["devices"];
    ASSERT_EQ(devices.size(), 2U);
    const Json other = devices[0]["this"] == true ? devices[1] : devices[0];
    const Json named =
        ask("device.name", at("/home/Alice", {{"device", other["id"]}, {"name", "phone"}}));
    EXPECT_EQ(named["name"], "phone");
    EXPECT_EQ(ask("device.revoke", at("/home/Alice", {{"device", "phone"}}))["id"], other["id"]);
    EXPECT_EQ(fail_name("device.revoke", at("/home/Alice", {{"device", "toaster"}})),
              "unknown_device");
    EXPECT_EQ(
        fail_name("recover", at("/home/Alice", {{"kit", "no words"}, {"relay", "a.b"}})).empty(),
        false);
}

TEST_F(ServerTest, a_relay_without_pushes_is_listed_and_takes_no_subscription) {
    const Json relays = ask("push.list")["relays"];
    ASSERT_EQ(relays.size(), 1U);
    EXPECT_EQ(relays[0]["relay"], core::test_relay);
    EXPECT_EQ(relays[0]["connected"], true);
    EXPECT_EQ(relays[0]["key"], "");
    EXPECT_EQ(relays[0]["set"], false);
    Json set{{"relay", core::test_relay},
             {"endpoint", "https://push.example/1"},
             {"p256dh", json_text(to_base64url(Bytes(65, 4)))},
             {"auth", json_text(to_base64url(Bytes(16, 1)))}};
    EXPECT_EQ(fail_name("push.set", set), "not_authorized");
    ask("push.remove", {{"relay", core::test_relay}});
    Json short_key = set;
    short_key["auth"] = json_text(to_base64url(Bytes(15, 1)));
    EXPECT_EQ(fail_name("push.set", short_key), "invalid_argument");
    set["relay"] = "elsewhere.example";
    EXPECT_EQ(fail_name("push.set", set), "relay_unreachable");
}

}  // namespace
}  // namespace mayfly::rpc
