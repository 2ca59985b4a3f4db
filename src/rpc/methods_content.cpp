// Methods of what is said besides plain texts, and of conversations as a whole.
#include "core/place.h"
#include "rpc/method_fields.h"

namespace mayfly::rpc {
namespace {

using enum Type;
using core::ConversationId;

Result<Answer> answer_about(Call& call, Result<core::Messenger::Started> started,
                            const core::MessageId& id) {
    TRY(started);
    TRY(call.account.perform(std::move(started->effects)));
    return Answer{id_result(id), started->operation, {}};
}

Result<Answer> send_body(Call& call, const core::OutgoingBody& body) {
    TRY_ASSIGN(const ConversationId conversation, conversation_of(call));
    return answer_sent(call,
                       call.messenger.send_body(conversation, body, send_options(call), call.now,
                                                call.account.entropy()),
                       conversation);
}

Result<Answer> edit(Call& call) {
    TRY_ASSIGN(const core::MessageView message, message_named(call));
    const BytesView text = as_bytes(call.text("text"));
    const auto mentions = call.messenger.find_mentions(message.conversation, text);
    return answer_about(
        call, call.messenger.edit(message.id, text, mentions, call.now, call.account.entropy()),
        message.id);
}

Result<Answer> react(Call& call) {
    TRY_ASSIGN(const core::MessageView message, message_named(call));
    return answer_about(
        call,
        call.messenger.react(message.id, call.text("emoji"), !call.boolean("remove"), call.now,
                             call.account.entropy()),
        message.id);
}

Result<Answer> poll(Call& call) {
    core::Poll body;
    body.question = call.text("question");
    for (const std::string_view option : call.texts("options")) body.options.emplace_back(option);
    body.multiple = call.boolean("multiple");
    body.closes_at_ms = static_cast<uint64_t>(call.integer("closes_at", 0));
    return send_body(call, body);
}

Result<Answer> vote(Call& call) {
    TRY_ASSIGN(const core::MessageView message, message_named(call));
    std::vector<int64_t> numbers = call.integers("choices");
    std::sort(numbers.begin(), numbers.end());
    Bytes choices;
    for (const int64_t number : numbers) choices.push_back(static_cast<uint8_t>(number - 1));
    return answer_about(call,
                        call.messenger.vote(message.id, choices, call.now, call.account.entropy()),
                        message.id);
}

Result<Answer> location(Call& call) {
    core::Location place;
    TRY(core::parse_place(call.text("latitude"), call.text("longitude"), place));
    place.accuracy_m = static_cast<uint32_t>(call.integer("accuracy_m", 0));
    place.label = call.text("label");
    return send_body(call, place);
}

Result<Answer> card(Call& call) {
    TRY_ASSIGN(const core::ContactView other, call.messenger.find_contact(call.text("other")));
    TRY_ASSIGN(const core::ContactCard body, call.messenger.card_of(other.account));
    return send_body(call, body);
}

Result<Answer> screenshot(Call& call) { return send_body(call, core::Screenshot{}); }

Result<Answer> typing(Call& call) {
    TRY_ASSIGN(const ConversationId conversation, conversation_of(call));
    TRY_ASSIGN(core::Effects effects,
               call.messenger.send_typing(conversation, call.boolean("active"), call.now,
                                          call.account.entropy()));
    TRY(call.account.perform(std::move(effects)));
    return at_once(Json::object());
}

Result<Answer> settings(Call& call) {
    TRY_ASSIGN(const ConversationId conversation, conversation_of(call));
    TRY_ASSIGN(core::ConversationSettings wanted, call.messenger.settings(conversation));
    const core::ConversationSettings before = wanted;
    if (call.has("expire_seconds")) {
        wanted.expiration_ms = static_cast<uint64_t>(call.integer("expire_seconds", 0)) * 1000;
    }
    if (call.has("burn_seconds")) {
        wanted.burn_seconds = static_cast<uint32_t>(call.integer("burn_seconds", 0));
    }
    if (call.has("receipts")) wanted.receipts = call.boolean("receipts");
    if (call.has("typing")) wanted.typing = call.boolean("typing");
    if (wanted == before) return at_once(json_of(wanted));
    TRY_ASSIGN(auto started, call.messenger.change_settings(conversation, wanted, call.now,
                                                            call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation,
                  [conversation](core::Messenger& messenger, Time) -> Result<Json> {
                      TRY_ASSIGN(const auto agreed, messenger.settings(conversation));
                      return json_of(agreed);
                  }};
}

// change_local changes how this device shows a conversation; the answer is the conversation.
Result<Answer> change_local(Call& call, const std::function<void(core::LocalSettings&)>& change) {
    TRY_ASSIGN(const ConversationId conversation, conversation_of(call));
    TRY_ASSIGN(core::LocalSettings local, call.messenger.local_settings(conversation));
    change(local);
    TRY_ASSIGN(core::Effects effects,
               call.messenger.set_local_settings(conversation, local, call.now));
    TRY(call.account.perform(std::move(effects)));
    TRY_ASSIGN(const core::ConversationView view,
               call.messenger.find_conversation(core::text_of(conversation)));
    return at_once(json_of(view));
}

Result<Answer> mute(Call& call) {
    // For good is longer than anything lives here.
    constexpr Duration for_good = Duration::days(365 * 100);
    return change_local(call, [&](core::LocalSettings& local) {
        local.muted_until = Time{call.integer("until", (call.now + for_good).ms)};
    });
}

Result<Answer> archive(Call& call) {
    return change_local(call,
                        [&](core::LocalSettings& local) { local.archived = call.boolean("on"); });
}

Result<Answer> pin(Call& call) {
    return change_local(call,
                        [&](core::LocalSettings& local) { local.pinned = call.boolean("on"); });
}

Result<Answer> draft(Call& call) {
    TRY_ASSIGN(const ConversationId conversation, conversation_of(call));
    if (call.has("text")) {
        TRY_ASSIGN(core::Effects effects,
                   call.messenger.set_draft(conversation, as_bytes(call.text("text")), call.now));
        TRY(call.account.perform(std::move(effects)));
    }
    TRY_ASSIGN(const SecretBuffer kept, call.messenger.draft(conversation));
    return at_once({{"conversation", json_text(core::text_of(conversation))},
                    {"text", json_text(as_text(kept.expose()))}});
}

Result<Answer> search(Call& call) {
    core::SearchQuery query;
    query.words = call.text("words");
    const auto limit = static_cast<size_t>(call.integer("limit", list_limit_default));
    query.limit = limit + 1;
    if (call.has("in")) {
        TRY_ASSIGN(query.conversation, conversation_of(call, "in"));
    }
    TRY_ASSIGN(const auto found, call.messenger.search(query, call.now));
    return at_once(list_of(found, 0, limit));
}

std::vector<Method> saying_methods() {
    return {
        {"edit",
         "Changes the text of a message of ours, everywhere. The old text is destroyed.",
         {id, {"text", text, "UTF-8, at most 65,536 bytes"}, timeout},
         {result_id},
         edit},
        {"react",
         "Adds an emoji to a message, or takes ours away.",
         {id,
          {"emoji", text, "one, without other text"},
          {"remove", boolean, "take it away", false},
          timeout},
         {result_id},
         react},
        {"poll",
         "Asks a question.",
         {who_or_group,
          {"question", text, "at most 1,000 bytes"},
          {"options", texts, "2 to 20 different answers, at most 200 bytes each"},
          {"multiple", boolean, "more than one may be chosen", false},
          {"closes_at", integer, "ms since 1970; not given: when the message ends", false},
          expire_seconds,
          burn_seconds,
          timeout},
         {result_id, result_conversation},
         poll},
        {"vote",
         "Answers a poll; a later vote replaces the one before. After the close: `expired`.",
         {id,
          {"choices",
           integers,
           "from 1; an empty list takes the vote back",
           true,
           {},
           1,
           static_cast<int64_t>(core::poll_options_max)},
          timeout},
         {result_id},
         vote},
    };
}

std::vector<Method> telling_methods() {
    return {
        {"location",
         "Sends a place.",
         {who_or_group,
          {"latitude", text, "degrees, a decimal number; south is negative"},
          {"longitude", text, "degrees, a decimal number; west is negative"},
          {"accuracy_m", integer, "", false, {}, 0, UINT32_MAX},
          {"label", text, "at most 256 bytes", false},
          expire_seconds,
          burn_seconds,
          timeout},
         {result_id, result_conversation},
         location},
        {"card",
         "Sends a contact to somebody else.",
         {who_or_group,
          {"other", text, "the contact, as `who` elsewhere"},
          expire_seconds,
          burn_seconds,
          timeout},
         {result_id, result_conversation},
         card},
        {"screenshot",
         "Tells that we took a picture of the conversation.",
         {who_or_group, timeout},
         {result_id, result_conversation},
         screenshot},
        {"typing",
         "Tells that we type, or no longer. `not_enabled` where the settings do not have it on.",
         {who_or_group, {"active", boolean, "we type"}},
         {},
         typing},
    };
}

}  // namespace

std::vector<Method> content_methods() {
    std::vector<Method> all = saying_methods();
    const std::vector<Method> about_conversations{
        {"settings",
         "What a conversation has agreed on; changes what is given, for all of it.",
         {who_or_group,
          expire_seconds,
          burn_seconds,
          {"receipts", boolean, "", false},
          {"typing", boolean, "", false},
          timeout},
         object_of("settings").fields,
         settings},
        {"mute",
         "Marks a conversation, on this device, as one that does not ring.",
         {who_or_group,
          {"until", integer, "ms since 1970; 0: not any more; not given: for good", false}},
         object_of("conversation").fields,
         mute},
        {"archive",
         "Marks a conversation, on this device, as put away.",
         {who_or_group, {"on", boolean, "or no longer"}},
         object_of("conversation").fields,
         archive},
        {"pin",
         "Marks a conversation, on this device, to be shown first.",
         {who_or_group, {"on", boolean, "or no longer"}},
         object_of("conversation").fields,
         pin},
        {"draft",
         "A text that is kept on this device and not sent yet. Sending it destroys it.",
         {who_or_group, {"text", text, "what to keep; empty: nothing; not given: as it is", false}},
         {result_conversation, {"text", text, "what is kept, or empty"}},
         draft},
        {"search",
         "Messages that are alive and hold all words, in any order and case.",
         {{"words", text, "at most 1,000 bytes"},
          {"in", text, "only there; as `who` elsewhere", false},
          limit_field},
         {{"messages", Type::objects, "newest first", true, "message"}, result_more},
         search},
    };
    for (Method& method : telling_methods()) all.push_back(std::move(method));
    all.insert(all.end(), about_conversations.begin(), about_conversations.end());
    return all;
}

}  // namespace mayfly::rpc
