// Where a push subscription lies: the https URL of RFC 8030, and no more of URLs than that.
// docs/spec/push.md section 1.
#pragma once

#include <string>

#include "util/result.h"

namespace mayfly::relay {

struct PushEndpoint {
    std::string host;  // canonical, as in a relay's address
    uint16_t port = 443;
    std::string target;  // path and query, as they came
    // authority is what a Host header says; origin (RFC 6454) is what a VAPID token is for.
    std::string authority() const;
    std::string origin() const { return "https://" + authority(); }
};

// Errors: malformed_input for anything but https://HOST[:PORT]/VISIBLE-ASCII.
Result<PushEndpoint> parse_push_endpoint(std::string_view url);

}  // namespace mayfly::relay
