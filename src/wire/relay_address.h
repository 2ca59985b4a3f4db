// Where a relay is and how its key is trusted: `host`, `host:port`, `host#fingerprint`,
// `host:port#fingerprint`; an IPv6 host stands in brackets. docs/spec/transport.md section 1.
//
// Without a fingerprint the relay must show a WebPKI certificate for the host; with one, its key
// must have that fingerprint and nothing else is looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/codec.h"
#include "crypto/key_fingerprint.h"
#include "util/result.h"

namespace mayfly::wire {

constexpr uint16_t relay_port_default = 443;
// RFC 1035 section 3.1 allows 255 octets on the wire, which is 253 characters.
constexpr size_t relay_host_size_bytes_max = 253;
constexpr size_t key_fingerprint_text_size_bytes = 52;  // 256 bits in base32
// '[' host ']' ':' 65535 '#' fingerprint
constexpr size_t relay_address_text_size_bytes_max =
    relay_host_size_bytes_max + 2 + 1 + 5 + 1 + key_fingerprint_text_size_bytes;

// is_canonical_relay_host: a lower-case DNS name (RFC 1123 section 2.1; international names in
// their xn-- form), a dotted IPv4 address, or an IPv6 address as RFC 5952 writes it, without
// brackets.
bool is_canonical_relay_host(std::string_view host);

struct RelayAddress {
    std::string host;  // canonical: two addresses are the same relay if and only if they are equal
    uint16_t port = relay_port_default;  // never 0
    std::optional<crypto::KeyFingerprint> fingerprint;

    auto operator<=>(const RelayAddress&) const = default;

    // Decoding refuses a host that is not canonical and port 0.
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.host, self.port, self.fingerprint);
        if constexpr (std::is_same_v<Archive, codec::Reader>) {
            if (archive.ok() && (self.port == 0 || !is_canonical_relay_host(self.host))) {
                archive.fail(MAYFLY_ERROR(bad_address));
            }
        }
    }
};

// parse_relay_address folds case and IPv6 spelling to the canonical form; errors: bad_address.
Result<RelayAddress> parse_relay_address(std::string_view text);

// format_relay_address writes the canonical text; parsing it gives the same address. The port is
// left out only where it is the default and there is no fingerprint.
std::string format_relay_address(const RelayAddress& address);

std::string format_key_fingerprint(const crypto::KeyFingerprint& fingerprint);

}  // namespace mayfly::wire

template <>
struct std::hash<mayfly::wire::RelayAddress> {
    size_t operator()(const mayfly::wire::RelayAddress& address) const {
        size_t out = std::hash<std::string_view>{}(address.host) * 31 + address.port;
        if (address.fingerprint) {
            out = out * 31 + std::hash<mayfly::crypto::KeyFingerprint>{}(*address.fingerprint);
        }
        return out;
    }
};
