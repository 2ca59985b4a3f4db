// Entries of our queues: each takes effect once and is acknowledged in the same step, whatever it
// holds. Specification: docs/spec/core.md section 6.
#include "core/annex.h"
#include "core/large_groups.h"
#include "core/repair.h"

namespace mayfly::core {

Status mark_seen(Machine& machine, Step& step, const AccountId& sender, const MessageId& id,
                 Time until) {
    const Bytes key = row_key::seen(sender, id);
    const Time at = std::max(until, step.now() + seen_retention);
    step.put(key, SecretBuffer());
    note_expiry(machine, step, at, expiry_of_seen, BytesView(key).subspan(1));
    return {};
}

namespace {

Status recall_arrived(Machine& machine, Step& step, const AccountId& sender,
                      const Content& content) {
    const auto target = MessageId::from(content.body.expose());
    ENSURE(target.has_value(), malformed_input);
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, *target));
    if (row) {
        ENSURE(row->sender == sender, not_ours);
        return erase_message(machine, step, *row);
    }
    // It came before its message: the message counts as seen.
    TRY_ASSIGN(const auto seen, step.get(row_key::seen(sender, *target)));
    if (seen) return {};
    const Time until = clamp_sent_at(content.sent_at_ms, step.now()) +
                       Duration::milliseconds(static_cast<int64_t>(content.expires_after_ms)) +
                       clock_skew_max;
    return mark_seen(machine, step, sender, *target, until);
}

// A peer that writes in a superseded conversation after it made its newest invitation still has
// both: then both sides send in the one with the lower id. Both times are of the peer's clock.
void revive(Machine& machine, Step& step, ConversationRow& row, const Content& content) {
    if (!row.superseded || row.closed) return;
    for (const ConversationId& id : conversations_of(machine, row.contact)) {
        const auto& other = machine.tables.conversations.at(id);
        if (content.sent_at_ms <= other.invited_at_ms) return;
    }
    row.superseded = false;
    save_conversation(machine, step, row);
}

// What a message does besides being one.
Status take_effect(Machine& machine, Step& step, const ConversationRow& conversation,
                   const MessageRow& row, const Content& content) {
    if (content.type != ContentType::settings) return {};
    const Status settled = settings_arrived(machine, step, conversation, row.sender, row.id,
                                            content.sent_at_ms, content.body.expose());
    // A later version's settings are shown as needing a newer Mayfly, and change nothing.
    if (!settled.ok() && settled.code() == ErrorCode::unsupported_version) return {};
    return settled;
}

Status content_arrived(Machine& machine, Step& step, ConversationRow& conversation,
                       const wire::DeviceCertificate& sender, const Content& content) {
    const AccountId account = wire::account_id_of(sender.account_key);
    if (content.type == ContentType::typing) {
        return typing_arrived(machine, step, conversation, account, content);
    }
    // Taking these twice changes nothing, so no row says that they were seen.
    if (is_secondary(content.type) && content.type != ContentType::recall) {
        return secondary_arrived(machine, step, conversation, account, content);
    }
    TRY_ASSIGN(const auto seen, step.get(row_key::seen(account, content.id)));
    if (seen) return {};
    const Time sent_at = clamp_sent_at(content.sent_at_ms, step.now());
    const Time expires_at =
        sent_at + Duration::milliseconds(static_cast<int64_t>(content.expires_after_ms));
    TRY(mark_seen(machine, step, account, content.id, expires_at + clock_skew_max));
    if (is_control(content.type)) {
        return control_arrived(machine, step, conversation, account, content);
    }
    if (content.type == ContentType::recall) {
        return recall_arrived(machine, step, account, content);
    }
    if (expires_at <= step.now()) return {};
    TRY_ASSIGN(const std::optional<MessageRow> other, load_message(step, content.id));
    ENSURE(!other, already_exists);  // another sender's id
    if (content.type == ContentType::settings) {
        TRY(check_settings(conversation, content.sent_at_ms, step.now()));
    }
    if (!conversation.accepted) {
        ENSURE(conversation.hidden < hidden_messages_max, quota_exceeded);
        ++conversation.hidden;
        save_conversation(machine, step, conversation);
    }
    MessageRow row;
    row.id = content.id;
    row.conversation = conversation.info.conversation;
    row.sender = account;
    row.outgoing = account == machine.own_account();  // another device of ours
    row.order = next_order(machine, step);
    row.sent_at_ms = to_ms(sent_at);
    row.expires_at_ms = to_ms(expires_at);
    row.burn_seconds = content.burn_seconds;
    row.type = content.type;
    row.state = row.outgoing ? MessageState::sent : MessageState::received;
    TRY(store_message(machine, step, row, content.body.expose()));
    TRY(take_effect(machine, step, conversation, row, content));
    TRY(adopt_orphans(machine, step, row));
    stop_typing(machine, step, row.conversation, account);
    if (row.outgoing) {
        if (conversation.accepted) step.tell(MessageSynced{row.id, row.conversation});
        return {};
    }
    step.put(row_key::untaken(row.order, row.id), SecretBuffer());
    if (conversation.accepted) step.tell(MessageArrived{row.conversation});
    return queue_receipt(machine, step, row, ReceiptKind::delivered);
}

