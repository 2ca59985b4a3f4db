// Messages as the Messenger takes and gives them.
#pragma once

#include <variant>

#include "core/content_types.h"
#include "core/file_port.h"

namespace mayfly::core {

using ConversationId = FixedBytes<struct ConversationIdTag, 16>;

// Quote is what a reply shows of its target, looked up each time: if the target is gone, so is it.
struct Quote {
    MessageId id;
    bool alive = false;
    AccountId sender;
    ContentType type = ContentType::text;
    SecretBuffer text;  // its beginning, a poll's question, a file's name; else empty
};
struct ReactionView {
    std::string emoji;
    std::vector<AccountId> by;
};
struct ReceiptView {
    AccountId account;
    std::optional<Time> delivered_at;
    std::optional<Time> read_at;
};
struct PollView {
    Poll poll;
    std::vector<size_t> counts;  // votes for each option
    size_t voters = 0;
    Bytes own_choices;
    bool closed = false;
};
// The body of a message that is no text.
using BodyView =
    std::variant<std::monostate, Location, PollView, ContactCard, ConversationSettings, Screenshot>;

enum class MessageState : uint8_t {
    queued,    // ours, not yet at the relay
    sent,      // ours, durable at the relay
    received,  // theirs, not opened
    opened,    // theirs, opened; the burn timer runs if there is one
};

// What a message of a file or voice memo says of it.
struct FileView {
    std::string name;  // as the sender says: not safe as a path
    std::string type;  // media type
    uint64_t size_bytes = 0;
    uint32_t duration_ms = 0;  // of a voice memo; 0: a file
    SecretBuffer thumbnail;    // JPEG; empty: none
};

struct MessageView {
    MessageId id;
    ConversationId conversation;
    AccountId sender;
    std::string handle;  // the sender's, as in ContactView
    bool outgoing = false;
    ContentType type = ContentType::text;
    SecretBuffer text;
    std::vector<Mention> mentions;
    std::optional<Quote> reply_to;
    BodyView body;
    bool edited = false;
    std::vector<ReactionView> reactions;
    std::vector<ReceiptView> receipts;
    Time sent_at;
    Time expires_at;            // after opening a burning message: the burn time
    uint32_t burn_seconds = 0;  // 0: does not burn on read
    MessageState state = MessageState::received;
    std::optional<FileView> file;
    bool verified = false;     // the sender is
    bool needs_newer = false;  // of a type that this version cannot show; text is empty
};

// What is not given is as the conversation's settings say.
struct SendOptions {
    std::optional<Duration> expiration;
    std::optional<Duration> burn;  // from opening; never extends the expiration
    bool no_burn = false;          // does not burn on reading, whatever the settings say
    std::optional<MessageId> reply_to;
    std::vector<Mention> mentions;
};

using OutgoingBody = std::variant<Location, Poll, ContactCard, Screenshot>;

constexpr size_t search_size_bytes_max = 1000;
struct SearchQuery {
    std::string words;  // all must be in a message, in any order and case, also inside words
    std::optional<ConversationId> conversation;
    size_t limit = 100;
};

// A file to send. docs/spec/content.md section 6.
struct FileOffer {
    std::string source;             // as the FilePort knows it
    std::vector<FilePiece> pieces;  // what of it is sent; empty: all
    std::string name;
    std::string type;
    uint32_t duration_ms = 0;  // not 0: a voice memo
    SecretBuffer thumbnail;
};

}  // namespace mayfly::core
