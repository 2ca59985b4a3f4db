#include "core/device_content.h"

#include "core/contact_link.h"

namespace mayfly::core {
namespace {

constexpr std::string_view prefix = "mayfly-device:";

struct LinkBody {
    uint8_t version = 1;
    DeviceLink link;
    MAYFLY_FIELDS(self.version, self.link)
};

Status check_conversations(const std::vector<GrantedConversation>& list) {
    for (const GrantedConversation& each : list) {
        TRY(check_conversation_info(each.info));
        TRY_ASSIGN(const std::string hub, canonical_relay(each.info.hubs.front()));
        ENSURE(hub == each.info.hubs.front(), malformed_input);
        ENSURE(!is_for_a_moment(each.info.kind), malformed_input);
    }
    return {};
}

}  // namespace

Result<LinkGrant> decode_link_grant(BytesView body) {
    TRY_ASSIGN(LinkGrant grant, codec::decode<LinkGrant>(body));
    ENSURE(grant.version == content_version, unsupported_version);
    TRY(check_conversations(grant.conversations));
    return grant;
}

Result<History> decode_history(BytesView body) {
    TRY_ASSIGN(History history, codec::decode<History>(body));
    ENSURE(history.version == content_version, unsupported_version);
    return history;
}

Result<Sync> decode_sync(BytesView body) {
    TRY_ASSIGN(Sync sync, codec::decode<Sync>(body));
    ENSURE(sync.version == content_version, unsupported_version);
    TRY(check_conversations(sync.conversations));
    for (const NamedDevice& named : sync.names) {
        ENSURE(named.name.size() <= device_name_size_bytes_max, input_too_large);
        ENSURE(is_line(named.name), malformed_input);
    }
    return sync;
}

std::string format_device_link(const DeviceLink& link) {
    return format_checked_link(prefix, codec::encode(LinkBody{1, link}));
}

Result<DeviceLink> parse_device_link(std::string_view text) {
    TRY_ASSIGN(const Bytes bytes, parse_checked_link(prefix, text));
    auto body = codec::decode<LinkBody>(bytes);
    ENSURE(body.ok() && body->version == 1, bad_link);
    const auto relay = canonical_relay(body->link.relay);
    ENSURE(relay.ok() && *relay == body->link.relay, bad_link);
    return std::move(body->link);
}

}  // namespace mayfly::core
