// How many connections each client network holds, so that one of them cannot take all.
#pragma once

#include <mutex>
#include <unordered_map>

#include "util/bytes.h"

struct sockaddr;

namespace mayfly::relay_net {

struct PeerAddress {
    // What one customer of a provider gets: an IPv4 address or an IPv6 /64. Empty for loopback,
    // where reverse proxies and onion services connect from, and for anything that is not IP.
    Bytes network;
    // /24 or /48: what the relay's rate limits go by.
    Bytes ip_prefix;
    bool is_loopback = false;
};
PeerAddress peer_address_of(const sockaddr* address);

// PeerCounts may be used by many threads.
class PeerCounts {
  public:
    explicit PeerCounts(size_t limit) : limit_(limit) {}
    // add counts a connection and says whether it is within the limit; if not, nothing is counted.
    bool add(const PeerAddress& peer);
    void remove(const PeerAddress& peer);

  private:
    std::mutex mutex_;
    std::unordered_map<std::string, size_t> counts_;
    size_t limit_;
};

}  // namespace mayfly::relay_net