// What a blocked member says does not reach us. But what is here and they take back must not stay
// because of the block: a recall counts, and an edit takes the text that it replaces along, without
// bringing another (trust.md section 4).
Status blocked_said(Machine& machine, Step& step, ConversationRow& row,
                    const wire::DeviceCertificate& sender, const Content& content) {
    if (content.type == ContentType::recall) {
        return content_arrived(machine, step, row, sender, content);
    }
    if (content.type != ContentType::edit) return {};
    TRY_ASSIGN(const std::optional<MessageId> target,
               target_of(content.type, content.body.expose()));
    ENSURE(target.has_value(), malformed_input);
    TRY_ASSIGN(const std::optional<MessageRow> edited, load_message(step, *target));
    if (!edited || edited->type != ContentType::text) return {};
    ENSURE(edited->sender == wire::account_id_of(sender.account_key), not_ours);
    ENSURE(are_siblings(machine, edited->conversation, row.info.conversation), unknown_message);
    return erase_message(machine, step, *edited);
}

// A contact that came back from its kit has shut out the devices that it lost: what they still
// write in the conversation of before is not heard.
Status check_device(const Machine& machine, const ConversationRow& row,
                    const wire::DeviceCertificate& sender) {
    if (!row.superseded) return {};
    const auto contact = machine.tables.contacts.find(row.contact);
    if (contact == machine.tables.contacts.end() || contact->second.record.empty()) return {};
    TRY_ASSIGN(const wire::AccountRecord record,
               wire::verify_account_record(contact->second.record));
    ENSURE(find_device(record, sender) != nullptr, mls_unknown_sender);
    return {};
}

// The rules of a group count for what others send as for us: who may only read is not heard, and
// nothing lives longer than the group allows.
Status check_rules(const Machine& machine, const ConversationRow& row, const AccountId& sender,
                   Content& content) {
    const auto found = machine.tables.rosters.find(row.info.conversation);
    ENSURE(found != machine.tables.rosters.end(), store_corrupt);
    const RosterRow& roster = found->second;
    if (is_control(content.type)) return {};
    ENSURE(may_write(roster, sender), not_authorized);
    if (!roster.state) return {};
    content.expires_after_ms = std::min(content.expires_after_ms, roster.state->expiration_max_ms);
    const uint32_t longest = roster.state->burn_seconds_max;
    if (longest != 0 && (content.burn_seconds == 0 || content.burn_seconds > longest)) {
        content.burn_seconds = longest;
    }
    return {};
}

