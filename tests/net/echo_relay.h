// A Listener whose handler sends every frame back, and a Link to talk to it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "crypto/system_entropy.h"
#include "link/link.h"
#include "relay_net/listener.h"

namespace mayfly::test {

class EchoRelay final : public relay_net::ConnectionHandler {
  public:
    explicit EchoRelay(relay_net::ListenerConfig config = {});
    ~EchoRelay() override;

    void on_connected(relay::ConnectionId id, Bytes ip_prefix) override;
    void on_frame(relay::ConnectionId id, Bytes frame) override;
    void on_disconnected(relay::ConnectionId id) override;
    bool is_healthy() override { return healthy; }

    wire::RelayAddress address() const;
    relay_net::Listener& listener() { return *listener_; }
    // Waits, a few seconds at most, until so many connections are greeted and not yet gone.
    bool wait_for_sessions(size_t count) const;
    size_t sessions() const { return sessions_; }

    std::atomic<bool> healthy = true;
    // When set, is called in place of the echo.
    std::function<void(relay::ConnectionId, Bytes)> on_frame_instead;

  private:
    std::atomic<size_t> sessions_ = 0;
    crypto::KeyFingerprint fingerprint_;
    std::unique_ptr<relay_net::Listener> listener_;
};

// Client is a Link whose events are looked at one by one.
class Client {
  public:
    explicit Client(const link::LinkTimes& times = {});
    link::Link* operator->() { return &link_; }
    // next_event waits for several seconds at most.
    std::optional<link::LinkEvent> next_event();
    // bring_up connects and says whether `up` came.
    bool bring_up(const wire::RelayAddress& relay);

  private:
    link::Link link_;
    std::vector<link::LinkEvent> events_;
};

Bytes pattern(size_t size_bytes, uint8_t seed = 0);

}  // namespace mayfly::test
