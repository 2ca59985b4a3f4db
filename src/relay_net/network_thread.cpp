#include "relay_net/network_thread.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace mayfly::relay_net {
namespace {

// Tags of events; a connection's own is its number, which is never this small.
constexpr uint64_t wake_tag = 0;
constexpr uint64_t listen_tag = 1;
constexpr uint64_t number_min = 2;

constexpr size_t events_per_wait = 256;
constexpr size_t scratch_size_bytes = 32'768;  // two TLS records
// Deadlines are seconds long: looking at them twice a second is enough.
constexpr int64_t wait_ms_max = 500;
// Newcomers taken before others get their turn.
constexpr int accepts_per_turn_max = 64;
// After the process has run out of files or memory.
constexpr int64_t accept_pause_ms = 100;

int64_t monotonic_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

Result<std::unique_ptr<NetworkThread>> NetworkThread::create(ListenerShared& shared, size_t index) {
    ENSURE(index <= thread_mask, invalid_argument);
    crypto::UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
    crypto::UniqueFd wake_fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    ENSURE(epoll.is_open() && wake_fd.is_open(), internal);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = wake_tag;
    ENSURE(epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake_fd.get(), &event) == 0, internal);
    return std::unique_ptr<NetworkThread>(
        new NetworkThread(shared, index, std::move(epoll), std::move(wake_fd)));
}

NetworkThread::NetworkThread(ListenerShared& shared, size_t index, crypto::UniqueFd epoll,
                             crypto::UniqueFd wake_fd)
    : shared_(shared),
      index_(index),
      epoll_(std::move(epoll)),
      wake_fd_(std::move(wake_fd)),
      next_number_(number_min),
      scratch_(scratch_size_bytes),
      handshaking_(shared.config.handshake_timeout.ms),
      active_(shared.config.idle_timeout.ms),
      pinged_(shared.config.pong_timeout.ms),
      closing_(shared.config.closing_timeout.ms) {}

NetworkThread::~NetworkThread() {
    if (thread_.joinable()) {
        enter(Mode::ending, Duration{});
        thread_.join();
    }
}

void NetworkThread::start() {
    thread_ = std::thread([this] { run(); });
}

void NetworkThread::join() {
    if (thread_.joinable()) thread_.join();
}

void NetworkThread::wake() const {
    const uint64_t one = 1;
    // It fails only when the counter is full, and then the loop is awake.
    [[maybe_unused]] const ssize_t ignored = write(wake_fd_.get(), &one, sizeof one);
}

void NetworkThread::adopt(crypto::UniqueFd socket, PeerAddress peer) {
    {
        const std::lock_guard lock(mutex_);
        inbox_.newcomers.push_back({std::move(socket), std::move(peer)});
    }
    wake();
}

void NetworkThread::send(std::vector<relay::Send> sends) {
    bool was_empty = false;
    {
        const std::lock_guard lock(mutex_);
        was_empty = inbox_.sends.empty();
        for (relay::Send& one : sends) inbox_.sends.push_back(std::move(one));
    }
    if (was_empty) wake();
}

void NetworkThread::enter(Mode mode, Duration drain) {
    std::unique_lock lock(mutex_);
    if (!thread_.joinable() || taken_mode_ >= mode) return;
    wanted_mode_ = mode;
    drain_ms_ = drain.ms;
    wake();
    mode_taken_.wait(lock, [&] { return taken_mode_ >= mode; });
}

void NetworkThread::run() {
    now_ms_ = monotonic_ms();
    if (index_ == 0) watch_listener(true);
    while (mode_ != Mode::ending || !connections_.empty()) {
        wait_for_events(unfinished_.empty() ? wait_ms_max : 0);
        take_inbox();
        take_mode();
        serve_waiting();
        end_late();
        if (accept_again_at_ms_ != 0 && now_ms_ >= accept_again_at_ms_) watch_listener(true);
        if (mode_ == Mode::ending && now_ms_ >= end_at_ms_) end_all();
    }
}

