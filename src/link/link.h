// Link: this process's connections to relays, TLS 1.3 WebSocket (docs/spec/transport.md).
//
// One thread owns a Link and calls poll; nothing blocks but poll, and that no longer than asked.
// There is at most one connection to each relay. A Link never reconnects by itself: when and how
// often is the messenger core's decision.
#pragma once

#include <poll.h>

#include <memory>
#include <vector>

#include "util/entropy.h"
#include "util/result.h"
#include "util/time.h"
#include "wire/relay_address.h"

namespace mayfly::link {

// close sends what is queued for at most this long.
constexpr Duration close_timeout = Duration::seconds(2);
// LinkTimes: how long a Link waits for what. Tests wait less.
struct LinkTimes {
    // From connect to `up`. Mobile networks take seconds to wake up; people give up at about ten.
    Duration connect = Duration::seconds(10);
    // One of a host's IP addresses may be dead: the next one gets its turn while time is left.
    Duration connect_per_ip_address = Duration::seconds(3);
    // Silence until we ping. NAT mappings of some mobile networks end after 60 s without traffic.
    Duration ping_interval = Duration::seconds(30);
    // A ping without any answer for this long means that the peer is gone.
    Duration ping_timeout = Duration::seconds(15);
    Duration close = close_timeout;
};
// Frames that wait for a slow relay, per relay: a few of the largest ones.
constexpr size_t send_queue_size_bytes_max = 8U << 20;
constexpr size_t connections_max = 256;

struct LinkEvent {
    enum class Kind : uint8_t {
        up,     // frames may be sent
        down,   // the connection is gone or never came up: `error` says why
        frame,  // one message of the relay
    };
    Kind kind = Kind::down;
    wire::RelayAddress relay;
    Bytes frame;
    // down: relay_unreachable, relay_untrusted, timed_out, tls_failed, connection_lost,
    // shutting_down, unexpected_message (the peer is not a relay), malformed_input,
    // input_too_large, rate_limited (the relay refuses more connections from here).
    std::optional<Error> error;
};

class Link {
  public:
    // entropy must outlive the Link. Errors: crypto_failure.
    static Result<Link> create(Entropy& entropy, const LinkTimes& times = {});
    Link(Link&&) noexcept;
    Link& operator=(Link&&) noexcept;
    ~Link();

    // connect starts a connection; `up` or `down` follows. Does nothing if there is one already.
    // Errors: quota_exceeded.
    Status connect(const wire::RelayAddress& relay);
    // send queues one frame. Errors: connection_lost (not up), quota_exceeded (the queue is full;
    // nothing was queued), input_too_large.
    Status send(const wire::RelayAddress& relay, BytesView frame);
    // close sends what is queued and ends the connection; no event follows.
    void close(const wire::RelayAddress& relay);
    bool is_up(const wire::RelayAddress& relay) const;

    // poll waits for at most `timeout` (zero: not at all) and gives what happened, in order for
    // each relay. It returns early when `extra_fd` (-1: none) can be read.
    std::vector<LinkEvent> poll(Duration timeout, int extra_fd = -1);
    // wait_on is for hosts that wait for more than this Link: it adds what poll would wait for and
    // shortens `wait` to when poll wants to be called; then poll with zero does the rest.
    void wait_on(std::vector<pollfd>& fds, Duration& wait) const;
    // flush waits until the queues are written and closed connections are gone, at most `timeout`.
    void flush(Duration timeout);

  private:
    struct State;
    explicit Link(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace mayfly::link
