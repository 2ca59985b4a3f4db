// A Server over the test network: alice's account is served, bob writes from outside.
#pragma once

#include "core/network_test_support.h"
#include "rpc/server.h"

namespace mayfly::rpc {

class TestPort final : public AccountPort {
  public:
    explicit TestPort(core::TestClient& client) : client_(client) {}
    core::Messenger* messenger() override { return away ? nullptr : &client_.messenger(); }
    Status perform(core::Effects effects) override {
        ENSURE(client_.run(std::move(effects)), storage_failed);
        return {};
    }
    Entropy& entropy() override { return client_.entropy(); }
    core::FilePort* files() override { return &client_.files; }
    bool is_file_name(std::string_view name) const override { return name.starts_with('/'); }

    bool away = false;

  private:
    core::TestClient& client_;
};

class ServerTest : public ::testing::Test {
  protected:
    void serve(core::TestClient& person) {
        ports.push_back(std::make_unique<TestPort>(person));
        const AccountIndex index = server.add_account(*ports.back(), "/home/" + person.name);
        person.on_event = [this, index](const core::Event& event) {
            server.on_event(index, event, network.now);
        };
    }
    void SetUp() override {
        pair = core::make_pair(network);
        serve(*pair.alice);
        client = *server.add_client();
    }

    // read moves what waits for a client to `seen`.
    void read(ClientId from) {
        while (auto line = server.next_line(from, network.now)) {
            auto parsed = parse_json(as_bytes(view_of(*line)));
            ASSERT_TRUE(parsed.ok()) << *line;
            seen[from].push_back(std::move(*parsed));
        }
    }
    void say(std::string_view line) { server.receive(client, as_bytes(line), network.now); }
    // take gives the first line that answers the id, after letting time pass until it is there.
    std::optional<Json> take(ClientId from, const Json& id) {
        std::optional<Json> found;
        network.until([&] {
            server.on_timer(network.now);
            read(from);
            for (auto line = seen[from].begin(); line != seen[from].end() && !found; ++line) {
                if (!line->is_object() || line->value("id", Json()) != id) continue;
                found = std::move(*line);
                seen[from].erase(line);
                break;
            }
            return found.has_value();
        });
        return found;
    }
    int64_t begin(ClientId from, const char* method, Json params) {
        const int64_t id = ++last_id;
        const Json request{
            {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
        server.receive(from, as_bytes(view_of(write_json(request))), network.now);
        return id;
    }
    // ask gives a method's result, which must be as the schema says.
    Json ask(const char* method, Json params = Json::object()) {
        const auto response = take(client, begin(client, method, std::move(params)));
        EXPECT_TRUE(response && response->contains("result"))
            << method << ": " << (response ? write_json(*response) : "no answer");
        if (!response || !response->contains("result")) return Json::object();
        EXPECT_EQ(misfit(response->at("result"), find_method(method)->result, false), "") << method;
        return response->at("result");
    }
    // fail gives the error that a method ends with.
    Json fail(const char* method, Json params = Json::object()) {
        const auto response = take(client, begin(client, method, std::move(params)));
        EXPECT_TRUE(response && response->contains("error")) << method;
        if (!response || !response->contains("error")) return Json::object();
        return response->at("error");
    }
    std::string fail_name(const char* method, Json params = Json::object()) {
        const Json error = fail(method, std::move(params));
        return std::string(view_of(error.at("data").at("code").get_ref<const WipedString&>()));
    }
    // notifications takes those of one name that were read, and checks them against the schema.
    std::vector<Json> notifications(ClientId from, const char* name) {
        read(from);
        std::vector<Json> out;
        std::erase_if(seen[from], [&](const Json& line) {
            if (!line.is_object() || line.value("method", Json()) != name) return false;
            EXPECT_EQ(misfit(line.at("params"), find_event(name)->params, false), "") << name;
            out.push_back(line.at("params"));
            return true;
        });
        return out;
    }
    void bob_sends(const std::string& text) {
        const auto sent = pair.bob->send(pair.to_alice, text);
        ASSERT_TRUE(sent.ok());
        ASSERT_TRUE(network.finish(*pair.bob, *sent));
        network.settle();
    }

    core::TestNetwork network;
    core::Pair pair;
    std::vector<std::unique_ptr<TestPort>> ports;
    Server server;
    ClientId client = 0;
    std::map<ClientId, std::deque<Json>> seen;
    int64_t last_id = 0;
};

}  // namespace mayfly::rpc
