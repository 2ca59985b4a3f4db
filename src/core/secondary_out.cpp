// What we say about messages: reactions, edits, votes, receipts. It counts here at once, and leaves
// through the outbox with a body of its own. Specification: docs/spec/content.md section 7.
#include "core/annex.h"
#include "core/emoji.h"
#include "crypto/hash.h"

namespace mayfly::core {
namespace {

constexpr std::string_view receipt_label = "mayfly receipt";

Result<MessageRow> alive_target(Machine& machine, Step& step, const MessageId& id) {
    TRY_ASSIGN(std::optional<MessageRow> row, load_message(step, id));
    ENSURE(row && from_ms(row->expires_at_ms) > step.now(), unknown_message);
    const ConversationRow* conversation = find_conversation(machine, row->conversation);
    ENSURE(conversation != nullptr && conversation->accepted, unknown_message);
    return std::move(*row);
}

// It lives at the relay as long as the message that it concerns, and not much less than it takes.
uint64_t life_of(const MessageRow& target, Time now) {
    return std::max(target.sent_expiry_ms, to_ms(now + expiration_min));
}

Result<OperationId> queue_secondary(Machine& machine, Step& step, MessageRow& target,
                                    ContentType type, SecretBuffer body,
                                    const std::optional<AnnexRow>& before) {
    ENSURE(machine.tables.outbox.size() < outbox_size_max, quota_exceeded);
    const ConversationRow* given = find_conversation(machine, target.conversation);
    ENSURE(given != nullptr, unknown_contact);
    const auto conversation = sending_target(machine, *given);
    ENSURE(conversation.has_value(), unknown_channel);
    ENSURE(may_write_in(machine, *conversation), not_authorized);
    Secondary secondary;
    secondary.conversation = *conversation;
    secondary.annex.content = step.random_id<MessageId>();
    secondary.annex.sent_at_ms = next_stamp(before, step.now());
    secondary.annex.sender = machine.own_account();
    secondary.annex.type = type;
    secondary.annex.body = body.clone();
    OutboxRow item;
    item.id = secondary.annex.content;
    item.sent_at_ms = secondary.annex.sent_at_ms;
    TRY(apply_secondary(machine, step, target, std::move(secondary)));
    OutboxRow& queued = enqueue(machine, step, *conversation, type);
    queued.id = item.id;
    queued.sent_at_ms = item.sent_at_ms;
    queued.target = target.id;
    queued.expires_at_ms = std::max(life_of(target, step.now()),
                                    queued.sent_at_ms + static_cast<uint64_t>(expiration_min.ms));
    save_outbox(machine, step, queued);
    step.put(row_key::outbox_body(queued.order), std::move(body));
    return queued.operation;
}

Result<std::optional<AnnexRow>> own_annex(Machine& machine, Step& step, const MessageId& target,
                                          ContentType type, uint64_t slot) {
    return step.read<AnnexRow>(row_key::annex(target, type, machine.own_account(), slot));
}

// The same receipt has the same id, however often it is made.
MessageId receipt_id(const Machine& machine, const MessageId& target, ReceiptKind kind) {
    Bytes input = to_bytes(as_bytes(receipt_label));
    append(input, machine.tables.account->device.view());
    append(input, target.view());
    input.push_back(static_cast<uint8_t>(kind));
    MessageId id;
    const auto hash = crypto::sha256(input);
    std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

// A receipt that has not left yet takes up the next one of its kind.
Result<bool> join_receipt(Machine& machine, Step& step, const ConversationId& conversation,
                          const MessageRow& message, ReceiptKind kind) {
    for (auto& [order, item] : machine.tables.outbox) {
        if (item.type != ContentType::receipt || item.is_sealed) continue;
        if (item.conversation != conversation) continue;
        TRY_ASSIGN(const auto body, step.get(row_key::outbox_body(order)));
        ENSURE(body.has_value(), store_corrupt);
        TRY_ASSIGN(Receipt receipt, decode_body<Receipt>(body->expose()));
        if (receipt.kind != kind || receipt.targets.size() == receipt_targets_max) continue;
        receipt.targets.push_back(message.id);
        item.expires_at_ms = std::max(item.expires_at_ms, life_of(message, step.now()));
        save_outbox(machine, step, item);
        step.put(row_key::outbox_body(order), codec::encode_secret(receipt));
        return true;
    }
    return false;
}

}  // namespace

Result<OperationId> queue_reaction(Machine& machine, Step& step, const MessageId& target,
                                   std::string_view emoji, bool add) {
    ENSURE(is_emoji(as_bytes(emoji)) && emoji.size() <= emoji_size_bytes_max, invalid_argument);
    TRY_ASSIGN(MessageRow row, alive_target(machine, step, target));
    Reaction reaction;
    reaction.target = target;
    reaction.add = add;
    reaction.emoji = std::string(emoji);
    const auto slot = crypto::sha256(as_bytes(emoji));
    TRY_ASSIGN(const auto before,
               own_annex(machine, step, target, ContentType::reaction, codec::Reader(slot).u64()));
    return queue_secondary(machine, step, row, ContentType::reaction,
                           codec::encode_secret(reaction), before);
}

Result<OperationId> queue_edit(Machine& machine, Step& step, const MessageId& target,
                               BytesView text, std::vector<Mention> mentions) {
    ENSURE(text.size() <= text_size_bytes_max, text_too_large);
    TRY_ASSIGN(MessageRow row, alive_target(machine, step, target));
    ENSURE(row.sender == machine.own_account(), not_ours);
    ENSURE(row.type == ContentType::text, invalid_argument);
    TRY_ASSIGN(const SecretBuffer old_body, load_body(step, row));
    TRY_ASSIGN(Text said, decode_text(old_body.expose()));
    said.text = SecretBuffer(text);
    said.mentions = std::move(mentions);
    Edit edit;
    edit.target = target;
    edit.text = encode_text(said);
    ENSURE(decode_text(edit.text.expose()).ok(), invalid_argument);
    TRY_ASSIGN(const auto before, own_annex(machine, step, target, ContentType::edit, 0));
    return queue_secondary(machine, step, row, ContentType::edit, codec::encode_secret(edit),
                           before);
}

Result<OperationId> queue_vote(Machine& machine, Step& step, const MessageId& target,
                               const Bytes& choices) {
    TRY_ASSIGN(MessageRow row, alive_target(machine, step, target));
    Vote vote;
    vote.target = target;
    vote.choices = choices;
    SecretBuffer body = codec::encode_secret(vote);
    ENSURE(decode_body<Vote>(body.expose()).ok(), invalid_argument);
    TRY_ASSIGN(const auto before, own_annex(machine, step, target, ContentType::vote, 0));
    return queue_secondary(machine, step, row, ContentType::vote, std::move(body), before);
}

Status queue_receipt(Machine& machine, Step& step, const MessageRow& message, ReceiptKind kind) {
    const ConversationRow* given = find_conversation(machine, message.conversation);
    if (given == nullptr || !given->accepted || message.outgoing) return {};
    const ConversationSettings settings = settings_of(machine, message.conversation);
    if (!settings.receipts || machine.tables.outbox.size() >= outbox_size_max) return {};
    const auto conversation = sending_target(machine, *given);
    if (!conversation || !may_write_in(machine, *conversation)) return {};
    if (!step.has_entropy()) machine.pump_due = true;
    TRY_ASSIGN(const bool joined, join_receipt(machine, step, *conversation, message, kind));
    if (joined) return {};
    Receipt receipt;
    receipt.kind = kind;
    receipt.targets = {message.id};
    OutboxRow& item = enqueue(machine, step, *conversation, ContentType::receipt);
    item.id = receipt_id(machine, message.id, kind);
    item.expires_at_ms = life_of(message, step.now());
    save_outbox(machine, step, item);
    step.put(row_key::outbox_body(item.order), codec::encode_secret(receipt));
    return {};
}

}  // namespace mayfly::core
