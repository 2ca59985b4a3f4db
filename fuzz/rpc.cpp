// deps: rpc core wire mls crypto
// max_len: 16384
//
// Arbitrary lines of two clients to a server over a live messenger, which now and then lends its
// home: every answer is JSON, and the store opens again.
#include "core/memory_store_port.h"
#include "crypto/seeded_entropy.h"
#include "rpc/server.h"

namespace mayfly::rpc {
namespace {

constexpr Time now{1'800'000'000'000};

class Port final : public AccountPort {
  public:
    explicit Port(core::MemoryStorePort rows) : store(std::move(rows)) {
        open_messenger.emplace(core::Messenger::open(store, now).value());
    }
    core::Messenger* messenger() override { return away ? nullptr : &*open_messenger; }
    Status perform(core::Effects effects) override {
        TRY(store.apply(effects.writes));
        for (const core::Event& event : effects.events) server->on_event(0, event, now);
        return {};
    }
    Entropy& entropy() override { return random; }

    crypto::SeededEntropy random{7};
    core::MemoryStorePort store;
    std::optional<core::Messenger> open_messenger;
    Server* server = nullptr;
    bool away = false;
};

core::MemoryStorePort account_store() {
    Port port{core::MemoryStorePort()};
    Server server;
    port.server = &server;
    core::AccountOptions options;
    options.relays = {"relay.example"};
    auto created = port.open_messenger->create_account(options, now, port.random);
    MAYFLY_ASSERT(port.perform(std::move(created.value().effects)).ok());
    return std::move(port.store);
}

void read_all(Server& server, ClientId client) {
    while (const auto line = server.next_line(client, now)) {
        MAYFLY_ASSERT(line->find('\n') == WipedString::npos);
        MAYFLY_ASSERT(!Json::parse(line->begin(), line->end(), nullptr, false).is_discarded());
    }
}

void run(BytesView input) {
    static const core::MemoryStorePort rows = account_store();
    Port port(rows.snapshot());
    Server server;
    port.server = &server;
    server.add_account(port, "/home");
    const ClientId clients[2] = {*server.add_client(), *server.add_client()};
    std::string_view rest = as_text(input);
    for (size_t count = 0; !rest.empty() && count < 64; count++) {
        const size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
        if (line == "lend") {
            port.away = true;
            server.account_left(0);
        } else if (line == "back" && port.away) {
            port.away = false;
            server.account_returned(0, now);
        } else if (line == "later") {
            server.on_timer(now + core::expiration_max + core::expiration_max);
        } else {
            server.receive(clients[count % 2], as_bytes(line), now);
        }
        if (count % 8 == 7) read_all(server, clients[count % 2]);
    }
    for (const ClientId client : clients) read_all(server, client);
    MAYFLY_ASSERT(core::Messenger::open(port.store, now).ok());
}

}  // namespace
}  // namespace mayfly::rpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    mayfly::rpc::run({data, size_bytes});
    return 0;
}
