// What the devices of one account tell each other, in a group of their own: what was opened, burnt
// and changed, new conversations, and messages from before a device was there.
// Specification: docs/spec/devices.md section 5.
#include "core/annex.h"

namespace mayfly::core {
namespace {

bool has_siblings(const Machine& machine) {
    const auto id = own_devices(machine);
    if (!id) return false;
    if (machine.tables.conversations.at(*id).joining) return true;
    const auto roster = machine.tables.rosters.find(*id);
    return roster != machine.tables.rosters.end() && !roster->second.members.empty() &&
           roster->second.members.front().device_count > 1;
}

Status opened_elsewhere(Machine& machine, Step& step, const OpenedMessage& opened) {
    TRY_ASSIGN(std::optional<MessageRow> row, load_message(step, opened.id));
    if (!row || row->state != MessageState::received) return {};
    mark_opened(machine, step, *row, std::min(from_ms(opened.at_ms), step.now()));
    if (is_shown(machine, *row)) step.tell(MessageChanged{opened.id});
    return {};
}

void contact_elsewhere(Machine& machine, Step& step, const ContactRow& contact) {
    if (contact.account == machine.own_account()) return;
    const auto known = machine.tables.contacts.find(contact.account);
    const bool is_news =
        known == machine.tables.contacts.end() || (contact.accepted && !known->second.accepted);
    if (is_news) step.tell(ContactChanged{contact.account});
    if (known != machine.tables.contacts.end() &&
        known->second.record_number > contact.record_number) {
        known->second.accepted = known->second.accepted || contact.accepted;
        return save_contact(machine, step, known->second);
    }
    save_contact(machine, step, contact);
    machine.tables.contacts.insert_or_assign(contact.account, contact);
}

// Rows hold secrets, so they are not copied by accident.
template <class Row>
Row copy_of(const Row& row) {
    return codec::decode<Row>(codec::encode_secret(row).expose()).value();
}

Status store_past(Machine& machine, Step& step, const ConversationId& id, PastMessage& past) {
    if (from_ms(past.expires_at_ms) <= step.now()) return {};
    TRY_ASSIGN(const auto seen, step.get(row_key::seen(past.sender, past.id)));
    TRY_ASSIGN(const std::optional<MessageRow> known, load_message(step, past.id));
    if (seen || known) return {};
    MessageRow row;
    row.id = past.id;
    row.conversation = id;
    row.sender = past.sender;
    row.outgoing = past.sender == machine.own_account();
    row.order = next_order(machine, step);
    row.sent_at_ms = past.sent_at_ms;
    row.expires_at_ms = past.expires_at_ms;
    row.burn_seconds = past.burn_seconds;
    row.type = past.type;
    row.state = past.state == MessageState::queued ? MessageState::sent : past.state;
    TRY(mark_seen(machine, step, past.sender, past.id,
                  from_ms(past.sent_expiry_ms) + clock_skew_max));
    TRY(store_message(machine, step, row, past.body.expose()));
    for (AnnexRow& annex : past.annexes) TRY(take_past_annex(step, row, std::move(annex)));
    if (row.outgoing || past.taken) {
        step.tell(MessageSynced{row.id, id});
        return {};
    }
    step.put(row_key::untaken(row.order, row.id), SecretBuffer());
    step.tell(MessageArrived{id});
    return {};
}

// What did not fit the part that brought its message. The message may have ended meanwhile.
Status store_past_annexes(Machine& machine, Step& step, const ConversationId& id,
                          PastAnnexes& past) {
    TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, past.target));
    if (!row || !are_siblings(machine, row->conversation, id)) return {};
    for (AnnexRow& annex : past.annexes) TRY(take_past_annex(step, *row, std::move(annex)));
    step.tell(MessageChanged{row->id});
    return {};
}

struct PastOfOne {
    PastMessage message;
    std::vector<AnnexRow> rest;  // of what was said about it: goes in parts of its own
};

Result<PastOfOne> past_of(Step& step, const MessageRow& row) {
    PastOfOne out;
    PastMessage& past = out.message;
    past.id = row.id;
    past.sender = row.sender;
    past.sent_at_ms = row.sent_at_ms;
    past.expires_at_ms = row.expires_at_ms;
    past.sent_expiry_ms = row.sent_expiry_ms;
    past.burn_seconds = row.burn_seconds;
    past.type = row.type;
    past.state = row.state;
    TRY_ASSIGN(const auto untaken, step.get(row_key::untaken(row.order, row.id)));
    past.taken = !untaken;
    TRY_ASSIGN(past.body, load_body(step, row));
    size_t size_bytes = codec::encode_secret(past).size();
    TRY_ASSIGN(std::vector<AnnexRow> annexes, annexes_of(step, row.id));
    for (AnnexRow& annex : annexes) {
        size_bytes += codec::encode_secret(annex).size();
        const bool fits = size_bytes <= device_content_size_bytes_max;
        (fits ? past.annexes : out.rest).push_back(std::move(annex));
    }
    return out;
}

