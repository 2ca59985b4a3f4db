// A new device and one that has the account meet at a relay, in a group of their own. The link that
// the new device shows names its key package, and both show a code that only this group has.
// Specification: docs/spec/devices.md sections 2 and 3.
#include "core/machine.h"
#include "crypto/hash.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

constexpr std::string_view code_label = "mayfly device code";
constexpr uint32_t codes = 1'000'000;  // six digits: one guess in a million, and only one guess

void save_pairing(Machine& machine, Step& step) {
    step.write(row_key::pairing(), *machine.tables.pairing);
}

Result<uint32_t> code_of(const mls::Group& group) {
    TRY_ASSIGN(const Secret secret, group.export_secret(code_label, {}, 8));
    uint64_t number = 0;
    for (const uint8_t byte : secret.expose()) number = number << 8 | byte;
    return static_cast<uint32_t>(number % codes);
}

Result<Lookup::Wanted> read_new_device(const PairingRow& pairing, BytesView key_package, Time now) {
    wire::Hash hash;
    hash.bytes = crypto::sha256(key_package);
    // Whoever stands between the devices cannot put a key package of its own here.
    ENSURE(hash == pairing.key_package_hash, mls_bad_key_package);
    TRY_ASSIGN(mls::KeyPackage package, mls::decode_key_package_message(key_package));
    TRY_ASSIGN(const mls::CipherSuite suite, mls::find_cipher_suite(package.cipher_suite));
    TRY(mls::validate_key_package(suite, package, now));
    TRY_ASSIGN(const wire::DeviceCertificate certificate,
               read_credential(package.leaf_node.credential));
    ENSURE(equal(package.leaf_node.signature_key, certificate.device_key.view()),
           mls_bad_key_package);
    return Lookup::Wanted{certificate, pairing.token, std::move(package), 0};
}

void meet(Machine& machine, Step& step, const ConversationId& id, uint32_t code) {
    PairingRow& pairing = *machine.tables.pairing;
    pairing.conversation = id;
    pairing.code = code;
    save_pairing(machine, step);
    step.tell(DeviceMet{code});
}

}  // namespace

Result<OperationId> begin_link(Machine& machine, Step& step, std::string_view relay) {
    ENSURE(!machine.tables.account, account_exists);
    AccountOptions options;
    options.relays = {std::string(relay)};
    TRY_ASSIGN(NewAccount made, make_account(options, step.now(), step.entropy()));
    made.row.stage = AccountStage::linking;
    made.row.setup_operation = next_operation(machine, step);
    step.put(row_key::own_record(made.row.record_number), SecretBuffer(made.record));
    machine.tables.account = std::move(made.row);
    save_account(machine, step);
    RelayRow& row = made.relays.front();
    PairingRow pairing;
    pairing.is_new_device = true;
    pairing.relay = row.relay;
    pairing.token = row.intro_token;
    pairing.ends_at_ms = to_ms(step.now() + pairing_lifetime);
    TRY_ASSIGN(pairing.key_package, make_key_package(machine, step, false));
    pairing.key_package_hash.bytes = crypto::sha256(pairing.key_package);
    save_relay(machine, step, row);
    machine.tables.relays.insert_or_assign(row.relay, std::move(row));
    machine.tables.pairing = std::move(pairing);
    save_pairing(machine, step);
    return machine.tables.account->setup_operation;
}

// What pump_setup is for a home relay, this is for the relay where a new device waits.
Status pump_meeting(Machine& machine, Step& step, const std::string& name) {
    RelayRow& relay = machine.tables.relays.at(name);
    Link& link = machine.links[name];
    const PairingRow& pairing = *machine.tables.pairing;
    const wire::QueueId queue = wire::queue_id_of(relay.queue_key);
    if (!relay.intro_added) {
        const Purpose purpose{Kind::intro_add, 0, {}};
        if (!link.has(purpose)) {
            request(machine, step, name, purpose,
                    wire::AddressAdd{queue, wire::token_hash_of(relay.intro_token)});
        }
    } else if (!relay.key_packages_put) {
        const Purpose purpose{Kind::key_packages_put, 0, {}};
        if (!link.has(purpose)) {
            request(machine, step, name, purpose,
                    wire::KeyPackagesPut{queue, {pairing.key_package}, {}});
        }
    }
    return {};
}

Result<OperationId> begin_pairing(Machine& machine, Step& step, std::string_view text) {
    TRY_ASSIGN(const DeviceLink link, parse_device_link(text));
    ENSURE(machine.tables.account->stage == AccountStage::normal, not_authorized);
    TRY_ASSIGN(const wire::AccountRecord record, own_record(step, *machine.tables.account));
    const auto devices = std::count_if(record.devices.begin(), record.devices.end(),
                                       [](const auto& entry) { return !entry.revoked; });
    ENSURE(devices < static_cast<int64_t>(wire::devices_per_account_max) &&
               record.devices.size() < wire::device_entries_per_account_max,
           quota_exceeded);
    TRY(cancel_pairing(machine, step, MAYFLY_ERROR(timed_out)));
    PairingRow pairing;
    pairing.relay = link.relay;
    pairing.token = link.token;
    pairing.key_package_hash = link.key_package_hash;
    pairing.ends_at_ms = to_ms(step.now() + pairing_lifetime);
    pairing.operation = next_operation(machine, step);
    const OperationId operation = pairing.operation;
    machine.tables.pairing = std::move(pairing);
    save_pairing(machine, step);
    use_relay(machine, step, link.relay);
    return operation;
}

