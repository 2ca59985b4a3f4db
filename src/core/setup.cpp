// What a home relay must hold of us: intro address, account record, key packages, vault. Each is
// asked for again until the relay has confirmed it.
#include "core/machine.h"
#include "core/vault.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

Status put_key_packages(Machine& machine, Step& step, RelayRow& relay, size_t held,
                        bool has_last_resort) {
    wire::KeyPackagesPut put;
    put.queue = wire::queue_id_of(relay.queue_key);
    if (held < key_packages_low) {
        for (size_t i = held; i < key_packages_target; ++i) {
            TRY_ASSIGN(Bytes package, make_key_package(machine, step, false));
            put.key_packages.push_back(std::move(package));
        }
    }
    const Time renewal = from_ms(relay.last_resort_at_ms) + last_resort_renewal;
    if (!has_last_resort || step.now() >= renewal) {
        TRY_ASSIGN(put.last_resort, make_key_package(machine, step, true));
        relay.last_resort_at_ms = to_ms(step.now());
    }
    if (put.key_packages.empty() && put.last_resort.empty()) {
        relay.key_packages_put = true;
        save_relay(machine, step, relay);
        return {};
    }
    save_relay(machine, step, relay);
    request(machine, step, relay.relay, Purpose{Kind::key_packages_put, 0, {}}, std::move(put));
    return {};
}

Status put_record(Machine& machine, Step& step, const RelayRow& relay) {
    const uint64_t number = relay.record_put + 1;
    const Purpose purpose{Kind::record_put, number, {}};
    if (machine.links[relay.relay].has(purpose)) return {};
    TRY_ASSIGN(const std::optional<SecretBuffer> record, step.get(row_key::own_record(number)));
    ENSURE(record.has_value(), store_corrupt);
    request(machine, step, relay.relay, purpose, wire::RecordPut{to_bytes(record->expose())});
    return {};
}

Status put_vault(Machine& machine, Step& step, const RelayRow& relay) {
    const AccountRow& account = *machine.tables.account;
    const Purpose purpose{Kind::vault_put, account.vault_version, {}};
    if (machine.links[relay.relay].has(purpose)) return {};
    TRY_ASSIGN(const std::optional<VaultRow> row, step.read<VaultRow>(row_key::vault()));
    ENSURE(row.has_value(), store_corrupt);
    request(machine, step, relay.relay, purpose,
            make_vault_put(account.vault, row->vault_version, row->ciphertext));
    return {};
}

}  // namespace

// A package is sent once and never again: had a lost reply made us repeat it, two people could get
// the same one.
Result<Bytes> make_key_package(Machine& machine, Step& step, bool last_resort) {
    mls::KeyPackageOptions options;
    options.leaf.capabilities = mls::default_capabilities(conversation_extension_types());
    options.leaf.lifetime = mls::key_package_lifetime(step.now(), key_package_lifetime);
    options.last_resort = last_resort;
    TRY_ASSIGN(
        const mls::KeyPackageSecrets secrets,
        mls::create_key_package(mls::default_cipher_suite_id, identity_of(*machine.tables.account),
                                options, step.entropy()));
    TRY_ASSIGN(const mls::CipherSuite suite,
               mls::find_cipher_suite(secrets.key_package.cipher_suite));
    const Bytes reference = mls::key_package_ref(suite, secrets.key_package);
    KeyPackageRow row;
    row.last_resort = last_resort;
    const Time expires_at = step.now() + key_package_lifetime;
    row.expires_at_ms = to_ms(expires_at);
    row.secrets = codec::encode_secret(secrets);
    step.write(row_key::key_package(reference), row);
    note_expiry(machine, step, expires_at, expiry_of_key_package, reference);
    return mls::encode_key_package_message(secrets.key_package);
}

Result<Messenger::AccountCreated> create_account(Machine& machine, Step& step,
                                                 const AccountOptions& options) {
    ENSURE(!machine.tables.account, account_exists);
    TRY_ASSIGN(NewAccount made, make_account(options, step.now(), step.entropy()));
    const OperationId operation = next_operation(machine, step);
    made.row.setup_operation = operation;
    step.put(row_key::own_record(made.row.record_number), SecretBuffer(made.record));
    machine.tables.account = std::move(made.row);
    machine.invite = options.invite;
    for (RelayRow& relay : made.relays) {
        save_relay(machine, step, relay);
        machine.tables.relays.insert_or_assign(relay.relay, std::move(relay));
    }
    TRY(renew_vault(machine, step));
    Messenger::AccountCreated created;
    created.operation = operation;
    created.recovery_kit = format_recovery_kit(made.kit);
    return created;
}

namespace {

// Who could take us in again: moderators first, whom every rule lets add people.
VaultConversation vault_conversation(const Machine& machine, const ConversationRow& row) {
    VaultConversation out;
    out.info = row.info;
    const auto add = [&](const AccountId& account) {
        if (account == machine.own_account() || out.peers.size() == vault_peers_max) return;
        for (const Person& peer : out.peers) {
            if (peer.account == account) return;
        }
        Person person = person_of(machine, account);
        if (!person.relays.empty()) out.peers.push_back(std::move(person));
    };
    const auto roster = machine.tables.rosters.find(row.info.conversation);
    if (roster == machine.tables.rosters.end()) return out;
    for (const AccountId& moderator : roster->second.moderators) add(moderator);
    for (const RosterMember& member : roster->second.members) add(member.account);
    return out;
}

}  // namespace

