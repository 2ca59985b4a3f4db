// Session: one account at work. It holds the home's lock, the store, the messenger and the links,
// and keeps the order that the messenger asks for: writes first, then the network, then events.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "core/messenger.h"
#include "crypto/system_entropy.h"
#include "disk_files.h"
#include "link/link.h"
#include "process.h"
#include "store/home_lock.h"
#include "store/sqlite_store.h"
#include "threads/thread_pool.h"

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
        shut_out,     // another device of the account has revoked this one
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

    bool is_open() const { return messenger_.has_value(); }
    core::Messenger& messenger() { return *messenger_; }
    Entropy& entropy() { return entropy_; }
    DiskFiles& files() { return files_; }
    void on_event(EventHandler handler) { on_event_ = std::move(handler); }

    // perform makes the writes durable, then lets the rest happen. After an error the session is
    // closed: memory may be ahead of the disk.
    Status perform(core::Effects effects);
    // run works until `done` says so or something else ends it. `deadline` is of monotonic_now.
    Result<Ended> run(const std::function<bool()>& done, std::optional<Time> deadline,
                      bool yield_home = false);

    // For hosts that wait for more than one session: wait_on adds what this one waits for and
    // shortens `wait`; work does what there is to do, without waiting.
    void wait_on(std::vector<pollfd>& fds, Duration& wait) const;
    Status work();
    // someone_waits: another process wants the home.
    bool someone_waits() const { return lock_->someone_waits(); }

    // What is known of the relays since go_online.
    // caught_up: with every relay that can be reached, hubs of groups among them, and at least one.
    bool caught_up() const;
    bool caught_up_at_home() const;  // with home relays
    bool reached_any() const { return !up_once_.empty(); }
    std::optional<core::LinkChanged> last_failure() const { return last_failure_; }

  private:
    Status step(std::optional<Time> deadline, bool yield_home);
    Status turn(Duration wait);
    Status take_link_event(const link::LinkEvent& event);
    Status carry_out(const core::NetworkEffect& effect);
    void note(const core::Event& event);
    bool is_done_with(const std::string& relay) const;

    std::string home_;
    store::StoreKey key_;
    const Interrupt& interrupt_;
    crypto::SystemEntropy entropy_;
    DiskFiles files_;
    std::optional<store::HomeLock> lock_;
    std::unique_ptr<store::SqliteStore> store_;
    threads::ThreadPool threads_;
    std::optional<core::Messenger> messenger_;
    std::optional<link::Link> link_;
    std::set<std::string> connections_;
    std::set<std::string> awaited_;  // relays at which entries may wait
    std::set<std::string> up_once_;
    std::set<std::string> caught_up_;
    std::set<std::string> failed_;  // not up since
    std::optional<core::LinkChanged> last_failure_;
    bool untrusted_ = false;
    bool shut_out_ = false;
    EventHandler on_event_;
};

}  // namespace mayfly::cli
