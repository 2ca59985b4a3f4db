// Methods of messages.
#include "rpc/method_fields.h"

namespace mayfly::rpc {
namespace {

using enum Type;

// A list of messages stops at this much text; `more` says so, and `after` goes on.
constexpr size_t result_text_size_bytes_max = 4U << 20;
constexpr int64_t acknowledged_max = 1000;  // ids in one `ack`: ten windows of pushed messages
constexpr Field result_messages{"messages", Type::objects, "oldest first", true, "message"};

// found_message finds a message by its whole id or the beginning of it.
Result<core::MessageView> found_message(const Call& call, std::string_view param) {
    return call.messenger.find_message(call.text(param), call.now);
}

Result<Answer> send(Call& call) {
    const BytesView text = as_bytes(call.text("text"));
    ENSURE(!text.empty(), invalid_argument);
    core::SendOptions options = send_options(call);
    TRY_ASSIGN(const core::ConversationId conversation, conversation_of(call));
    options.mentions = call.messenger.find_mentions(conversation, text);
    if (call.has("reply_to")) {
        TRY_ASSIGN(const core::MessageView target, found_message(call, "reply_to"));
        options.reply_to = target.id;
    }
    return answer_sent(
        call,
        call.messenger.send_text(conversation, text, options, call.now, call.account.entropy()),
        conversation);
}

Result<Answer> receive(Call& call) {
    const auto limit = static_cast<size_t>(call.integer("limit", list_limit_default));
    TRY_ASSIGN(const auto messages, call.messenger.new_messages(limit + 1, call.now));
    return at_once(list_of(messages, 0, limit));
}

Result<Answer> acknowledge(Call& call) {
    const auto texts = call.texts("ids");
    ENSURE(texts.size() <= acknowledged_max, input_too_large);
    std::vector<core::MessageId> ids;
    for (const std::string_view text : texts) {
        const auto bytes = from_base32(text);
        ENSURE(bytes.has_value(), unknown_message);
        const auto id = core::MessageId::from(*bytes);
        ENSURE(id.has_value(), unknown_message);
        ids.push_back(*id);
    }
    TRY_ASSIGN(core::Effects effects, call.messenger.mark_given(ids, call.now));
    TRY(call.account.perform(std::move(effects)));
    return at_once(Json::object());
}

Result<Answer> messages(Call& call) {
    const auto limit = static_cast<size_t>(call.integer("limit", list_limit_default));
    TRY_ASSIGN(const core::ConversationId conversation, conversation_of(call));
    TRY_ASSIGN(const auto all, call.messenger.messages(conversation, call.now));
    size_t first = 0;
    if (call.has("after")) {
        while (first < all.size() && core::text_of(all[first].id) != call.text("after")) first++;
        ENSURE(first < all.size(), unknown_message);
        first++;
    }
    return at_once(list_of(all, first, limit));
}

Result<Answer> message(Call& call) {
    TRY_ASSIGN(const core::MessageView found, message_named(call));
    return at_once(json_of(found));
}

Result<Answer> open(Call& call) {
    TRY_ASSIGN(core::MessageView found, message_named(call));
    TRY_ASSIGN(core::Effects effects, call.messenger.open_message(found.id, call.now));
    TRY(call.account.perform(std::move(effects)));
    // Once more: the burn timer runs now, and expires_at shows it.
    TRY_ASSIGN(found, call.messenger.find_message(core::text_of(found.id), call.now));
    return at_once(json_of(found));
}

Result<Answer> burn(Call& call) {
    TRY_ASSIGN(const core::MessageView found, message_named(call));
    TRY_ASSIGN(core::Effects effects, call.messenger.burn(found.id, call.now));
    TRY(call.account.perform(std::move(effects)));
    return at_once(id_result(found.id));
}

Result<Answer> recall(Call& call) {
    TRY_ASSIGN(const core::MessageView found, message_named(call));
    TRY_ASSIGN(auto started, call.messenger.recall(found.id, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{id_result(found.id), started.operation, {}};
}

Result<Answer> withdraw(Call& call) {
    TRY_ASSIGN(const core::MessageView found, message_named(call));
    TRY_ASSIGN(auto withdrawn, call.messenger.withdraw(found.id, call.now));
    TRY(call.account.perform(std::move(withdrawn.second)));
    Json result = id_result(found.id);
    result["withdrawn"] = withdrawn.first;
    return at_once(std::move(result));
}

}  // namespace

Result<core::MessageView> message_named(const Call& call) { return found_message(call, "id"); }

Result<core::ConversationId> conversation_of(const Call& call, std::string_view param) {
    if (const auto contact = call.messenger.find_contact(call.text(param)); contact.ok()) {
        return contact->conversation;
    }
    const auto found = call.messenger.find_conversation(call.text(param));
    if (found.ok()) return found->conversation;
    // The words of before there were groups stay.
    if (found.code() == ErrorCode::unknown_conversation) return MAYFLY_ERROR(unknown_contact);
    return found.error();
}

core::SendOptions send_options(const Call& call) {
    core::SendOptions options;
    if (call.has("expire_seconds")) {
        options.expiration = Duration::seconds(call.integer("expire_seconds", 0));
    }
    const int64_t burn = call.integer("burn_seconds", 0);
    if (burn != 0) options.burn = Duration::seconds(burn);
    options.no_burn = call.has("burn_seconds") && burn == 0;
    return options;
}

Result<Answer> answer_sent(Call& call, Result<core::Messenger::SendStarted> started,
                           const core::ConversationId& conversation) {
    TRY(started);
    TRY(call.account.perform(std::move(started->effects)));
    Json result = id_result(started->id);
    result["conversation"] = json_text(core::text_of(conversation));
    return Answer{std::move(result), started->operation, {}};
}

Json id_result(const core::MessageId& message) {
    return {{"id", json_text(core::text_of(message))}};
}

Json list_of(const std::vector<core::MessageView>& messages, size_t first, size_t limit) {
    Json list = Json::array();
    size_t size_bytes = 0;
    size_t i = first;
    for (; i < messages.size() && list.size() < limit; i++) {
        size_bytes += messages[i].text.size();
        if (messages[i].file) size_bytes += messages[i].file->thumbnail.size();
        if (size_bytes > result_text_size_bytes_max && !list.empty()) break;
        list.push_back(json_of(messages[i]));
    }
    return {{"messages", std::move(list)}, {"more", i < messages.size()}};
}

std::vector<Method> message_methods() {
    return {
        {"send",
         "Sends a text; `@` and the name of somebody there becomes a mention. Answers when the "
         "relay holds it durably. After `timed_out` it is still in "
         "the outbox; `withdraw` takes it back.",
         {who_or_group,
          {"text", text, "UTF-8, at most 65,536 bytes"},
          optional_of({"reply_to", text, "id, or its beginning, of the message that it answers"}),
          expire_seconds,
          burn_seconds,
          timeout},
         {result_id, result_conversation},
         send},
        {"receive",
         "The messages that nobody acknowledged yet. They come again until `ack`.",
         {limit_field},
         {result_messages, result_more},
         receive},
        {"ack",
         "Acknowledges messages, durably: no client is given them as new again.",
         {{"ids", texts, "whole ids, at most 1,000; unknown ones do no harm"}},
         {},
         acknowledge},
        {"messages",
         "What is alive of a conversation, both sides.",
         {who_or_group, optional_of({"after", text, "the id to go on after"}), limit_field},
         {result_messages, result_more},
         messages},
        {"message", "One message.", {id}, object_of("message").fields, message},
        {"open",
         "Marks as read, starts the burn timer, acknowledges.",
         {id},
         object_of("message").fields,
         open},
        {"burn", "Destroys a message on this device.", {id}, {result_id}, burn},
        {"recall",
         "Takes a message of ours back from everybody.",
         {id, timeout},
         {result_id},
         recall},
        {"withdraw",
         "Takes a message back that has not left yet.",
         {id},
         {result_id, {"withdrawn", boolean, "false: too late, it may arrive, once"}},
         withdraw},
    };
}

}  // namespace mayfly::rpc
