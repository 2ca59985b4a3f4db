// Files through the RPC: sent, fetched, and what is refused.
#include "rpc/server_test_support.h"

namespace mayfly::rpc {
namespace {

class ServerFiles : public ServerTest {
  protected:
    void SetUp() override {
        ServerTest::SetUp();
        serve(*pair.bob);
        pair.alice->files.files["/heron.txt"] = to_bytes(as_bytes(content));
    }
    Json bob(const char* method, Json params) {
        params["account"] = "/home/Bob";
        return ask(method, std::move(params));
    }
    static Json from_alice(Json params) {
        params["account"] = "/home/Alice";
        return params;
    }
    Json sends(const char* method, Json params) {
        params["who"] = "bobby";
        const Json sent = ask(method, from_alice(std::move(params)));
        network.settle();
        return bob("message", {{"id", sent["id"]}});
    }

    const std::string content = std::string(700'000, 'h') + "eron";
};

TEST_F(ServerFiles, file_is_sent_and_fetched) {
    const Json message = sends(
        "send_file", {{"file", "/heron.txt"}, {"type", "text/plain"}, {"thumbnail", "aGVyb24"}});
    EXPECT_EQ(message["file_name"], "heron.txt");
    EXPECT_EQ(message["file_type"], "text/plain");
    EXPECT_EQ(message["file_size"], content.size());
    EXPECT_EQ(message["thumbnail"], "aGVyb24");
    const Json fetched = bob("download", {{"id", message["id"]}, {"to", "/copy.txt"}});
    EXPECT_EQ(fetched["handle"], "/copy.txt");
    EXPECT_EQ(fetched["size"], content.size());
    EXPECT_TRUE(equal(pair.bob->files.files["/copy.txt"], as_bytes(content)));
}

TEST_F(ServerFiles, voice_memo_says_how_long_it_is) {
    const Json message = sends(
        "send_voice",
        {{"file", "/heron.txt"}, {"name", "memo"}, {"type", "audio/webm"}, {"duration_ms", 4200}});
    EXPECT_EQ(message["file_name"], "memo");
    EXPECT_EQ(message["file_type"], "audio/webm");
    EXPECT_EQ(message["duration_ms"], 4200);
    EXPECT_EQ(fail_name("send_voice", from_alice({{"who", "bobby"}, {"file", "/heron.txt"}})),
              "malformed_input");
}

TEST_F(ServerFiles, what_names_no_file_is_refused) {
    const auto refused = [&](Json params) {
        params["who"] = "bobby";
        return fail_name("send_file", from_alice(std::move(params)));
    };
    EXPECT_EQ(refused({{"file", "heron.txt"}}), "invalid_argument");
    EXPECT_EQ(refused({{"file", "/nothing"}}), "file_unreadable");
    EXPECT_EQ(refused({{"file", "/heron.txt"}, {"thumbnail", "?"}}), "invalid_argument");
    const std::string large(40'000, 'A');
    EXPECT_EQ(refused({{"file", "/heron.txt"}, {"thumbnail", json_text(large)}}),
              "input_too_large");
    EXPECT_TRUE(pair.alice->messenger().outbox_empty());
    const Json message = sends("send_file", {{"file", "/heron.txt"}});
    const Json nowhere{{"id", message["id"]}, {"account", "/home/Bob"}};
    EXPECT_EQ(fail_name("download", nowhere), "invalid_argument");
    bob_sends("no file");
    const Json texts = ask("messages", from_alice({{"who", "bobby"}}))["messages"];
    EXPECT_EQ(
        fail_name("download", from_alice({{"id", texts[texts.size() - 1]["id"]}, {"to", "/copy"}})),
        "not_a_file");
}

}  // namespace
}  // namespace mayfly::rpc
