#include "http_post.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>

#include "crypto/tls.h"
#include "link/resolver.h"
#include "process.h"
#include "rpc/json.h"

namespace mayfly::cli {
namespace {

constexpr Duration stop_check = Duration::milliseconds(100);
constexpr size_t status_line_size_bytes_max = 1024;

bool is_loopback_name(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_loopback(const link::IpAddress& address) {
    if (address.storage.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
        return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

// Attempt: what all steps of one POST share.
class Attempt {
  public:
    explicit Attempt(const std::function<bool()>& stopped)
        : stopped_(stopped), end_(monotonic_now() + http_timeout) {}

    // wait returns when the descriptor is ready.
    Status wait(int fd, short events) const {
        while (true) {
            ENSURE(!stopped_() && monotonic_now() < end_, timed_out);
            pollfd ready{fd, events, 0};
            if (::poll(&ready, 1, static_cast<int>(stop_check.ms)) == 1) return {};
        }
    }

  private:
    const std::function<bool()>& stopped_;
    Time end_;
};

Result<std::vector<link::IpAddress>> resolve(const HttpUrl& url, const Attempt& attempt) {
    auto wake = std::make_shared<crypto::UniqueFd>(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    TRY_ASSIGN(const auto resolution, link::Resolution::start(url.host, url.port, wake));
    while (true) {
        if (auto addresses = resolution->take()) return std::move(*addresses);
        TRY(attempt.wait(wake->get(), POLLIN));
    }
}

Result<crypto::UniqueFd> connect(const HttpUrl& url, const Attempt& attempt) {
    TRY_ASSIGN(const auto addresses, resolve(url, attempt));
    for (const link::IpAddress& address : addresses) {
        if (!url.tls && !is_loopback(address)) continue;
        crypto::UniqueFd fd(
            ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!fd.is_open()) continue;
        if (::connect(fd.get(), address.generic(), address.size_bytes) != 0 &&
            errno != EINPROGRESS) {
            continue;
        }
        TRY(attempt.wait(fd.get(), POLLOUT));
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error == 0) return fd;
    }
    return MAYFLY_ERROR(relay_unreachable);
}

// PlainStream has TlsStream's ways, without TLS.
class PlainStream {
  public:
    explicit PlainStream(crypto::UniqueFd fd) : fd_(std::move(fd)) {}
    int fd() const { return fd_.get(); }
    Error error() const { return MAYFLY_ERROR(connection_lost); }
    crypto::TlsIo write(BytesView in) {
        return io_of(::send(fd(), in.data(), in.size(), MSG_NOSIGNAL),
                     crypto::TlsProgress::want_write);
    }
    crypto::TlsIo read(MutableBytesView out) {
        return io_of(::recv(fd(), out.data(), out.size(), 0), crypto::TlsProgress::want_read);
    }

  private:
    static crypto::TlsIo io_of(ssize_t size, crypto::TlsProgress waits) {
        if (size > 0) return {crypto::TlsProgress::done, static_cast<size_t>(size)};
        if (size == 0) return {crypto::TlsProgress::closed, 0};
        return {errno == EAGAIN ? waits : crypto::TlsProgress::failed, 0};
    }
    crypto::UniqueFd fd_;
};

template <class Stream>
Status wait_for(Stream& stream, crypto::TlsProgress progress, const Attempt& attempt) {
    switch (progress) {
        case crypto::TlsProgress::done: return {};
        case crypto::TlsProgress::want_read: return attempt.wait(stream.fd(), POLLIN);
        case crypto::TlsProgress::want_write: return attempt.wait(stream.fd(), POLLOUT);
        case crypto::TlsProgress::closed: return MAYFLY_ERROR(connection_lost);
        case crypto::TlsProgress::failed: return stream.error();
    }
    return {};
}

template <class Stream>
Result<int> converse(Stream& stream, std::string_view request, const Attempt& attempt) {
    BytesView rest = as_bytes(request);
    while (!rest.empty()) {
        const crypto::TlsIo io = stream.write(rest);
        TRY(wait_for(stream, io.progress, attempt));
        rest = rest.subspan(io.size_bytes);
    }
    std::string answer;
    while (answer.find("\r\n") == std::string::npos) {
        ENSURE(answer.size() < status_line_size_bytes_max, malformed_input);
        uint8_t piece[512];
        const crypto::TlsIo io = stream.read(piece);
        TRY(wait_for(stream, io.progress, attempt));
        answer += as_text(BytesView(piece, io.size_bytes));
    }
    // RFC 9112 section 4: HTTP/1.1 SP 3DIGIT SP
    int status = 0;
    ENSURE(answer.starts_with("HTTP/1.") && answer.size() > 12, malformed_input);
    const auto parsed = std::from_chars(answer.data() + 9, answer.data() + 12, status);
    ENSURE(parsed.ec == std::errc() && status >= 100, malformed_input);
    return status;
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
    HttpUrl url;
    url.tls = text.starts_with("https://");
    ENSURE(url.tls || text.starts_with("http://"), invalid_argument);
    if (!url.tls) url.port = 80;
    text.remove_prefix(url.tls ? 8 : 7);
    for (const char c : text) ENSURE(c > ' ' && c < 0x7f, invalid_argument);
    const size_t slash = text.find('/');
    if (slash != std::string_view::npos) url.path = text.substr(slash);
    std::string_view authority = text.substr(0, slash);
    url.host_header = authority;
    ENSURE(authority.find('@') == std::string_view::npos, invalid_argument);
    const bool bracketed = authority.starts_with('[');
    const size_t host_end = bracketed ? authority.find(']') : authority.find(':');
    url.host = authority.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
    if (bracketed) {
        ENSURE(host_end != std::string_view::npos, invalid_argument);
        authority.remove_prefix(host_end + 1);
    } else {
        authority.remove_prefix(std::min(host_end, authority.size()));
    }
    if (!authority.empty()) {
        const char* end = authority.data() + authority.size();
        ENSURE(authority[0] == ':', invalid_argument);
        const auto parsed = std::from_chars(authority.data() + 1, end, url.port);
        ENSURE(parsed.ec == std::errc() && parsed.ptr == end && url.port != 0, invalid_argument);
    }
    ENSURE(!url.host.empty(), invalid_argument);
    ENSURE(url.tls || is_loopback_name(url.host), invalid_argument);
    return url;
}

Result<int> http_post(const HttpUrl& url, std::string_view headers, std::string_view body,
                      const std::function<bool()>& stopped) {
    const Attempt attempt(stopped);
    TRY_ASSIGN(crypto::UniqueFd fd, connect(url, attempt));
    rpc::WipedString request("POST ");
    request += url.path;
    request += " HTTP/1.1\r\nHost: ";
    request += url.host_header;
    request += "\r\nUser-Agent: mayfly\r\nConnection: close\r\nContent-Type: application/json\r\n";
    request += "Content-Length: ";
    request += std::string_view(std::to_string(body.size()));
    request += "\r\n";
    request += headers;
    request += "\r\n";
    request += body;
    if (!url.tls) {
        PlainStream stream(std::move(fd));
        return converse(stream, rpc::view_of(request), attempt);
    }
    TRY_ASSIGN(const auto context, crypto::TlsClientContext::create());
    TRY_ASSIGN(crypto::TlsStream stream, context.connect(std::move(fd), url.host, std::nullopt));
    for (auto progress = stream.handshake(); progress != crypto::TlsProgress::done;
         progress = stream.handshake()) {
        TRY(wait_for(stream, progress, attempt));
    }
    return converse(stream, rpc::view_of(request), attempt);
}

}  // namespace mayfly::cli
