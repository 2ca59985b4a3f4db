// What a conversation has agreed on, what is this device's own business, and drafts.
// Specification: docs/spec/content.md section 7.
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

bool is_newer(uint64_t sent_at_ms, const MessageId& id, const SettingsRow& before) {
    if (sent_at_ms != before.sent_at_ms) return sent_at_ms > before.sent_at_ms;
    return id > before.content;
}

}  // namespace

Result<std::optional<SettingsRow>> load_settings(const Machine& machine, Step& step,
                                                 const ConversationId& conversation) {
    std::optional<SettingsRow> newest;
    for (const ConversationId& id : siblings(machine, conversation)) {
        TRY_ASSIGN(std::optional<SettingsRow> row, step.read<SettingsRow>(row_key::settings(id)));
        if (row && (!newest || is_newer(row->sent_at_ms, row->content, *newest))) {
            newest = std::move(row);
        }
    }
    return newest;
}

Result<ConversationSettings> settings_of(const Machine& machine, Step& step,
                                         const ConversationId& conversation) {
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
    TRY_ASSIGN(const auto row, load_settings(machine, step, conversation));
    return row ? row->settings : ConversationSettings{};
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
    const ConversationId& where = conversation.info.conversation;
    TRY_ASSIGN(const auto before, load_settings(machine, step, where));
    if (before && !is_newer(sent_at_ms, id, *before)) return {};
    SettingsRow row;
    row.sent_at_ms = sent_at_ms;
    row.content = id;
    row.sender = sender;
    row.settings = settings;
    step.write(row_key::settings(where), row);
    return {};
}

Result<Queued> queue_settings(Machine& machine, Step& step, const ConversationId& conversation,
                              const ConversationSettings& settings) {
    TRY_ASSIGN(const ConversationRow* given, accepted(machine, conversation));
    TRY(check_settings(*given, to_ms(step.now()), step.now()));
    const SecretBuffer body = codec::encode_secret(settings);
    ENSURE(decode_body<ConversationSettings>(body.expose()).ok(), invalid_argument);
    TRY_ASSIGN(const auto before, load_settings(machine, step, conversation));
    OutgoingMessage message;
    message.type = ContentType::settings;
    message.body = body.expose();
    message.expiration = settings_life;
    if (before) message.sent_after_ms = before->sent_at_ms;
    TRY_ASSIGN(const Queued queued, queue_message(machine, step, conversation, message));
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, queued.id));
    ENSURE(row.has_value(), internal);
    const ConversationRow& target = machine.tables.conversations.at(row->conversation);
    TRY(settings_arrived(machine, step, target, row->sender, row->id, row->sent_at_ms,
                         body.expose()));
    return queued;
}

Result<LocalSettings> local_settings_of(const Machine& machine, Step& step,
                                        const ConversationId& conversation) {
    TRY(accepted(machine, conversation));
    TRY_ASSIGN(const Bytes key, key_in_use(machine, step, conversation, row_key::local_settings));
    TRY_ASSIGN(const std::optional<LocalRow> row, step.read<LocalRow>(key));
    LocalSettings settings;
    if (!row) return settings;
    settings.muted_until = from_ms(row->muted_until_ms);
    settings.archived = row->archived;
    settings.pinned = row->pinned;
    return settings;
}

Status set_local_settings(Machine& machine, Step& step, const ConversationId& conversation,
                          const LocalSettings& settings) {
    TRY(accepted(machine, conversation));
    TRY_ASSIGN(const Bytes key, key_in_use(machine, step, conversation, row_key::local_settings));
    LocalRow row;
    row.muted_until_ms = to_ms(settings.muted_until);
    row.archived = settings.archived;
    row.pinned = settings.pinned;
    step.write(key, row);
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
