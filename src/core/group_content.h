// Contents that travel in a conversation and show nothing: how people come into groups.
// Specification: docs/spec/conversations.md.
#pragma once

#include "core/conversation_state.h"

namespace mayfly::core {

// GroupOffer asks a contact into a group. It travels in the direct conversation of the two.
struct GroupOffer {
    uint16_t version = content_version;
    ConversationInfo info;
    std::string name;  // as it is now; the group's state counts once we are in
    uint32_t member_count = 0;
    MAYFLY_FIELDS(self.version, self.info, self.name, self.member_count)
};

constexpr size_t link_secret_size_bytes = 16;

// JoinTicket is one device's wish to be added: its key package, and where at the hub its welcome
// and everything later goes.
struct JoinTicket {
    uint16_t version = content_version;
    ConversationId conversation;
    Bytes key_package;  // MLSMessage
    wire::Token token;
    SecretBuffer link_secret;  // of the invitation link that it comes by; empty: none
    MAYFLY_FIELDS(self.version, self.conversation, self.key_package, self.token, self.link_secret)
};

// Profile tells the members of a group who somebody is; sent once after joining.
struct Profile {
    uint16_t version = content_version;
    Person person;
    MAYFLY_FIELDS(self.version, self.person)
};

// check_person: names and addresses as an account record may hold them.
Status check_person(const Person& person);
Result<GroupOffer> decode_group_offer(BytesView body);
Result<JoinTicket> decode_join_ticket(BytesView body);
Result<Profile> decode_profile(BytesView body);

}  // namespace mayfly::core
