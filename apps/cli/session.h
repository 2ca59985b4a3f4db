// Session: one account at work. It holds the home's lock, the store, the messenger and the links,
// and keeps the order that the messenger asks for: writes first, then the network, then events.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "core/messenger.h"
#include "crypto/system_entropy.h"
#include "link/link.h"
#include "process.h"
#include "store/home_lock.h"
#include "store/sqlite_store.h"

namespace mayfly::cli {

// A follower notices within this time that another process wants the home.
constexpr Duration hand_over_check = Duration::milliseconds(50);

class Session {
  public:
    using EventHandler = std::function<void(const core::Event&)>;
    enum class Ended : uint8_t {
        done,         // the condition came true
        timed_out,    // the deadline passed
        interrupted,  // a signal asks us to stop
        untrusted,    // a relay showed another key than its address names
        wanted,       // another process waits for the home (only if asked for)
    };

    Session(std::string home, store::StoreKey key, const Interrupt& interrupt)
        : home_(std::move(home)), key_(std::move(key)), interrupt_(interrupt) {
        keep_out_of_swap(&key_, sizeof key_);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { close(); }

    // open takes the home's lock, waiting its turn, and reads the account. `wait` none: without
    // end, but until a signal. create makes an empty store in a home that has only its key.
    Status open(std::optional<Duration> wait);
    Status create();
    // go_online begins to connect to the relays.
    Status go_online();
    // sweep destroys what has expired while no process ran, for verbs that do not go online.
    Status sweep();
    // close ends connections, sending what is queued, closes the store and gives up the lock. open
    // may follow.
    void close();

    core::Messenger& messenger() { return *messenger_; }
    Entropy& entropy() { return entropy_; }
    void on_event(EventHandler handler) { on_event_ = std::move(handler); }

    // perform makes the writes durable, then lets the rest happen. After an error the session is
    // closed: memory may be ahead of the disk.
    Status perform(core::Effects effects);
    // run works until `done` says so or something else ends it. `deadline` is of monotonic_now.
    Result<Ended> run(const std::function<bool()>& done, std::optional<Time> deadline,
                      bool yield_home = false);

    // What is known of the relays since go_online.
    bool caught_up() const;  // every home relay that can be reached, and at least one
    bool reached_any() const { return !up_once_.empty(); }
    std::optional<core::LinkChanged> last_failure() const { return last_failure_; }

  private:
    Status step(std::optional<Time> deadline, bool yield_home);
    Status take_link_event(const link::LinkEvent& event);
    Status carry_out(const core::NetworkEffect& effect);
    void note(const core::Event& event);

    std::string home_;
    store::StoreKey key_;
    const Interrupt& interrupt_;
    crypto::SystemEntropy entropy_;
    std::optional<store::HomeLock> lock_;
    std::unique_ptr<store::SqliteStore> store_;
    std::optional<core::Messenger> messenger_;
    std::optional<link::Link> link_;
    std::set<std::string> connections_;
    std::set<std::string> up_once_;
    std::set<std::string> caught_up_;
    std::set<std::string> failed_;  // not up since
    std::optional<core::LinkChanged> last_failure_;
    bool untrusted_ = false;
    EventHandler on_event_;
};

}  // namespace mayfly::cli
