// Connection: one client, from accept to the last byte. Belongs to one network thread; never
// blocks.
#pragma once

#include "relay_net/deadline_list.h"
#include "relay_net/listener.h"
#include "relay_net/peer_counts.h"
#include "relay_net/stream.h"
#include "wire/types.h"
#include "wire/websocket.h"

namespace mayfly::relay_net {

// Bytes read from one connection before the others get their turn.
constexpr size_t read_turn_size_bytes = 65'536;

class Connection : public DeadlineNode {
  public:
    enum class Phase : uint8_t { handshake, http, open, closing };

    // `site` must outlive the connection.
    Connection(relay::ConnectionId id, Stream stream, PeerAddress peer, const WebSite& site)
        : stream_(std::move(stream)), peer_(std::move(peer)), site_(site), id_(id) {}

    // These are false when the connection is over and must be destroyed. advance does all
    // that needs no waiting; `scratch` is where bytes are read to.
    bool advance(ConnectionHandler& handler, MutableBytesView scratch);
    bool flush();
    void queue_frame(BytesView frame);  // the handler's; only while open
    size_t queued_size_bytes() const { return out_.size() - out_start_; }
    // Memory that a peer can make us hold by being slow, in either direction.
    size_t held_size_bytes() const {
        return out_.size() + http_head_.size() + decoder_.held_size_bytes();
    }

    void queue_ping();
    // close says goodbye after what is queued; the handler hears no more of this connection.
    void close(ConnectionHandler& handler, wire::WebSocketClose code);
    // end_session tells the handler, once, that the connection is no more.
    void end_session(ConnectionHandler& handler);

    relay::ConnectionId id() const { return id_; }
    const PeerAddress& peer() const { return peer_; }
    int fd() const { return stream_.fd(); }
    Phase phase() const { return phase_; }
    bool wants_write() const { return tls_wants_write_ || !unsent().empty(); }
    // Answers to HTTP go out one after the other: nothing is read while one is under way.
    bool wants_read() const { return phase_ != Phase::http || unsent().empty(); }
    // has_more_input: advance stopped because its turn was over.
    bool has_more_input() const { return has_more_input_; }
    bool take_received() { return std::exchange(received_, false); }
    // take_progress: in phase http, a request came whole or some of an answer was taken.
    bool take_progress() { return std::exchange(progress_, false); }

    // The thread's own.
    uint32_t watched_events = 0;  // what epoll was asked for
    bool is_watched = false;
    size_t counted_size_bytes = 0;  // of held_size_bytes, in the sum of all
    bool is_dirty = false;          // waits for flush

  private:
    bool handshake();
    bool receive(ConnectionHandler& handler, MutableBytesView scratch);
    void take(BytesView input, ConnectionHandler& handler);
    void take_http(BytesView input, ConnectionHandler& handler);
    void take_frames(BytesView input, ConnectionHandler& handler);
    void refuse(std::string_view status, std::string_view body);
    void answer(const wire::HttpRequest& request, ConnectionHandler& handler);
    BytesView unsent() const;
    bool finish();

    Stream stream_;
    Bytes out_;             // plaintext not yet written
    size_t out_start_ = 0;  // of out_, written already
    BytesView body_;        // what follows out_: a part of the site, not held by us
    Bytes http_head_;       // only in phase http
    wire::WebSocketDecoder decoder_{wire::WebSocketRole::server, wire::frame_size_bytes_max};
    PeerAddress peer_;
    const WebSite& site_;
    relay::ConnectionId id_;
    Phase phase_ = Phase::handshake;
    bool session_ = false;  // the handler knows of it
    bool tls_wants_write_ = false;
    bool has_more_input_ = false;
    bool received_ = false;
    bool progress_ = false;
    bool last_answer_ = false;  // closing follows it
    bool sent_end_ = false;
};

}  // namespace mayfly::relay_net
