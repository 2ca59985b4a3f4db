// What a conversation has agreed on, what is this device's own business, and drafts.
// Specification: docs/spec/content.md section 8.
#include "core/annex.h"

namespace mayfly::core {
namespace {

Result<const ConversationRow*> accepted(const Machine& machine, const ConversationId& id) {
    const auto found = machine.tables.conversations.find(id);
    ENSURE(found != machine.tables.conversations.end() && found->second.accepted, unknown_contact);
    return &found->second;
}

// The row of this kind that one of the conversations shown as one has; else the given one's key.
template <class KeyOf>
Result<Bytes> key_in_use(const Machine& machine, Step& step, const ConversationId& conversation,
                         const KeyOf& key_of) {
    for (const ConversationId& id : siblings(machine, conversation)) {
        TRY_ASSIGN(const auto value, step.get(key_of(id)));
        if (value) return key_of(id);
    }
    return key_of(conversation);
}

// Only what differs, so that what others change meanwhile stays.
StateChange change_between(const ConversationSettings& now, const ConversationSettings& wanted) {
    StateChange change;
    if (wanted.expiration_ms != now.expiration_ms) change.expiration_ms = wanted.expiration_ms;
    if (wanted.burn_seconds != now.burn_seconds) change.burn_seconds = wanted.burn_seconds;
    if (wanted.receipts != now.receipts) change.receipts = wanted.receipts;
    if (wanted.typing != now.typing) change.typing = wanted.typing;
    return change;
}

bool is_newer(uint64_t sent_at_ms, const MessageId& id, const SettingsRow& before) {
    if (sent_at_ms != before.sent_at_ms) return sent_at_ms > before.sent_at_ms;
    return id > before.content;
}

}  // namespace

const SettingsRow* newest_settings(const Machine& machine, const ConversationId& conversation) {
    const SettingsRow* newest = nullptr;
    for (const ConversationId& id : siblings(machine, conversation)) {
        const auto found = machine.tables.settings.find(id);
        if (found == machine.tables.settings.end()) continue;
        const SettingsRow& row = found->second;
        if (newest == nullptr || is_newer(row.sent_at_ms, row.content, *newest)) newest = &row;
    }
    return newest;
}

ConversationSettings settings_of(const Machine& machine, const ConversationId& conversation) {
    const auto roster = machine.tables.rosters.find(conversation);
    if (roster != machine.tables.rosters.end() && roster->second.state) {
        const ConversationState& state = *roster->second.state;
        ConversationSettings settings;
        settings.expiration_ms = state.expiration_ms;
        settings.burn_seconds = state.burn_seconds;
        settings.receipts = state.receipts;
        settings.typing = state.typing;
        return settings;
    }
    const SettingsRow* row = newest_settings(machine, conversation);
    return row != nullptr ? row->settings : ConversationSettings{};
}

void keep_settings(Machine& machine, Step& step, const ConversationId& conversation,
                   const SettingsRow& row) {
    const SettingsRow* before = newest_settings(machine, conversation);
    if (before != nullptr && !is_newer(row.sent_at_ms, row.content, *before)) return;
    step.write(row_key::settings(conversation), row);
    machine.tables.settings.insert_or_assign(conversation, row);
}

// A stamp from the future would keep everybody else from changing anything.
Status check_settings(const ConversationRow& conversation, uint64_t sent_at_ms, Time now) {
    ENSURE(conversation.info.kind == ConversationKind::direct, not_authorized);
    ENSURE(sent_at_ms <= to_ms(now + clock_skew_max), malformed_input);
    return {};
}

Status settings_arrived(Machine& machine, Step& step, const ConversationRow& conversation,
                        const AccountId& sender, const MessageId& id, uint64_t sent_at_ms,
                        BytesView body) {
    TRY_ASSIGN(const ConversationSettings settings, decode_body<ConversationSettings>(body));
    SettingsRow row;
    row.sent_at_ms = sent_at_ms;
    row.content = id;
    row.sender = sender;
    row.settings = settings;
    keep_settings(machine, step, conversation.info.conversation, row);
    return {};
}

Result<OperationId> change_settings(Machine& machine, Step& step,
                                    const ConversationId& conversation,
                                    const ConversationSettings& settings) {
    TRY_ASSIGN(const ConversationRow* given, accepted(machine, conversation));
    const SecretBuffer body = codec::encode_secret(settings);
    ENSURE(decode_body<ConversationSettings>(body.expose()).ok(), invalid_argument);
    if (has_state(given->info.kind)) {
        return plan_change(machine, step, conversation,
                           change_between(settings_of(machine, conversation), settings));
    }
    TRY(check_settings(*given, to_ms(step.now()), step.now()));
    OutgoingMessage message;
    message.type = ContentType::settings;
    message.body = body.expose();
    message.expiration = settings_life;
    message.no_burn = true;
    const SettingsRow* before = newest_settings(machine, conversation);
    if (before != nullptr) message.sent_after_ms = before->sent_at_ms;
    TRY_ASSIGN(const Queued queued, queue_message(machine, step, conversation, message));
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, queued.id));
    ENSURE(row.has_value(), internal);
    const ConversationRow& target = machine.tables.conversations.at(row->conversation);
    TRY(settings_arrived(machine, step, target, row->sender, row->id, row->sent_at_ms,
                         body.expose()));
    return queued.operation;
}

