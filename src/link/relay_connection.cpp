#include "link/relay_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <cerrno>
#include <limits>

namespace mayfly::link {
namespace {

constexpr size_t read_turn_size_bytes = 262'144;  // then the caller gets its turn
constexpr size_t out_compact_size_bytes = 262'144;

}  // namespace

RelayConnection::RelayConnection(wire::RelayAddress relay, const Services& services)
    : relay_(std::move(relay)), phase_end_ms_(services.now_ms + services.times.connect.ms) {
    auto resolution = Resolution::start(relay_.host, relay_.port, services.wake_fd);
    if (resolution.ok()) {
        resolution_ = std::move(*resolution);
    } else {
        fail(MAYFLY_ERROR(relay_unreachable), services);
    }
}

int RelayConnection::fd() const {
    if (phase_ == Phase::over) return -1;
    return stream_ ? stream_->fd() : socket_.get();
}

short RelayConnection::poll_events() const {
    if (phase_ == Phase::connecting) return POLLOUT;
    const bool writes = tls_wants_write_ || has_output();
    return static_cast<short>(POLLIN | (writes ? POLLOUT : 0));
}

int64_t RelayConnection::next_time_ms() const {
    switch (phase_) {
        case Phase::over: return std::numeric_limits<int64_t>::max();
        case Phase::up: return pong_end_ms_ != 0 ? pong_end_ms_ : ping_at_ms_;
        case Phase::connecting: return std::min(phase_end_ms_, address_end_ms_);
        default: return phase_end_ms_;
    }
}

void RelayConnection::fail(Error error, const Services& services) {
    const bool told = phase_ == Phase::closing || phase_ == Phase::over;
    phase_ = Phase::over;
    stream_.reset();
    socket_.reset();
    if (!told) services.events.push_back({LinkEvent::Kind::down, relay_, {}, error});
}

void RelayConnection::check_time(const Services& services) {
    const int64_t now_ms = services.now_ms;
    if (phase_ == Phase::over || now_ms < next_time_ms()) return;
    if (phase_ == Phase::connecting && now_ms < phase_end_ms_) return connect_next(services);
    if (phase_ != Phase::up || pong_end_ms_ != 0) return fail(MAYFLY_ERROR(timed_out), services);
    queue(wire::WebSocketOpcode::ping, {}, services.entropy);
    pong_end_ms_ = now_ms + services.times.ping_timeout.ms;
    flush(services);
}

void RelayConnection::advance(const Services& services) {
    tls_wants_write_ = false;
    has_more_input_ = false;
    if (phase_ == Phase::resolving) resolve(services);
    if (phase_ == Phase::connecting) finish_connect(services);
    if (phase_ == Phase::tls) handshake(services);
    if (phase_ == Phase::upgrade || phase_ == Phase::up || phase_ == Phase::closing) {
        receive(services);
        if (phase_ != Phase::over) flush(services);
    }
}

void RelayConnection::resolve(const Services& services) {
    auto answer = resolution_->take();
    if (!answer) return;
    resolution_.reset();
    addresses_ = std::move(*answer);
    connect_next(services);
}

void RelayConnection::connect_next(const Services& services) {
    while (next_address_ < addresses_.size()) {
        const IpAddress& address = addresses_[next_address_++];
        socket_ = crypto::UniqueFd(
            ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket_.is_open()) continue;
        const int on = 1;
        setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_.get(), address.generic(), address.size_bytes) != 0 &&
            errno != EINPROGRESS) {
            continue;
        }
        phase_ = Phase::connecting;
        const bool last = next_address_ == addresses_.size();
        address_end_ms_ =
            last ? phase_end_ms_ : services.now_ms + services.times.connect_per_ip_address.ms;
        return;
    }
    fail(MAYFLY_ERROR(relay_unreachable), services);
}

void RelayConnection::finish_connect(const Services& services) {
    pollfd ready{socket_.get(), POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1) return;
    int error = 0;
    socklen_t size_bytes = sizeof error;
    const int got = getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size_bytes);
    if (got != 0 || error != 0) return connect_next(services);
    auto stream = services.tls.connect(std::move(socket_), relay_.host, relay_.fingerprint);
    if (!stream.ok()) return fail(stream.error(), services);
    stream_ = std::move(*stream);
    phase_ = Phase::tls;
}

void RelayConnection::handshake(const Services& services) {
    switch (stream_->handshake()) {
        case crypto::TlsProgress::done: break;
        case crypto::TlsProgress::want_read: return;
        case crypto::TlsProgress::want_write: tls_wants_write_ = true; return;
        case crypto::TlsProgress::closed: return fail(MAYFLY_ERROR(connection_lost), services);
        case crypto::TlsProgress::failed: return fail(stream_->error(), services);
    }
    phase_ = Phase::upgrade;
    websocket_key_ = wire::make_websocket_key(services.entropy);
    wire::RelayAddress host = relay_;
    host.fingerprint.reset();
    append(out_, as_bytes(wire::format_upgrade_request(wire::format_relay_address(host),
                                                       websocket_key_)));
    flush(services);
}

