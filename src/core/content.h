// What travels end to end: the content of a message, the extension that says which conversation a
// group is, and the payload of a contact request. Specification: docs/spec/content.md.
#pragma once

#include "core/messenger.h"

namespace mayfly::core {

constexpr uint16_t content_version = 1;

// Content is the plaintext of one MLS application message.
struct Content {
    uint16_t version = content_version;
    MessageId id;
    uint64_t sent_at_ms = 0;
    uint64_t expires_after_ms = 0;  // from sent_at_ms
    uint32_t burn_seconds = 0;      // from opening; 0: does not burn on read
    ContentType type = ContentType::text;
    SecretBuffer body;  // as content_types.h says, by type
    MAYFLY_FIELDS(self.version, self.id, self.sent_at_ms, self.expires_after_ms, self.burn_seconds,
                  self.type, self.body)
};

SecretBuffer encode_content(const Content& content);
// decode_content checks version, ranges and, for the types known here, the body. Errors:
// unsupported_version, malformed_input, input_too_large.
Result<Content> decode_content(BytesView plaintext);
// is_line: UTF-8 without control characters.
bool is_line(std::string_view text);

// A sender's clock may run ahead of ours by this much (phones without network time); what claims
// more counts as sent now, so that nobody stretches an expiration.
constexpr Duration clock_skew_max = Duration::minutes(5);
// A message cannot have waited longer at a relay; what claims more counts as this old.
constexpr Duration message_age_max = wire::message_ttl_default;
Time clamp_sent_at(uint64_t sent_at_ms, Time now);

constexpr uint16_t conversation_extension_type = 0xf0a1;  // RFC 9420 section 17.3: private use
constexpr size_t conversation_hubs_max = 5;               // as many as an account has relays

// ConversationInfo is the GroupContext extension of every group: which conversation it is and
// where its messages travel. All members agree on it because MLS signs it.
struct ConversationInfo {
    uint16_t version = content_version;
    ConversationId conversation;
    ConversationKind kind = ConversationKind::direct;
    std::vector<std::string> hubs;  // canonical relay addresses; the first is in use
    wire::ChannelId channel;
    uint64_t generation = 0;  // of the hub (design section 6); grows when a standby takes over
    bool operator==(const ConversationInfo&) const = default;
    MAYFLY_FIELDS(self.version, self.conversation, self.kind, self.hubs, self.channel,
                  self.generation)
};
Status check_conversation_info(const ConversationInfo& info);
Result<ConversationInfo> decode_conversation_info(BytesView data);

// Person is what a member says of itself, and how others show it who do not know it otherwise.
struct Person {
    AccountId account;
    std::string display_name;
    std::string handle;               // name@relay; empty: none
    std::vector<std::string> relays;  // that serve its record
    MAYFLY_FIELDS(self.account, self.display_name, self.handle, self.relays)
};

// Introduction says who invites: their newest account record. It is sealed with a key that only
// the members of the invited group can derive.
struct Introduction {
    uint64_t made_at_ms = 0;      // the inviter's clock
    Bytes record;                 // an encoded wire::SignedAccountRecord
    std::vector<Person> members;  // of a group, as the inviter knows them; empty otherwise
    MAYFLY_FIELDS(self.made_at_ms, self.record, self.members)
};

// DirectPayload is what Put carries to an intro address: an invitation to a group.
struct DirectPayload {
    uint16_t version = content_version;
    Bytes welcome;              // MLSMessage
    Bytes sealed_introduction;  // ChaCha20-Poly1305
    Bytes padding;              // zeros, up to padded_size
    MAYFLY_FIELDS(self.version, self.welcome, self.sealed_introduction, self.padding)
};
Bytes encode_direct_payload(Bytes welcome, Bytes sealed_introduction);
Result<DirectPayload> decode_direct_payload(BytesView payload);

// padded_size is Padmé: a size keeps only its leading bits, at most 12 % longer, so that sizes
// reveal O(log log) bits (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", 2019).
uint64_t padded_size(uint64_t size_bytes);

// The key of an introduction comes from MLS-Exporter; it seals once, so the nonce is zero.
constexpr std::string_view introduction_label = "mayfly introduction";
constexpr std::string_view write_token_label = "mayfly write token";
Bytes seal_introduction(const Secret& key, const Introduction& introduction);
Result<Introduction> open_introduction(const Secret& key, BytesView sealed);

}  // namespace mayfly::core
