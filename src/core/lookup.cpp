// Adding a contact, up to the point where something is decided: find the account record, check it,
// choose the hub and take one key package of each device. All of it is in memory only.
#include "core/meetings.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

// Key packages of a look-up are told apart by index; an account has fewer devices than this.
constexpr uint64_t take_numbers_per_operation = 64;
static_assert(wire::devices_per_account_max < take_numbers_per_operation);

// A relay may cut a reply by its size as well as by its count (relay.md section 6); from here on it
// is asked for more.
constexpr size_t partial_reply_size_bytes = size_t{512} << 10;

Purpose take_purpose(OperationId operation, size_t index) {
    return Purpose{Kind::key_package_take, operation * take_numbers_per_operation + index, {}};
}

std::optional<wire::Address> intro_at(const wire::DeviceEntry& device, const std::string& relay) {
    for (const wire::Address& address : device.intro) {
        if (address.relay == relay) return address;
    }
    return std::nullopt;
}

bool serves_all_devices(const wire::AccountRecord& record, const std::string& relay) {
    return std::all_of(record.devices.begin(), record.devices.end(), [&](const auto& device) {
        return device.revoked || intro_at(device, relay).has_value();
    });
}

// The hub is a relay at which both sides have queues: one of ours if the other side is there too,
// a connected one first; else one of theirs, where we then open a queue of our own.
std::string choose_hub(const Machine& machine, const wire::AccountRecord& record) {
    std::string ours;
    std::string foreign;
    for (const std::string& relay : record.relays) {
        if (!serves_all_devices(record, relay)) continue;
        if (!machine.tables.relays.contains(relay)) {
            if (foreign.empty()) foreign = relay;
            continue;
        }
        const auto link = machine.links.find(relay);
        const bool ready = link != machine.links.end() && link->second.phase == Link::Phase::ready;
        if (ready) return relay;
        if (ours.empty()) ours = relay;
    }
    return ours.empty() ? foreign : ours;
}

std::optional<Pin> pin_of(const Machine& machine, const AccountId& account) {
    const auto contact = machine.tables.contacts.find(account);
    if (contact == machine.tables.contacts.end()) return std::nullopt;
    return Pin{contact->second.record_number, contact->second.record_hash};
}

Status check_found(const Machine& machine, const Lookup& lookup, const VerifiedRecord& found) {
    if (lookup.handle) {
        const auto& handles = found.record.handles;
        ENSURE(std::find(handles.begin(), handles.end(), *lookup.handle) != handles.end(),
               forged_record);
    } else {
        ENSURE(found.account == lookup.account, forged_record);
    }
    ENSURE(found.account != machine.own_account(), invalid_argument);
    return {};
}

// Returns true when the operation is over, because a conversation with the account exists already:
// ours, or one that the account invited us to meanwhile.
Result<bool> settle_known(Machine& machine, Step& step, const Lookup& lookup) {
    const AccountId& account = lookup.newest->account;
    if (sending_conversation(machine, account)) {
        step.end(lookup.operation, {});
        return true;
    }
    const auto all = conversations_of(machine, account);
    const bool invited = std::any_of(all.begin(), all.end(), [&](const ConversationId& id) {
        return !machine.tables.conversations.at(id).superseded;
    });
    if (invited) TRY(accept_contact(machine, step, account, lookup.operation));
    return invited;
}

// Takes one reply's part of the chain; true when the chain is complete. A full reply may have more
// behind it; then an empty one ends the chain.
Result<bool> extend_chain(Machine& machine, Lookup& lookup, const std::vector<Bytes>& records) {
    if (lookup.newest && records.empty()) return true;
    std::optional<Pin> pin;
    if (lookup.newest) pin = Pin{lookup.newest->record.number, lookup.newest->hash};
    TRY_ASSIGN(VerifiedRecord found, verify_chain(records, pin));
    TRY(check_found(machine, lookup, found));
    if (!lookup.newest) {
        if (const auto known = pin_of(machine, found.account)) TRY(verify_chain(records, known));
    }
    lookup.account = found.account;
    lookup.newest = std::move(found);
    size_t size_bytes = 0;
    for (const Bytes& record : records) size_bytes += record.size();
    return records.size() < wire::account_records_per_reply_max &&
           size_bytes < partial_reply_size_bytes;
}

