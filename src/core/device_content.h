// What devices of one account tell each other, and how a new one comes to be one of them.
// Specification: docs/spec/devices.md.
#pragma once

#include "core/content_rows.h"
#include "core/trust_rows.h"

namespace mayfly::core {

// A grant and a history are cut so that each part fits a content.
constexpr size_t device_content_size_bytes_max = 48'000;
constexpr size_t device_name_size_bytes_max = 64;
constexpr size_t sync_items_max = 256;  // of one kind in one content

// LinkReady: the person at the new device has compared the code.
struct LinkReady {
    uint16_t version = content_version;
    MAYFLY_FIELDS(self.version)
};

// GrantedAccount makes the new device one of the account's.
struct GrantedAccount {
    SecretArray<32> account_seed;
    wire::DeviceCertificate certificate;
    VaultKeys vault;
    uint64_t vault_version = 0;
    Bytes record;  // the newest, signed
    MAYFLY_FIELDS(self.account_seed, self.certificate, self.vault, self.vault_version, self.record)
};
struct GrantedConversation {
    ConversationInfo info;
    AccountId contact;  // direct only
    MAYFLY_FIELDS(self.info, self.contact)
};
// LinkGrant comes in parts; the first has the account, the last says so.
struct LinkGrant {
    uint16_t version = content_version;
    bool last = false;
    std::optional<GrantedAccount> account;
    std::vector<ContactRow> contacts;
    std::vector<GrantedConversation> conversations;
    std::vector<TrustRow> trust;
    MAYFLY_FIELDS(self.version, self.last, self.account, self.contacts, self.conversations,
                  self.trust)
};

// PastMessage is a message that is still alive, for a device that was not there when it came.
struct PastMessage {
    MessageId id;
    AccountId sender;
    uint64_t sent_at_ms = 0;
    uint64_t expires_at_ms = 0;
    uint64_t sent_expiry_ms = 0;
    uint32_t burn_seconds = 0;
    ContentType type = ContentType::text;
    MessageState state = MessageState::received;
    bool taken = false;  // a person was given it
    SecretBuffer body;
    std::vector<AnnexRow> annexes;  // what was said about it
    MAYFLY_FIELDS(self.id, self.sender, self.sent_at_ms, self.expires_at_ms, self.sent_expiry_ms,
                  self.burn_seconds, self.type, self.state, self.taken, self.body, self.annexes)
};
// PastAnnexes is more that was said about a message, which came in a part before.
struct PastAnnexes {
    MessageId target;
    std::vector<AnnexRow> annexes;
    MAYFLY_FIELDS(self.target, self.annexes)
};
struct History {
    uint16_t version = content_version;
    ConversationId conversation;
    std::optional<SettingsRow> settings;  // that a direct conversation has agreed on
    std::vector<PastMessage> messages;
    std::vector<PastAnnexes> annexes;
    MAYFLY_FIELDS(self.version, self.conversation, self.settings, self.messages, self.annexes)
};

// Sync is what one device did and the others should know.
struct OpenedMessage {
    MessageId id;
    uint64_t at_ms = 0;
    MAYFLY_FIELDS(self.id, self.at_ms)
};
struct NamedDevice {
    wire::DeviceId device;
    std::string name;
    MAYFLY_FIELDS(self.device, self.name)
};
struct Sync {
    uint16_t version = content_version;
    std::vector<OpenedMessage> opened;
    std::vector<MessageId> burnt;
    std::vector<ContactRow> contacts;  // added or accepted
    std::vector<AccountId> removed_contacts;
    std::vector<GrantedConversation> conversations;  // that a sibling may ask to be added to
    std::vector<ConversationId> left;
    Bytes record;  // a newer account record; empty: none
    std::vector<NamedDevice> names;
    std::vector<TrustRow> trust;   // marks and blocks, as they are now
    bool account_deleted = false;  // forget all, and have the relays do so
    MAYFLY_FIELDS(self.version, self.opened, self.burnt, self.contacts, self.removed_contacts,
                  self.conversations, self.left, self.record, self.names, self.trust,
                  self.account_deleted)
};

Result<LinkGrant> decode_link_grant(BytesView body);
Result<History> decode_history(BytesView body);
Result<Sync> decode_sync(BytesView body);

// DeviceLink is what the new device shows: where to meet it, and which key package is its own.
struct DeviceLink {
    std::string relay;
    wire::Token token;
    wire::Hash key_package_hash;
    MAYFLY_FIELDS(self.relay, self.token, self.key_package_hash)
};
// The text is "mayfly-device:" and base64url of version, link and a 4-byte check.
std::string format_device_link(const DeviceLink& link);
// Errors: bad_link.
Result<DeviceLink> parse_device_link(std::string_view text);

}  // namespace mayfly::core
