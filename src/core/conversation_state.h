// ConversationState: what all members of a group or room agree on besides its members, and who may
// change what. It is a GroupContext extension, so MLS signs it and every member checks each change.
// Specification: docs/spec/conversations.md.
#pragma once

#include "core/content.h"

namespace mayfly::core {

constexpr uint16_t conversation_state_extension_type =
    0xf0a2;  // RFC 9420 section 17.3: private use
constexpr size_t conversation_name_size_bytes_max = 128;
constexpr size_t topic_size_bytes_max = 1'024;
// An avatar travels in every Welcome and in each change of the state.
constexpr size_t avatar_size_bytes_max = 16'384;
constexpr size_t moderators_max = 64;
constexpr size_t readers_max = 1'000;
// More members than any group people keep talking in; with several devices each they fit the hub's
// fan-out list (wire::fan_out_size_max).
constexpr size_t members_max = 1'000;

struct ConversationState {
    uint16_t version = content_version;
    std::string name;
    std::string topic;
    Bytes avatar;                        // an image file; empty: none
    std::vector<AccountId> moderators;   // ascending
    std::vector<AccountId> readers;      // ascending: may read, and write nothing
    bool moderators_write_only = false;  // a room in which only moderators write
    uint64_t expiration_ms = static_cast<uint64_t>(expiration_default.ms);
    uint64_t expiration_max_ms = static_cast<uint64_t>(expiration_max.ms);
    uint32_t burn_seconds = 0;      // 0: messages do not burn on reading
    uint32_t burn_seconds_max = 0;  // 0: no limit; else every message burns so long after opening
    bool receipts = false;
    bool typing = false;
    bool operator==(const ConversationState&) const = default;
    MAYFLY_FIELDS(self.version, self.name, self.topic, self.avatar, self.moderators, self.readers,
                  self.moderators_write_only, self.expiration_ms, self.expiration_max_ms,
                  self.burn_seconds, self.burn_seconds_max, self.receipts, self.typing)
};
// Errors: malformed_input, input_too_large, unsupported_version.
Status check_conversation_state(const ConversationState& state);
Result<ConversationState> decode_conversation_state(BytesView data);

// StateChange is what somebody wants changed; what is not given stays.
struct StateChange {
    std::optional<std::string> name;
    std::optional<std::string> topic;
    std::optional<Bytes> avatar;
    std::vector<AccountId> add_moderators;
    std::vector<AccountId> drop_moderators;
    std::vector<AccountId> add_readers;
    std::vector<AccountId> drop_readers;
    std::optional<bool> moderators_write_only;
    std::optional<uint64_t> expiration_ms;
    std::optional<uint64_t> expiration_max_ms;
    std::optional<uint32_t> burn_seconds;
    std::optional<uint32_t> burn_seconds_max;
    std::optional<bool> receipts;
    std::optional<bool> typing;
    bool operator==(const StateChange&) const = default;
    MAYFLY_FIELDS(self.name, self.topic, self.avatar, self.add_moderators, self.drop_moderators,
                  self.add_readers, self.drop_readers, self.moderators_write_only,
                  self.expiration_ms, self.expiration_max_ms, self.burn_seconds,
                  self.burn_seconds_max, self.receipts, self.typing)
};
ConversationState apply_change(ConversationState state, const StateChange& change);
// merge_change lets `later` win where both say something.
StateChange merge_change(StateChange earlier, StateChange later);

}  // namespace mayfly::core
