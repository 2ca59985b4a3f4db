#include "relay_net/peer_counts.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace mayfly::relay_net {
namespace {

const PeerAddress loopback{{}, {}, true};

PeerAddress from_ipv4(BytesView address) {
    constexpr uint8_t loopback_network = 127;
    if (address[0] == loopback_network) return loopback;
    return {to_bytes(address), to_bytes(address.first(3)), false};
}

PeerAddress from_ipv6(BytesView address) {
    const auto& in6 = *reinterpret_cast<const in6_addr*>(address.data());
    if (IN6_IS_ADDR_V4MAPPED(&in6)) return from_ipv4(address.subspan(12));
    if (IN6_IS_ADDR_LOOPBACK(&in6)) return loopback;
    return {to_bytes(address.first(8)), to_bytes(address.first(6)), false};
}

}  // namespace

PeerAddress peer_address_of(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(address);
        return from_ipv4({reinterpret_cast<const uint8_t*>(&in->sin_addr), sizeof(in->sin_addr)});
    }
    if (address->sa_family == AF_INET6) {
        const auto* in6 = reinterpret_cast<const sockaddr_in6*>(address);
        return from_ipv6({in6->sin6_addr.s6_addr, sizeof(in6->sin6_addr.s6_addr)});
    }
    return {};
}

bool PeerCounts::add(const PeerAddress& peer) {
    if (peer.network.empty()) return true;
    const std::lock_guard lock(mutex_);
    size_t& count = counts_[std::string(as_text(peer.network))];
    if (count >= limit_) return false;
    ++count;
    return true;
}

void PeerCounts::remove(const PeerAddress& peer) {
    if (peer.network.empty()) return;
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(std::string(as_text(peer.network)));
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace mayfly::relay_net
