#include "relay_net/connection.h"

#include <sys/socket.h>

namespace mayfly::relay_net {
namespace {

// A large buffer is shortened only now and then: that moves all of it.
constexpr size_t out_compact_size_bytes = 262'144;

// A peer that pings and does not read gets no more pongs (RFC 6455 section 5.5.3 asks for the last
// one only).
constexpr size_t pong_backlog_size_bytes_max = 65'536;

}  // namespace

bool Connection::advance(ConnectionHandler& handler, MutableBytesView scratch) {
    tls_wants_write_ = false;
    if (phase_ == Phase::handshake && !handshake()) return false;
    if (phase_ == Phase::handshake) return true;
    if (!wants_read() && !flush()) return false;
    if (wants_read() && !(receive(handler, scratch) && flush())) return false;
    if (!wants_read()) has_more_input_ = false;  // flush comes first
    return true;
}

bool Connection::handshake() {
    switch (stream_.handshake()) {
        case crypto::TlsProgress::done: phase_ = Phase::http; break;
        case crypto::TlsProgress::want_read: return true;
        case crypto::TlsProgress::want_write: tls_wants_write_ = true; return true;
        case crypto::TlsProgress::closed:
        case crypto::TlsProgress::failed: return false;
    }
    if (stream_.is_plain() && !peer_.is_loopback) {
        refuse("400 Bad Request", "This relay speaks TLS: use https.\n");
    }
    return true;
}

bool Connection::receive(ConnectionHandler& handler, MutableBytesView scratch) {
    has_more_input_ = false;
    if (phase_ == Phase::http && !http_head_.empty()) take_http({}, handler);
    for (size_t size_bytes = 0; size_bytes < read_turn_size_bytes && wants_read();) {
        const crypto::TlsIo io = stream_.read(scratch);
        switch (io.progress) {
            case crypto::TlsProgress::done: break;
            case crypto::TlsProgress::want_read: return true;
            case crypto::TlsProgress::want_write: tls_wants_write_ = true; return true;
            case crypto::TlsProgress::closed:
            case crypto::TlsProgress::failed: return false;
        }
        received_ = true;
        size_bytes += io.size_bytes;
        take(scratch.first(io.size_bytes), handler);
    }
    has_more_input_ = true;
    return true;
}

void Connection::take(BytesView input, ConnectionHandler& handler) {
    if (phase_ == Phase::http) return take_http(input, handler);
    if (phase_ == Phase::open) return take_frames(input, handler);
    // Closing: what still comes is read only so that our last bytes are not lost to a reset.
}

void Connection::take_http(BytesView input, ConnectionHandler& handler) {
    append(http_head_, input);
    const auto parsed = wire::parse_http_request(http_head_);
    if (!parsed.ok()) {
        return refuse(parsed.code() == ErrorCode::input_too_large
                          ? "431 Request Header Fields Too Large"
                          : "400 Bad Request",
                      "This is no request that a relay understands.\n");
    }
    if (!parsed->has_value()) return;
    const wire::HttpRequest& request = **parsed;
    switch (request.kind) {
        case wire::HttpRequestKind::websocket: break;
        case wire::HttpRequestKind::bad_upgrade:
            return refuse("400 Bad Request", "This relay speaks mayfly.1 at /mayfly/v1.\n");
        case wire::HttpRequestKind::other:
            return refuse("405 Method Not Allowed", "A relay answers GET and HEAD only.\n");
        case wire::HttpRequestKind::page: return answer(request, handler);
    }
    append(out_, as_bytes(wire::format_upgrade_response(request.websocket_key)));
    phase_ = Phase::open;
    session_ = true;
    handler.on_connected(id_, peer_.ip_prefix);
    const Bytes head = std::exchange(http_head_, {});
    take_frames(BytesView(head).subspan(request.head_size_bytes), handler);
}

void Connection::take_frames(BytesView input, ConnectionHandler& handler) {
    wire::WebSocketMessage message;
    while (phase_ == Phase::open) {
        const auto more = decoder_.next(input, message);
        if (!more.ok()) {
            return close(handler, more.code() == ErrorCode::input_too_large
                                      ? wire::WebSocketClose::too_big
                                      : wire::WebSocketClose::protocol_error);
        }
        if (!*more) return;
        switch (message.kind) {
            case wire::WebSocketOpcode::binary:
                handler.on_frame(id_, std::move(message.payload));
                break;
            case wire::WebSocketOpcode::ping:
                if (queued_size_bytes() > pong_backlog_size_bytes_max) break;
                wire::append_websocket_frame(out_, wire::WebSocketOpcode::pong, message.payload,
                                             std::nullopt);
                break;
            case wire::WebSocketOpcode::close: return close(handler, wire::WebSocketClose::normal);
            default: break;
        }
    }
}

void Connection::answer(const wire::HttpRequest& request, ConnectionHandler& handler) {
    const WebSite::Answer answer = site_.answer(request, handler.is_healthy());
    append(out_, as_bytes(answer.head));
    body_ = answer.body;
    last_answer_ = answer.closes;
    progress_ = true;
    http_head_.erase(http_head_.begin(),
                     http_head_.begin() + static_cast<ptrdiff_t>(request.head_size_bytes));
}

void Connection::refuse(std::string_view status, std::string_view body) {
    wire::HttpResponse response;
    response.status = status;
    response.body_size_bytes = body.size();
    append(out_, as_bytes(wire::format_http_head(response)));
    append(out_, as_bytes(body));
    http_head_ = {};
    last_answer_ = true;
}

void Connection::queue_frame(BytesView frame) {
    if (phase_ != Phase::open) return;
    wire::append_websocket_frame(out_, wire::WebSocketOpcode::binary, frame, std::nullopt);
}

void Connection::queue_ping() {
    wire::append_websocket_frame(out_, wire::WebSocketOpcode::ping, {}, std::nullopt);
}

void Connection::close(ConnectionHandler& handler, wire::WebSocketClose code) {
    end_session(handler);
    if (phase_ == Phase::open) wire::append_websocket_close(out_, code, std::nullopt);
    phase_ = Phase::closing;
}

void Connection::end_session(ConnectionHandler& handler) {
    if (std::exchange(session_, false)) handler.on_disconnected(id_);
}

BytesView Connection::unsent() const {
    return out_.empty() ? body_ : BytesView(out_).subspan(out_start_);
}

bool Connection::flush() {
    is_dirty = false;
    if (phase_ == Phase::handshake) return true;
    while (!unsent().empty()) {
        const bool is_body = out_.empty();
        const crypto::TlsIo io = stream_.write(unsent());
        if (io.progress == crypto::TlsProgress::done) {
            progress_ = true;
            if (is_body) {
                body_ = body_.subspan(io.size_bytes);
            } else if ((out_start_ += io.size_bytes) == out_.size()) {
                out_ = {};  // an idle connection holds no buffer
                out_start_ = 0;
            }
            continue;
        }
        if (out_start_ >= out_compact_size_bytes) {
            out_.erase(out_.begin(), out_.begin() + static_cast<ptrdiff_t>(out_start_));
            out_start_ = 0;
        }
        return io.progress == crypto::TlsProgress::want_write ||
               io.progress == crypto::TlsProgress::want_read;
    }
    if (phase_ == Phase::http && last_answer_) phase_ = Phase::closing;
    return phase_ != Phase::closing || finish();
}

// Ends our direction only: closing the socket with unread input in it would reset the connection,
// and the peer might lose what was sent last.
bool Connection::finish() {
    if (std::exchange(sent_end_, true)) return true;
    if (stream_.shutdown() == crypto::TlsProgress::failed) return false;
    return ::shutdown(stream_.fd(), SHUT_WR) == 0;
}

}  // namespace mayfly::relay_net
