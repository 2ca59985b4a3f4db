// Contact links and handles as people pass them on. Specification: docs/spec/identity.md.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "util/result.h"
#include "wire/account_record.h"

namespace mayfly::core {

// ContactLink names an account for good, and the relays that serve its record.
struct ContactLink {
    wire::AccountId account;
    std::vector<std::string> relays;  // canonical relay addresses, 1 to relays_per_account_max
    bool operator==(const ContactLink&) const = default;
};

// The text is "mayfly:" and base64url of version, account, relays and a 4-byte check.
std::string format_contact_link(const ContactLink& link);
// Errors: bad_link.
Result<ContactLink> parse_contact_link(std::string_view text);

// format_checked_link and parse_checked_link are what all links share: prefix, base64url, and a
// 4-byte check that catches a mistyped or cut link. Errors: bad_link.
std::string format_checked_link(std::string_view prefix, BytesView body);
Result<Bytes> parse_checked_link(std::string_view prefix, std::string_view text);

// parse_handle folds `name@relay`. Errors: bad_handle, bad_address.
Result<wire::HandleEntry> parse_handle(std::string_view text);
std::string format_handle(const wire::HandleEntry& handle);

// parse_contact_target takes either form.
using ContactTarget = std::variant<wire::HandleEntry, ContactLink>;
Result<ContactTarget> parse_contact_target(std::string_view text);

// canonical_relay gives the one text by which a relay is known. Errors: bad_address.
Result<std::string> canonical_relay(std::string_view text);

}  // namespace mayfly::core
