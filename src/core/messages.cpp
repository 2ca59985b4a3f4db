// Messages at rest. A body lies under a random key of its own in another row; both go at once when
// the message ends, and the batch asks the store to shred. Specification: docs/spec/store.md.
#include "core/annex.h"
#include "crypto/aead.h"

namespace mayfly::core {
namespace {

// A body key seals one body, once.
constexpr std::array<uint8_t, crypto::aead_nonce_size_bytes> body_nonce{};
constexpr size_t body_key_size_bytes = 32;
constexpr size_t sweep_size_max = 500;  // rows a step; the next step goes on

bool is_alive(const MessageRow& row, Time now) { return from_ms(row.expires_at_ms) > now; }

Result<std::vector<MessageId>> ids_under(Step& step, const Bytes& prefix) {
    std::vector<MessageId> ids;
    TRY(step.store().scan(prefix, [&](BytesView key, SecretBuffer) {
        if (key.size() >= MessageId::size_bytes) {
            if (const auto id = MessageId::from(key.last(MessageId::size_bytes))) {
                ids.push_back(*id);
            }
        }
        return true;
    }));
    return ids;
}

Status end_subject(Machine& machine, Step& step, const ExpiryKey& key) {
    if (key.kind == expiry_of_seen) {
        Bytes row = row_key::prefix(row_kind::seen);
        append(row, key.subject);
        step.erase(std::move(row));
    } else if (key.kind == expiry_of_key_package) {
        step.erase(row_key::key_package(key.subject));
        step.shred();
    } else if (key.kind == expiry_of_invite) {
        Bytes row = row_key::prefix(row_kind::invite);
        append(row, key.subject);
        step.erase(std::move(row));
    } else if (key.kind == expiry_of_offer) {
        if (const auto id = ConversationId::from(key.subject)) {
            step.erase(row_key::offer(*id));
            machine.tables.offers.erase(*id);
        }
    } else if (key.kind == expiry_of_orphan) {
        TRY(end_orphan(step, key.subject));
    } else if (const auto id = MessageId::from(key.subject)) {
        TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, *id));
        if (row && !is_alive(*row, step.now())) TRY(erase_message(machine, step, *row));
    }
    return {};
}

}  // namespace

bool is_shown(const Machine& machine, const MessageRow& row) {
    const auto conversation = machine.tables.conversations.find(row.conversation);
    return conversation != machine.tables.conversations.end() && conversation->second.accepted;
}

void seal_body(Step& step, const MessageId& id, BytesView body) {
    SecretBuffer key(body_key_size_bytes);
    step.entropy().fill(key.expose_mutable());
    const Bytes sealed = crypto::aead_seal(crypto::AeadId::chacha20_poly1305, key.expose(),
                                           body_nonce, id.view(), body);
    step.put(row_key::body(id), SecretBuffer(sealed));
    step.put(row_key::body_key(id), std::move(key));
}

void replace_body(Step& step, const MessageRow& row, BytesView body) {
    seal_body(step, row.id, body);
    step.shred();
}

Status store_message(Machine& machine, Step& step, MessageRow row, BytesView body) {
    seal_body(step, row.id, body);
    step.put(row_key::listing(row.conversation, row.order, row.id), SecretBuffer());
    row.sent_expiry_ms = row.expires_at_ms;
    step.write(row_key::message(row.id), row);
    note_expiry(machine, step, from_ms(row.expires_at_ms), expiry_of_message, row.id.view());
    return {};
}

Result<std::optional<MessageRow>> load_message(Step& step, const MessageId& id) {
    return step.read<MessageRow>(row_key::message(id));
}

Result<SecretBuffer> load_body(Step& step, const MessageRow& row) {
    TRY_ASSIGN(const auto key, step.get(row_key::body_key(row.id)));
    TRY_ASSIGN(const auto sealed, step.get(row_key::body(row.id)));
    ENSURE(key && sealed && key->size() == body_key_size_bytes, store_corrupt);
    auto body = crypto::aead_open(crypto::AeadId::chacha20_poly1305, key->expose(), body_nonce,
                                  row.id.view(), sealed->expose());
    ENSURE(body.ok(), store_corrupt);
    return body;
}

