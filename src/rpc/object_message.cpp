// A message in JSON, with all that belongs to it.
#include "core/place.h"
#include "rpc/schema.h"

namespace mayfly::rpc {
const char* state_name(core::MessageState state) {
    switch (state) {
        case core::MessageState::queued: return "queued";
        case core::MessageState::sent: return "sent";
        case core::MessageState::received: return "received";
        case core::MessageState::opened: return "opened";
    }
    return "received";
}

namespace {

Json json_of_account(const core::AccountId& account) { return json_text(core::text_of(account)); }

Json json_of_quote(const core::Quote& quote) {
    Json out{{"alive", quote.alive}};
    if (!quote.alive) return out;
    out["sender"] = json_of_account(quote.sender);
    out["content"] = content_name(quote.type);
    out["text"] = json_text(as_text(quote.text.expose()));
    return out;
}

struct BodyPart {
    Json& out;

    void operator()(std::monostate) const {}
    void operator()(const core::Screenshot&) const {}
    void operator()(const core::Location& place) const {
        out["location"] = {{"latitude", json_text(core::latitude_text(place))},
                           {"longitude", json_text(core::longitude_text(place))},
                           {"accuracy_m", place.accuracy_m},
                           {"label", json_text(place.label)}};
    }
    void operator()(const core::PollView& poll) const {
        Json options = Json::array();
        for (const std::string& option : poll.poll.options) options.push_back(json_text(option));
        Json own = Json::array();
        for (const uint8_t choice : poll.own_choices) own.push_back(choice + 1);
        out["poll"] = {{"question", json_text(poll.poll.question)},
                       {"options", std::move(options)},
                       {"counts", poll.counts},
                       {"voters", poll.voters},
                       {"multiple", poll.poll.multiple},
                       {"closes_at", std::min<uint64_t>(poll.poll.closes_at_ms, INT64_MAX)},
                       {"closed", poll.closed},
                       {"own_choices", std::move(own)}};
    }
    void operator()(const core::ContactCard& card) const {
        out["card"] = {{"name", json_text(card.name)}, {"link", json_text(card.link)}};
    }
    void operator()(const core::ConversationSettings& settings) const {
        out["settings"] = json_of(settings);
    }
};

void add_words_of_others(const core::MessageView& message, Json& out) {
    for (const core::Mention& mention : message.mentions) {
        out["mentions"].push_back({{"start", mention.start},
                                   {"length", mention.length},
                                   {"account", json_of_account(mention.account)}});
    }
    for (const core::ReactionView& reaction : message.reactions) {
        Json by = Json::array();
        for (const core::AccountId& account : reaction.by) by.push_back(json_of_account(account));
        out["reactions"].push_back({{"emoji", json_text(reaction.emoji)}, {"by", std::move(by)}});
    }
    for (const core::ReceiptView& receipt : message.receipts) {
        out["receipts"].push_back({{"account", json_of_account(receipt.account)},
                                   {"delivered_at", receipt.delivered_at.value_or(Time{}).ms},
                                   {"read_at", receipt.read_at.value_or(Time{}).ms}});
    }
}

}  // namespace

const char* content_name(core::ContentType type) {
    switch (type) {
        case core::ContentType::text: return "text";
        case core::ContentType::file: return "file";
        case core::ContentType::voice: return "voice";
        case core::ContentType::location: return "location";
        case core::ContentType::poll: return "poll";
        case core::ContentType::contact_card: return "card";
        case core::ContentType::settings: return "settings";
        case core::ContentType::screenshot: return "screenshot";
        default: return "unknown";
    }
}

Json json_of(const core::ConversationSettings& settings) {
    return {{"expire_seconds", settings.expiration_ms / 1000},
            {"burn_seconds", settings.burn_seconds},
            {"receipts", settings.receipts},
            {"typing", settings.typing}};
}

Json json_of(const core::MessageView& message) {
    Json out{{"id", json_text(core::text_of(message.id))},
             {"conversation", json_text(core::text_of(message.conversation))},
             {"sender", json_of_account(message.sender)},
             {"handle", json_text(message.handle)},
             {"content", message.needs_newer ? "unknown" : content_name(message.type)},
             {"text", json_text(as_text(message.text.expose()))},
             {"sent_at", message.sent_at.ms},
             {"expires_at", message.expires_at.ms},
             {"burn_seconds", message.burn_seconds},
             {"state", state_name(message.state)},
             {"verified", message.verified}};
    if (message.edited) out["edited"] = true;
    if (message.reply_to) {
        out["reply_to"] = json_text(core::text_of(message.reply_to->id));
        out["quote"] = json_of_quote(*message.reply_to);
    }
    if (message.file) {
        out["file_name"] = json_text(message.file->name);
        out["file_type"] = json_text(message.file->type);
        out["file_size"] = message.file->size_bytes;
        out["duration_ms"] = message.file->duration_ms;
        out["thumbnail"] = json_text(to_base64url(message.file->thumbnail.expose()));
    }
    std::visit(BodyPart{out}, message.body);
    add_words_of_others(message, out);
    return out;
}

}  // namespace mayfly::rpc
