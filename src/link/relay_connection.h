// RelayConnection: one connection to one relay, from its name to its end, as a state machine over a
// non-blocking socket. Link owns it and tells it when its socket or the clock has moved.
#pragma once

#include "crypto/tls.h"
#include "link/link.h"
#include "link/resolver.h"
#include "wire/http_upgrade.h"
#include "wire/types.h"
#include "wire/websocket.h"

namespace mayfly::link {

class RelayConnection {
  public:
    struct Services {
        const crypto::TlsClientContext& tls;
        Entropy& entropy;
        const LinkTimes& times;
        std::shared_ptr<crypto::UniqueFd> wake_fd;
        int64_t now_ms;  // of a clock that never goes back
        std::vector<LinkEvent>& events;
        MutableBytesView scratch;  // where bytes are read to
    };

    RelayConnection(wire::RelayAddress relay, const Services& services);

    // advance does all that needs no waiting. It reports `up`, frames and, at the end, `down`.
    void advance(const Services& services);
    // check_time acts on what is overdue.
    void check_time(const Services& services);
    int64_t next_time_ms() const;

    Status send(BytesView frame, const Services& services);
    // close ends the connection quietly: no event follows.
    void close(const Services& services);

    bool is_up() const { return phase_ == Phase::up; }
    bool is_over() const { return phase_ == Phase::over; }
    bool has_output() const { return out_start_ < out_.size(); }
    bool has_more_input() const { return has_more_input_; }
    int fd() const;  // -1: nothing to wait for
    short poll_events() const;

  private:
    enum class Phase : uint8_t { resolving, connecting, tls, upgrade, up, closing, over };

    void fail(Error error, const Services& services);
    void resolve(const Services& services);
    void connect_next(const Services& services);
    void finish_connect(const Services& services);
    void handshake(const Services& services);
    void receive(const Services& services);
    void take(BytesView input, const Services& services);
    void take_upgrade(BytesView input, const Services& services);
    void take_frames(BytesView input, const Services& services);
    void flush(const Services& services);
    void queue(wire::WebSocketOpcode opcode, BytesView payload, Entropy& entropy);

    wire::RelayAddress relay_;
    Phase phase_ = Phase::resolving;
    int64_t phase_end_ms_;        // of coming up, later of closing
    int64_t address_end_ms_ = 0;  // of one IP address
    int64_t ping_at_ms_ = 0;
    int64_t pong_end_ms_ = 0;  // 0: no ping is out
    std::shared_ptr<Resolution> resolution_;
    std::vector<IpAddress> addresses_;
    size_t next_address_ = 0;
    crypto::UniqueFd socket_;  // until TLS takes it
    std::optional<crypto::TlsStream> stream_;
    std::string websocket_key_;
    Bytes head_;
    wire::WebSocketDecoder decoder_{wire::WebSocketRole::client, wire::frame_size_bytes_max};
    Bytes out_;
    size_t out_start_ = 0;
    bool tls_wants_write_ = false;
    bool has_more_input_ = false;
    bool sent_end_ = false;
};

}  // namespace mayfly::link
