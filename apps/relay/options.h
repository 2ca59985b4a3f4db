// The command line of mayfly-relay.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "relay/limits.h"
#include "util/time.h"
#include "wire/protocol.h"

namespace mayfly::relay_app {

// A canonical host and a port: `host:port`, `[ipv6]:port`.
struct HostPort {
    std::string host;
    std::optional<uint16_t> port;  // 0 is allowed
};

struct ServeOptions {
    std::string data;
    HostPort listen;
    bool self_signed = false;
    std::string certificates_path;
    std::string key_path;
    wire::Registration registration = wire::Registration::open;
    Duration ttl_max = wire::message_ttl_default;
    uint64_t blob_total_size_bytes_max = relay::blob_total_size_bytes_default;
    std::optional<HostPort> name;  // under which clients reach it
    bool web_pki = false;          // clients trust that name by the web's authorities
    bool web = true;               // serve the web client, if it is in the program
    bool push = true;              // wake devices by Web Push
    bool push_to_private = false;  // also where the push service has a private address
};
struct InviteOptions {
    std::string data;
};
struct HelpOptions {};
struct VersionOptions {};
struct UsageError {
    std::string error;
    std::string hint;
};
using Options = std::variant<ServeOptions, InviteOptions, HelpOptions, VersionOptions, UsageError>;

// What a host may promise to keep messages for (design section 7).
constexpr Duration ttl_max_lowest = Duration::seconds(3);
constexpr Duration ttl_max_highest = Duration::days(365);

// registration_name is the word for it on the command line and in relay.json.
const char* registration_name(wire::Registration registration);

Options parse_options(const std::vector<std::string_view>& words);

// The whole help, with a session.
extern const char* const help_text;

}  // namespace mayfly::relay_app
