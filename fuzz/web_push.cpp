// deps: relay_net
// max_len: 2048
//
// What strangers hand to the part that wakes browsers: endpoints of subscriptions, answers of push
// services, and the signatures that become a part of a header.
#include "relay_net/web_push.h"

namespace mayfly::relay_net {
namespace {

void check_endpoint(std::string_view text) {
    const auto endpoint = relay::parse_push_endpoint(text);
    if (!endpoint.ok()) return;
    for (const std::string& part : {endpoint->authority(), endpoint->target}) {
        // None may begin another line or another word of a request.
        for (const char c : part) MAYFLY_ASSERT(c > ' ' && c <= '~');
    }
    const auto again = relay::parse_push_endpoint(endpoint->origin() + endpoint->target);
    MAYFLY_ASSERT(again.ok() && again->host == endpoint->host && again->port == endpoint->port);
    MAYFLY_ASSERT(again->target == endpoint->target);
}

void check_status(BytesView input) {
    const auto outcome = parse_push_status(input);
    if (!outcome.ok() || !outcome->has_value()) return;
    constexpr size_t status_size = 12;
    MAYFLY_ASSERT(input.size() >= status_size);
    const auto short_by_one = parse_push_status(input.first(status_size - 1));
    MAYFLY_ASSERT(short_by_one.ok() && !short_by_one->has_value());
}

}  // namespace
}  // namespace mayfly::relay_net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    const mayfly::BytesView input{data, size_bytes};
    mayfly::relay_net::check_endpoint(mayfly::as_text(input));
    mayfly::relay_net::check_status(input);
    static_cast<void>(mayfly::relay_net::ecdsa_signature_to_jws(input));
    return 0;
}
