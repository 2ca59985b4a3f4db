#include "rpc/server_test_support.h"

namespace mayfly::rpc {
namespace {

using core::text_of;

Json ids_of(const std::vector<Json>& pushed) {
    Json ids = Json::array();
    for (const Json& params : pushed) ids.push_back(params.at("message").at("id"));
    return ids;
}

TEST_F(ServerTest, every_method_answers_as_its_schema_says) {
    EXPECT_EQ(ask("accounts")["accounts"].size(), 1U);
    EXPECT_EQ(ask("whoami")["name"], "Alice");
    EXPECT_EQ(ask("contact.list")["contacts"].size(), 1U);
    EXPECT_EQ(ask("status")["outbox_empty"], true);
    const Json sent = ask("send", {{"who", "bobby"}, {"text", "burns"}, {"burn_seconds", 30}});
    network.settle();
    EXPECT_EQ(ask("message", {{"id", sent["id"]}})["state"], "sent");
    EXPECT_EQ(ask("recall", {{"id", sent["id"]}})["id"], sent["id"]);
    bob_sends("hello");
    const Json waiting = ask("receive");
    ASSERT_EQ(waiting["messages"].size(), 1U);
    const Json id = waiting["messages"][0]["id"];
    EXPECT_EQ(ask("open", {{"id", id}})["state"], "opened");
    EXPECT_EQ(ask("messages", {{"who", "bobby"}})["messages"].size(), 1U);
    EXPECT_EQ(ask("burn", {{"id", id}})["id"], id);
    EXPECT_EQ(ask("messages", {{"who", "bobby"}})["messages"].size(), 0U);
    ask("ack", {{"ids", Json::array({id})}});
    pair.alice->go_offline();
    begin(client, "send", {{"who", "bobby"}, {"text", "later"}});
    const Json queued = ask("messages", {{"who", "bobby"}})["messages"][0];
    EXPECT_EQ(queued["state"], "queued");
    EXPECT_EQ(ask("withdraw", {{"id", queued["id"]}})["withdrawn"], true);
    EXPECT_EQ(ask("rpc.discover")["openrpc"], "1.2.6");
    EXPECT_EQ(ask("subscribe")["events"].size(), events().size());
    EXPECT_EQ(ask("unsubscribe")["events"].size(), 0U);
}

TEST_F(ServerTest, contacts_are_added_accepted_and_removed) {
    core::TestClient& carol = network.with_account("carol", "carol", {core::test_relay});
    core::TestClient& dave = network.with_account("dave", "dave", {core::test_relay});
    ask("subscribe", {{"events", Json::array({"request"})}});
    const Json added = ask("contact.add", {{"address", "carol@" + core::test_relay}});
    EXPECT_EQ(added["established"], false);
    EXPECT_EQ(added["account"], json_text(text_of(carol.messenger().account()->account)));
    ASSERT_TRUE(dave.add("alice@" + core::test_relay).ok());
    network.until([&] { return !pair.alice->messenger().requests().empty(); });
    const auto told = notifications(client, "request");
    ASSERT_EQ(told.size(), 1U);
    const Json requests = ask("contact.requests")["requests"];
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0], told[0].at("request"));
    EXPECT_EQ(ask("contact.accept", {{"id", requests[0]["id"]}})["established"], true);
    EXPECT_EQ(ask("contact.remove", {{"who", "dave"}})["account"], requests[0]["account"]);
    EXPECT_EQ(fail_name("contact.remove", {{"who", "dave"}}), "unknown_contact");
}

TEST_F(ServerTest, request_that_is_not_wanted_is_dropped) {
    core::TestClient& dave = network.with_account("dave", "dave", {core::test_relay});
    ASSERT_TRUE(dave.add("alice@" + core::test_relay).ok());
    network.until([&] { return !pair.alice->messenger().requests().empty(); });
    ask("contact.remove", {{"who", json_text(text_of(dave.messenger().account()->account))}});
    EXPECT_EQ(ask("contact.requests")["requests"].size(), 0U);
}

TEST_F(ServerTest, account_is_made_where_there_is_none) {
    core::TestClient& empty = network.add_client("empty");
    serve(empty);
    const Json made = ask("init", {{"account", "/home/empty"},
                                   {"relays", Json::array({json_text(core::test_relay)})},
                                   {"handle", "erin"}});
    EXPECT_FALSE(made["recovery_kit"].empty());
    EXPECT_EQ(ask("whoami", {{"account", made["account"]}})["address"], made["address"]);
    EXPECT_EQ(fail_name("init", {{"account", "/home/empty"}, {"relays", Json::array({"a.b"})}}),
              "account_exists");
}

