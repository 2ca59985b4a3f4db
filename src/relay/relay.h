// The relay as a state machine: no I/O, no clock, no randomness of its own. It knows queues,
// channels, records, key packages, vaults and blobs, never people's conversations.
//
// The host feeds one Input at a time to step, applies effects.writes to the store before the next
// step, and releases effects.sends and effects.pushes only after a sync that covers them
// (relay_store.h). step reads the store through the port; it never writes it.
#pragma once

#include <memory>
#include <string>

#include "relay/limits.h"
#include "relay/relay_store.h"
#include "util/entropy.h"
#include "util/time.h"
#include "wire/protocol.h"

namespace mayfly::relay {

struct ConnectionId {
    uint64_t value = 0;
    auto operator<=>(const ConnectionId&) const = default;
};

struct RelayConfig {
    wire::Registration registration = wire::Registration::open;
    Duration ttl_max = wire::message_ttl_default;
    // Canonical texts under which clients name this relay (with and without fingerprint, ...).
    // Addresses and handles at any of them are ours.
    std::vector<std::string> own_addresses;
    RateLimits rates;
    uint64_t blob_total_size_bytes_max = blob_total_size_bytes_default;
    // Public key that push services know this relay by; none: it sends no pushes.
    std::optional<wire::PushKey> push_key;
};

struct Input {
    enum class Kind : uint8_t { connected, frame, disconnected, tick, push_gone };
    Kind kind = Kind::tick;
    ConnectionId connection;
    Bytes frame;          // kind frame: one WebSocket message; push_gone: the endpoint
    Bytes ip_prefix;      // kind connected: /24 or /48 of the peer, for rate limits; may be empty
    wire::QueueId queue;  // kind push_gone: the push service knows the endpoint no more
};

struct Send {
    ConnectionId connection;
    Bytes frame;         // empty: none
    bool close = false;  // after the frame
};

// Push is a request to a push service to wake the device of a queue.
struct Push {
    wire::QueueId queue;
    std::string endpoint;
    wire::PushKey p256dh;
    wire::PushAuth auth;
    uint64_t expires_at_ms = 0;  // of what waits: later there is nothing to wake for
};

struct Effects {
    StoreBatch writes;
    std::vector<Send> sends;
    std::vector<Push> pushes;
};

class Relay {
  public:
    Relay(RelayStore& store, RelayConfig config);
    Relay(Relay&&) noexcept;
    ~Relay();

    // step never fails: a bad frame is answered or closes its connection; a store error is
    // answered.
    Effects step(const Input& input, Time now, Entropy& entropy);
    // unwind gives what to send in place of `effects` whose writes did not become durable (apply or
    // the sync that was to cover them failed with `why`): answers turn into Failed, deliveries are
    // taken back and come again with a later step. Call it for each such step, even when it sent
    // nothing.
    std::vector<Send> unwind(std::vector<Send> sends, Error why);
    // create_invite adds one unused invite code to the batch; the code is text for a person.
    static std::string create_invite(StoreBatch& batch, Entropy& entropy);
    // next_tick is when the host should send a tick at the latest (expiry of entries).
    Time next_tick() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mayfly::relay