void NetworkThread::wait_for_events(int64_t timeout_ms) {
    if (accept_again_at_ms_ != 0 || mode_ == Mode::ending) {
        timeout_ms = std::min(timeout_ms, accept_pause_ms);
    }
    std::array<epoll_event, events_per_wait> events;
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(timeout_ms));
    now_ms_ = monotonic_ms();
    for (int i = 0; i < count; ++i) {
        const uint64_t tag = events[static_cast<size_t>(i)].data.u64;
        if (tag == wake_tag) {
            uint64_t ignored = 0;
            [[maybe_unused]] const ssize_t size = read(wake_fd_.get(), &ignored, sizeof ignored);
        } else if (tag == listen_tag) {
            accept_some();
        } else if (const auto found = connections_.find(tag); found != connections_.end()) {
            service(*found->second);
        }
    }
}

void NetworkThread::take_inbox() {
    Inbox inbox;
    {
        const std::lock_guard lock(mutex_);
        std::swap(inbox, inbox_);
    }
    for (Newcomer& newcomer : inbox.newcomers) add(std::move(newcomer));
    for (relay::Send& one : inbox.sends) deliver(std::move(one));
}

void NetworkThread::take_mode() {
    {
        const std::lock_guard lock(mutex_);
        if (wanted_mode_ == mode_) return;
        mode_ = wanted_mode_;
        end_at_ms_ = now_ms_ + drain_ms_;
    }
    if (index_ == 0) watch_listener(false);
    unfinished_.clear();
    std::vector<Connection*> all;
    for (auto& [tag, connection] : connections_) all.push_back(connection.get());
    for (Connection* connection : all) {
        const bool greeted = connection->phase() == Connection::Phase::open ||
                             connection->phase() == Connection::Phase::closing;
        if (mode_ == Mode::ending && !greeted) {
            destroy(*connection);
            continue;
        }
        if (mode_ == Mode::ending && connection->phase() == Connection::Phase::open) {
            connection->close(shared_.handler, wire::WebSocketClose::going_away);
        }
        settle(*connection, connection->flush());
    }
    const std::lock_guard lock(mutex_);
    taken_mode_ = mode_;
    mode_taken_.notify_all();
}

void NetworkThread::watch_listener(bool on) {
    accept_again_at_ms_ = 0;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = listen_tag;
    const int operation = on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
    // Taking it out when it is not in fails, and does no harm.
    [[maybe_unused]] const int ignored =
        epoll_ctl(epoll_.get(), operation, shared_.listen_fd.get(), &event);
}

