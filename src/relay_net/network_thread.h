// NetworkThread: one epoll loop and its connections.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "crypto/unique_fd.h"
#include "relay_net/connection.h"

namespace mayfly::relay_net {

// What all threads of one Listener share.
struct ListenerShared {
    ListenerShared(ListenerConfig config_, crypto::TlsServerContext tls_in,
                   ConnectionHandler& handler_);
    ~ListenerShared();

    std::shared_ptr<const crypto::TlsServerContext> tls() const;
    void set_tls(crypto::TlsServerContext context);

    ListenerConfig config;
    ConnectionHandler& handler;
    WebSite site;  // set before the threads start
    PeerCounts peers;
    crypto::UniqueFd listen_fd;
    uint16_t port = 0;
    std::atomic<size_t> connections{0};
    std::atomic<size_t> held_size_bytes{0};
    std::vector<std::unique_ptr<NetworkThread>> threads;

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const crypto::TlsServerContext> tls_;
};

class NetworkThread {
  public:
    // The first thread also accepts, and hands connections to all in turn.
    static Result<std::unique_ptr<NetworkThread>> create(ListenerShared& shared, size_t index);
    ~NetworkThread();

    enum class Mode : uint8_t { serving, sending_only, ending };

    // These may be called by any thread.
    void start();
    void adopt(crypto::UniqueFd socket, PeerAddress peer);
    void send(std::vector<relay::Send> sends);
    // enter returns when the loop has taken note: after sending_only, no frame is handed over any
    // more. `drain` bounds how long connections may take to end.
    void enter(Mode mode, Duration drain);
    void join();

    static size_t thread_index_of(relay::ConnectionId id) { return id.value & thread_mask; }

  private:
    static constexpr unsigned thread_bits = 8;
    static constexpr uint64_t thread_mask = (1U << thread_bits) - 1;

    struct Newcomer {
        crypto::UniqueFd socket;
        PeerAddress peer;
    };
    struct Inbox {
        std::vector<Newcomer> newcomers;
        std::vector<relay::Send> sends;
    };

    NetworkThread(ListenerShared& shared, size_t index, crypto::UniqueFd epoll,
                  crypto::UniqueFd wake_fd);
    void run();
    void wait_for_events(int64_t timeout_ms);
    void take_inbox();
    void take_mode();
    void accept_some();
    void hand_over(crypto::UniqueFd socket, PeerAddress peer);
    void add(Newcomer newcomer);
    void deliver(relay::Send send);
    void service(Connection& connection);
    void serve_waiting();
    void settle(Connection& connection, bool alive);
    bool count_held(Connection& connection);
    void watch(Connection& connection);
    void watch_listener(bool on);
    void end_late();
    void end_all();
    void destroy(Connection& connection);
    void wake() const;

    ListenerShared& shared_;
    const size_t index_;
    crypto::UniqueFd epoll_;
    crypto::UniqueFd wake_fd_;
    std::thread thread_;

    // Shared with other threads, under mutex_.
    std::mutex mutex_;
    std::condition_variable mode_taken_;
    Inbox inbox_;
    Mode wanted_mode_ = Mode::serving;
    Mode taken_mode_ = Mode::serving;
    int64_t drain_ms_ = 0;

    // The loop's own.
    Mode mode_ = Mode::serving;
    int64_t now_ms_ = 0;
    int64_t end_at_ms_ = 0;
    int64_t accept_again_at_ms_ = 0;
    size_t next_thread_ = 0;
    uint64_t next_number_ = 1;
    Bytes scratch_;
    DeadlineList handshaking_;
    DeadlineList active_;
    DeadlineList pinged_;
    DeadlineList closing_;
    std::vector<uint64_t> unfinished_;  // their turn was over before their input was
    std::vector<uint64_t> dirty_;       // have something to flush
    std::unordered_map<uint64_t, std::unique_ptr<Connection>> connections_;
};

}  // namespace mayfly::relay_net