Status pump_pairing(Machine& machine, Step& step, const std::string& name) {
    const auto& pairing = machine.tables.pairing;
    if (!pairing || pairing->is_new_device || pairing->relay != name) return {};
    const Purpose purpose{Kind::pairing_take, 0, {}};
    if (pairing->conversation != ConversationId{} || machine.links[name].has(purpose)) return {};
    request(machine, step, name, purpose, wire::KeyPackageTake{pairing->token});
    return {};
}

Status pairing_replied(Machine& machine, Step& step, wire::ReplyBody& body) {
    auto& pairing = machine.tables.pairing;
    if (!pairing || pairing->is_new_device) return {};
    if (pairing->conversation != ConversationId{}) return {};
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (is_passing(failed->status)) {
            machine.links[pairing->relay].hold_until = step.now() + refusal_delay;
            return {};
        }
        return cancel_pairing(machine, step,
                              Error{wire::to_error_code(failed->status), MAYFLY_HERE});
    }
    const auto* reply = std::get_if<wire::KeyPackageReply>(&body);
    ENSURE(reply != nullptr, unexpected_message);
    auto wanted = read_new_device(*pairing, reply->key_package, step.now());
    if (!wanted.ok()) return cancel_pairing(machine, step, wanted.error());
    Lookup lookup;
    lookup.hub = pairing->relay;
    lookup.wanted.push_back(std::move(*wanted));
    TRY_ASSIGN(const ConversationId id, create_pairing(machine, step, lookup));
    TRY_ASSIGN(const mls::Group* group, group_of(machine, step, id));
    TRY_ASSIGN(const uint32_t code, code_of(*group));
    meet(machine, step, id, code);
    return {};
}

Status pairing_joined(Machine& machine, Step& step, const std::string& relay, mls::Group group,
                      BytesView sealed_introduction) {
    const auto& pairing = machine.tables.pairing;
    ENSURE(pairing && pairing->is_new_device && pairing->relay == relay, unexpected_message);
    ENSURE(pairing->conversation == ConversationId{}, already_exists);
    ConversationRow row;
    TRY_ASSIGN(row.info, info_of(group.current()));
    ENSURE(row.info.hubs.front() == relay, other_relay);
    TRY_ASSIGN(const Secret key, group.export_secret(introduction_label, {}, 32));
    TRY_ASSIGN(const Introduction introduction, open_introduction(key, sealed_introduction));
    TRY_ASSIGN(const VerifiedRecord inviter, verify_chain({introduction.record}, std::nullopt));
    TRY_ASSIGN(const Roles roles, Roles::of(group.current()));
    ENSURE(roles.leaves().size() == 2 && roles.is_member(inviter.account), forged_record);
    TRY_ASSIGN(const uint32_t code, code_of(group));
    row.own_token = step.random_id<wire::Token>();
    row.accepted = row.peer_joined = true;
    row.received_at_ms = row.last_commit_at_ms = to_ms(step.now());
    const ConversationId id = row.info.conversation;
    keep_conversation(machine, step, std::move(row), std::move(group));
    meet(machine, step, id, code);
    return {};
}

Status confirm_pairing(Machine& machine, Step& step) {
    auto& pairing = machine.tables.pairing;
    ENSURE(pairing && pairing->conversation != ConversationId{}, unknown_request);
    if (pairing->confirmed) return {};
    pairing->confirmed = true;
    save_pairing(machine, step);
    if (pairing->is_new_device) {
        TRY(queue_control(machine, step, pairing->conversation, ContentType::link_ready,
                          codec::encode_secret(LinkReady{})));
        return {};
    }
    return pairing->ready ? send_grant(machine, step) : Status();
}

Status link_ready_arrived(Machine& machine, Step& step, const ConversationRow& row) {
    auto& pairing = machine.tables.pairing;
    ENSURE(pairing && !pairing->is_new_device, unexpected_message);
    ENSURE(pairing->conversation == row.info.conversation, unexpected_message);
    pairing->ready = true;
    save_pairing(machine, step);
    return pairing->confirmed ? send_grant(machine, step) : Status();
}

Status cancel_pairing(Machine& machine, Step& step, Status result) {
    if (!machine.tables.pairing) return {};
    const PairingRow pairing = std::move(*machine.tables.pairing);
    machine.tables.pairing.reset();
    step.erase(row_key::pairing());
    step.end(pairing.operation, result);
    if (pairing.conversation != ConversationId{}) {
        TRY(forget_conversation(machine, step, pairing.conversation, 0));
    }
    release_relay(machine, step, pairing.relay);
    return {};
}

}  // namespace mayfly::core
