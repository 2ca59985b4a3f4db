#include "link/link.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <limits>
#include <map>

#include "link/relay_connection.h"

namespace mayfly::link {
namespace {

constexpr size_t scratch_size_bytes = 32'768;  // two TLS records

int64_t monotonic_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

struct Link::State {
    Entropy& entropy;
    LinkTimes times;
    crypto::TlsClientContext tls;
    std::shared_ptr<crypto::UniqueFd> wake_fd;
    std::map<wire::RelayAddress, std::unique_ptr<RelayConnection>> connections;
    std::vector<std::unique_ptr<RelayConnection>> closing;
    std::vector<LinkEvent> events;
    Bytes scratch;

    RelayConnection::Services services() {
        return {tls, entropy, times, wake_fd, monotonic_ms(), events, scratch};
    }
    template <class Visit>
    void for_each(Visit&& visit) {
        for (auto& [relay, connection] : connections) visit(*connection);
        for (auto& connection : closing) visit(*connection);
    }
    void advance_all();
    // wait polls once; true when extra_fd can be read.
    bool wait(int64_t until_ms, int extra_fd);
};

// Whatever can move does; then the dead are buried.
void Link::State::advance_all() {
    const auto with = services();
    for_each([&](RelayConnection& connection) {
        connection.advance(with);
        connection.check_time(with);
    });
    std::erase_if(connections, [](const auto& entry) { return entry.second->is_over(); });
    std::erase_if(closing, [](const auto& connection) { return connection->is_over(); });
}

bool Link::State::wait(int64_t until_ms, int extra_fd) {
    std::vector<pollfd> fds{{wake_fd->get(), POLLIN, 0}, {extra_fd, POLLIN, 0}};
    for_each([&](const RelayConnection& connection) {
        until_ms = connection.has_more_input() ? 0 : std::min(until_ms, connection.next_time_ms());
        if (connection.fd() >= 0) fds.push_back({connection.fd(), connection.poll_events(), 0});
    });
    const int64_t wait_ms =
        std::clamp<int64_t>(until_ms - monotonic_ms(), 0, std::numeric_limits<int>::max());
    if (::poll(fds.data(), fds.size(), static_cast<int>(wait_ms)) < 0) return true;  // a signal
    if (fds[0].revents != 0) {
        uint64_t ignored = 0;
        [[maybe_unused]] const ssize_t size = read(wake_fd->get(), &ignored, sizeof ignored);
    }
    return fds[1].revents != 0;
}

Link::Link(std::unique_ptr<State> state) : state_(std::move(state)) {}
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;
Link::~Link() = default;

Result<Link> Link::create(Entropy& entropy, const LinkTimes& times) {
    TRY_ASSIGN(auto tls, crypto::TlsClientContext::create());
    auto wake_fd = std::make_shared<crypto::UniqueFd>(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    ENSURE(wake_fd->is_open(), internal);
    return Link(std::unique_ptr<State>(new State{entropy,
                                                 times,
                                                 std::move(tls),
                                                 std::move(wake_fd),
                                                 {},
                                                 {},
                                                 {},
                                                 Bytes(scratch_size_bytes)}));
}

Status Link::connect(const wire::RelayAddress& relay) {
    if (state_->connections.contains(relay)) return {};
    ENSURE(state_->connections.size() + state_->closing.size() < connections_max, quota_exceeded);
    const auto with = state_->services();
    auto connection = std::make_unique<RelayConnection>(relay, with);
    connection->advance(with);
    if (!connection->is_over()) state_->connections.emplace(relay, std::move(connection));
    return {};
}

Status Link::send(const wire::RelayAddress& relay, BytesView frame) {
    const auto found = state_->connections.find(relay);
    ENSURE(found != state_->connections.end(), connection_lost);
    return found->second->send(frame, state_->services());
}

void Link::close(const wire::RelayAddress& relay) {
    std::erase_if(state_->events, [&](const LinkEvent& event) { return event.relay == relay; });
    const auto found = state_->connections.find(relay);
    if (found == state_->connections.end()) return;
    found->second->close(state_->services());
    if (!found->second->is_over()) state_->closing.push_back(std::move(found->second));
    state_->connections.erase(found);
}

bool Link::is_up(const wire::RelayAddress& relay) const {
    const auto found = state_->connections.find(relay);
    return found != state_->connections.end() && found->second->is_up();
}

std::vector<LinkEvent> Link::poll(Duration timeout, int extra_fd) {
    const int64_t end_ms = monotonic_ms() + std::max<int64_t>(timeout.ms, 0);
    bool interrupted = false;
    state_->advance_all();
    while (state_->events.empty() && !interrupted) {
        interrupted = state_->wait(end_ms, extra_fd) || monotonic_ms() >= end_ms;
        state_->advance_all();
    }
    return std::exchange(state_->events, {});
}

void Link::wait_on(std::vector<pollfd>& fds, Duration& wait) const {
    fds.push_back({state_->wake_fd->get(), POLLIN, 0});
    int64_t until_ms = monotonic_ms() + wait.ms;
    state_->for_each([&](const RelayConnection& connection) {
        until_ms = connection.has_more_input() ? 0 : std::min(until_ms, connection.next_time_ms());
        if (connection.fd() >= 0) fds.push_back({connection.fd(), connection.poll_events(), 0});
    });
    wait = {std::clamp<int64_t>(until_ms - monotonic_ms(), 0, wait.ms)};
}

void Link::flush(Duration timeout) {
    const int64_t end_ms = monotonic_ms() + timeout.ms;
    const auto busy = [&] {
        bool out = !state_->closing.empty();
        state_->for_each([&](const RelayConnection& one) { out = out || one.has_output(); });
        return out;
    };
    while (busy() && monotonic_ms() < end_ms) {
        if (state_->wait(end_ms, -1)) return;
        state_->advance_all();
    }
}

}  // namespace mayfly::link
