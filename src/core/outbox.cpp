// Messages of ours on their way to the hub. A message is encrypted only when it can leave at once,
// its ciphertext is durable before the first byte leaves, and until the hub's answer the same bytes
// are sent again. Specification: docs/spec/core.md section 6.
#include "core/annex.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

OutboxRow* find_queued(Machine& machine, const MessageId& id) {
    for (auto& [order, row] : machine.tables.outbox) {
        if (row.id == id && row.type != ContentType::recall) return &row;
    }
    return nullptr;
}

Result<Content> content_of(Step& step, const OutboxRow& item) {
    Content content;
    content.id = item.id;
    content.type = item.type;
    content.sent_at_ms = item.sent_at_ms;
    content.expires_after_ms = item.expires_at_ms - item.sent_at_ms;
    if (item.type == ContentType::recall) {
        ENSURE(item.target.has_value(), store_corrupt);
        content.body = SecretBuffer(item.target->view());
        return content;
    }
    if (is_control(item.type)) {
        TRY_ASSIGN(auto body, step.get(row_key::control(item.order)));
        ENSURE(body.has_value(), store_corrupt);
        content.body = std::move(*body);
        return content;
    }
    if (is_secondary(item.type)) {
        TRY_ASSIGN(auto body, step.get(row_key::outbox_body(item.order)));
        ENSURE(body.has_value(), store_corrupt);
        content.body = std::move(*body);
        return content;
    }
    TRY_ASSIGN(const std::optional<MessageRow> message, load_message(step, item.id));
    ENSURE(message.has_value(), unknown_message);
    content.burn_seconds = message->burn_seconds;
    TRY_ASSIGN(content.body, load_body(step, *message));
    return content;
}

Result<Bytes> seal(Machine& machine, Step& step, OutboxRow& item, ConversationRow& row,
                   mls::Group& group) {
    TRY_ASSIGN(const Content content, content_of(step, item));
    const SecretBuffer plaintext = encode_content(content);
    TRY_ASSIGN(Bytes ciphertext,
               group.protect(plaintext.expose(), mls::ProtectOptions{}, step.entropy()));
    item.is_sealed = true;
    item.overtaken = false;
    item.sealed_epoch = group.epoch().value;
    ++row.sent_since_commit;
    save_group(step, row.info.conversation, group);
    save_outbox(machine, step, item);
    save_conversation(machine, step, row);
    step.put(row_key::sealed(item.order), SecretBuffer(ciphertext));
    return ciphertext;
}

// The bytes to send now: those of before if the epoch is still theirs, else new ones under the
// same message id.
Result<Bytes> ciphertext_of(Machine& machine, Step& step, OutboxRow& item, ConversationRow& row,
                            mls::Group& group) {
    if (item.is_sealed && item.sealed_epoch == group.epoch().value) {
        TRY_ASSIGN(const auto sealed, step.get(row_key::sealed(item.order)));
        ENSURE(sealed.has_value(), store_corrupt);
        return to_bytes(sealed->expose());
    }
    return seal(machine, step, item, row, group);
}

Status send_item(Machine& machine, Step& step, OutboxRow& item, ConversationRow& row,
                 mls::Group& group) {
    wire::ChannelSend send;
    TRY_ASSIGN(send.payload, ciphertext_of(machine, step, item, row, group));
    send.channel = row.info.channel;
    send.epoch = {group.epoch().value};
    TRY_ASSIGN(send.write_token, write_token(group.current(), row));
    send.message_id = item.id;
    send.expires_at_ms = item.expires_at_ms;
    request(machine, step, row.info.hubs.front(),
            Purpose{Kind::message, item.order, row.info.conversation}, std::move(send));
    return {};
}

Status mark_sent(Machine& machine, Step& step, uint64_t order, const MessageId& id) {
    TRY_ASSIGN(std::optional<MessageRow> message, load_message(step, id));
    if (message && message->outgoing) {
        message->state = MessageState::sent;
        step.write(row_key::message(id), *message);
    }
    drop_outbox(machine, step, order, {});
    return {};
}

// In a group its rules count as well: a burn that nobody asked for is as short as they want.
Status check_sending(const Machine& machine, const ConversationId& id, Duration expiration,
                     bool burn_is_given, uint32_t& burn_seconds) {
    const auto roster = machine.tables.rosters.find(id);
    if (roster == machine.tables.rosters.end()) return {};
    ENSURE(may_write(roster->second, machine.own_account()), not_authorized);
    if (!roster->second.state) return {};
    const ConversationState& state = *roster->second.state;
    ENSURE(static_cast<uint64_t>(expiration.ms) <= state.expiration_max_ms, bad_duration);
    const uint32_t longest = state.burn_seconds_max;
    if (longest == 0 || (burn_seconds != 0 && burn_seconds <= longest)) return {};
    ENSURE(!burn_is_given, bad_duration);
    burn_seconds = longest;
    return {};
}

}  // namespace