Status erase_message(Machine& machine, Step& step, const MessageRow& row) {
    TRY_ASSIGN(const auto untaken, step.get(row_key::untaken(row.order, row.id)));
    step.erase(row_key::message(row.id));
    step.erase(row_key::body(row.id));
    step.erase(row_key::body_key(row.id));
    step.erase(row_key::proof(row.id));
    step.erase(row_key::listing(row.conversation, row.order, row.id));
    step.erase(row_key::untaken(row.order, row.id));
    step.erase(row_key::expiry(from_ms(row.expires_at_ms), expiry_of_message, row.id.view()));
    TRY(forget_attachment(machine, step, row));
    step.shred();
    TRY(erase_annexes(machine, step, row));
    if (is_shown(machine, row)) step.tell(MessageGone{row.id, !untaken});
    return {};
}

void mark_opened(Machine& machine, Step& step, MessageRow& row, Time at) {
    row.state = MessageState::opened;
    const Time expires_at = from_ms(row.expires_at_ms);
    const Time burns_at = at + Duration::seconds(row.burn_seconds);
    if (row.burn_seconds != 0 && burns_at < expires_at) {
        step.erase(row_key::expiry(expires_at, expiry_of_message, row.id.view()));
        row.expires_at_ms = to_ms(burns_at);
        note_expiry(machine, step, burns_at, expiry_of_message, row.id.view());
    }
    step.erase(row_key::untaken(row.order, row.id));
    step.write(row_key::message(row.id), row);
}

Status open_message(Machine& machine, Step& step, const MessageId& id) {
    TRY_ASSIGN(std::optional<MessageRow> row, load_message(step, id));
    ENSURE(row && is_alive(*row, step.now()) && is_shown(machine, *row), unknown_message);
    if (row->state != MessageState::received) return {};
    mark_opened(machine, step, *row, step.now());
    Sync sync;
    sync.opened.push_back({id, to_ms(step.now())});
    note_sync(machine, step, sync);
    return queue_receipt(machine, step, *row, ReceiptKind::read);
}

Status burn_message(Machine& machine, Step& step, const MessageId& id) {
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
    ENSURE(row && is_alive(*row, step.now()) && is_shown(machine, *row), unknown_message);
    Sync sync;
    sync.burnt.push_back(id);
    note_sync(machine, step, sync);
    return erase_message(machine, step, *row);
}

Status sweep_expired(Machine& machine, Step& step) {
    auto& next = machine.tables.next_expiry;
    if (!next || *next > step.now()) return {};
    std::vector<Bytes> due;
    std::optional<Time> rest;
    std::optional<Error> failed;
    TRY(step.store().scan(row_key::prefix(row_kind::expiry), [&](BytesView key, SecretBuffer) {
        const auto parsed = parse_expiry_key(key);
        if (!parsed.ok()) {
            failed = parsed.error();
            return false;
        }
        if (parsed->at > step.now() || due.size() == sweep_size_max) {
            rest = parsed->at;
            return false;
        }
        due.push_back(to_bytes(key));
        return true;
    }));
    if (failed) return *failed;
    for (Bytes& key : due) {
        TRY_ASSIGN(const ExpiryKey parsed, parse_expiry_key(key));
        TRY(end_subject(machine, step, parsed));
        step.erase(std::move(key));
    }
    next = rest;
    return {};
}

