// RelayDriver: a Relay on a MemoryStore, driven as its host drives it. For unit tests.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "crypto/seeded_entropy.h"
#include "crypto/signature.h"
#include "relay/memory_store.h"
#include "relay/relay.h"
#include "wire/account_record.h"

namespace mayfly::relay {

template <class Id>
Id id_of(uint64_t number) {
    Id id;
    for (size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<uint8_t>(number >> (8 * i));
    return id;
}

struct KeyPair {
    crypto::SignatureKeyPair pair;
    wire::PublicKey public_key;
    wire::Signature sign(BytesView message) const;
};
KeyPair key_pair_of(uint64_t seed);

class RelayDriver {
  public:
    explicit RelayDriver(RelayConfig config = {}) : config_(std::move(config)) { restart(); }

    MemoryStore store;
    crypto::SeededEntropy entropy{1};
    Time now{1'700'000'000'000};
    std::vector<Push> pushes;

    Relay& relay() { return *relay_; }
    // restart is a new process on what was durable.
    void restart();
    ConnectionId connect(Bytes ip_prefix = {});
    void disconnect(ConnectionId connection);
    void tick();
    void pass(Duration duration) { now = now + duration; }

    // step carries out one input with its writes and keeps what it sends. When the store refuses,
    // it keeps what unwind says.
    void step(Input input);
    void send_frame(ConnectionId connection, Bytes frame);
    // ask sends one request and gives its answer.
    wire::ReplyBody ask(ConnectionId connection, wire::RequestBody body);
    // status_of is `ok` for any answer but Failed.
    wire::ReplyStatus status(ConnectionId connection, wire::RequestBody body);
    // pushed takes what came without a request.
    std::vector<wire::RelayFrame> pushed(ConnectionId connection);
    std::vector<wire::Delivery> deliveries(ConnectionId connection);
    bool closed(ConnectionId connection) const { return closed_.contains(connection.value); }

    ConnectionId greeted();  // connected, Hello done
    wire::ReplyStatus open_queue(ConnectionId connection, uint64_t seed, BytesView invite = {});
    static wire::QueueId queue_of(uint64_t seed);
    // device is a connection with the queue of `seed` open and address id_of<Token>(seed).
    ConnectionId device(uint64_t seed);

  private:
    void keep(std::vector<Send> sends);

    RelayConfig config_;
    std::optional<Relay> relay_;
    uint64_t next_connection_ = 1;
    uint32_t next_request_ = 1;
    std::map<uint64_t, std::vector<wire::RelayFrame>> inbox_;
    std::map<uint64_t, std::array<uint8_t, 32>> nonces_;
    std::map<uint64_t, bool> closed_;
};

}  // namespace mayfly::relay