TEST_F(ServerTest, malformed_requests_get_the_codes_of_the_standard) {
    const std::vector<std::pair<std::string, int>> cases{
        {"{", -32700},
        {"[]", -32600},
        {"17", -32600},
        {R"({"id":1,"method":"whoami"})", -32600},
        {R"({"jsonrpc":"2.0","id":1})", -32600},
        {R"({"jsonrpc":"2.0","id":{},"method":"whoami"})", -32600},
        {R"({"jsonrpc":"2.0","id":1,"method":"fly"})", -32601},
        {R"({"jsonrpc":"2.0","id":1,"method":"send","params":{"who":"bobby"}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"send","params":{"who":7,"text":"x"}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"whoami","params":{"how":"fast"}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"whoami","params":[1,2,3,4,5,6,7]})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"whoami","params":"alice"})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"events":["fly"]}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"receive","params":{"limit":0}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"receive","params":{"limit":1001}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"receive","params":{"limit":1.5}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"ack","params":{"ids":["a",1]}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"whoami","params":{"account":"eve"}})", -32602},
    };
    for (const auto& [line, code] : cases) {
        say(line);
        read(client);
        ASSERT_EQ(seen[client].size(), 1U) << line;
        EXPECT_EQ(seen[client][0]["error"]["code"], code) << line;
        seen[client].clear();
    }
    EXPECT_EQ(ask("whoami")["name"], "Alice");
}