OutboxRow& enqueue(Machine& machine, Step& step, const ConversationId& conversation,
                   ContentType type) {
    const uint64_t order = next_order(machine, step);
    OutboxRow& item = machine.tables.outbox[order];
    item.order = order;
    item.conversation = conversation;
    item.operation = next_operation(machine, step);
    item.type = type;
    item.sent_at_ms = to_ms(step.now());
    return item;
}

OutgoingMessage outgoing(ContentType type, BytesView body, const SendOptions& options) {
    OutgoingMessage message;
    message.type = type;
    message.body = body;
    message.expiration = options.expiration;
    message.burn = options.burn;
    message.no_burn = options.no_burn;
    return message;
}

Result<Queued> queue_message(Machine& machine, Step& step, const ConversationId& conversation,
                             const OutgoingMessage& message) {
    const ConversationRow* given = find_conversation(machine, conversation);
    ENSURE(given != nullptr && given->accepted, unknown_contact);
    ENSURE(!is_closed_by_block(machine, *given), contact_blocked);
    const ConversationSettings agreed = settings_of(machine, conversation);
    const Duration expiration = message.expiration.value_or(
        Duration::milliseconds(static_cast<int64_t>(agreed.expiration_ms)));
    ENSURE(expiration >= expiration_min && expiration <= expiration_max, bad_duration);
    ENSURE(!message.burn || (message.burn->ms >= 1000 && *message.burn <= expiration_max),
           bad_duration);
    ENSURE(machine.tables.outbox.size() < outbox_size_max, quota_exceeded);
    const auto target = sending_target(machine, *given);
    ENSURE(target.has_value(), unknown_channel);
    uint32_t burn_seconds = agreed.burn_seconds;
    if (message.burn) burn_seconds = static_cast<uint32_t>((message.burn->ms + 999) / 1000);
    if (message.no_burn) burn_seconds = 0;
    TRY(check_sending(machine, *target, expiration, message.burn || message.no_burn, burn_seconds));
    OutboxRow& item = enqueue(machine, step, *target, message.type);
    item.id = step.random_id<MessageId>();
    item.sent_at_ms = std::max(item.sent_at_ms, message.sent_after_ms + 1);
    item.expires_at_ms = item.sent_at_ms + static_cast<uint64_t>(expiration.ms);
    save_outbox(machine, step, item);
    MessageRow row;
    row.id = item.id;
    row.conversation = *target;
    row.sender = machine.own_account();
    row.outgoing = true;
    row.order = item.order;
    row.sent_at_ms = item.sent_at_ms;
    row.expires_at_ms = item.expires_at_ms;
    row.burn_seconds = burn_seconds;
    row.type = message.type;
    row.state = MessageState::queued;
    TRY(store_message(machine, step, row, message.body));
    return Queued{item.operation, item.id, item.order};
}

Result<Queued> queue_text(Machine& machine, Step& step, const ConversationId& conversation,
                          BytesView text, const SendOptions& options) {
    ENSURE(text.size() <= text_size_bytes_max, text_too_large);
    Text said;
    said.text = SecretBuffer(text);
    said.reply_to = options.reply_to;
    said.mentions = options.mentions;
    const SecretBuffer body = encode_text(said);
    ENSURE(decode_text(body.expose()).ok(), invalid_argument);
    if (options.reply_to) {
        TRY_ASSIGN(const std::optional<MessageRow> target, load_message(step, *options.reply_to));
        ENSURE(target && from_ms(target->expires_at_ms) > step.now(), unknown_message);
        ENSURE(are_siblings(machine, conversation, target->conversation), unknown_message);
    }
    TRY_ASSIGN(const Queued queued,
               queue_message(machine, step, conversation,
                             outgoing(ContentType::text, body.expose(), options)));
    TRY(drop_draft(machine, step, conversation, text));
    return queued;
}

Result<OperationId> queue_recall(Machine& machine, Step& step, const MessageId& id) {
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
    ENSURE(row && from_ms(row->expires_at_ms) > step.now(), unknown_message);
    ENSURE(row->outgoing, not_ours);
    TRY(delete_blob(machine, step, *row));
    const OutboxRow* queued = find_queued(machine, id);
    if (queued != nullptr && !queued->is_sealed) {
        const OperationId operation = next_operation(machine, step);
        drop_outbox(machine, step, queued->order, MAYFLY_ERROR(timed_out));
        TRY(erase_message(machine, step, *row));
        step.end(operation, {});
        return operation;
    }
    const ConversationRow* conversation = find_conversation(machine, row->conversation);
    ENSURE(conversation != nullptr, unknown_contact);
    const auto target = sending_target(machine, *conversation);
    ENSURE(target.has_value(), unknown_channel);
    OutboxRow& item = enqueue(machine, step, *target, ContentType::recall);
    item.id = step.random_id<MessageId>();
    item.target = id;
    // It must live at the relay as long as what it takes back.
    item.expires_at_ms = std::max(row->sent_expiry_ms, to_ms(step.now() + expiration_min));
    save_outbox(machine, step, item);
    TRY(erase_message(machine, step, *row));
    return item.operation;
}

