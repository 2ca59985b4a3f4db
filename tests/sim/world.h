// The simulated world: clients and relays on a network that delays, cuts, duplicates and
// partitions, with clocks that disagree and disks that lose what was not synced. Everything follows
// from a seed.
//
// A connection is TLS over TCP, so frames of one connection keep their order and are lost only with
// the connection's tail; reordering happens between connections and devices, duplication by frames
// that the network repeats (as a client that repeats a request would) and by redelivery.
#pragma once

#include <memory>

#include "tests/sim/ledger.h"
#include "tests/sim/nodes.h"

namespace mayfly::sim {

constexpr Duration skew_max = Duration::seconds(90);

struct Faults {  // probabilities
    double cut_per_frame = 0;
    double duplicate_frame = 0;
    double client_crash_per_write = 0;
    double client_disk_failure_per_write = 0;
    double relay_crash_per_step = 0;
    double relay_disk_failure_per_sync = 0;
};

class World {
  public:
    World(uint64_t seed, bool trace);

    Scheduler scheduler;
    Random random;
    Ledger ledger;
    Faults faults;
    std::vector<std::unique_ptr<SimRelay>> relays;
    std::vector<std::unique_ptr<SimClient>> clients;

    uint64_t seed() const { return seed_; }
    void add_relay();
    void add_client();
    bool tracing() const { return trace_; }
    void trace(const std::string& text) const;

    // --- network ---
    LinkId connect(SimClient& client, const std::string& relay);
    void close(LinkId link);  // by either end, or by a fault: the tail is lost
    void close_all(const SimRelay& relay);
    void close_all(const SimClient& client);
    void send_to_relay(LinkId link, Bytes frame);
    void send_to_client(LinkId link, Bytes frame, bool close_after);
    void partition(size_t client, size_t relay, bool parted);
    void start_trouble();  // faults of some kinds, chosen by the dice
    void heal();           // no partitions, no faults, everything up

  private:
    struct Link {
        SimClient* client;
        SimRelay* relay;
        bool open = false;
        Time last_to_relay;
        Time last_to_client;
    };
    Duration latency();
    void establish(LinkId link);
    void tell_down(LinkId link, Error why);

    uint64_t seed_;
    bool trace_;
    std::map<LinkId, Link> links_;
    LinkId next_link_ = 1;
    std::set<std::pair<size_t, size_t>> parted_;  // client, relay
};

}  // namespace mayfly::sim