Status record_found(Machine& machine, Step& step, Lookup& lookup, const wire::RecordList& list) {
    if (!lookup.newest) TRY(check_records(machine, step, list.records, lookup.handle));
    TRY_ASSIGN(const bool complete, extend_chain(machine, lookup, list.records));
    if (!complete) return {};
    if (lookup.check_only) {
        end_lookup(machine, step, lookup.operation, {});
        return {};
    }
    bool over = false;
    if (lookup.meeting_for == ConversationId{}) {
        TRY_ASSIGN(over, settle_known(machine, step, lookup));
    }
    if (over) {
        machine.lookups.erase(lookup.operation);
        return {};
    }
    const wire::AccountRecord& record = lookup.newest->record;
    const std::string hub = choose_hub(machine, record);
    ENSURE(!hub.empty(), other_relay);
    for (const wire::DeviceEntry& device : record.devices) {
        if (device.revoked) continue;
        lookup.wanted.push_back({device.certificate, intro_at(device, hub)->token, std::nullopt});
    }
    if (!machine.tables.relays.contains(hub)) {
        RelayRow row = make_relay_row(hub, false, step.entropy());
        save_relay(machine, step, row);
        machine.tables.relays.insert_or_assign(hub, std::move(row));
    }
    lookup.hub = hub;
    return {};
}

Status key_package_found(Step& step, Lookup::Wanted& wanted, const wire::KeyPackageReply& reply) {
    TRY_ASSIGN(mls::KeyPackage package, mls::decode_key_package_message(reply.key_package));
    ENSURE(package.cipher_suite == mls::default_cipher_suite_id, unsupported_suite);
    TRY_ASSIGN(const mls::CipherSuite suite, mls::find_cipher_suite(package.cipher_suite));
    TRY(mls::validate_key_package(suite, package, step.now()));
    TRY_ASSIGN(const wire::DeviceCertificate certificate,
               read_credential(package.leaf_node.credential));
    ENSURE(certificate == wanted.device, mls_bad_key_package);
    ENSURE(equal(package.leaf_node.signature_key, certificate.device_key.view()),
           mls_bad_key_package);
    wanted.key_package = std::move(package);
    return {};
}

Status finish_lookup(Machine& machine, Step& step, OperationId operation) {
    const Lookup lookup = std::move(machine.lookups.at(operation));
    machine.lookups.erase(operation);
    if (lookup.meeting_for != ConversationId{}) return begin_meeting(machine, step, lookup);
    // Another look-up or their own invitation may have been faster.
    TRY_ASSIGN(const bool known, settle_known(machine, step, lookup));
    if (known) return {};
    const Status made = create_conversation(machine, step, lookup);
    if (!made.ok()) {
        step.end(operation, made);
        release_relay(machine, step, lookup.hub);
    }
    return {};
}

// next_relay lets a look-up by link try the next relay that the link names.
bool next_relay(Lookup& lookup) {
    if (!lookup.hub.empty() || lookup.relay_index + 1 >= lookup.relays.size()) return false;
    ++lookup.relay_index;
    lookup.newest.reset();
    return true;
}

Status handle_reply(Machine& machine, Step& step, Lookup& lookup, const Purpose& purpose,
                    wire::ReplyBody& body) {
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (failed->status == wire::ReplyStatus::unknown_record && lookup.newest) {
            return record_found(machine, step, lookup, wire::RecordList{});
        }
        return Error{wire::to_error_code(failed->status), MAYFLY_HERE};
    }
    if (purpose.kind == Kind::lookup) {
        const auto* list = std::get_if<wire::RecordList>(&body);
        ENSURE(list != nullptr, unexpected_message);
        return record_found(machine, step, lookup, *list);
    }
    const auto* reply = std::get_if<wire::KeyPackageReply>(&body);
    const auto index = static_cast<size_t>(purpose.number % take_numbers_per_operation);
    ENSURE(reply != nullptr && index < lookup.wanted.size(), unexpected_message);
    Lookup::Wanted& wanted = lookup.wanted[index];
    const Status found = key_package_found(step, wanted, *reply);
    // pump_lookups takes another one.
    if (!found.ok() && ++wanted.refused < key_packages_tried_max) return {};
    return found;
}

}  // namespace