TEST_F(ServerTest, errors_of_the_core_keep_their_names) {
    EXPECT_EQ(fail_name("send", {{"who", "eve"}, {"text", "x"}}), "unknown_contact");
    EXPECT_EQ(fail_name("send", {{"who", "bobby"}, {"text", ""}}), "invalid_argument");
    EXPECT_EQ(fail_name("send", {{"who", "bobby"}, {"text", std::string(65'537, 'x')}}),
              "text_too_large");
    EXPECT_EQ(fail_name("open", {{"id", "aaaaaaaa"}}), "unknown_message");
    EXPECT_EQ(fail_name("contact.add", {{"address", "nobody@" + core::test_relay}}),
              "unknown_record");
    EXPECT_EQ(fail_name("ack", {{"ids", Json::array({"x"})}}), "unknown_message");
    EXPECT_EQ(fail("send", {{"who", "eve"}, {"text", "x"}})["code"], -32000);
}

TEST_F(ServerTest, parameters_may_be_given_by_position) {
    say(R"({"jsonrpc":"2.0","id":"p","method":"send","params":["bobby","by position"]})");
    const auto response = take(client, "p");
    ASSERT_TRUE(response && response->contains("result"));
    network.settle();
    EXPECT_EQ(pair.bob->take().size(), 1U);
}

TEST_F(ServerTest, batch_is_answered_as_a_whole_when_its_last_request_has_ended) {
    say(R"([{"jsonrpc":"2.0","id":1,"method":"send","params":{"who":"bobby","text":"one"}},
            {"jsonrpc":"2.0","method":"send","params":{"who":"bobby","text":"silent"}},
            {"jsonrpc":"2.0","id":2,"method":"fly"}, 5,
            {"jsonrpc":"2.0","id":3,"method":"whoami"}])");
    read(client);
    EXPECT_TRUE(seen[client].empty());
    network.until([&] {
        read(client);
        return !seen[client].empty();
    });
    ASSERT_EQ(seen[client].size(), 1U);
    const Json& answers = seen[client][0];
    ASSERT_TRUE(answers.is_array());
    EXPECT_EQ(answers.size(), 4U);
    std::set<Json> ids;
    for (const Json& answer : answers) ids.insert(answer["id"]);
    EXPECT_EQ(ids, (std::set<Json>{1, 2, 3, nullptr}));
    network.settle();
    EXPECT_EQ(pair.bob->take().size(), 2U);
}

TEST_F(ServerTest, batch_of_notifications_gets_no_answer) {
    say(R"([{"jsonrpc":"2.0","method":"whoami"},{"jsonrpc":"2.0","method":"fly"}])");
    say(R"({"jsonrpc":"2.0","method":"send","params":{"who":"eve","text":"x"}})");
    read(client);
    EXPECT_TRUE(seen[client].empty());
}

TEST_F(ServerTest, message_comes_again_until_it_is_acknowledged) {
    bob_sends("one");
    ask("subscribe", {{"events", Json::array({"message"})}});
    bob_sends("two");
    const auto pushed = notifications(client, "message");
    ASSERT_EQ(pushed.size(), 2U);
    EXPECT_EQ(pushed[0]["message"]["text"], "one");
    // Another connection, as of a bot that died before it could acknowledge.
    server.remove_client(client);
    client = *server.add_client();
    ask("subscribe", {{"events", Json::array({"message"})}});
    EXPECT_EQ(ids_of(notifications(client, "message")), ids_of(pushed));
    ask("ack", {{"ids", Json::array({ids_of(pushed)[0]})}});
    EXPECT_EQ(ask("receive")["messages"].size(), 1U);
    pair.alice->restart();
    ask("ack", {{"ids", ids_of(pushed)}});
    EXPECT_EQ(ask("receive")["messages"].size(), 0U);
    EXPECT_TRUE(pair.alice->take().empty());
    EXPECT_EQ(ask("messages", {{"who", "bobby"}})["messages"].size(), 2U);
}

TEST_F(ServerTest, slow_client_loses_notifications_and_no_message) {
    ask("subscribe");
    const size_t count = pushed_messages_max + 20;
    for (size_t i = 0; i < count; i++) bob_sends(std::to_string(i));
    auto pushed = notifications(client, "message");
    EXPECT_EQ(pushed.size(), pushed_messages_max);
    std::vector<Json> all = pushed;
    ask("ack", {{"ids", ids_of(pushed)}});
    pushed = notifications(client, "message");
    all.insert(all.end(), pushed.begin(), pushed.end());
    ASSERT_EQ(all.size(), count);
    for (size_t i = 0; i < count; i++) EXPECT_EQ(all[i]["message"]["text"], std::to_string(i));

    // Nobody reads: what cannot be queued is counted, and messages wait.
    notifications(client, "lost");
    const core::LinkChanged change{"relay.example", true, std::nullopt};
    for (size_t i = 0; i < client_notifications_max + 7; i++) {
        server.on_event(0, change, network.now);
    }
    bob_sends("after the flood");
    // What bob's message brought along besides is lost as well, and counted.
    read(client);
    const auto lost = notifications(client, "lost");
    ASSERT_EQ(lost.size(), 1U);
    EXPECT_GE(lost[0]["count"], 7);
    EXPECT_EQ(notifications(client, "link").size(), client_notifications_max);
    EXPECT_EQ(notifications(client, "message").size(), 1U);
}

TEST_F(ServerTest, messages_that_expire_unacknowledged_make_room_for_others) {
    for (size_t i = 0; i < pushed_messages_max; i++) {
        core::SendOptions options;
        options.expiration = Duration::minutes(5);
        ASSERT_TRUE(pair.bob->send(pair.to_alice, "short", options).ok());
    }
    network.settle();
    bob_sends("lives on");
    ask("subscribe", {{"events", Json::array({"message"})}});
    EXPECT_EQ(notifications(client, "message").size(), pushed_messages_max);
    network.pass(Duration::minutes(6));
    server.on_timer(network.now);
    const auto pushed = notifications(client, "message");
    ASSERT_EQ(pushed.size(), 1U);
    EXPECT_EQ(pushed[0]["message"]["text"], "lives on");
}

TEST_F(ServerTest, client_that_does_not_read_is_not_read_from) {
    const std::string text(60'000, 'x');
    for (int i = 0; i < 10; i++) bob_sends(text);
    size_t asked = 0;
    while (server.reads(client) && asked < 1000) {
        begin(client, "messages", {{"who", "bobby"}});
        asked++;
    }
    EXPECT_LT(asked, 20U);
    read(client);
    EXPECT_TRUE(server.reads(client));
}

TEST_F(ServerTest, list_of_messages_is_given_in_parts) {
    for (int i = 0; i < 5; i++) bob_sends(std::to_string(i));
    const Json first = ask("messages", {{"who", "bobby"}, {"limit", 2}});
    ASSERT_EQ(first["messages"].size(), 2U);
    EXPECT_EQ(first["more"], true);
    const Json rest = ask("messages", {{"who", "bobby"}, {"after", first["messages"][1]["id"]}});
    ASSERT_EQ(rest["messages"].size(), 3U);
    EXPECT_EQ(rest["messages"][0]["text"], "2");
    EXPECT_EQ(rest["more"], false);
    EXPECT_EQ(ask("receive", {{"limit", 5}})["more"], false);
    EXPECT_EQ(ask("receive", {{"limit", 4}})["more"], true);
    EXPECT_EQ(fail_name("messages", {{"who", "bobby"}, {"after", "gone"}}), "unknown_message");
}

TEST_F(ServerTest, request_ends_with_timed_out_and_the_message_can_be_withdrawn) {
    pair.alice->go_offline();
    const Json error =
        fail("send", {{"who", "bobby"}, {"text", "into the void"}, {"timeout_ms", 2000}});
    EXPECT_EQ(error["data"]["code"], "timed_out");
    const Json id = error["data"]["known"]["id"];
    EXPECT_EQ(ask("withdraw", {{"id", id}})["withdrawn"], true);
    EXPECT_FALSE(server.next_timer().has_value());
}

TEST_F(ServerTest, end_of_what_no_request_waits_for_is_told) {
    ask("subscribe", {{"events", Json::array({"operation_ended"})}});
    pair.alice->go_offline();
    fail("send", {{"who", "bobby"}, {"text", "late"}, {"timeout_ms", 1000}});
    pair.alice->go_online();
    network.until([&] { return pair.alice->messenger().outbox_empty(); });
    const auto ended = notifications(client, "operation_ended");
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0]["ok"], true);
}

TEST_F(ServerTest, requests_wait_while_the_home_is_lent) {
    ports[0]->away = true;
    server.account_left(0);
    const int64_t id = begin(client, "whoami", Json::object());
    read(client);
    EXPECT_TRUE(seen[client].empty());
    EXPECT_EQ(ask("accounts")["accounts"][0]["available"], false);
    ports[0]->away = false;
    server.account_returned(0, network.now);
    EXPECT_TRUE(take(client, id)->contains("result"));
}

TEST_F(ServerTest, what_is_under_way_when_the_home_is_lent_says_so) {
    pair.alice->go_offline();
    const int64_t id = begin(client, "send", {{"who", "bobby"}, {"text", "queued"}});
    EXPECT_TRUE(server.has_waiting(0));
    ports[0]->away = true;
    server.account_left(0);
    const auto response = take(client, id);
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ((*response)["error"]["data"]["code"], "store_locked");
    EXPECT_TRUE((*response)["error"]["data"]["known"].contains("id"));
    EXPECT_FALSE(server.has_waiting(0));
}

TEST_F(ServerTest, several_accounts_are_told_apart) {
    serve(*pair.bob);
    EXPECT_EQ(fail("whoami")["code"], -32602);
    EXPECT_EQ(ask("whoami", {{"account", "/home/Bob"}})["name"], "Bob");
    const Json alice = ask("accounts")["accounts"][0]["account"];
    EXPECT_EQ(ask("whoami", {{"account", alice}})["name"], "Alice");
    ask("subscribe", {{"events", Json::array({"message"})}, {"account", "/home/Bob"}});
    bob_sends("to alice");
    EXPECT_TRUE(notifications(client, "message").empty());
    ask("subscribe", {{"events", Json::array({"message"})}});
    const auto pushed = notifications(client, "message");
    ASSERT_EQ(pushed.size(), 1U);
    EXPECT_EQ(pushed[0]["account"], alice);
}

TEST_F(ServerTest, gone_and_link_are_told) {
    ask("subscribe", {{"events", Json::array({"gone", "link", "caught_up"})}});
    bob_sends("short");
    const Json id = ask("receive")["messages"][0]["id"];
    ask("ack", {{"ids", Json::array({id})}});
    ask("burn", {{"id", id}});
    const auto gone = notifications(client, "gone");
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0]["id"], id);
    pair.alice->go_offline();
    pair.alice->go_online();
    network.until([&] { return seen[client].size() > 2; }, Duration::minutes(5));
    read(client);
    EXPECT_FALSE(notifications(client, "link").empty());
    EXPECT_FALSE(notifications(client, "caught_up").empty());
}