Status renew_vault(Machine& machine, Step& step) {
    AccountRow& account = *machine.tables.account;
    if (account.stage != AccountStage::normal) return {};
    VaultContent content;
    content.account_seed = account.account_seed.clone();
    content.relays = account.relays;
    content.record_number = account.record_number;
    for (const auto& [id, contact] : machine.tables.contacts) {
        if (!contact.accepted || content.contacts.size() == vault_contacts_max) continue;
        if (is_blocked(machine, id)) continue;
        content.contacts.push_back({id, contact.relays, contact.record_number, contact.record_hash,
                                    is_verified(machine, id)});
    }
    for (const auto& [id, trust] : machine.tables.trust) {
        if (trust.blocked && content.blocked.size() < vault_blocked_max) {
            content.blocked.push_back(id);
        }
    }
    for (const auto& [id, conversation] : machine.tables.conversations) {
        if (content.conversations.size() == vault_conversations_max) break;
        if (!has_state(conversation.info.kind) || conversation.leaving || conversation.closed) {
            continue;
        }
        content.conversations.push_back(vault_conversation(machine, conversation));
    }
    VaultRow row;
    row.vault_version = ++account.vault_version;
    row.ciphertext = seal_vault(account.vault, row.vault_version, content, step.entropy());
    step.write(row_key::vault(), row);
    save_account(machine, step);
    return {};
}

Status pump_setup(Machine& machine, Step& step, const std::string& name) {
    RelayRow& relay = machine.tables.relays.at(name);
    Link& link = machine.links[name];
    if (!relay.home || step.now() < link.setup_hold_until) return {};
    link.setup_hold_until = Time{};
    const AccountStage stage = machine.tables.account->stage;
    if (stage == AccountStage::revoked) return {};
    if (stage == AccountStage::linking) return pump_meeting(machine, step, name);
    if (stage == AccountStage::recovering) return pump_recovery(machine, step, name);
    if (!relay.intro_added) {
        const Purpose purpose{Kind::intro_add, 0, {}};
        if (!link.has(purpose)) {
            request(machine, step, name, purpose,
                    wire::AddressAdd{wire::queue_id_of(relay.queue_key),
                                     wire::token_hash_of(relay.intro_token)});
        }
        return {};
    }
    // Key packages before the record: whoever finds the account must be able to write to it.
    if (!link.key_packages_counted) {
        const Purpose purpose{Kind::key_package_count, 0, {}};
        if (!link.has(purpose) && !link.has(Purpose{Kind::key_packages_put, 0, {}})) {
            request(machine, step, name, purpose,
                    wire::KeyPackageQuery{wire::queue_id_of(relay.queue_key)});
        }
    }
    if (!relay.key_packages_put) return {};
    if (relay.record_put < machine.tables.account->record_number) {
        return put_record(machine, step, relay);
    }
    if (relay.vault_put < machine.tables.account->vault_version) {
        return put_vault(machine, step, relay);
    }
    // Another device may have signed a newer record, one without us perhaps.
    const AccountRow& account = *machine.tables.account;
    if (!std::exchange(link.record_asked, true)) {
        request(machine, step, name, Purpose{Kind::record_get, account.record_number + 1, {}},
                wire::RecordGet{machine.own_account(), account.record_number});
    }
    return {};
}

void finish_setup(Machine& machine, Step& step) {
    AccountRow& account = *machine.tables.account;
    if (account.setup_operation == 0) return;
    for (const auto& [name, relay] : machine.tables.relays) {
        const bool linking = account.stage == AccountStage::linking;
        const bool done =
            relay.intro_added && relay.key_packages_put &&
            (linking || (relay.record_put == account.record_number && relay.vault_put != 0));
        if (relay.home && !done) return;
    }
    step.end(std::exchange(account.setup_operation, 0), {});
    save_account(machine, step);
}

Status setup_replied(Machine& machine, Step& step, const std::string& name, const Purpose& purpose,
                     wire::ReplyBody& body) {
    RelayRow& relay = machine.tables.relays.at(name);
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        // Another device of ours may have been first with this number.
        if (purpose.kind == Kind::record_put &&
            (failed->status == wire::ReplyStatus::stale_record ||
             failed->status == wire::ReplyStatus::forged_record)) {
            request(machine, step, name, Purpose{Kind::record_get, purpose.number, {}},
                    wire::RecordGet{machine.own_account(), purpose.number - 1});
            return {};
        }
        const bool newer_vault =
            purpose.kind == Kind::vault_put && failed->status == wire::ReplyStatus::stale_record;
        if (!newer_vault) {
            AccountRow& account = *machine.tables.account;
            machine.links[name].setup_hold_until = step.now() + refusal_delay;
            machine.links[name].key_packages_counted = false;
            if (account.setup_operation == 0 || is_passing(failed->status)) return {};
            step.end(std::exchange(account.setup_operation, 0),
                     Error{wire::to_error_code(failed->status), MAYFLY_HERE});
            save_account(machine, step);
            return {};
        }
    }
    if (purpose.kind == Kind::key_package_count) {
        const auto* count = std::get_if<wire::KeyPackageCount>(&body);
        if (count == nullptr) return {};
        machine.links[name].key_packages_counted = true;
        TRY(put_key_packages(machine, step, relay, count->count, count->has_last_resort));
    } else if (purpose.kind == Kind::key_packages_put) {
        relay.key_packages_put = true;
    } else if (purpose.kind == Kind::intro_add) {
        relay.intro_added = true;
    } else if (purpose.kind == Kind::record_put) {
        relay.record_put = std::max(relay.record_put, purpose.number);
        AccountRow& account = *machine.tables.account;
        if (relay.record_put == account.record_number && !account.revoking.empty()) {
            account.revoking.clear();
            save_account(machine, step);
        }
    } else if (purpose.kind == Kind::vault_put) {
        relay.vault_put = std::max(relay.vault_put, purpose.number);
    }
    save_relay(machine, step, relay);
    finish_setup(machine, step);
    return {};
}

}  // namespace mayfly::core