Result<bool> withdraw(Machine& machine, Step& step, const MessageId& id) {
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
    ENSURE(row.has_value(), unknown_message);
    ENSURE(row->outgoing, not_ours);
    const OutboxRow* queued = find_queued(machine, id);
    if (queued == nullptr || queued->is_sealed) return false;
    TRY(delete_blob(machine, step, *row));
    drop_outbox(machine, step, queued->order, MAYFLY_ERROR(timed_out));
    TRY(erase_message(machine, step, *row));
    return true;
}

Status pump_outbox(Machine& machine, Step& step, ConversationRow& row, mls::Group& group) {
    const ConversationId id = row.info.conversation;
    const Link& link = machine.links[row.info.hubs.front()];
    std::vector<uint64_t> orders;
    for (const auto& [order, item] : machine.tables.outbox) {
        // A message with a file waits for it, and nothing waits for that message.
        if (machine.tables.transfers.uploads.contains(item.id)) continue;
        if (item.conversation == id) orders.push_back(order);
        if (orders.size() == outbox_window) break;
    }
    for (const uint64_t order : orders) {
        // What concerned a message may have gone with it.
        const auto found = machine.tables.outbox.find(order);
        if (found == machine.tables.outbox.end()) continue;
        OutboxRow& item = found->second;
        if (link.has(Purpose{Kind::message, order, id})) continue;
        const bool current = item.is_sealed && item.sealed_epoch == group.epoch().value;
        // The commit that overtook it is on its way to our queue; later messages wait behind it.
        if (current && item.overtaken) break;
        if (!current && row.sent_since_commit >= messages_per_commit) break;
        const Status sent = send_item(machine, step, item, row, group);
        if (sent.ok()) continue;
        if (is_store_error(sent.code())) return sent;
        TRY_ASSIGN(const std::optional<MessageRow> message, load_message(step, item.id));
        drop_outbox(machine, step, order, sent);
        if (message) TRY(erase_message(machine, step, *message));
    }
    return {};
}

Status message_replied(Machine& machine, Step& step, const Purpose& purpose,
                       wire::ReplyBody& body) {
    const auto found = machine.tables.outbox.find(purpose.number);
    if (found == machine.tables.outbox.end()) return {};
    OutboxRow& item = found->second;
    if (item.conversation != purpose.conversation) return {};
    const auto* failed = std::get_if<wire::Failed>(&body);
    if (failed == nullptr) return mark_sent(machine, step, item.order, item.id);
    if (failed->status == wire::ReplyStatus::stale_epoch) {
        item.overtaken = true;
        save_outbox(machine, step, item);
        return {};
    }
    if (is_passing(failed->status)) {
        const ConversationRow* row = find_conversation(machine, item.conversation);
        if (row != nullptr) {
            machine.links[row->info.hubs.front()].hold_until = step.now() + refusal_delay;
        }
        return {};
    }
    TRY_ASSIGN(const std::optional<MessageRow> message, load_message(step, item.id));
    drop_outbox(machine, step, purpose.number,
                Error{wire::to_error_code(failed->status), MAYFLY_HERE});
    if (!message) return {};
    TRY(delete_blob(machine, step, *message));
    return erase_message(machine, step, *message);
}

// Should the first attempt have arrived by the old way, the message id suppresses the second.
void move_outbox(Machine& machine, Step& step, const AccountId& contact) {
    const auto target = sending_conversation(machine, contact);
    if (!target) return;
    for (auto& [order, item] : machine.tables.outbox) {
        const ConversationRow* row = find_conversation(machine, item.conversation);
        if (row == nullptr || row->info.kind != ConversationKind::direct) continue;
        if (row->contact != contact || !row->superseded) continue;
        item.conversation = *target;
        if (std::exchange(item.is_sealed, false)) step.erase(row_key::sealed(order));
        item.overtaken = false;
        save_outbox(machine, step, item);
    }
}

void drop_outbox(Machine& machine, Step& step, uint64_t order, Status result) {
    const auto found = machine.tables.outbox.find(order);
    if (found == machine.tables.outbox.end()) return;
    step.end(found->second.operation, result);
    step.erase(row_key::outbox(order));
    if (found->second.is_sealed) step.erase(row_key::sealed(order));
    if (is_control(found->second.type)) step.erase(row_key::control(order));
    const ContentType type = found->second.type;
    if (is_secondary(type) && type != ContentType::recall) {
        step.erase(row_key::outbox_body(order));
        if (type != ContentType::receipt) step.shred();  // it holds what somebody said
    }
    machine.tables.outbox.erase(found);
}

Status expire_outbox(Machine& machine, Step& step) {
    std::vector<uint64_t> orders;
    for (const auto& [order, item] : machine.tables.outbox) {
        if (from_ms(item.expires_at_ms) <= step.now()) orders.push_back(order);
    }
    for (const uint64_t order : orders) drop_outbox(machine, step, order, MAYFLY_ERROR(expired));
    return {};
}

}  // namespace mayfly::core
