#include "core/content_types.h"

#include <set>

#include "core/attachment.h"
#include "core/contact_link.h"
#include "core/emoji.h"

namespace mayfly::core {
namespace {

enum class ExtensionType : uint16_t { reply_to = 1, mentions = 2 };

struct Extension {
    uint16_t type = 0;
    Bytes data;
    MAYFLY_FIELDS(self.type, self.data)
};
struct TextBody {
    uint16_t version = body_version;
    SecretBuffer text;
    std::vector<Extension> extensions;
    MAYFLY_FIELDS(self.version, self.text, self.extensions)
};
struct Mentions {
    std::vector<Mention> list;
    MAYFLY_FIELDS(self.list)
};

// Length of the well-formed UTF-8 sequence at the start of `text`, or 0.
size_t utf8_sequence_size(BytesView text) {
    const uint8_t lead = text[0];
    if (lead < 0x80) return 1;
    size_t size = 0;
    uint8_t second_min = 0x80;
    uint8_t second_max = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        size = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        size = 3;
        if (lead == 0xe0) second_min = 0xa0;
        if (lead == 0xed) second_max = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        size = 4;
        if (lead == 0xf0) second_min = 0x90;
        if (lead == 0xf4) second_max = 0x8f;
    }
    if (size == 0 || text.size() < size) return 0;
    if (text[1] < second_min || text[1] > second_max) return 0;
    for (size_t i = 2; i < size; ++i) {
        if ((text[i] & 0xc0) != 0x80) return 0;
    }
    return size;
}

Status check_mentions(BytesView text, const std::vector<Mention>& mentions) {
    ENSURE(!mentions.empty() && mentions.size() <= mentions_max, malformed_input);
    size_t end = 0;
    for (const Mention& mention : mentions) {
        ENSURE(mention.length > 0 && mention.start >= end, malformed_input);
        end = size_t{mention.start} + mention.length;
        ENSURE(end <= text.size() && is_character_boundary(text, mention.start) &&
                   is_character_boundary(text, end),
               malformed_input);
    }
    return {};
}

Status read_extension(const Extension& extension, Text& text) {
    switch (static_cast<ExtensionType>(extension.type)) {
        case ExtensionType::reply_to:
            text.reply_to = MessageId::from(extension.data);
            ENSURE(text.reply_to.has_value(), malformed_input);
            return {};
        case ExtensionType::mentions: {
            TRY_ASSIGN(Mentions mentions, codec::decode<Mentions>(extension.data));
            text.mentions = std::move(mentions.list);
            return check_mentions(text.text.expose(), text.mentions);
        }
    }
    return {};
}

bool is_label(const std::string& text, size_t size_max) {
    return text.size() <= size_max && is_utf8(as_bytes(text));
}

Status check(const Reaction& body) {
    ENSURE(body.emoji.size() <= emoji_size_bytes_max && is_emoji(as_bytes(body.emoji)),
           malformed_input);
    return {};
}
Status check(const Edit& body) {
    TRY(decode_text(body.text.expose()));
    return {};
}
Status check(const Receipt& body) {
    ENSURE(!body.targets.empty() && body.targets.size() <= receipt_targets_max, malformed_input);
    return {};
}
Status check(const Typing&) { return {}; }
Status check(const Location& body) {
    ENSURE(body.latitude_e7 <= latitude_span_e7 && body.longitude_e7 <= longitude_span_e7,
           malformed_input);
    ENSURE(is_label(body.label, label_size_bytes_max), malformed_input);
    return {};
}
Status check(const Poll& body) {
    ENSURE(!body.question.empty() && is_label(body.question, question_size_bytes_max),
           malformed_input);
    ENSURE(body.options.size() >= poll_options_min && body.options.size() <= poll_options_max,
           malformed_input);
    std::set<std::string_view> distinct;
    for (const std::string& option : body.options) {
        ENSURE(!option.empty() && is_label(option, option_size_bytes_max), malformed_input);
        ENSURE(distinct.insert(option).second, malformed_input);
    }
    return {};
}
Status check(const Vote& body) {
    ENSURE(body.choices.size() <= poll_options_max, malformed_input);
    for (size_t i = 0; i < body.choices.size(); ++i) {
        ENSURE(body.choices[i] < poll_options_max, malformed_input);
        ENSURE(i == 0 || body.choices[i - 1] < body.choices[i], malformed_input);
    }
    return {};
}
Status check(const ContactCard& body) {
    ENSURE(is_label(body.name, card_name_size_bytes_max), malformed_input);
    ENSURE(body.link.size() <= card_link_size_bytes_max, malformed_input);
    ENSURE(parse_contact_link(body.link).ok(), malformed_input);
    return {};
}
Status check(const ConversationSettings& body) {
    ENSURE(body.expiration_ms >= static_cast<uint64_t>(expiration_min.ms) &&
               body.expiration_ms <= static_cast<uint64_t>(expiration_max.ms),
           malformed_input);
    ENSURE(body.burn_seconds <= static_cast<uint64_t>(expiration_max.ms) / 1000, malformed_input);
    return {};
}
Status check(const Screenshot&) { return {}; }

Status check_recall(BytesView body) {
    ENSURE(body.size() == MessageId::size_bytes, malformed_input);
    return {};
}

template <class T>
Status status_of(const Result<T>& result) {
    return result.ok() ? Status() : Status(result.error());
}

Status check_known(ContentType type, BytesView body) {
    switch (type) {
        case ContentType::text: return status_of(decode_text(body));
        case ContentType::recall: return check_recall(body);
        case ContentType::reaction: return status_of(decode_body<Reaction>(body));
        case ContentType::edit: return status_of(decode_body<Edit>(body));
        case ContentType::receipt: return status_of(decode_body<Receipt>(body));
        case ContentType::typing: return status_of(decode_body<Typing>(body));
        case ContentType::location: return status_of(decode_body<Location>(body));
        case ContentType::poll: return status_of(decode_body<Poll>(body));
        case ContentType::vote: return status_of(decode_body<Vote>(body));
        case ContentType::contact_card: return status_of(decode_body<ContactCard>(body));
        case ContentType::settings: return status_of(decode_body<ConversationSettings>(body));
        case ContentType::screenshot: return status_of(decode_body<Screenshot>(body));
        case ContentType::file:
        case ContentType::voice: return status_of(decode_file(type, body));
        default: return {};
    }
    return {};
}

Status check_version(BytesView body) {
    codec::Reader reader(body);
    const uint16_t version = reader.u16();
    ENSURE(reader.ok(), malformed_input);
    ENSURE(version <= body_version, unsupported_version);
    ENSURE(version == body_version, malformed_input);
    return {};
}

}  // namespace