void NetworkThread::accept_some() {
    for (int i = 0; i < accepts_per_turn_max; ++i) {
        sockaddr_storage address{};
        socklen_t size_bytes = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        crypto::UniqueFd socket(
            accept4(shared_.listen_fd.get(), generic, &size_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket.is_open()) {
            const bool exhausted =
                errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
            if (exhausted) {
                watch_listener(false);
                accept_again_at_ms_ = now_ms_ + accept_pause_ms;
            }
            if (errno == EAGAIN || exhausted) return;
            continue;  // this one was gone before we came
        }
        hand_over(std::move(socket), peer_address_of(generic));
    }
}

// Over a limit, the socket is closed before it has cost a handshake.
void NetworkThread::hand_over(crypto::UniqueFd socket, PeerAddress peer) {
    if (shared_.connections.load() >= shared_.config.connections_max) return;
    if (!shared_.peers.add(peer)) return;
    ++shared_.connections;
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    next_thread_ = (next_thread_ + 1) % shared_.threads.size();
    if (next_thread_ == index_) {
        add({std::move(socket), std::move(peer)});
    } else {
        shared_.threads[next_thread_]->adopt(std::move(socket), std::move(peer));
    }
}

void NetworkThread::add(Newcomer newcomer) {
    if (mode_ != Mode::serving) {
        shared_.peers.remove(newcomer.peer);
        --shared_.connections;
        return;
    }
    const uint64_t tag = (next_number_++ << thread_bits) | index_;
    auto owned = std::make_unique<Connection>(relay::ConnectionId{tag},
                                              Stream(std::move(newcomer.socket), shared_.tls()),
                                              std::move(newcomer.peer), shared_.site);
    Connection& connection = *owned;
    connections_.emplace(tag, std::move(owned));
    handshaking_.enter(connection, now_ms_);
    service(connection);  // the first bytes are often there already
}

void NetworkThread::deliver(relay::Send send) {
    const auto found = connections_.find(send.connection.value);
    if (found == connections_.end()) return;
    Connection& connection = *found->second;
    if (!send.frame.empty()) {
        connection.queue_frame(send.frame);
        const size_t limit = shared_.config.send_buffer_size_bytes_max;
        const bool fits = connection.queued_size_bytes() <= limit ||
                          (connection.flush() && connection.queued_size_bytes() <= limit);
        if (!fits) return destroy(connection);
    }
    if (send.close) connection.close(shared_.handler, wire::WebSocketClose::policy_violation);
    if (!std::exchange(connection.is_dirty, true)) dirty_.push_back(send.connection.value);
}

void NetworkThread::service(Connection& connection) {
    const bool reading = mode_ == Mode::serving || connection.phase() == Connection::Phase::closing;
    const bool alive = reading ? connection.advance(shared_.handler, scratch_) : connection.flush();
    settle(connection, alive);
}

void NetworkThread::serve_waiting() {
    for (const uint64_t tag : std::exchange(dirty_, {})) {
        const auto found = connections_.find(tag);
        if (found != connections_.end()) settle(*found->second, found->second->flush());
    }
    for (const uint64_t tag : std::exchange(unfinished_, {})) {
        const auto found = connections_.find(tag);
        if (found != connections_.end()) service(*found->second);
    }
}

// Puts a connection where it belongs after something happened to it.
void NetworkThread::settle(Connection& connection, bool alive) {
    if (!alive || !count_held(connection)) return destroy(connection);
    const bool received = connection.take_received();
    const bool progress = connection.take_progress();
    switch (connection.phase()) {
        case Connection::Phase::handshake: break;
        case Connection::Phase::http:  // one deadline from accept to a whole head
            if (progress) handshaking_.enter(connection, now_ms_);
            break;
        case Connection::Phase::open:
            if (received) active_.enter(connection, now_ms_);
            break;
        case Connection::Phase::closing:
            if (connection.list() != &closing_) closing_.enter(connection, now_ms_);
            break;
    }
    if (connection.has_more_input() && mode_ == Mode::serving) {
        unfinished_.push_back(connection.id().value);
    }
    watch(connection);
}

// False when memory is short and this connection holds too much of it.
bool NetworkThread::count_held(Connection& connection) {
    const size_t held = connection.held_size_bytes();
    // Unsigned, so a smaller count wraps around to the right sum.
    const size_t change = held - std::exchange(connection.counted_size_bytes, held);
    const size_t sum = change == 0 ? shared_.held_size_bytes.load()
                                   : shared_.held_size_bytes.fetch_add(change) + change;
    return sum <= shared_.config.held_size_bytes_max ||
           held <= shared_.config.held_share_size_bytes;
}

void NetworkThread::watch(Connection& connection) {
    const bool reading = mode_ == Mode::serving || connection.phase() == Connection::Phase::closing;
    uint32_t events = reading && connection.wants_read() ? uint32_t{EPOLLIN} : 0;
    if (connection.wants_write()) events |= EPOLLOUT;
    if (connection.is_watched && events == connection.watched_events) return;
    epoll_event event{};
    event.events = events;
    event.data.u64 = connection.id().value;
    const int operation = connection.is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(epoll_.get(), operation, connection.fd(), &event) != 0) {
        return destroy(connection);
    }
    connection.is_watched = true;
    connection.watched_events = events;
}

void NetworkThread::end_late() {
    for (DeadlineList* list : {&handshaking_, &pinged_, &closing_}) {
        while (DeadlineNode* node = list->late(now_ms_)) destroy(static_cast<Connection&>(*node));
    }
    while (DeadlineNode* node = active_.late(now_ms_)) {
        auto& connection = static_cast<Connection&>(*node);
        pinged_.enter(connection, now_ms_);
        connection.queue_ping();
        settle(connection, connection.flush());
    }
}

void NetworkThread::end_all() {
    while (!connections_.empty()) destroy(*connections_.begin()->second);
}

void NetworkThread::destroy(Connection& connection) {
    connection.end_session(shared_.handler);
    shared_.peers.remove(connection.peer());
    shared_.held_size_bytes -= connection.counted_size_bytes;
    --shared_.connections;
    connections_.erase(connection.id().value);
}

}  // namespace mayfly::relay_net