Result<OperationId> begin_lookup(Machine& machine, Step& step, std::string_view target) {
    TRY_ASSIGN(ContactTarget parsed, parse_contact_target(target));
    Lookup lookup;
    if (auto* handle = std::get_if<wire::HandleEntry>(&parsed)) {
        lookup.relays = {handle->relay};
        lookup.handle = std::move(*handle);
    } else if (auto* link = std::get_if<ContactLink>(&parsed)) {
        ENSURE(link->account != machine.own_account(), invalid_argument);
        lookup.account = link->account;
        lookup.relays = std::move(link->relays);
    }
    lookup.operation = next_operation(machine, step);
    lookup.deadline = step.now() + lookup_timeout;
    const OperationId operation = lookup.operation;
    // Somebody waits for this one: do not sit out a backoff.
    const auto link = machine.links.find(lookup.relay());
    if (link != machine.links.end()) link->second.retry_at = step.now();
    machine.lookups.insert_or_assign(operation, std::move(lookup));
    return operation;
}

Result<OperationId> begin_check(Machine& machine, Step& step, const AccountId& account) {
    const auto contact = machine.tables.contacts.find(account);
    ENSURE(contact != machine.tables.contacts.end(), unknown_contact);
    const ContactRow& row = contact->second;
    TRY_ASSIGN(
        const OperationId operation,
        begin_lookup(machine, step,
                     row.handle.empty() ? format_contact_link({account, row.relays}) : row.handle));
    machine.lookups.at(operation).check_only = true;
    return operation;
}

Status pump_lookups(Machine& machine, Step& step, const std::string& name) {
    std::vector<OperationId> complete;
    for (auto& [operation, lookup] : machine.lookups) {
        if (lookup.relay() != name) continue;
        Link& link = machine.links[name];
        if (lookup.hub.empty()) {
            const Purpose purpose{Kind::lookup, operation, {}};
            if (link.has(purpose)) continue;
            if (lookup.handle && !lookup.newest) {
                request(machine, step, name, purpose, wire::HandleGet{lookup.handle->name});
            } else {
                const uint64_t after = lookup.newest ? lookup.newest->record.number : 0;
                request(machine, step, name, purpose, wire::RecordGet{lookup.account, after});
            }
            continue;
        }
        bool all = link.phase == Link::Phase::ready;
        for (size_t i = 0; i < lookup.wanted.size(); ++i) {
            if (lookup.wanted[i].key_package) continue;
            all = false;
            const Purpose purpose = take_purpose(operation, i);
            if (link.has(purpose)) continue;
            request(machine, step, name, purpose, wire::KeyPackageTake{lookup.wanted[i].token});
        }
        if (all) complete.push_back(operation);
    }
    for (const OperationId operation : complete) {
        TRY(finish_lookup(machine, step, operation));
    }
    return {};
}

Status lookup_replied(Machine& machine, Step& step, const Purpose& purpose, wire::ReplyBody& body) {
    const OperationId operation =
        purpose.kind == Kind::lookup ? purpose.number : purpose.number / take_numbers_per_operation;
    const auto found = machine.lookups.find(operation);
    if (found == machine.lookups.end()) return {};
    const Status handled = handle_reply(machine, step, found->second, purpose, body);
    if (handled.ok()) return {};
    if (handled.code() == ErrorCode::unknown_record && next_relay(found->second)) return {};
    end_lookup(machine, step, operation, handled);
    return {};
}

void end_lookup(Machine& machine, Step& step, OperationId operation, Status result) {
    const auto found = machine.lookups.find(operation);
    if (found == machine.lookups.end()) return;
    const std::string hub = found->second.hub;
    const ConversationId meeting_for = found->second.meeting_for;
    machine.lookups.erase(found);
    meeting_failed(machine, step, meeting_for, result);
    step.end(operation, result);
    if (!hub.empty()) release_relay(machine, step, hub);
}

void lookups_lost_relay(Machine& machine, Step& step, const std::string& relay, Error why) {
    std::vector<OperationId> lost;
    for (auto& [operation, lookup] : machine.lookups) {
        if (lookup.relay() == relay && !next_relay(lookup)) lost.push_back(operation);
    }
    for (const OperationId operation : lost) end_lookup(machine, step, operation, why);
}

}  // namespace mayfly::core
