#include "core/group_content.h"

#include "core/contact_link.h"

namespace mayfly::core {

Status check_person(const Person& person) {
    ENSURE(person.display_name.size() <= wire::display_name_size_bytes_max, input_too_large);
    ENSURE(is_line(person.display_name), malformed_input);
    if (!person.handle.empty()) TRY(parse_handle(person.handle));
    ENSURE(person.relays.size() <= wire::relays_per_account_max, input_too_large);
    for (const std::string& relay : person.relays) {
        TRY_ASSIGN(const std::string canonical, canonical_relay(relay));
        ENSURE(canonical == relay, malformed_input);
    }
    return {};
}

Result<GroupOffer> decode_group_offer(BytesView body) {
    TRY_ASSIGN(GroupOffer offer, codec::decode<GroupOffer>(body));
    ENSURE(offer.version == content_version, unsupported_version);
    TRY(check_conversation_info(offer.info));
    ENSURE(offer.info.kind != ConversationKind::direct, malformed_input);
    ENSURE(offer.name.size() <= conversation_name_size_bytes_max, input_too_large);
    ENSURE(is_line(offer.name) && offer.member_count <= members_max, malformed_input);
    return offer;
}

Result<JoinTicket> decode_join_ticket(BytesView body) {
    TRY_ASSIGN(JoinTicket ticket, codec::decode<JoinTicket>(body));
    ENSURE(ticket.version == content_version, unsupported_version);
    ENSURE(ticket.key_package.size() <= wire::key_package_size_bytes_max, input_too_large);
    ENSURE(ticket.link_secret.empty() || ticket.link_secret.size() == link_secret_size_bytes,
           malformed_input);
    return ticket;
}

Result<Profile> decode_profile(BytesView body) {
    TRY_ASSIGN(Profile profile, codec::decode<Profile>(body));
    ENSURE(profile.version == content_version, unsupported_version);
    TRY(check_person(profile.person));
    return profile;
}

}  // namespace mayfly::core