Status send_part(Machine& machine, Step& step, const ConversationId& to, History& history) {
    if (history.messages.empty() && history.annexes.empty() && !history.settings) return {};
    TRY(queue_control(machine, step, to, ContentType::history, codec::encode_secret(history)));
    history.messages.clear();
    history.annexes.clear();
    history.settings.reset();
    return {};
}

// send_rest sends, behind the message, what was said about it and did not fit beside it.
Status send_rest(Machine& machine, Step& step, const ConversationId& to, const MessageId& target,
                 std::vector<AnnexRow> rest, History& history) {
    size_t size_bytes = 0;
    for (AnnexRow& annex : rest) {
        const size_t added = codec::encode_secret(annex).size();
        if (size_bytes + added > device_content_size_bytes_max) {
            TRY(send_part(machine, step, to, history));
            size_bytes = 0;
        }
        if (history.annexes.empty()) history.annexes.push_back({target, {}});
        history.annexes.back().annexes.push_back(std::move(annex));
        size_bytes += added;
    }
    return send_part(machine, step, to, history);
}

}  // namespace

std::optional<ConversationId> own_devices(const Machine& machine) {
    for (const auto& [id, row] : machine.tables.conversations) {
        if (row.info.kind == ConversationKind::own_devices && !row.closed) return id;
    }
    return std::nullopt;
}

void note_sync(Machine& machine, Step& step, const Sync& sync) {
    if (!has_siblings(machine)) return;
    const uint64_t order = next_order(machine, step);
    SyncRow row;
    row.body = codec::encode_secret(sync);
    step.write(row_key::sync(order), row);
    machine.tables.syncs.insert_or_assign(order, std::move(row));
}

bool can_flush_syncs(const Machine& machine) {
    if (machine.tables.syncs.empty()) return false;
    if (machine.tables.account->stage != AccountStage::normal) return false;
    const auto id = own_devices(machine);
    return !id || !machine.tables.conversations.at(*id).joining;
}

Status flush_syncs(Machine& machine, Step& step) {
    if (!can_flush_syncs(machine)) return {};
    const auto id = own_devices(machine);
    for (auto& [order, row] : machine.tables.syncs) {
        if (id) TRY(queue_control(machine, step, *id, ContentType::sync, std::move(row.body)));
        step.erase(row_key::sync(order));
    }
    machine.tables.syncs.clear();
    return {};
}

Status sync_arrived(Machine& machine, Step& step, const Sync& sync) {
    const auto own = own_devices(machine);
    ENSURE(own.has_value(), unexpected_message);
    if (!sync.record.empty()) TRY(adopt_record(machine, step, sync.record));
    for (const ContactRow& contact : sync.contacts) contact_elsewhere(machine, step, contact);
    for (const AccountId& account : sync.removed_contacts) {
        if (!machine.tables.contacts.contains(account)) continue;
        TRY(remove_contact(machine, step, account, false));
        step.tell(ContactChanged{account});
    }
    for (const GrantedConversation& each : sync.conversations) {
        if (machine.tables.conversations.contains(each.info.conversation)) continue;
        begin_joining(machine, step, each.info, {each.contact, *own, {}});
    }
    for (const OpenedMessage& opened : sync.opened) TRY(opened_elsewhere(machine, step, opened));
    for (const MessageId& id : sync.burnt) {
        TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, id));
        if (row) TRY(erase_message(machine, step, *row));
    }
    for (const NamedDevice& named : sync.names) {
        DeviceNameRow row;
        row.name = named.name;
        step.write(row_key::device_name(named.device), row);
        machine.tables.device_names.insert_or_assign(named.device, std::move(row));
    }
    for (const TrustRow& row : sync.trust) TRY(trust_elsewhere(machine, step, row));
    return sync.account_deleted ? deleted_elsewhere(machine, step) : Status();
}