bool is_utf8(BytesView text) {
    while (!text.empty()) {
        const size_t size = utf8_sequence_size(text);
        if (size == 0) return false;
        text = text.subspan(size);
    }
    return true;
}

bool is_character_boundary(BytesView text, size_t at) {
    return at == text.size() || (at < text.size() && (text[at] & 0xc0) != 0x80);
}

SecretBuffer encode_text(const Text& text) {
    TextBody body;
    body.text = text.text.clone();
    if (text.reply_to) {
        body.extensions.push_back(
            {static_cast<uint16_t>(ExtensionType::reply_to), to_bytes(text.reply_to->view())});
    }
    if (!text.mentions.empty()) {
        body.extensions.push_back({static_cast<uint16_t>(ExtensionType::mentions),
                                   codec::encode(Mentions{text.mentions})});
    }
    return codec::encode_secret(body);
}

Result<Text> decode_text(BytesView bytes) {
    TRY(check_version(bytes));
    TRY_ASSIGN(TextBody body, codec::decode<TextBody>(bytes));
    ENSURE(body.text.size() <= text_size_bytes_max, input_too_large);
    ENSURE(!body.text.empty() && is_utf8(body.text.expose()), malformed_input);
    Text text;
    text.text = std::move(body.text);
    std::optional<uint16_t> last;
    for (const Extension& extension : body.extensions) {
        ENSURE(!last || extension.type > *last, malformed_input);
        last = extension.type;
        TRY(read_extension(extension, text));
    }
    return text;
}

template <class Body>
Result<Body> decode_body(BytesView bytes) {
    TRY(check_version(bytes));
    TRY_ASSIGN(Body body, codec::decode<Body>(bytes));
    TRY(check(body));
    return body;
}
template Result<Reaction> decode_body(BytesView);
template Result<Edit> decode_body(BytesView);
template Result<Receipt> decode_body(BytesView);
template Result<Typing> decode_body(BytesView);
template Result<Location> decode_body(BytesView);
template Result<Poll> decode_body(BytesView);
template Result<Vote> decode_body(BytesView);
template Result<ContactCard> decode_body(BytesView);
template Result<ConversationSettings> decode_body(BytesView);
template Result<Screenshot> decode_body(BytesView);

Status check_body(ContentType type, BytesView body) {
    const Status checked = check_known(type, body);
    if (!checked.ok() && checked.code() == ErrorCode::unsupported_version) return {};
    return checked;
}

bool is_secondary(ContentType type) {
    switch (type) {
        case ContentType::recall:
        case ContentType::reaction:
        case ContentType::edit:
        case ContentType::receipt:
        case ContentType::typing:
        case ContentType::vote: return true;
        default: return false;
    }
}

Result<std::optional<MessageId>> target_of(ContentType type, BytesView bytes) {
    if (type == ContentType::recall) return MessageId::from(bytes);
    if (type == ContentType::reaction) {
        TRY_ASSIGN(const Reaction body, decode_body<Reaction>(bytes));
        return std::optional<MessageId>(body.target);
    }
    if (type == ContentType::edit) {
        TRY_ASSIGN(const Edit body, decode_body<Edit>(bytes));
        return std::optional<MessageId>(body.target);
    }
    if (type == ContentType::vote) {
        TRY_ASSIGN(const Vote body, decode_body<Vote>(bytes));
        return std::optional<MessageId>(body.target);
    }
    return std::optional<MessageId>();
}

}  // namespace mayfly::core