TEST_F(ServerTest, clients_are_limited) {
    size_t more = 0;
    while (server.add_client()) more++;
    EXPECT_EQ(more, clients_max - 1);
    server.remove_client(client);
    EXPECT_TRUE(server.add_client().has_value());
}

TEST_F(ServerTest, requests_of_a_group_are_answered_when_it_is_durable) {
    server.begin_group();
    const int64_t sends = begin(client, "send", {{"who", "bobby"}, {"text", "in a group"}});
    const int64_t asks = begin(client, "whoami", Json::object());
    const int64_t fails = begin(client, "send", {{"who", "nobody"}, {"text", "x"}});
    read(client);
    ASSERT_EQ(seen[client].size(), 1U) << "only what wrote nothing";
    EXPECT_EQ(seen[client][0].at("id"), fails);
    server.end_group({}, network.now);
    read(client);
    EXPECT_EQ(take(client, asks)->at("result")["name"], "Alice");
    EXPECT_TRUE(take(client, sends).has_value());
}

TEST_F(ServerTest, requests_of_a_group_that_the_disk_refused_fail_with_its_error) {
    server.begin_group();
    const int64_t sends = begin(client, "send", {{"who", "bobby"}, {"text", "lost"}});
    const int64_t asks = begin(client, "whoami", Json::object());
    server.end_group(MAYFLY_ERROR(storage_full), network.now);
    for (const int64_t id : {sends, asks}) {
        const auto answered = take(client, id);
        ASSERT_TRUE(answered.has_value());
        EXPECT_EQ(answered->at("error").at("data").at("code"), "storage_full");
    }
    EXPECT_EQ(ask("status")["contacts"], 1) << "what comes later is a request of its own";
}

}  // namespace
}  // namespace mayfly::rpc