namespace {

Status send_history(Machine& machine, Step& step, const ConversationId& to,
                    const ConversationId& id) {
    std::vector<MessageId> ids;
    TRY(step.store().scan(row_key::listing_prefix(id), [&](BytesView key, SecretBuffer) {
        if (const auto message = MessageId::from(key.last(MessageId::size_bytes))) {
            ids.push_back(*message);
        }
        return true;
    }));
    History history;
    history.conversation = id;
    if (const SettingsRow* agreed = newest_settings(machine, id)) history.settings = *agreed;
    size_t size_bytes = 0;
    for (const MessageId& message : ids) {
        TRY_ASSIGN(const std::optional<MessageRow> row, load_message(step, message));
        if (!row || from_ms(row->expires_at_ms) <= step.now()) continue;
        TRY_ASSIGN(PastOfOne past, past_of(step, *row));
        const size_t added = codec::encode_secret(past.message).size();
        if (size_bytes + added > device_content_size_bytes_max) {
            TRY(send_part(machine, step, to, history));
            size_bytes = 0;
        }
        size_bytes += added;
        history.messages.push_back(std::move(past.message));
        if (past.rest.empty()) continue;
        TRY(send_part(machine, step, to, history));
        TRY(send_rest(machine, step, to, message, std::move(past.rest), history));
        size_bytes = 0;
    }
    return send_part(machine, step, to, history);
}

}  // namespace

Status owe_history(Machine& machine, Step& step, const ConversationId& id,
                   const std::vector<wire::DeviceId>& devices) {
    const auto own = own_devices(machine);
    if (!own || devices.empty()) return {};
    OwedHistoryRow& row = machine.tables.owed_histories[id];
    row.devices.insert(row.devices.end(), devices.begin(), devices.end());
    step.write(row_key::owed_history(id), row);
    TRY_ASSIGN(const mls::Group* group, group_of(machine, step, *own));
    TRY_ASSIGN(const Roles roles, Roles::of(group->current()));
    return send_owed_histories(machine, step, roles.leaves());
}

Status send_owed_histories(Machine& machine, Step& step, const std::vector<Leaf>& own_leaves) {
    const auto own = own_devices(machine);
    if (!own) return {};
    const auto is_there = [&](const wire::DeviceId& device) {
        return std::any_of(own_leaves.begin(), own_leaves.end(),
                           [&](const Leaf& leaf) { return leaf.device == device; });
    };
    auto& owed = machine.tables.owed_histories;
    for (auto each = owed.begin(); each != owed.end();) {
        if (std::erase_if(each->second.devices, is_there) != 0) {
            TRY(send_history(machine, step, *own, each->first));
        }
        if (!each->second.devices.empty()) {
            step.write(row_key::owed_history(each->first), each->second);
            ++each;
            continue;
        }
        step.erase(row_key::owed_history(each->first));
        each = owed.erase(each);
    }
    return {};
}

Status history_arrived(Machine& machine, Step& step, const History& history) {
    const ConversationRow* row = find_conversation(machine, history.conversation);
    ENSURE(row != nullptr && !row->leaving, unknown_conversation);
    if (history.settings && row->info.kind == ConversationKind::direct) {
        keep_settings(machine, step, history.conversation, *history.settings);
    }
    for (const PastMessage& each : history.messages) {
        PastMessage past = copy_of(each);
        TRY(store_past(machine, step, history.conversation, past));
    }
    for (const PastAnnexes& each : history.annexes) {
        PastAnnexes past = copy_of(each);
        TRY(store_past_annexes(machine, step, history.conversation, past));
    }
    return {};
}

void offer_to_siblings(Machine& machine, Step& step, const ConversationRow& row) {
    Sync sync;
    sync.conversations.push_back({row.info, row.contact});
    const auto contact = machine.tables.contacts.find(row.contact);
    if (contact != machine.tables.contacts.end()) sync.contacts.push_back(contact->second);
    note_sync(machine, step, sync);
}

Result<OperationId> revoke_device(Machine& machine, Step& step, const wire::DeviceId& device) {
    AccountRow& account = *machine.tables.account;
    ENSURE(device != account.device, invalid_argument);
    TRY_ASSIGN(const wire::AccountRecord record, own_record(step, account));
    const bool listed = std::any_of(
        record.devices.begin(), record.devices.end(),
        [&](const auto& entry) { return entry.certificate.device == device && !entry.revoked; });
    ENSURE(listed, unknown_device);
    const OperationId operation = next_operation(machine, step);
    account.revoking.push_back(device);
    TRY(reconcile_record(machine, step));
    save_account(machine, step);
    TRY(plan_stale_leaves(machine, step, operation));
    return operation;
}

Result<std::vector<DeviceView>> list_devices(const Machine& machine, Step& step) {
    const AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(const wire::AccountRecord record, own_record(step, account));
    std::vector<DeviceView> out;
    for (const wire::DeviceEntry& entry : record.devices) {
        DeviceView view;
        view.device = entry.certificate.device;
        view.is_this = view.device == account.device;
        view.revoked = entry.revoked;
        view.added_at = from_ms(entry.added_at_ms);
        const auto name = machine.tables.device_names.find(view.device);
        if (name != machine.tables.device_names.end()) view.name = name->second.name;
        out.push_back(std::move(view));
    }
    return out;
}

}  // namespace mayfly::core
