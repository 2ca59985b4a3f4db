// One relay and one client as the simulator runs them: the real state machines on simulated disks,
// driven exactly as the real hosts drive them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/memory_store_port.h"
#include "core/messenger.h"
#include "crypto/seeded_entropy.h"
#include "relay/memory_store.h"
#include "relay/relay.h"
#include "tests/sim/random.h"
#include "tests/sim/scheduler.h"

namespace mayfly::sim {

class World;
using LinkId = uint64_t;

// SimRelay: steps share a sync, as in src/relay_net; what they send leaves only after it. A crash
// loses all that was not synced, and with it everything that was not sent.
class SimRelay {
  public:
    SimRelay(World& world, size_t index, Duration skew);

    const std::string& address() const { return address_; }
    size_t index() const { return index_; }
    bool up() const { return relay_.has_value(); }
    Time now() const;
    void input(relay::Input::Kind kind, LinkId link, Bytes frame = {});
    void crash();
    void start();

  private:
    void sync();
    void schedule_tick();

    World& world_;
    size_t index_;
    std::string address_;
    Duration skew_;
    relay::MemoryStore store_;
    crypto::SeededEntropy entropy_;
    std::optional<relay::Relay> relay_;
    uint64_t life_ = 0;  // events of an earlier life are ignored
    bool sync_scheduled_ = false;
    std::vector<relay::Send> unsynced_;
};

// SimClient: one device. Crashes fall before, at and after each write.
class SimClient {
  public:
    SimClient(World& world, size_t index, Duration skew);

    size_t index() const { return index_; }
    bool up() const { return messenger_.has_value(); }
    uint64_t life() const { return life_; }  // grows with each start and crash
    Time now() const;
    core::Messenger& messenger() { return *messenger_; }
    crypto::SeededEntropy& entropy() { return entropy_; }
    core::MemoryStorePort& store() { return store_; }

    void start();
    void crash();
    void forget_everything();  // a fresh home
    // perform does what a host does with effects; false when the device crashed on the way.
    bool perform(core::Effects effects);

    void link_up(const std::string& relay, LinkId link);
    void link_down(const std::string& relay, LinkId link, Error why);
    void frame(const std::string& relay, LinkId link, BytesView frame);

    // Results of operations that ended since the device last started.
    std::map<core::OperationId, Status> ended;

  private:
    void schedule_timer();
    void network_effect(const core::NetworkEffect& effect);

    World& world_;
    size_t index_;
    Duration skew_;
    core::MemoryStorePort store_;
    crypto::SeededEntropy entropy_;
    std::optional<core::Messenger> messenger_;
    std::map<std::string, LinkId> links_;
    uint64_t life_ = 0;
    std::optional<Time> timer_;  // device time at which a timer event is scheduled
};

}  // namespace mayfly::sim
