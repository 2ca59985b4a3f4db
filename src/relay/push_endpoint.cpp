#include "relay/push_endpoint.h"

#include "wire/relay_address.h"

namespace mayfly::relay {
namespace {

constexpr std::string_view scheme = "https://";

// What may stand in a request line: no blank, no control character, nothing beyond ASCII. A
// fragment is none of the server's business (RFC 9110 section 4.2.5).
bool is_target(std::string_view text) {
    if (!text.starts_with('/')) return false;
    for (const char c : text) {
        if (c <= ' ' || c > '~' || c == '#') return false;
    }
    return true;
}

}  // namespace

Result<PushEndpoint> parse_push_endpoint(std::string_view url) {
    ENSURE(url.starts_with(scheme), malformed_input);
    url.remove_prefix(scheme.size());
    const size_t slash = url.find('/');
    ENSURE(slash != std::string_view::npos && is_target(url.substr(slash)), malformed_input);
    // A relay's address has the same rules for hosts and ports, and refuses user names.
    const auto address = wire::parse_relay_address(url.substr(0, slash));
    ENSURE(address.ok() && !address->fingerprint, malformed_input);
    return PushEndpoint{address->host, address->port, std::string(url.substr(slash))};
}

std::string PushEndpoint::authority() const {
    return wire::format_relay_address({host, port, std::nullopt});
}

}  // namespace mayfly::relay
