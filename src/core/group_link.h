// Invitation links to groups. Specification: docs/spec/conversations.md section 3.
#pragma once

#include <string>
#include <string_view>

#include "core/group_content.h"

namespace mayfly::core {

// GroupLink lets whoever has it ask the inviter for a place; the inviter's device counts its uses.
struct GroupLink {
    ConversationInfo info;
    AccountId inviter;
    std::vector<std::string> relays;  // that serve the inviter's record
    SecretBuffer secret;
    MAYFLY_FIELDS(self.info, self.inviter, self.relays, self.secret)
};

// The text is "mayfly-group:" and base64url of version, link and a 4-byte check.
std::string format_group_link(const GroupLink& link);
// Errors: bad_link.
Result<GroupLink> parse_group_link(std::string_view text);

}  // namespace mayfly::core
