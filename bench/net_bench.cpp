// What an idle TLS WebSocket connection costs a relay in memory, and a new one in processor time.
//   net_bench [CONNECTIONS]
// The listener runs in a process of its own; figures are that process's, from /proc.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "crypto/certificate.h"
#include "crypto/tls.h"
#include "relay_net/listener.h"
#include "wire/http_upgrade.h"

namespace mayfly {
namespace {

const std::string websocket_key = "dGhlIHNhbXBsZSBub25jZQ==";

class IdleHandler final : public relay_net::ConnectionHandler {
  public:
    void on_connected(relay::ConnectionId, Bytes) override {}
    void on_frame(relay::ConnectionId, Bytes) override {}
    void on_disconnected(relay::ConnectionId) override {}
    bool is_healthy() override { return true; }
};

// The child: listens, says where, and waits for its end.
[[noreturn]] void serve(const crypto::TlsIdentity& identity, int ready_fd) {
    IdleHandler handler;
    auto tls = crypto::TlsServerContext::create(identity);
    MAYFLY_ASSERT(tls.ok());
    auto listener = relay_net::Listener::open({}, std::move(*tls), handler);
    MAYFLY_ASSERT(listener.ok());
    (*listener)->start();
    const uint16_t port = (*listener)->port();
    MAYFLY_ASSERT(write(ready_fd, &port, sizeof port) == sizeof port);
    while (true) pause();
}

std::string read_proc(pid_t pid, const char* name) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/%s", static_cast<int>(pid), name);
    std::string out;
    std::FILE* file = std::fopen(path, "r");
    MAYFLY_ASSERT(file != nullptr);
    char buffer[4096];
    for (size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
        out.append(buffer, got);
    }
    std::fclose(file);
    return out;
}

long resident_kb(pid_t pid) {
    const std::string status = read_proc(pid, "status");
    const size_t at = status.find("VmRSS:");
    return std::strtol(status.c_str() + at + 6, nullptr, 10);
}

// Time in user and kernel mode: fields 14 and 15 of proc(5) stat.
double cpu_seconds(pid_t pid) {
    const std::string stat = read_proc(pid, "stat");
    const char* at = std::strrchr(stat.c_str(), ')') + 2;
    for (int field = 3; field < 14; ++field) at = std::strchr(at, ' ') + 1;
    char* end = nullptr;
    const long user = std::strtol(at, &end, 10);
    const long kernel = std::strtol(end, nullptr, 10);
    return static_cast<double>(user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void wait_for(const crypto::TlsStream& stream, crypto::TlsProgress progress) {
    const bool reads = progress == crypto::TlsProgress::want_read;
    MAYFLY_ASSERT(reads || progress == crypto::TlsProgress::want_write);
    pollfd ready{stream.fd(), static_cast<short>(reads ? POLLIN : POLLOUT), 0};
    MAYFLY_ASSERT(::poll(&ready, 1, -1) == 1);
}

crypto::TlsStream connect_one(const crypto::TlsClientContext& context, uint16_t port,
                              const crypto::KeyFingerprint& pin) {
    crypto::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    MAYFLY_ASSERT(::connect(socket.get(), generic, sizeof address) == 0);
    MAYFLY_ASSERT(fcntl(socket.get(), F_SETFL, O_NONBLOCK) == 0);
    auto stream = context.connect(std::move(socket), "127.0.0.1", pin);
    MAYFLY_ASSERT(stream.ok());
    crypto::TlsProgress progress;
    while ((progress = stream->handshake()) != crypto::TlsProgress::done) {
        wait_for(*stream, progress);
    }
    const std::string request = wire::format_upgrade_request("127.0.0.1", websocket_key);
    MAYFLY_ASSERT(stream->write(as_bytes(request)).size_bytes == request.size());
    std::array<uint8_t, 1024> head;
    crypto::TlsIo io;
    while ((io = stream->read(head)).progress != crypto::TlsProgress::done) {
        wait_for(*stream, io.progress);
    }
    const auto answer =
        wire::parse_upgrade_response(BytesView(head).first(io.size_bytes), websocket_key);
    MAYFLY_ASSERT(answer.ok() && answer->has_value());
    return std::move(*stream);
}

void measure(size_t count) {
    const auto identity = crypto::make_self_signed_identity();
    MAYFLY_ASSERT(identity.ok());
    int ready[2];
    MAYFLY_ASSERT(pipe(ready) == 0);
    const pid_t child = fork();
    if (child == 0) serve(*identity, ready[1]);
    uint16_t port = 0;
    MAYFLY_ASSERT(read(ready[0], &port, sizeof port) == sizeof port);

    const auto pin = crypto::certificate_fingerprint(identity->certificates_pem);
    const auto context = crypto::TlsClientContext::create();
    MAYFLY_ASSERT(pin.ok() && context.ok());
    std::vector<crypto::TlsStream> held;
    for (int i = 0; i < 50; ++i) held.push_back(connect_one(*context, port, *pin));  // warm up
    const long before_kb = resident_kb(child);
    const double before_s = cpu_seconds(child);
    for (size_t i = 0; i < count; ++i) held.push_back(connect_one(*context, port, *pin));
    const auto connections = static_cast<double>(count);
    std::printf("%zu idle connections: %.1f kB each, %.0f us of processor time a handshake\n",
                count, static_cast<double>(resident_kb(child) - before_kb) / connections,
                (cpu_seconds(child) - before_s) * 1e6 / connections);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
    const long count = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 2000;
    if (count < 1 || count > 1'000'000) return 2;
    mayfly::measure(static_cast<size_t>(count));
    return 0;
}
