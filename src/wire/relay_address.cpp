#include "wire/relay_address.h"

#include <array>

namespace mayfly::wire {
namespace {

constexpr size_t label_size_bytes_max = 63;  // RFC 1035 section 2.3.4

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// A decimal number without sign or leading zero.
std::optional<uint32_t> parse_number(std::string_view text, uint32_t max) {
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
    uint32_t value = 0;
    for (char c : text) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + static_cast<uint32_t>(c - '0');
    }
    if (value > max) return std::nullopt;
    return value;
}

// Calls visit(part) for each part between separators; stops at the first false.
template <class Visit>
bool for_each_part(std::string_view text, char separator, Visit&& visit) {
    while (true) {
        const size_t end = text.find(separator);
        if (!visit(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_ipv4(std::string_view host) {
    size_t parts = 0;
    return for_each_part(host, '.',
                         [&](std::string_view part) {
                             ++parts;
                             return parse_number(part, 255).has_value();
                         }) &&
           parts == 4;
}

bool is_label(std::string_view label) {
    if (label.empty() || label.size() > label_size_bytes_max) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    for (char c : label) {
        if (!is_letter(c) && !is_digit(c) && c != '-') return false;
    }
    return true;
}

bool is_name_or_ipv4(std::string_view host) {
    if (host.empty() || host.size() > relay_host_size_bytes_max) return false;
    if (!for_each_part(host, '.', is_label)) return false;
    // No top-level domain is numeric, and resolvers read such a name as an IPv4 address in one of
    // many spellings (RFC 3696 section 2): only the plain spelling is let through.
    const std::string_view last = host.substr(host.rfind('.') + 1);
    const bool numeric = is_digit(last[0]) && (last.find_first_not_of("0123456789") == last.npos ||
                                               last.substr(0, 2) == "0x");
    return !numeric || is_ipv4(host);
}

using Ipv6 = std::array<uint16_t, 8>;

std::optional<uint16_t> parse_hex_group(std::string_view text) {
    if (text.empty() || text.size() > 4) return std::nullopt;
    uint32_t value = 0;
    for (char c : text) {
        if (is_digit(c)) {
            value = value * 16 + static_cast<uint32_t>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            value = value * 16 + static_cast<uint32_t>(c - 'a' + 10);
        } else {
            return std::nullopt;
        }
    }
    return static_cast<uint16_t>(value);
}

// Reads groups between single colons to out, from its start; gives how many.
std::optional<size_t> parse_groups(std::string_view text, Ipv6& out) {
    if (text.empty()) return 0;
    size_t count = 0;
    const bool good = for_each_part(text, ':', [&](std::string_view part) {
        const auto group = parse_hex_group(part);
        if (!group || count == out.size()) return false;
        out[count++] = *group;
        return true;
    });
    if (!good) return std::nullopt;
    return count;
}

// RFC 4291 section 2.2, forms 1 and 2, lower case; no zone and no dotted tail.
std::optional<Ipv6> parse_ipv6(std::string_view text) {
    Ipv6 head{};
    const size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (parse_groups(text, head) != 8) return std::nullopt;
        return head;
    }
    Ipv6 tail{};
    const auto head_count = parse_groups(text.substr(0, gap), head);
    const auto tail_count = parse_groups(text.substr(gap + 2), tail);
    if (!head_count || !tail_count || *head_count + *tail_count > 7) return std::nullopt;
    std::copy_n(tail.begin(), *tail_count, head.end() - static_cast<ptrdiff_t>(*tail_count));
    return head;
}

// RFC 5952 section 4: the longest run of two or more zero groups, the first of equals, becomes
// "::".
std::string format_ipv6(const Ipv6& groups) {
    size_t gap_start = 8;
    size_t gap_size = 1;
    for (size_t i = 0; i < 8;) {
        size_t end = i;
        while (end < 8 && groups[end] == 0) ++end;
        if (end - i > gap_size) {
            gap_start = i;
            gap_size = end - i;
        }
        i = end + 1;
    }
    std::string out;
    for (size_t i = 0; i < 8; ++i) {
        if (i == gap_start) {
            out += "::";
            i += gap_size - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':') out += ':';
        bool started = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            const unsigned digit = (groups[i] >> shift) & 0xf;
            started = started || digit != 0 || shift == 0;
            if (started) out += "0123456789abcdef"[digit];
        }
    }
    return out;
}

}  // namespace

bool is_canonical_relay_host(std::string_view host) {
    if (host.find(':') == std::string_view::npos) return is_name_or_ipv4(host);
    const auto groups = parse_ipv6(host);
    return groups && format_ipv6(*groups) == host;
}

Result<RelayAddress> parse_relay_address(std::string_view text) {
    ENSURE(text.size() <= relay_address_text_size_bytes_max, bad_address);
    RelayAddress out;
    const size_t hash = text.find('#');
    if (hash != std::string_view::npos) {
        const std::string_view pin = text.substr(hash + 1);
        ENSURE(pin.size() == key_fingerprint_text_size_bytes, bad_address);
        const auto bytes = from_base32(pin);
        ENSURE(bytes.has_value(), bad_address);
        out.fingerprint = crypto::KeyFingerprint::from(*bytes);
        ENSURE(out.fingerprint.has_value(), bad_address);
        text = text.substr(0, hash);
    }
    std::string_view rest;
    if (!text.empty() && text[0] == '[') {
        const size_t end = text.find(']');
        ENSURE(end != std::string_view::npos, bad_address);
        const auto groups = parse_ipv6(to_lower(text.substr(1, end - 1)));
        ENSURE(groups.has_value(), bad_address);
        out.host = format_ipv6(*groups);
        rest = text.substr(end + 1);
    } else {
        const size_t end = std::min(text.find(':'), text.size());
        out.host = to_lower(text.substr(0, end));
        ENSURE(is_name_or_ipv4(out.host), bad_address);
        rest = text.substr(end);
    }
    if (!rest.empty()) {
        ENSURE(rest[0] == ':', bad_address);
        const auto port = parse_number(rest.substr(1), 65535);
        ENSURE(port && *port != 0, bad_address);
        out.port = static_cast<uint16_t>(*port);
    }
    return out;
}

std::string format_relay_address(const RelayAddress& address) {
    const bool ipv6 = address.host.find(':') != std::string::npos;
    std::string out = ipv6 ? "[" + address.host + "]" : address.host;
    if (address.port != relay_port_default || address.fingerprint) {
        out += ":" + std::to_string(address.port);
    }
    if (address.fingerprint) out += "#" + format_key_fingerprint(*address.fingerprint);
    return out;
}

std::string format_key_fingerprint(const crypto::KeyFingerprint& fingerprint) {
    return to_base32(fingerprint.view());
}

}  // namespace mayfly::wire
