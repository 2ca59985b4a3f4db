// One HTTPS request to a push service, from the name to the status. It blocks, for a bounded time.
#pragma once

#include <atomic>
#include <chrono>

#include "crypto/tls.h"
#include "relay_net/web_push.h"

struct sockaddr;

namespace mayfly::relay_net {

// is_public_address: an address of the Internet at large. A subscription is whatever a client said
// it is: it must not lead a relay to machines that only the relay can reach.
bool is_public_address(const sockaddr* address);

struct PushRequestLimits {
    bool may_be_private = false;
    std::chrono::steady_clock::time_point deadline;
    const std::atomic<bool>& stopping;
};

// send_push_request gives the service's answer. Errors: relay_unreachable (no such name, no public
// address, nobody there), timed_out, tls_failed, relay_untrusted, connection_lost, malformed_input.
Result<PushOutcome> send_push_request(const crypto::TlsClientContext& tls,
                                      const relay::PushEndpoint& endpoint, BytesView request,
                                      const PushRequestLimits& limits);

}  // namespace mayfly::relay_net
