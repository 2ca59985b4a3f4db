// Connections: who is connected, which queues they opened, what they have not acknowledged. All of
// it is lost with the process, and made again when clients reconnect.
#pragma once

#include <deque>
#include <map>
#include <unordered_map>

#include "relay/relay.h"

namespace mayfly::relay {

struct Unacknowledged {
    wire::Sequence sequence;
    size_t size_bytes = 0;
};

struct OpenQueue {
    wire::Sequence last_sent;      // highest sequence delivered on this connection
    wire::Sequence waiting_up_to;  // the newest entry when the queue was opened
    bool caught_up = false;        // QueueCaughtUp was sent
    bool held_back = false;        // entries wait for room in the window
    std::deque<Unacknowledged> window;
};

struct Connection {
    bool greeted = false;
    std::array<uint8_t, 32> nonce{};
    Bytes ip_prefix;
    Bucket requests;
    Bucket creations;
    std::map<wire::QueueId, OpenQueue> queues;
    size_t window_entries = 0;
    size_t window_size_bytes = 0;

    bool window_is_full() const {
        return window_entries >= window_entries_max || window_size_bytes >= window_size_bytes_max;
    }
    void extend_window(OpenQueue& queue, wire::Sequence sequence, size_t size_bytes);
    // acknowledge drops what is up to `up_to` from the window, take_back what is from `from` on.
    void acknowledge(OpenQueue& queue, wire::Sequence up_to);
    void take_back(OpenQueue& queue, wire::Sequence from);
};

class Connections {
  public:
    Connection* find(ConnectionId id);
    void add(ConnectionId id, Bytes ip_prefix);
    void remove(ConnectionId id);
    // open gives the queue to this connection; the one that had it before, if any, is returned.
    std::optional<ConnectionId> open(ConnectionId id, const wire::QueueId& queue,
                                     wire::Sequence acknowledged, wire::Sequence newest);
    void close(ConnectionId id, const wire::QueueId& queue);
    std::optional<ConnectionId> owner(const wire::QueueId& queue) const;
    std::vector<ConnectionId> ids() const;

  private:
    std::unordered_map<uint64_t, Connection> by_id_;
    std::unordered_map<wire::QueueId, ConnectionId> owners_;
};

}  // namespace mayfly::relay