Status message_arrived(Machine& machine, Step& step, ConversationRow& row,
                       const wire::Delivery& delivery) {
    TRY_ASSIGN(mls::Group * group, group_of(machine, step, row.info.conversation));
    auto processed = group->process(delivery.payload, machine.environment(step));
    if (processed.ok()) {
        if (auto* proposal = std::get_if<mls::ReceivedProposal>(&*processed)) {
            return proposal_arrived(machine, step, row, *group, *proposal);
        }
    }
    save_group(step, row.info.conversation, *group);
    if (!processed.ok()) {
        // What we sent comes back with the fan-out.
        if (processed.code() == ErrorCode::mls_own_message) return {};
        return processed.error();
    }
    auto* message = std::get_if<mls::ApplicationMessage>(&*processed);
    ENSURE(message != nullptr, unexpected_message);
    // Nobody who obeys the rules writes in an epoch that is to be repaired.
    ENSURE(!is_in_repair(machine, row.info.conversation) || message->epoch < group->epoch(),
           not_authorized);
    TRY_ASSIGN(const wire::DeviceCertificate sender, certificate_of(*group, message->sender));
    // A message of the epoch before must not be taken for one of whoever has the leaf now.
    ENSURE(equal(sender.device_key.view(), message->signature_key), mls_unknown_sender);
    const AccountId account = wire::account_id_of(sender.account_key);
    TRY_ASSIGN(Content content, decode_content(message->plaintext.expose()));
    // What a blocked member changes of a group counts for all.
    if (is_blocked(machine, account) && !is_control(content.type)) {
        return blocked_said(machine, step, row, sender, content);
    }
    const bool meets = row.info.kind == ConversationKind::meeting;
    ENSURE(!meets || (is_control(content.type) && account == row.contact), unexpected_message);
    const ProofRow proof = proof_of(sender, *message, content);
    if (row.info.kind == ConversationKind::direct) {
        ENSURE(account == row.contact || account == machine.own_account(), mls_unknown_sender);
        if (account == row.contact) {
            TRY(check_device(machine, row, sender));
            revive(machine, step, row, content);
        }
    } else if (!meets) {
        TRY(check_rules(machine, row, account, content));
    }
    TRY(content_arrived(machine, step, row, sender, content));
    return store_proof(step, content.id, proof);
}

Status handle(Machine& machine, Step& step, const std::string& relay,
              const wire::Delivery& delivery) {
    if (delivery.source == wire::Source::direct) {
        return invitation_arrived(machine, step, relay, delivery);
    }
    ConversationRow* row = find_channel(machine, delivery.channel);
    ENSURE(row != nullptr && row->info.hubs.front() == relay && !row->joining, unknown_channel);
    const ConversationId id = row->info.conversation;
    const Status handled = delivery.source == wire::Source::channel_commit
                               ? commit_arrived(machine, step, *row, delivery)
                               : message_arrived(machine, step, *row, delivery);
    row = find_conversation(machine, id);
    if (!handled.ok() && !is_store_error(handled.code()) && row != nullptr) {
        ++row->dropped;
        save_conversation(machine, step, *row);
    }
    return handled;
}

}  // namespace

Status delivery_arrived(Machine& machine, Step& step, const std::string& name,
                        const wire::Delivery& delivery) {
    const bool deleting = machine.tables.deletion.has_value();
    if (deleting && !machine.tables.relays.contains(name)) return {};  // it went with the queue
    if (waits_for_tree(machine, name)) {
        hold_delivery(machine, step, name, delivery);
        return {};
    }
    RelayRow& relay = machine.tables.relays.at(name);
    // What came again after a lost acknowledgement has had its effect: acknowledge once more.
    if (delivery.sequence > relay.processed) {
        const bool heard = !deleting || is_of_own_devices(machine, delivery);
        const Status handled = heard ? handle(machine, step, name, delivery) : Status();
        if (!handled.ok() && is_store_error(handled.code())) return handled;
        if (waits_for_tree(machine, name)) {
            hold_delivery(machine, step, name, delivery);
            return {};
        }
        relay.processed = delivery.sequence;
        save_relay(machine, step, relay);
    }
    request(machine, step, name, Purpose{Purpose::Kind::queue_ack, delivery.sequence.value, {}},
            wire::QueueAck{delivery.queue, relay.processed});
    return {};
}

}  // namespace mayfly::core
