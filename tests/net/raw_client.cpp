#include "tests/net/raw_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/http_upgrade.h"

namespace mayfly::test {
namespace {

constexpr int wait_ms_max = 20'000;
const std::string websocket_key = "dGhlIHNhbXBsZSBub25jZQ==";

bool wait_for(int fd, short events) {
    pollfd ready{fd, events, 0};
    return poll(&ready, 1, wait_ms_max) == 1;
}

void reset_on_close(int fd) {
    const linger now{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

TcpClient::TcpClient(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    MAYFLY_ASSERT(connect(socket_.get(), generic, sizeof address) == 0);
}

bool TcpClient::write(BytesView bytes) {
    return send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
}

std::optional<Bytes> TcpClient::read_to_end() {
    Bytes out;
    while (wait_for(socket_.get(), POLLIN)) {
        std::array<uint8_t, 4096> buffer{};
        const ssize_t size_bytes = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (size_bytes <= 0) return out;
        append(out, BytesView(buffer).first(static_cast<size_t>(size_bytes)));
    }
    return std::nullopt;
}

void TcpClient::set_receive_buffer(int size_bytes) {
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size_bytes, sizeof size_bytes);
}

void TcpClient::abort() {
    reset_on_close(socket_.get());
    socket_.reset();
}

SilentServer::SilentServer(std::string greeting)
    : listen_fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size_bytes = sizeof address;
    MAYFLY_ASSERT(bind(listen_fd_.get(), generic, size_bytes) == 0);
    MAYFLY_ASSERT(listen(listen_fd_.get(), 8) == 0);
    MAYFLY_ASSERT(getsockname(listen_fd_.get(), generic, &size_bytes) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, greeting = std::move(greeting)] {
        client_ = crypto::UniqueFd(accept(listen_fd_.get(), nullptr, nullptr));
        const ssize_t sent = send(client_.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL);
        MAYFLY_ASSERT(sent == static_cast<ssize_t>(greeting.size()));
    });
}

SilentServer::~SilentServer() { thread_.join(); }

TlsClient::TlsClient(const wire::RelayAddress& relay, int receive_buffer_size_bytes) {
    TcpClient tcp(relay.port);
    if (receive_buffer_size_bytes > 0) tcp.set_receive_buffer(receive_buffer_size_bytes);
    const int flags = fcntl(tcp.socket().get(), F_GETFL);
    MAYFLY_ASSERT(fcntl(tcp.socket().get(), F_SETFL, flags | O_NONBLOCK) == 0);
    static const auto context = std::move(crypto::TlsClientContext::create()).value();
    auto stream = context.connect(std::move(tcp.socket()), relay.host, relay.fingerprint);
    MAYFLY_ASSERT(stream.ok());
    stream_ = std::move(*stream);
    crypto::TlsProgress progress = crypto::TlsProgress::want_write;
    while (progress != crypto::TlsProgress::done) {
        if (!wait(progress)) return;
        progress = stream_->handshake();
    }
    ok_ = true;
}

bool TlsClient::wait(crypto::TlsProgress progress) {
    switch (progress) {
        case crypto::TlsProgress::done: return true;
        case crypto::TlsProgress::want_read: return wait_for(stream_->fd(), POLLIN);
        case crypto::TlsProgress::want_write: return wait_for(stream_->fd(), POLLOUT);
        default: return false;
    }
}

bool TlsClient::write(BytesView bytes) {
    while (!bytes.empty()) {
        const crypto::TlsIo io = stream_->write(bytes);
        if (!wait(io.progress)) return false;
        bytes = bytes.subspan(io.size_bytes);
    }
    return true;
}

Bytes TlsClient::read_some() {
    Bytes out(16'384);
    while (true) {
        const crypto::TlsIo io = stream_->read(out);
        out.resize(io.progress == crypto::TlsProgress::done ? io.size_bytes : out.size());
        if (io.progress == crypto::TlsProgress::done) return out;
        if (!wait(io.progress)) return {};
    }
}

Bytes TlsClient::read_to_end() {
    Bytes out;
    for (Bytes more = read_some(); !more.empty(); more = read_some()) append(out, more);
    return out;
}

bool TlsClient::upgrade() {
    if (!write(as_bytes(wire::format_upgrade_request("relay", websocket_key)))) return false;
    Bytes head;
    while (true) {
        const Bytes more = read_some();
        if (more.empty()) return false;
        append(head, more);
        const auto parsed = wire::parse_upgrade_response(head, websocket_key);
        if (!parsed.ok()) return false;
        if (parsed->has_value()) return true;
    }
}

void TlsClient::abort() {
    reset_on_close(stream_->fd());
    stream_.reset();
}

}  // namespace mayfly::test
