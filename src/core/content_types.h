// The bodies of contents: what a message says, by type. Every body but text's extensions begins
// with a version, so that a later Mayfly may say more. Specification: docs/spec/content.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/codec.h"
#include "util/time.h"
#include "wire/account_record.h"
#include "wire/protocol.h"

namespace mayfly::core {

constexpr size_t text_size_bytes_max = 65'536;
constexpr Duration expiration_min = Duration::seconds(3);
constexpr Duration expiration_max = Duration::days(365);
constexpr Duration expiration_default = Duration::days(6);

using MessageId = wire::MessageId;
using AccountId = wire::AccountId;

// On the wire: never renumber. A value that is not listed is kept and shown as needing a newer
// version. 40 to 79 belong to groups and devices.
enum class ContentType : uint16_t {
    text = 1,
    recall = 2,
    reaction = 3,
    edit = 4,
    receipt = 5,
    typing = 6,
    location = 7,
    poll = 8,
    vote = 9,
    file = 10,
    voice = 11,
    contact_card = 12,
    settings = 13,
    screenshot = 14,
    // Between devices, never shown (group_content.h):
    group_offer = 40,
    profile = 41,
    join_ticket = 42,
    // Between devices of one account (device_content.h):
    link_ready = 43,
    link_grant = 44,
    history = 45,
    sync = 46,
};
// is_control: contents that travel like messages and show nothing.
constexpr bool is_control(ContentType type) {
    const auto value = static_cast<uint16_t>(type);
    return value >= 40 && value < 80;
}

constexpr uint16_t body_version = 1;
constexpr size_t mentions_max = 100;            // more would be a list, not a text
constexpr size_t extension_bytes_max = 16'384;  // of a text, all together
constexpr size_t body_size_bytes_max = text_size_bytes_max + extension_bytes_max;
constexpr size_t emoji_size_bytes_max = 64;   // the longest family and flag sequences have 41
constexpr size_t label_size_bytes_max = 256;  // of a place: a line on a screen
constexpr size_t question_size_bytes_max = 1000;
constexpr size_t option_size_bytes_max = 200;
constexpr size_t poll_options_min = 2;
constexpr size_t poll_options_max = 20;
constexpr size_t receipt_targets_max = 100;
constexpr size_t card_name_size_bytes_max = 128;  // as long as a display name
constexpr size_t card_link_size_bytes_max = 4096;

// A part of a text that names an account. The text itself shows a name, so that it reads well
// where mentions are not known.
struct Mention {
    uint32_t start = 0;  // in bytes of the text; begins and ends between characters
    uint32_t length = 0;
    AccountId account;
    bool operator==(const Mention&) const = default;
    MAYFLY_FIELDS(self.start, self.length, self.account)
};

// Text is what a person writes. On the wire it is TextBody: what it says besides the text are
// extensions in ascending order of their type, and one that is not known is passed over.
struct Text {
    SecretBuffer text;
    std::optional<MessageId> reply_to;
    std::vector<Mention> mentions;  // ascending, apart from each other
};

// Reaction: whoever reacts adds or takes away one emoji.
struct Reaction {
    uint16_t version = body_version;
    MessageId target;
    bool add = true;
    std::string emoji;
    MAYFLY_FIELDS(self.version, self.target, self.add, self.emoji)
};
struct Edit {
    uint16_t version = body_version;
    MessageId target;
    SecretBuffer text;  // an encoded text body
    MAYFLY_FIELDS(self.version, self.target, self.text)
};
enum class ReceiptKind : uint8_t { delivered = 1, read = 2 };
constexpr bool is_known(ReceiptKind kind) {
    return kind == ReceiptKind::delivered || kind == ReceiptKind::read;
}
struct Receipt {
    uint16_t version = body_version;
    ReceiptKind kind = ReceiptKind::delivered;
    std::vector<MessageId> targets;
    MAYFLY_FIELDS(self.version, self.kind, self.targets)
};
struct Typing {
    uint16_t version = body_version;
    bool active = true;
    MAYFLY_FIELDS(self.version, self.active)
};
// Degrees are in units of 1e-7 (11 mm at the equator), offset so that they are not negative.
constexpr uint32_t latitude_span_e7 = 1'800'000'000;
constexpr uint32_t longitude_span_e7 = 3'600'000'000;
struct Location {
    uint16_t version = body_version;
    uint32_t latitude_e7 = 0;   // from the south pole
    uint32_t longitude_e7 = 0;  // from 180 degrees west
    uint32_t accuracy_m = 0;    // 0: not said
    std::string label;
    MAYFLY_FIELDS(self.version, self.latitude_e7, self.longitude_e7, self.accuracy_m, self.label)
};
struct Poll {
    uint16_t version = body_version;
    std::string question;
    std::vector<std::string> options;
    bool multiple = false;
    uint64_t closes_at_ms = 0;  // 0: when the message ends
    MAYFLY_FIELDS(self.version, self.question, self.options, self.multiple, self.closes_at_ms)
};
// Vote: the whole choice, which takes the place of the one before; empty takes it back.
struct Vote {
    uint16_t version = body_version;
    MessageId target;
    Bytes choices;  // indexes of options, ascending
    MAYFLY_FIELDS(self.version, self.target, self.choices)
};
struct ContactCard {
    uint16_t version = body_version;
    std::string name;
    std::string link;  // "mayfly:..."
    MAYFLY_FIELDS(self.version, self.name, self.link)
};
// ConversationSettings is what all members agree on: in a direct conversation by the newest
// content of type settings, in a group by its state.
struct ConversationSettings {
    uint16_t version = body_version;
    uint64_t expiration_ms = static_cast<uint64_t>(expiration_default.ms);
    uint32_t burn_seconds = 0;  // 0: messages do not burn on reading
    bool receipts = false;
    bool typing = false;
    bool operator==(const ConversationSettings&) const = default;
    MAYFLY_FIELDS(self.version, self.expiration_ms, self.burn_seconds, self.receipts, self.typing)
};
struct Screenshot {
    uint16_t version = body_version;
    MAYFLY_FIELDS(self.version)
};

// encode_text assumes what check_text accepts.
SecretBuffer encode_text(const Text& text);
// decode_text refuses what no sender of this version makes. Errors: malformed_input,
// input_too_large, unsupported_version (a later version's text).
Result<Text> decode_text(BytesView body);

// decode_body reads a body of any other type, checks its limits, and refuses another version as
// unsupported_version.
template <class Body>
Result<Body> decode_body(BytesView bytes);

// check_body says whether a body fits its type. Bodies of later versions and types pass: they are
// kept and shown as needing a newer version.
Status check_body(ContentType type, BytesView body);

// is_secondary: contents that concern another message and are none themselves.
bool is_secondary(ContentType type);
// target_of gives the message that a secondary content concerns (of a receipt: none).
Result<std::optional<MessageId>> target_of(ContentType type, BytesView body);

// is_utf8: well-formed after Unicode 15 table 3-7 (no surrogates, no overlong forms).
bool is_utf8(BytesView text);
// is_character_boundary: a character of the well-formed text begins at `at`, or the text ends.
bool is_character_boundary(BytesView text, size_t at);

}  // namespace mayfly::core
