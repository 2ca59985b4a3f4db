#include "core/group_link.h"

#include "core/contact_link.h"

namespace mayfly::core {
namespace {

constexpr std::string_view prefix = "mayfly-group:";
constexpr uint8_t version = 1;

struct Body {
    uint8_t version = core::version;
    GroupLink link;
    MAYFLY_FIELDS(self.version, self.link)
};

bool is_canonical(const std::string& relay) {
    const auto canonical = canonical_relay(relay);
    return canonical.ok() && *canonical == relay;
}

}  // namespace

std::string format_group_link(const GroupLink& link) {
    Body body;
    body.link = {link.info, link.inviter, link.relays, link.secret.clone()};
    return format_checked_link(prefix, codec::encode_secret(body).expose());
}

Result<GroupLink> parse_group_link(std::string_view text) {
    TRY_ASSIGN(const Bytes bytes, parse_checked_link(prefix, text));
    auto body = codec::decode<Body>(bytes);
    ENSURE(body.ok() && body->version == version, bad_link);
    GroupLink& link = body->link;
    ENSURE(check_conversation_info(link.info).ok() && has_state(link.info.kind), bad_link);
    ENSURE(link.secret.size() == link_secret_size_bytes, bad_link);
    ENSURE(!link.relays.empty() && link.relays.size() <= wire::relays_per_account_max, bad_link);
    for (const std::string& relay : link.relays) ENSURE(is_canonical(relay), bad_link);
    for (const std::string& hub : link.info.hubs) ENSURE(is_canonical(hub), bad_link);
    return std::move(link);
}

}  // namespace mayfly::core
