// What a relay appends a second: requests through step, apply and sync on RocksDB, as its host does
// it, in groups that share one sync. Beside the stores measured in the anchors.
#include <stdlib.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "crypto/seeded_entropy.h"
#include "crypto/signature.h"
#include "relay/relay.h"
#include "relay_store/rocksdb_store.h"

namespace mayfly::relay {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t payload_size_bytes = 1024;
constexpr uint64_t queue_count = 3'000;
// A room, and the devices of 1,000 members.
constexpr std::array<uint32_t, 2> fan_out_sizes = {100, queue_count};
constexpr auto measured_at_least = std::chrono::seconds(3);

template <class Id>
Id id_of(uint64_t number) {
    Id id;
    for (size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<uint8_t>(number >> (8 * i));
    return id;
}

RelayConfig unlimited() {
    RelayConfig config;
    constexpr RateLimit none{1'000'000'000, 1'000'000'000};
    config.rates = {none, none, none, none, none};
    return config;
}

class Host {
  public:
    explicit Host(const std::string& directory)
        : store_(relay_store::RocksDbStore::open(directory).value()), relay_(*store_, unlimited()) {
        Input connected;
        connected.kind = Input::Kind::connected;
        connected.connection = client_;
        step(connected);
        ask(wire::Hello{{wire::protocol_version}});
        for (uint64_t i = 0; i < queue_count; ++i) {
            open_queue(i);
            // A queue that is open here would be delivered to: lose it to another connection.
            Input again = connected;
            again.kind = Input::Kind::disconnected;
            step(again);
            step(connected);
            ask(wire::Hello{{wire::protocol_version}});
        }
        open_queue(queue_count);
        for (const uint32_t size : fan_out_sizes) {
            wire::ChannelCreate create;
            create.channel = id_of<wire::ChannelId>(size);
            create.write_token_hash = wire::token_hash_of({});
            for (uint32_t i = 0; i < size; ++i) {
                create.fan_out.push_back({i, {"", id_of<wire::Token>(i)}});
            }
            ask(create);
        }
        sync();
    }
    void put() {
        const auto token = id_of<wire::Token>(next_++ % queue_count);
        ask(wire::Put{id_of<wire::MessageId>(next_), token, 0, payload_});
    }
    void send(uint32_t fan_out_size) {
        ask(wire::ChannelSend{id_of<wire::ChannelId>(fan_out_size),
                              {},
                              {},
                              id_of<wire::MessageId>(next_++),
                              0,
                              payload_});
    }
    void put_bare_row() {
        StoreBatch batch;
        batch.put(codec::encode(++next_), payload_);
        MAYFLY_ASSERT(store_->apply(batch).ok());
    }
    void sync() { MAYFLY_ASSERT(store_->sync().ok()); }

  private:
    void open_queue(uint64_t number) {
        crypto::SeededEntropy seed(number);
        const auto pair = crypto::signature_generate(crypto::SignatureId::ed25519, seed);
        const auto key = *wire::PublicKey::from(pair->public_key);
        const auto proof = crypto::sign(crypto::SignatureId::ed25519, pair->private_key,
                                        wire::queue_proof_to_sign(nonce_, key));
        ask(wire::QueueOpen{key, *wire::Signature::from(*proof), {}});
        const auto hash = wire::token_hash_of(id_of<wire::Token>(number));
        ask(wire::AddressAdd{wire::queue_id_of(key), hash});
    }
    void ask(wire::RequestBody body) {
        Input input;
        input.kind = Input::Kind::frame;
        input.connection = client_;
        input.frame = wire::encode_frame(wire::ClientFrame{1, std::move(body)});
        step(input);
    }
    void step(const Input& input) {
        Effects effects = relay_.step(input, now_, entropy_);
        MAYFLY_ASSERT(effects.writes.empty() || store_->apply(effects.writes).ok());
        if (input.kind != Input::Kind::frame) return;
        const auto frame = wire::decode_relay_frame(effects.sends.at(0).frame);
        MAYFLY_ASSERT(frame.ok() && !std::holds_alternative<wire::Failed>(frame->body));
        if (const auto* hello = std::get_if<wire::HelloReply>(&frame->body)) nonce_ = hello->nonce;
    }

    std::unique_ptr<relay_store::RocksDbStore> store_;
    Relay relay_;
    crypto::SeededEntropy entropy_{1};
    Time now_{1'700'000'000'000};
    ConnectionId client_{1};
    std::array<uint8_t, 32> nonce_{};
    Bytes payload_ = random_payload();
    uint64_t next_ = 0;

    static Bytes random_payload() {
        crypto::SeededEntropy entropy(2);
        Bytes out(payload_size_bytes);
        entropy.fill(out);
        return out;
    }
};

struct Figure {
    double per_second = 0;
    double cpu_us = 0;  // of all threads, a request
};

// measure runs groups of `group` requests with a sync behind each.
template <class Request>
Figure measure(Host& host, size_t group, Request request) {
    size_t count = 0;
    const auto start = Steady::now();
    const std::clock_t cpu_start = std::clock();
    while (Steady::now() - start < measured_at_least) {
        for (size_t i = 0; i < group; ++i) request(host);
        host.sync();
        count += group;
    }
    const double cpu_s = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    const double wall_s = std::chrono::duration<double>(Steady::now() - start).count();
    return {static_cast<double>(count) / wall_s, cpu_s * 1e6 / static_cast<double>(count)};
}

template <class Request>
void print_row(Host& host, const char* what, Request request) {
    std::printf("%-46s", what);
    for (const size_t group : {1U, 32U, 256U}) {
        const Figure figure = measure(host, group, request);
        std::printf(" %9.0f (%4.0f us)", figure.per_second, figure.cpu_us);
        std::fflush(stdout);
    }
    std::printf("\n");
}

void print_anchor(const char* what, int one, int some, int many) {
    std::printf("%-46s %9d %19d %19d\n", what, one, some, many);
}

void run(const std::string& directory) {
    Host host(directory);
    std::printf("1 KB appends/s, synced (CPU each), groups of:  %9s %19s %19s\n", "1", "32", "256");
    print_row(host, "mayfly relay: step, apply, sync", [](Host& to) { to.put(); });
    print_row(host, "this run: the same store, one bare row", [](Host& to) { to.put_bare_row(); });
    print_anchor("anchor: RocksDB 7.8, one bare row", 3905, 58659, 139284);
    print_anchor("anchor: SQLite WAL, FULL", 2523, 4432, 4727);
    print_anchor("anchor: LMDB", 1581, 8233, 12675);
    for (const uint32_t size : fan_out_sizes) {
        const Figure sends = measure(host, 32, [size](Host& to) { to.send(size); });
        std::printf(
            "\nchannel messages to %u queues, groups of 32: %.0f/s, %.0f entries/s, %.1f us CPU "
            "an entry\n",
            size, sends.per_second, sends.per_second * size, sends.cpu_us / size);
    }
}

}  // namespace
}  // namespace mayfly::relay

int main(int argc, char** argv) {
    // An argument names where the store is made: the disk that is to be measured.
    std::string directory = std::string(argc > 1 ? argv[1] : "/var/tmp") + "/mayfly-bench-XXXXXX";
    MAYFLY_ASSERT(mkdtemp(directory.data()) != nullptr);
    mayfly::relay::run(directory);
    std::filesystem::remove_all(directory);
    return 0;
}