Result<MessageView> view_of(const Machine& machine, Step& step, const MessageRow& row) {
    MessageView view;
    view.id = row.id;
    view.conversation = row.conversation;
    view.sender = row.sender;
    view.outgoing = row.outgoing;
    view.sent_at = from_ms(row.sent_at_ms);
    view.expires_at = from_ms(row.expires_at_ms);
    view.burn_seconds = row.burn_seconds;
    view.state = row.state;
    TRY(complete_view(machine, step, row, view));
    view.verified = is_verified(machine, row.sender);
    const auto contact = machine.tables.contacts.find(row.sender);
    const auto person = machine.tables.people.find(row.sender);
    if (contact != machine.tables.contacts.end()) {
        view.handle = contact->second.handle;
    } else if (person != machine.tables.people.end()) {
        view.handle = person->second.person.handle;
    } else if (row.outgoing && !machine.tables.account->handles.empty()) {
        view.handle = format_handle(machine.tables.account->handles.front());
    }
    const auto conversation = machine.tables.conversations.find(row.conversation);
    if (conversation != machine.tables.conversations.end() &&
        conversation->second.info.kind == ConversationKind::direct) {
        // One conversation is shown for a contact, whichever of its groups carried the message.
        const auto shown = sending_conversation(machine, conversation->second.contact);
        if (shown) view.conversation = *shown;
    }
    return view;
}

Result<std::vector<MessageView>> list_new(const Machine& machine, Step& step, size_t limit) {
    TRY_ASSIGN(const std::vector<MessageId> ids,
               ids_under(step, row_key::prefix(row_kind::untaken)));
    std::vector<MessageView> out;
    for (const MessageId& id : ids) {
        if (out.size() == limit) break;
        TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
        if (!row || !is_alive(*row, step.now()) || !is_shown(machine, *row)) continue;
        TRY_ASSIGN(MessageView view, view_of(machine, step, *row));
        out.push_back(std::move(view));
    }
    return out;
}

Status mark_given(Step& step, const MessageId& id) {
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
    if (row) step.erase(row_key::untaken(row->order, id));
    return {};
}

Result<std::vector<MessageView>> take_new(Machine& machine, Step& step, size_t limit) {
    TRY_ASSIGN(std::vector<MessageView> out, list_new(machine, step, limit));
    for (const MessageView& view : out) TRY(mark_given(step, view.id));
    return out;
}

Result<std::vector<MessageView>> list_messages(const Machine& machine, Step& step,
                                               const ConversationId& conversation) {
    const auto given = machine.tables.conversations.find(conversation);
    ENSURE(given != machine.tables.conversations.end() && given->second.accepted, unknown_contact);
    std::vector<MessageRow> rows;
    const bool direct = given->second.info.kind == ConversationKind::direct;
    const std::vector<ConversationId> all =
        direct ? conversations_of(machine, given->second.contact) : std::vector{conversation};
    for (const ConversationId& id : all) {
        TRY_ASSIGN(const std::vector<MessageId> ids, ids_under(step, row_key::listing_prefix(id)));
        for (const MessageId& message : ids) {
            TRY_ASSIGN(std::optional<MessageRow> row, load_message(step, message));
            if (row && is_alive(*row, step.now())) rows.push_back(std::move(*row));
        }
    }
    std::sort(rows.begin(), rows.end(),
              [](const MessageRow& a, const MessageRow& b) { return a.order < b.order; });
    std::vector<MessageView> out;
    for (const MessageRow& row : rows) {
        TRY_ASSIGN(MessageView view, view_of(machine, step, row));
        out.push_back(std::move(view));
    }
    return out;
}

Result<MessageView> find_message(const Machine& machine, Step& step, std::string_view text) {
    ENSURE(text.size() >= id_prefix_size_min, unknown_message);
    const std::string wanted = folded(text);
    // Eight characters are five whole bytes: only messages that begin so are read.
    const auto whole = from_base32(wanted.substr(0, wanted.size() / 8 * 8));
    ENSURE(whole && whole->size() <= MessageId::size_bytes, unknown_message);
    Bytes prefix = row_key::prefix(row_kind::message);
    append(prefix, *whole);
    TRY_ASSIGN(const std::vector<MessageId> ids, ids_under(step, prefix));
    std::optional<MessageRow> found;
    for (const MessageId& id : ids) {
        if (!text_of(id).starts_with(wanted)) continue;
        TRY_ASSIGN(std::optional<MessageRow> row, load_message(step, id));
        if (!row || !is_alive(*row, step.now()) || !is_shown(machine, *row)) continue;
        ENSURE(!found, ambiguous_name);
        found = std::move(row);
    }
    ENSURE(found.has_value(), unknown_message);
    return view_of(machine, step, *found);
}

}  // namespace mayfly::core
