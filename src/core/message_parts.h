// What a message shows besides its own text: the parts of core/messenger.h's MessageView.
#pragma once

#include <variant>

#include "core/content_types.h"

namespace mayfly::core {

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

}  // namespace mayfly::core
