// What we hold of accounts: verified, blocked, and what must not go unnoticed.
// Specification: docs/spec/trust.md.
#include "core/machine.h"
#include "core/safety_number.h"

namespace mayfly::core {
namespace {

TrustRow& trust_row(Machine& machine, Step& step, const AccountId& account) {
    TrustRow& row = machine.tables.trust[account];
    row.account = account;
    row.changed_at_ms = to_ms(step.now());
    return row;
}

void save_trust(Machine& machine, Step& step, const AccountId& account) {
    const auto found = machine.tables.trust.find(account);
    const TrustRow& row = found->second;
    if (row.verified || row.blocked || row.alarm != Alarm::none) {
        step.write(row_key::trust(account), row);
        return;
    }
    step.erase(row_key::trust(account));
    machine.tables.trust.erase(found);
}

// Whether properly signed records contradict what we saw last of the account. A gap is no
// contradiction: a relay may show the newest records only.
bool contradicts(const std::vector<Bytes>& records, const ContactRow& known) {
    for (const Bytes& bytes : records) {
        const auto record = wire::verify_account_record(bytes);
        if (!record.ok() || wire::account_id_of(record->account_key) != known.account) continue;
        if (record->number == known.record_number &&
            wire::account_record_hash(bytes) != known.record_hash) {
            return true;
        }
        if (record->number == known.record_number + 1 && record->previous != known.record_hash) {
            return true;
        }
    }
    return false;
}

}  // namespace

const char* alarm_name(Alarm alarm) {
    switch (alarm) {
        case Alarm::none: return "";
        case Alarm::handle_moved: return "handle_moved";
        case Alarm::record_forked: return "record_forked";
        case Alarm::rules_broken: return "rules_broken";
    }
    return "";
}

void raise_alarm(Machine& machine, Step& step, const AccountId& account, Alarm alarm) {
    trust_row(machine, step, account).alarm = alarm;
    save_trust(machine, step, account);
    step.tell(TrustAlarm{contact_view(machine, machine.tables.contacts.at(account))});
}

const TrustRow* trust_of(const Machine& machine, const AccountId& account) {
    const auto found = machine.tables.trust.find(account);
    return found == machine.tables.trust.end() ? nullptr : &found->second;
}

bool is_blocked(const Machine& machine, const AccountId& account) {
    const TrustRow* row = trust_of(machine, account);
    return row != nullptr && row->blocked;
}

bool is_closed_by_block(const Machine& machine, const ConversationRow& row) {
    return row.info.kind == ConversationKind::direct && is_blocked(machine, row.contact);
}

bool is_verified(const Machine& machine, const AccountId& account) {
    const TrustRow* row = trust_of(machine, account);
    return row != nullptr && row->verified;
}

Status check_records(Machine& machine, Step& step, const std::vector<Bytes>& records,
                     const std::optional<wire::HandleEntry>& handle) {
    const auto found = verify_chain(records, std::nullopt);
    if (!found.ok()) return {};  // the caller's own checks say why
    ENSURE(!is_blocked(machine, found->account), contact_blocked);
    const auto known = machine.tables.contacts.find(found->account);
    if (known != machine.tables.contacts.end() && contradicts(records, known->second)) {
        raise_alarm(machine, step, found->account, Alarm::record_forked);
        return MAYFLY_ERROR(forged_record);
    }
    if (!handle) return {};
    const std::string name = format_handle(*handle);
    const auto& claimed = found->record.handles;
    if (std::find(claimed.begin(), claimed.end(), *handle) == claimed.end()) return {};
    for (const auto& [account, contact] : machine.tables.contacts) {
        if (!contact.accepted || contact.handle != name || account == found->account) continue;
        raise_alarm(machine, step, account, Alarm::handle_moved);
        return MAYFLY_ERROR(key_changed);
    }
    return {};
}

bool handle_is_anothers(const Machine& machine, const ContactRow& row) {
    if (row.handle.empty()) return false;
    return std::any_of(machine.tables.contacts.begin(), machine.tables.contacts.end(),
                       [&](const auto& entry) {
                           return entry.second.accepted && entry.first != row.account &&
                                  entry.second.handle == row.handle;
                       });
}

Result<std::string> safety_number(const Machine& machine, const AccountId& account) {
    const auto contact = machine.tables.contacts.find(account);
    ENSURE(contact != machine.tables.contacts.end(), unknown_contact);
    return safety_digits(machine.tables.account->account_key, contact->second.account_key);
}

void mark_trust(Machine& machine, Step& step, const AccountId& account, bool TrustRow::*mark,
                bool value) {
    TrustRow& row = trust_row(machine, step, account);
    row.*mark = value;
    // Whoever compared keys has settled what the alarm was about.
    if (row.verified) row.alarm = Alarm::none;
    const Person person = person_of(machine, account);
    if (row.blocked && !(person.display_name.empty() && person.handle.empty())) {
        row.display_name = person.display_name;
        row.handle = person.handle;
    }
    save_trust(machine, step, account);
}

Status publish_trust(Machine& machine, Step& step, const AccountId& account) {
    TrustRow row;
    row.account = account;
    if (const TrustRow* known = trust_of(machine, account)) row = *known;
    Sync sync;
    sync.trust.push_back(std::move(row));
    note_sync(machine, step, sync);
    return renew_vault(machine, step);
}

Status set_verified(Machine& machine, Step& step, const AccountId& account, bool verified) {
    ENSURE(machine.tables.contacts.contains(account), unknown_contact);
    mark_trust(machine, step, account, &TrustRow::verified, verified);
    return publish_trust(machine, step, account);
}

Status unblock_account(Machine& machine, Step& step, const AccountId& account) {
    ENSURE(is_blocked(machine, account), unknown_contact);
    mark_trust(machine, step, account, &TrustRow::blocked, false);
    return publish_trust(machine, step, account);
}

Status trust_elsewhere(Machine& machine, Step& step, const TrustRow& theirs) {
    if (theirs.account == machine.own_account()) return {};
    const bool was_blocked = is_blocked(machine, theirs.account);
    TrustRow& row = trust_row(machine, step, theirs.account);
    row.display_name = theirs.display_name;
    row.handle = theirs.handle;
    mark_trust(machine, step, theirs.account, &TrustRow::blocked, theirs.blocked);
    mark_trust(machine, step, theirs.account, &TrustRow::verified, theirs.verified);
    step.tell(ContactChanged{theirs.account});
    if (!theirs.blocked || was_blocked) return {};
    return close_conversations(machine, step, theirs.account, next_operation(machine, step));
}

void forget_trust(Machine& machine, Step& step, const AccountId& account) {
    if (!machine.tables.trust.contains(account)) return;
    TrustRow& row = trust_row(machine, step, account);
    row.verified = false;
    row.alarm = Alarm::none;
    save_trust(machine, step, account);
}

}  // namespace mayfly::core
