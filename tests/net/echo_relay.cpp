#include "tests/net/echo_relay.h"

#include <chrono>
#include <thread>

namespace mayfly::test {
namespace {

constexpr Duration patience = Duration::seconds(20);  // sanitizers on a busy machine are slow

crypto::SystemEntropy entropy;

}  // namespace

EchoRelay::EchoRelay(relay_net::ListenerConfig config) {
    auto tls = crypto::TlsServerContext::create(*crypto::make_self_signed_identity());
    MAYFLY_ASSERT(tls.ok());
    fingerprint_ = tls->fingerprint();
    if (config.threads == 0) config.threads = 2;
    auto listener = relay_net::Listener::open(std::move(config), std::move(*tls), *this);
    MAYFLY_ASSERT(listener.ok());
    listener_ = std::move(*listener);
    listener_->start();
}

EchoRelay::~EchoRelay() { listener_->stop(Duration{}); }

void EchoRelay::on_connected(relay::ConnectionId, Bytes) { ++sessions_; }
void EchoRelay::on_disconnected(relay::ConnectionId) { --sessions_; }

void EchoRelay::on_frame(relay::ConnectionId id, Bytes frame) {
    if (on_frame_instead) return on_frame_instead(id, std::move(frame));
    std::vector<relay::Send> sends;
    sends.push_back({id, std::move(frame), false});
    listener_->send(std::move(sends));
}

wire::RelayAddress EchoRelay::address() const {
    return {"127.0.0.1", listener_->port(), fingerprint_};
}

bool EchoRelay::wait_for_sessions(size_t count) const {
    for (int64_t waited_ms = 0; waited_ms < patience.ms; waited_ms += 5) {
        if (sessions_ == count) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

Client::Client(const link::LinkTimes& times)
    : link_(std::move(link::Link::create(entropy, times)).value()) {}

std::optional<link::LinkEvent> Client::next_event() {
    if (events_.empty()) events_ = link_.poll(patience);
    if (events_.empty()) return std::nullopt;
    link::LinkEvent first = std::move(events_.front());
    events_.erase(events_.begin());
    return first;
}

bool Client::bring_up(const wire::RelayAddress& relay) {
    if (!link_.connect(relay).ok()) return false;
    const auto event = next_event();
    return event && event->kind == link::LinkEvent::Kind::up && event->relay == relay;
}

Bytes pattern(size_t size_bytes, uint8_t seed) {
    Bytes out(size_bytes);
    for (size_t i = 0; i < size_bytes; ++i) out[i] = static_cast<uint8_t>(seed + i * 7 + i / 251);
    return out;
}

}  // namespace mayfly::test