LocalSettings local_settings_of(const Machine& machine, const ConversationId& conversation) {
    LocalSettings settings;
    for (const ConversationId& id : siblings(machine, conversation)) {
        const auto row = machine.tables.local_settings.find(id);
        if (row == machine.tables.local_settings.end()) continue;
        settings.muted_until = from_ms(row->second.muted_until_ms);
        settings.archived = row->second.archived;
        settings.pinned = row->second.pinned;
        break;
    }
    return settings;
}

Status set_local_settings(Machine& machine, Step& step, const ConversationId& conversation,
                          const LocalSettings& settings) {
    TRY(accepted(machine, conversation));
    LocalRow row;
    row.muted_until_ms = to_ms(settings.muted_until);
    row.archived = settings.archived;
    row.pinned = settings.pinned;
    // All that are shown as one say the same.
    for (const ConversationId& id : siblings(machine, conversation)) {
        step.write(row_key::local_settings(id), row);
        machine.tables.local_settings.insert_or_assign(id, row);
    }
    return {};
}

Result<SecretBuffer> draft_of(const Machine& machine, Step& step,
                              const ConversationId& conversation) {
    TRY(accepted(machine, conversation));
    TRY_ASSIGN(const Bytes key, key_in_use(machine, step, conversation, row_key::draft));
    TRY_ASSIGN(auto draft, step.get(key));
    return draft ? std::move(*draft) : SecretBuffer();
}

Status set_draft(Machine& machine, Step& step, const ConversationId& conversation, BytesView text) {
    TRY(accepted(machine, conversation));
    ENSURE(text.size() <= text_size_bytes_max, text_too_large);
    ENSURE(is_utf8(text), invalid_argument);
    TRY_ASSIGN(const Bytes key, key_in_use(machine, step, conversation, row_key::draft));
    TRY_ASSIGN(const auto before, step.get(key));
    if (before) step.shred();
    if (text.empty()) {
        if (before) step.erase(key);
    } else {
        step.put(key, SecretBuffer(text));
    }
    return {};
}

Status drop_draft(Machine& machine, Step& step, const ConversationId& conversation,
                  BytesView text) {
    TRY_ASSIGN(const SecretBuffer draft, draft_of(machine, step, conversation));
    if (draft.empty() || !equal(draft.expose(), text)) return {};
    return set_draft(machine, step, conversation, {});
}

Status erase_conversation_rows(Machine& machine, Step& step, const ConversationId& conversation) {
    step.erase(row_key::settings(conversation));
    step.erase(row_key::local_settings(conversation));
    machine.tables.settings.erase(conversation);
    machine.tables.local_settings.erase(conversation);
    step.erase(row_key::draft(conversation));
    TRY_ASSIGN(const auto keys, keys_under(step, row_key::orphans_of(conversation)));
    for (const Bytes& key : keys) TRY(end_orphan(step, BytesView(key).subspan(2)));
    std::erase_if(machine.typing,
                  [&](const auto& entry) { return entry.first.first == conversation; });
    machine.own_typing.erase(conversation);
    step.shred();
    return {};
}

}  // namespace mayfly::core
