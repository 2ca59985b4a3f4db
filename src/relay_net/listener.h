// Listener: the relay's socket, and the threads that speak TLS and WebSocket on it.
// docs/spec/transport.md.
//
// Each connection belongs to one network thread for life. A thread tells its handler of a
// connection, of each whole message in order, and of its end. Answers come back from any thread
// through send. A slow reader is cut off, never waited for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/tls.h"
#include "relay/relay.h"
#include "relay_net/web_site.h"
#include "util/result.h"
#include "util/time.h"

namespace mayfly::relay_net {

// ConnectionHandler is called by all network threads, for one connection always by the same. A call
// may block: then nothing more is read from any of that thread's sockets.
class ConnectionHandler {
  public:
    virtual ~ConnectionHandler() = default;
    virtual void on_connected(relay::ConnectionId id, Bytes ip_prefix) = 0;
    virtual void on_frame(relay::ConnectionId id, Bytes frame) = 0;
    virtual void on_disconnected(relay::ConnectionId id) = 0;
    virtual bool is_healthy() = 0;
};

struct ListenerConfig {
    std::string host = "127.0.0.1";  // name or IP address to bind
    uint16_t port = 0;               // 0: any free one
    size_t threads = 0;              // 0: one for each core
    // 14 kB each: below 3 GB. The number of open files may set a lower bound.
    size_t connections_max = 200'000;
    // An office or a mobile provider's NAT; loopback is exempt.
    size_t connections_per_network_max = 1'024;
    // From accept to the end of the HTTP head; then from one request, or bytes of an answer that
    // were taken, to the next.
    Duration handshake_timeout = Duration::seconds(10);
    // Silence after which the relay pings. Clients ping every 30 s, so it rarely does.
    Duration idle_timeout = Duration::seconds(75);
    Duration pong_timeout = Duration::seconds(30);
    // From our last byte to the peer's end.
    Duration closing_timeout = Duration::seconds(5);
    // What may wait for one slow reader: more than the relay's delivery window and some replies.
    size_t send_buffer_size_bytes_max = 8U << 20;
    // What all slow readers and half-sent messages may hold together. Above it, those that hold
    // more than a modest share are cut off: many slow peers must not add up to all memory.
    size_t held_size_bytes_max = 512U << 20;
    size_t held_share_size_bytes = 256U << 10;
};

class NetworkThread;
struct ListenerShared;

class Listener {
  public:
    // open binds; the handler must outlive the Listener. Errors: invalid_argument (no such host),
    // relay_unreachable (the address is taken or not ours).
    static Result<std::unique_ptr<Listener>> open(ListenerConfig config,
                                                  crypto::TlsServerContext tls,
                                                  ConnectionHandler& handler);
    ~Listener();

    uint16_t port() const;
    // serve says what browsers get; before start.
    void serve(WebSite site);
    void start();
    // renew_tls is for connections to come: a renewed certificate. Any thread.
    void renew_tls(crypto::TlsServerContext tls);
    // send hands frames to their connections, in order for each; those gone are skipped. Any
    // thread.
    void send(std::vector<relay::Send> sends);
    size_t connection_count() const;

    // stop_input returns when no more connection is accepted and no more frame will be handed over;
    // sends still go out. Before it the handler must still be able to take what it blocks on.
    void stop_input();
    // stop writes out what was sent, says goodbye and ends all connections within `drain`.
    void stop(Duration drain);

  private:
    explicit Listener(std::unique_ptr<ListenerShared> shared);
    std::unique_ptr<ListenerShared> shared_;
};

}  // namespace mayfly::relay_net
