#include "core/contact_link.h"

#include "crypto/hash.h"
#include "wire/relay_address.h"

namespace mayfly::core {
namespace {

constexpr std::string_view link_prefix = "mayfly:";
constexpr uint8_t link_version = 1;
constexpr size_t link_check_size_bytes = 4;  // catches a mistyped or cut link
// Version, account, five relays and the check, in base64url.
constexpr size_t link_text_size_max = 8192;

struct LinkBody {
    uint8_t version = link_version;
    wire::AccountId account;
    std::vector<std::string> relays;
    MAYFLY_FIELDS(self.version, self.account, self.relays)
};

Bytes check_of(BytesView body) {
    const auto digest = crypto::sha256(body);
    return Bytes(digest.begin(), digest.begin() + link_check_size_bytes);
}

std::string_view trimmed(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string format_checked_link(std::string_view prefix, BytesView body) {
    Bytes bytes = to_bytes(body);
    append(bytes, check_of(bytes));
    return std::string(prefix) + to_base64url(bytes);
}

Result<Bytes> parse_checked_link(std::string_view prefix, std::string_view text) {
    text = trimmed(text);
    ENSURE(text.starts_with(prefix) && text.size() <= link_text_size_max, bad_link);
    auto bytes = from_base64url(text.substr(prefix.size()));
    ENSURE(bytes && bytes->size() > link_check_size_bytes, bad_link);
    const size_t body_size = bytes->size() - link_check_size_bytes;
    const BytesView all = *bytes;
    ENSURE(equal(check_of(all.first(body_size)), all.subspan(body_size)), bad_link);
    bytes->resize(body_size);
    return std::move(*bytes);
}

std::string format_contact_link(const ContactLink& link) {
    LinkBody body;
    body.account = link.account;
    body.relays = link.relays;
    return format_checked_link(link_prefix, codec::encode(body));
}

Result<ContactLink> parse_contact_link(std::string_view text) {
    TRY_ASSIGN(const Bytes bytes, parse_checked_link(link_prefix, text));
    auto body = codec::decode<LinkBody>(bytes);
    ENSURE(body.ok() && body->version == link_version, bad_link);
    ENSURE(!body->relays.empty() && body->relays.size() <= wire::relays_per_account_max, bad_link);
    for (const std::string& relay : body->relays) {
        const auto canonical = canonical_relay(relay);
        ENSURE(canonical.ok() && *canonical == relay, bad_link);
    }
    return ContactLink{body->account, std::move(body->relays)};
}

Result<wire::HandleEntry> parse_handle(std::string_view text) {
    text = trimmed(text);
    const size_t at = text.find('@');
    ENSURE(at != std::string_view::npos, bad_handle);
    wire::HandleEntry handle;
    TRY_ASSIGN(handle.name, wire::fold_handle_name(text.substr(0, at)));
    TRY_ASSIGN(handle.relay, canonical_relay(text.substr(at + 1)));
    return handle;
}

std::string format_handle(const wire::HandleEntry& handle) {
    return handle.name + "@" + handle.relay;
}

Result<ContactTarget> parse_contact_target(std::string_view text) {
    if (trimmed(text).starts_with(link_prefix)) {
        TRY_ASSIGN(ContactLink link, parse_contact_link(text));
        return ContactTarget(std::move(link));
    }
    TRY_ASSIGN(wire::HandleEntry handle, parse_handle(text));
    return ContactTarget(std::move(handle));
}

Result<std::string> canonical_relay(std::string_view text) {
    TRY_ASSIGN(const wire::RelayAddress address, wire::parse_relay_address(text));
    return wire::format_relay_address(address);
}

}  // namespace mayfly::core
