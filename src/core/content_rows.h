// Rows of what belongs to messages and conversations besides them: annexes (reactions, edits,
// votes, receipts), settings, drafts. All their keys begin with 's' and a second letter.
// docs/spec/store.md says the same in words.
#pragma once

#include "core/rows.h"

namespace mayfly::core {

namespace row_kind {
constexpr char said = 's';  // and after it one of:
constexpr char annex = 'a';
constexpr char outbox_body = 'b';
constexpr char draft = 'd';
constexpr char local_settings = 'l';
constexpr char orphan = 'o';
constexpr char settings = 's';
constexpr char tree_upload = 't';
}  // namespace row_kind

namespace row_key {
Bytes said(char sub_kind);
Bytes orphan_of_subject(BytesView subject);  // of its expiry row
Bytes annex(const MessageId& target, ContentType type, const AccountId& sender, uint64_t slot);
Bytes annexes_of(const MessageId& target);
Bytes annexes_of(const MessageId& target, ContentType type, const AccountId& sender);
Bytes orphan(const ConversationId& conversation, uint64_t order);
Bytes orphans_of(const ConversationId& conversation);
Bytes settings(const ConversationId& conversation);
Bytes local_settings(const ConversationId& conversation);
Bytes draft(const ConversationId& conversation);
Bytes outbox_body(uint64_t order);
}  // namespace row_key

constexpr uint8_t expiry_of_orphan = 10;  // subject: conversation, order

// AnnexRow is the newest word of one account on one message: a reaction (one row for each emoji),
// an edit, a vote, or the time of a receipt. It ends with the message.
struct AnnexRow {
    uint16_t version = store_version;
    MessageId content;  // with sent_at_ms it decides which of two is newer
    uint64_t sent_at_ms = 0;
    AccountId sender;
    ContentType type = ContentType::reaction;
    SecretBuffer body;  // as sent; of an edit empty, because the text is the message's own now
    MAYFLY_FIELDS(self.version, self.content, self.sent_at_ms, self.sender, self.type, self.body)
};

// OrphanRow is a secondary content that came before its message.
struct OrphanRow {
    uint16_t version = store_version;
    MessageId target;
    uint64_t expires_at_ms = 0;
    AnnexRow annex;
    MAYFLY_FIELDS(self.version, self.target, self.expires_at_ms, self.annex)
};

struct SettingsRow {
    uint16_t version = store_version;
    uint64_t sent_at_ms = 0;
    MessageId content;
    AccountId sender;
    ConversationSettings settings;
    MAYFLY_FIELDS(self.version, self.sent_at_ms, self.content, self.sender, self.settings)
};

struct LocalRow {
    uint16_t version = store_version;
    uint64_t muted_until_ms = 0;
    bool archived = false;
    bool pinned = false;
    MAYFLY_FIELDS(self.version, self.muted_until_ms, self.archived, self.pinned)
};

}  // namespace mayfly::core
