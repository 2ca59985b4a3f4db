#include "relay_net/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

#include "relay_net/network_thread.h"

namespace mayfly::relay_net {
namespace {

constexpr int listen_backlog = 4096;  // the kernel lowers it to its own limit
// Files that are not connections: the store's, the log's, epolls.
constexpr rlim_t files_kept_free = 512;

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Result<crypto::UniqueFd> bind_socket(const ListenerConfig& config) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* raw = nullptr;
    const int failed =
        getaddrinfo(config.host.c_str(), std::to_string(config.port).c_str(), &hints, &raw);
    ENSURE(failed == 0, invalid_argument);
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(raw);
    for (const addrinfo* address = raw; address != nullptr; address = address->ai_next) {
        crypto::UniqueFd socket(
            ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        const int on = 1;
        const bool bound =
            socket.is_open() &&
            setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
            bind(socket.get(), address->ai_addr, address->ai_addrlen) == 0 &&
            listen(socket.get(), listen_backlog) == 0;
        if (bound) return socket;
    }
    return MAYFLY_ERROR(relay_unreachable);
}

Result<uint16_t> port_of(int fd) {
    sockaddr_storage address{};
    socklen_t size_bytes = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ENSURE(getsockname(fd, generic, &size_bytes) == 0, internal);
    if (address.ss_family == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(generic)->sin6_port);
    }
    return ntohs(reinterpret_cast<const sockaddr_in*>(generic)->sin_port);
}

// Raises the number of open files as far as allowed; gives how many connections they are good for.
size_t connections_for_files() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return SIZE_MAX;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
    return files.rlim_cur > 2 * files_kept_free ? files.rlim_cur - files_kept_free
                                                : files.rlim_cur / 2;
}

}  // namespace

ListenerShared::ListenerShared(ListenerConfig config_, crypto::TlsServerContext tls_in,
                               ConnectionHandler& handler_)
    : config(std::move(config_)),
      handler(handler_),
      peers(config.connections_per_network_max),
      tls_(std::make_shared<const crypto::TlsServerContext>(std::move(tls_in))) {}
ListenerShared::~ListenerShared() = default;

std::shared_ptr<const crypto::TlsServerContext> ListenerShared::tls() const {
    const std::lock_guard lock(mutex_);
    return tls_;
}

void ListenerShared::set_tls(crypto::TlsServerContext context) {
    auto next = std::make_shared<const crypto::TlsServerContext>(std::move(context));
    const std::lock_guard lock(mutex_);
    tls_ = std::move(next);
}

Result<std::unique_ptr<Listener>> Listener::open(ListenerConfig config,
                                                 crypto::TlsServerContext tls,
                                                 ConnectionHandler& handler) {
    if (config.threads == 0) config.threads = std::max(1U, std::thread::hardware_concurrency());
    config.connections_max = std::min(config.connections_max, connections_for_files());
    auto shared = std::make_unique<ListenerShared>(std::move(config), std::move(tls), handler);
    TRY_ASSIGN(shared->listen_fd, bind_socket(shared->config));
    TRY_ASSIGN(shared->port, port_of(shared->listen_fd.get()));
    for (size_t i = 0; i < shared->config.threads; ++i) {
        TRY_ASSIGN(auto thread, NetworkThread::create(*shared, i));
        shared->threads.push_back(std::move(thread));
    }
    return std::unique_ptr<Listener>(new Listener(std::move(shared)));
}

Listener::Listener(std::unique_ptr<ListenerShared> shared) : shared_(std::move(shared)) {}
Listener::~Listener() { stop(Duration{}); }

uint16_t Listener::port() const { return shared_->port; }
size_t Listener::connection_count() const { return shared_->connections.load(); }

void Listener::serve(WebSite site) { shared_->site = std::move(site); }
void Listener::renew_tls(crypto::TlsServerContext tls) { shared_->set_tls(std::move(tls)); }

void Listener::start() {
    for (auto& thread : shared_->threads) thread->start();
}

void Listener::send(std::vector<relay::Send> sends) {
    std::vector<std::vector<relay::Send>> by_thread(shared_->threads.size());
    for (relay::Send& one : sends) {
        const size_t index = NetworkThread::thread_index_of(one.connection);
        if (index < by_thread.size()) by_thread[index].push_back(std::move(one));
    }
    for (size_t i = 0; i < by_thread.size(); ++i) {
        if (!by_thread[i].empty()) shared_->threads[i]->send(std::move(by_thread[i]));
    }
}

void Listener::stop_input() {
    for (auto& thread : shared_->threads) {
        thread->enter(NetworkThread::Mode::sending_only, Duration{});
    }
    shared_->listen_fd.reset();
}

void Listener::stop(Duration drain) {
    stop_input();
    for (auto& thread : shared_->threads) thread->enter(NetworkThread::Mode::ending, drain);
    for (auto& thread : shared_->threads) thread->join();
}

}  // namespace mayfly::relay_net