void RelayConnection::receive(const Services& services) {
    for (size_t size_bytes = 0; size_bytes < read_turn_size_bytes;) {
        const crypto::TlsIo io = stream_->read(services.scratch);
        switch (io.progress) {
            case crypto::TlsProgress::done: break;
            case crypto::TlsProgress::want_read: return;
            case crypto::TlsProgress::want_write: tls_wants_write_ = true; return;
            case crypto::TlsProgress::closed: return fail(MAYFLY_ERROR(connection_lost), services);
            case crypto::TlsProgress::failed: return fail(stream_->error(), services);
        }
        size_bytes += io.size_bytes;
        ping_at_ms_ = services.now_ms + services.times.ping_interval.ms;
        pong_end_ms_ = 0;
        take(BytesView(services.scratch).first(io.size_bytes), services);
        if (phase_ == Phase::over) return;
    }
    has_more_input_ = true;
}

void RelayConnection::take(BytesView input, const Services& services) {
    if (phase_ == Phase::upgrade) return take_upgrade(input, services);
    if (phase_ == Phase::up) return take_frames(input, services);
    // Closing: read only so that the relay's last bytes do not reset the connection.
}

void RelayConnection::take_upgrade(BytesView input, const Services& services) {
    append(head_, input);
    const auto size_bytes = wire::parse_upgrade_response(head_, websocket_key_);
    if (!size_bytes.ok()) return fail(size_bytes.error(), services);
    if (!size_bytes->has_value()) return;
    phase_ = Phase::up;
    ping_at_ms_ = services.now_ms + services.times.ping_interval.ms;
    services.events.push_back({LinkEvent::Kind::up, relay_, {}, std::nullopt});
    const Bytes head = std::exchange(head_, {});
    take_frames(BytesView(head).subspan(**size_bytes), services);
}

void RelayConnection::take_frames(BytesView input, const Services& services) {
    wire::WebSocketMessage message;
    while (true) {
        const auto more = decoder_.next(input, message);
        if (!more.ok()) return fail(more.error(), services);
        if (!*more) return;
        switch (message.kind) {
            case wire::WebSocketOpcode::binary:
                services.events.push_back(
                    {LinkEvent::Kind::frame, relay_, std::move(message.payload), std::nullopt});
                break;
            case wire::WebSocketOpcode::ping:
                if (out_.size() - out_start_ > send_queue_size_bytes_max) break;
                queue(wire::WebSocketOpcode::pong, message.payload, services.entropy);
                break;
            case wire::WebSocketOpcode::close:
                return fail(wire::error_of_close(message.close_code), services);
            default: break;
        }
    }
}

void RelayConnection::queue(wire::WebSocketOpcode opcode, BytesView payload, Entropy& entropy) {
    wire::append_websocket_frame(out_, opcode, payload, random_array<4>(entropy));
}

Status RelayConnection::send(BytesView frame, const Services& services) {
    ENSURE(phase_ == Phase::up, connection_lost);
    ENSURE(frame.size() <= wire::frame_size_bytes_max, input_too_large);
    ENSURE(out_.size() - out_start_ + frame.size() <= send_queue_size_bytes_max, quota_exceeded);
    queue(wire::WebSocketOpcode::binary, frame, services.entropy);
    flush(services);
    return {};
}

void RelayConnection::flush(const Services& services) {
    while (has_output()) {
        const crypto::TlsIo io = stream_->write(BytesView(out_).subspan(out_start_));
        if (io.progress == crypto::TlsProgress::done) {
            out_start_ += io.size_bytes;
            continue;
        }
        if (io.progress == crypto::TlsProgress::failed) return fail(stream_->error(), services);
        if (out_start_ >= out_compact_size_bytes) {
            out_.erase(out_.begin(), out_.begin() + static_cast<ptrdiff_t>(out_start_));
            out_start_ = 0;
        }
        return;
    }
    out_.clear();
    if (out_.capacity() > out_compact_size_bytes) out_ = {};
    out_start_ = 0;
    if (phase_ != Phase::closing || std::exchange(sent_end_, true)) return;
    if (stream_->shutdown() == crypto::TlsProgress::failed) phase_ = Phase::over;
    ::shutdown(stream_->fd(), SHUT_WR);
}

void RelayConnection::close(const Services& services) {
    if (phase_ != Phase::up) {
        phase_ = Phase::over;
        stream_.reset();
        socket_.reset();
        return;
    }
    wire::append_websocket_close(out_, wire::WebSocketClose::normal,
                                 random_array<4>(services.entropy));
    phase_ = Phase::closing;
    phase_end_ms_ = services.now_ms + services.times.close.ms;
    flush(services);
}

}  // namespace mayfly::link
