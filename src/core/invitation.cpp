// Making a conversation (group, channel, invitations) and being invited to one.
// Specification: docs/spec/core.md section 4.
#include "core/large_groups.h"
#include "core/meetings.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

Result<mls::Group> make_group(Machine& machine, Step& step, const ConversationInfo& info,
                              const Lookup& lookup, Bytes& welcome) {
    mls::GroupParameters parameters;
    parameters.group_id = to_bytes(info.conversation.view());
    parameters.extensions = conversation_extensions(info, std::nullopt);
    mls::LeafOptions leaf;
    leaf.capabilities = mls::default_capabilities(conversation_extension_types());
    leaf.lifetime = mls::key_package_lifetime(step.now(), key_package_lifetime);
    const mls::Environment environment = machine.environment(step);
    TRY_ASSIGN(
        mls::Group group,
        mls::Group::create(parameters, identity_of(*machine.tables.account), leaf, environment));
    mls::CommitOptions commit;
    for (const Lookup::Wanted& wanted : lookup.wanted) {
        commit.proposals.push_back(mls::Proposal{mls::Add{*wanted.key_package}});
    }
    TRY_ASSIGN(mls::CommitMessages messages, group.commit(commit, environment));
    ENSURE(messages.welcome.has_value(), internal);
    welcome = std::move(*messages.welcome);
    // Nobody else is in the group yet, so the commit needs no hub's consent.
    TRY(group.merge_pending_commit());
    return group;
}

Result<Bytes> make_payload(Step& step, const AccountRow& account, const mls::Group& group,
                           Bytes welcome) {
    TRY_ASSIGN(const std::optional<SecretBuffer> record,
               step.get(row_key::own_record(account.record_number)));
    ENSURE(record.has_value(), store_corrupt);
    TRY_ASSIGN(const Secret key, group.export_secret(introduction_label, {}, 32));
    return encode_direct_payload(
        std::move(welcome),
        seal_introduction(key, Introduction{to_ms(step.now()), to_bytes(record->expose()), {}}));
}

// The leaf of each invited device, and where its messages go until it gives an address of its own.
Result<std::vector<wire::FanOutEntry>> fan_out_of(const mls::Group& group, const Lookup& lookup,
                                                  const wire::Token& own_token) {
    std::vector<wire::FanOutEntry> out;
    out.push_back({group.own_leaf().value, {"", own_token}});
    for (const mls::Member& member : group.members()) {
        TRY_ASSIGN(const wire::DeviceCertificate certificate, read_credential(member.credential));
        for (const Lookup::Wanted& wanted : lookup.wanted) {
            if (wanted.device == certificate) {
                out.push_back({member.leaf.value, {"", wanted.token}});
            }
        }
    }
    ENSURE(out.size() == lookup.wanted.size() + 1, internal);
    return out;
}

void save_new_contact(Machine& machine, Step& step, const VerifiedRecord& found,
                      const std::string& handle, bool accepted) {
    ContactRow& contact = machine.tables.contacts[found.account];
    contact.account = found.account;
    contact.account_key = found.record.account_key;
    contact.accepted = contact.accepted || accepted;
    contact.display_name = found.record.display_name;
    if (!handle.empty()) {
        contact.handle = handle;
    } else if (contact.handle.empty() && !found.record.handles.empty()) {
        contact.handle = format_handle(found.record.handles.front());
    }
    contact.relays = found.record.relays;
    contact.record_number = found.record.number;
    contact.record_hash = found.hash;
    contact.record = found.signed_record;
    if (contact.since_ms == 0) contact.since_ms = to_ms(step.now());
    save_contact(machine, step, contact);
}

void save_creation(Step& step, const ConversationId& id, const CreationRow& row) {
    step.write(row_key::creation(id), row);
}

// --- being invited

struct OpenedKeyPackage {
    Bytes reference;
    KeyPackageRow row;
};
Result<OpenedKeyPackage> find_key_package(Step& step, BytesView welcome) {
    TRY_ASSIGN(const std::vector<mls::KeyPackageRef> references,
               mls::Group::welcome_recipients(welcome));
    for (const mls::KeyPackageRef& reference : references) {
        TRY_ASSIGN(std::optional<KeyPackageRow> row,
                   step.read<KeyPackageRow>(row_key::key_package(reference)));
        if (row) return OpenedKeyPackage{reference, std::move(*row)};
    }
    return MAYFLY_ERROR(mls_not_for_us);
}

struct Invited {
    ConversationInfo info;
    VerifiedRecord inviter;
    uint64_t made_at_ms = 0;
};
// Who is in the group decides what it is: exactly our account and one other, and all devices of
// the other as its record lists them.
Result<Invited> check_invitation(Machine& machine, Step& step, const std::string& relay,
                                 const mls::Group& group, BytesView sealed_introduction,
                                 ConversationKind kind) {
    Invited out;
    TRY_ASSIGN(out.info, info_of(group.current()));
    ENSURE(out.info.kind == kind, unexpected_message);
    ENSURE(out.info.hubs.front() == relay, other_relay);
    ENSURE(!machine.tables.conversations.contains(out.info.conversation), already_exists);
    ENSURE(find_channel(machine, out.info.channel) == nullptr, already_exists);
    TRY_ASSIGN(const Secret key, group.export_secret(introduction_label, {}, 32));
    TRY_ASSIGN(const Introduction introduction, open_introduction(key, sealed_introduction));
    out.made_at_ms = introduction.made_at_ms;
    TRY_ASSIGN(out.inviter, verify_chain({introduction.record}, std::nullopt));
    ENSURE(out.inviter.account != machine.own_account(), forged_record);
    TRY(check_records(machine, step, {introduction.record}, std::nullopt));
    const auto known = machine.tables.contacts.find(out.inviter.account);
    if (known != machine.tables.contacts.end()) {
        ENSURE(out.inviter.record.number >= known->second.record_number, stale_record);
        ENSURE(out.inviter.record.number > known->second.record_number ||
                   out.inviter.hash == known->second.record_hash,
               forged_record);
    }
    bool has_other = false;
    for (const mls::Member& member : group.members()) {
        TRY_ASSIGN(const wire::DeviceCertificate certificate, read_credential(member.credential));
        if (certificate.account_key == machine.tables.account->account_key) continue;
        ENSURE(find_device(out.inviter.record, certificate) != nullptr, forged_record);
        has_other = true;
    }
    ENSURE(has_other, malformed_input);
    return out;
}

size_t open_requests(const Machine& machine) {
    return static_cast<size_t>(
        std::count_if(machine.tables.contacts.begin(), machine.tables.contacts.end(),
                      [](const auto& entry) { return !entry.second.accepted; }));
}

// A new invitation replaces earlier conversations with the account, whose other side must have
// lost or left them; but not one that we just made ourselves and that nobody answered: then both
// sides wrote first, and both keep both.
Status supersede_earlier(Machine& machine, Step& step, const AccountId& account) {
    for (const ConversationId& id : conversations_of(machine, account)) {
        ConversationRow& row = machine.tables.conversations.at(id);
        if (row.ours && !row.peer_joined) continue;
        row.superseded = true;
        save_conversation(machine, step, row);
    }
    return {};
}

// keep: the newest one.
Status forget_oldest(Machine& machine, Step& step, const AccountId& account,
                     const ConversationId& keep) {
    std::vector<ConversationId> all = conversations_of(machine, account);
    std::erase(all, keep);
    while (all.size() >= conversations_per_contact_max) {
        const auto oldest =
            std::min_element(all.begin(), all.end(), [&](const auto& a, const auto& b) {
                return machine.tables.conversations.at(a).received_at_ms <
                       machine.tables.conversations.at(b).received_at_ms;
            });
        TRY(forget_conversation(machine, step, *oldest, 0));
        all.erase(oldest);
    }
    return {};
}

// Nobody is asked anything: the ticket that follows says what is wanted, and ends the meeting.
Status take_in_meeting(Machine& machine, Step& step, mls::Group group, Invited invited) {
    TRY_ASSIGN(const bool may, may_meet(machine, step, invited.inviter.account));
    ENSURE(may, not_authorized);
    TRY(make_room_for_meeting(machine, step));
    // Whoever is let in has a name from the first moment.
    const wire::AccountRecord& record = invited.inviter.record;
    Person person{invited.inviter.account, record.display_name, "", record.relays};
    if (!record.handles.empty()) person.handle = format_handle(record.handles.front());
    if (!machine.tables.contacts.contains(person.account) && check_person(person).ok()) {
        learn_person(machine, step, person);
    }
    ConversationRow row;
    row.info = std::move(invited.info);
    row.contact = invited.inviter.account;
    row.own_token = step.random_id<wire::Token>();
    row.peer_joined = true;
    row.received_at_ms = row.last_commit_at_ms = to_ms(step.now());
    keep_conversation(machine, step, std::move(row), std::move(group));
    return {};
}

Status take_in(Machine& machine, Step& step, mls::Group group, Invited invited) {
    const AccountId account = invited.inviter.account;
    const auto known = machine.tables.contacts.find(account);
    const bool is_known = known != machine.tables.contacts.end();
    const bool accepted = is_known && known->second.accepted;
    ENSURE(is_known || open_requests(machine) < requests_max, quota_exceeded);
    TRY(supersede_earlier(machine, step, account));
    save_new_contact(machine, step, invited.inviter, "", false);
    ConversationRow row;
    row.info = std::move(invited.info);
    row.contact = account;
    row.own_token = step.random_id<wire::Token>();
    row.accepted = accepted;
    row.peer_joined = true;
    row.received_at_ms = to_ms(step.now());
    row.invited_at_ms = invited.made_at_ms;
    row.last_commit_at_ms = to_ms(step.now());
    const ConversationId id = row.info.conversation;
    keep_conversation(machine, step, std::move(row), std::move(group));
    move_outbox(machine, step, account);
    TRY(forget_oldest(machine, step, account, id));
    if (accepted) {
        step.tell(ContactChanged{account});
    } else {
        step.tell(RequestArrived{request_view(machine, machine.tables.contacts.at(account))});
    }
    return {};
}

}  // namespace

namespace {

// begin_conversation makes the group with the devices that were looked up, and what remains to do.
Result<ConversationId> begin_conversation(Machine& machine, Step& step, const Lookup& lookup,
                                          ConversationKind kind) {
    ConversationRow row;
    row.info.conversation = step.random_id<ConversationId>();
    row.info.kind = kind;
    row.info.hubs = {lookup.hub};
    row.info.channel = step.random_id<wire::ChannelId>();
    if (lookup.newest) row.contact = lookup.newest->account;
    row.own_token = step.random_id<wire::Token>();
    row.ours = true;
    row.accepted = true;
    row.joined = true;
    row.received_at_ms = to_ms(step.now());
    row.last_commit_at_ms = to_ms(step.now());
    Bytes welcome;
    TRY_ASSIGN(mls::Group group, make_group(machine, step, row.info, lookup, welcome));
    CreationRow creation;
    creation.operation = lookup.operation;
    creation.epoch = {group.epoch().value};
    TRY_ASSIGN(const wire::Token token, write_token(group.current(), row));
    creation.write_token_hash = wire::token_hash_of(token);
    TRY_ASSIGN(creation.fan_out, fan_out_of(group, lookup, row.own_token));
    TRY_ASSIGN(creation.payload,
               make_payload(step, *machine.tables.account, group, std::move(welcome)));
    ENSURE(creation.payload.size() <= wire::payload_size_bytes_max, input_too_large);
    for (const Lookup::Wanted& wanted : lookup.wanted) {
        creation.invitations.push_back({step.random_id<MessageId>(), wanted.token, false});
    }
    const ConversationId id = row.info.conversation;
    keep_conversation(machine, step, std::move(row), std::move(group));
    save_creation(step, id, creation);
    machine.tables.creations.insert_or_assign(id, std::move(creation));
    return id;
}

}  // namespace

Status create_conversation(Machine& machine, Step& step, const Lookup& lookup) {
    TRY_ASSIGN(const ConversationId id,
               begin_conversation(machine, step, lookup, ConversationKind::direct));
    save_new_contact(machine, step, *lookup.newest,
                     lookup.handle ? format_handle(*lookup.handle) : "", true);
    move_outbox(machine, step, lookup.newest->account);
    TRY(forget_oldest(machine, step, lookup.newest->account, id));
    offer_to_siblings(machine, step, machine.tables.conversations.at(id));
    return renew_vault(machine, step);
}

Result<ConversationId> create_pairing(Machine& machine, Step& step, const Lookup& lookup) {
    return begin_conversation(machine, step, lookup, ConversationKind::pairing);
}

Result<ConversationId> create_meeting(Machine& machine, Step& step, const Lookup& lookup) {
    return begin_conversation(machine, step, lookup, ConversationKind::meeting);
}

void pump_creation(Machine& machine, Step& step, ConversationRow& row) {
    const ConversationId id = row.info.conversation;
    const CreationRow& creation = machine.tables.creations.at(id);
    const std::string& hub = row.info.hubs.front();
    Link& link = machine.links[hub];
    if (!creation.channel_created) {
        const Purpose purpose{Kind::channel_create, 0, id};
        if (link.has(purpose)) return;
        request(machine, step, hub, purpose,
                wire::ChannelCreate{row.info.channel, creation.epoch, creation.write_token_hash,
                                    creation.fan_out});
        return;
    }
    for (size_t i = 0; i < creation.invitations.size(); ++i) {
        const Invitation& invitation = creation.invitations[i];
        const Purpose purpose{Kind::invitation, i, id};
        if (invitation.done || link.has(purpose)) continue;
        request(machine, step, hub, purpose,
                wire::Put{invitation.message_id, invitation.token, 0, creation.payload});
    }
}

Status creation_replied(Machine& machine, Step& step, const Purpose& purpose,
                        wire::ReplyBody& body) {
    const auto found = machine.tables.creations.find(purpose.conversation);
    if (found == machine.tables.creations.end()) return {};
    CreationRow& creation = found->second;
    const ConversationRow& row = machine.tables.conversations.at(purpose.conversation);
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (is_passing(failed->status)) {
            machine.links[row.info.hubs.front()].hold_until = step.now() + refusal_delay;
            return {};
        }
        // The way is blocked for good: take back what add_contact did.
        const AccountId account = row.contact;
        if (row.info.kind == ConversationKind::meeting) {
            return meeting_refused(machine, step, purpose.conversation,
                                   Error{wire::to_error_code(failed->status), MAYFLY_HERE});
        }
        step.end(creation.operation, Error{wire::to_error_code(failed->status), MAYFLY_HERE});
        TRY(forget_conversation(machine, step, purpose.conversation, 0));
        if (conversations_of(machine, account).empty()) {
            step.erase(row_key::contact(account));
            machine.tables.contacts.erase(account);
        }
        return renew_vault(machine, step);
    }
    if (purpose.kind == Kind::channel_create) {
        creation.channel_created = true;
    } else if (purpose.number < creation.invitations.size()) {
        creation.invitations[static_cast<size_t>(purpose.number)].done = true;
    }
    const bool done = creation.channel_created &&
                      std::all_of(creation.invitations.begin(), creation.invitations.end(),
                                  [](const Invitation& invitation) { return invitation.done; });
    if (!done) {
        save_creation(step, purpose.conversation, creation);
        return {};
    }
    step.end(creation.operation, {});
    step.erase(row_key::creation(purpose.conversation));
    machine.tables.creations.erase(found);
    return {};
}

Status invitation_arrived(Machine& machine, Step& step, const std::string& relay,
                          const wire::Delivery& delivery) {
    TRY_ASSIGN(const DirectPayload payload, decode_direct_payload(delivery.payload));
    TRY_ASSIGN(const OpenedKeyPackage opened, find_key_package(step, payload.welcome));
    TRY_ASSIGN(const mls::KeyPackageSecrets secrets,
               codec::decode<mls::KeyPackageSecrets>(opened.row.secrets.expose()));
    const mls::Environment environment = machine.environment(step);
    TRY_ASSIGN(const mls::Group::WelcomeInfo welcome,
               mls::Group::read_welcome(payload.welcome, secrets, environment));
    TRY_ASSIGN(std::optional<WelcomeTree> beside, tree_for_welcome(machine, relay, welcome));
    if (waits_for_tree(machine, relay)) return {};
    std::optional<BytesView> tree;
    if (beside) tree = beside->tree;
    TRY_ASSIGN(mls::Group group, mls::Group::join(payload.welcome, secrets, tree, environment));
    // Only whoever opened the key package can have made a Welcome that joins: it is used up.
    if (!opened.row.last_resort) {
        step.erase(row_key::key_package(opened.reference));
        step.erase(row_key::expiry(from_ms(opened.row.expires_at_ms), expiry_of_key_package,
                                   opened.reference));
        step.shred();
        machine.links[relay].key_packages_counted = false;
    }
    const auto id = ConversationId::from(group.group_id());
    const ConversationRow* expected = id ? find_conversation(machine, *id) : nullptr;
    if (expected != nullptr && expected->joining) {
        std::vector<Person> names;
        if (beside) names = std::move(beside->members);
        return joined(machine, step, relay, std::move(group), payload.sealed_introduction,
                      std::move(names));
    }
    TRY_ASSIGN(const ConversationInfo info, info_of(group.current()));
    if (info.kind == ConversationKind::pairing) {
        return pairing_joined(machine, step, relay, std::move(group), payload.sealed_introduction);
    }
    ENSURE(machine.tables.account->stage == AccountStage::normal, unexpected_message);
    const bool meets = info.kind == ConversationKind::meeting;
    TRY_ASSIGN(Invited invited,
               check_invitation(machine, step, relay, group, payload.sealed_introduction,
                                meets ? ConversationKind::meeting : ConversationKind::direct));
    if (meets) return take_in_meeting(machine, step, std::move(group), std::move(invited));
    return take_in(machine, step, std::move(group), std::move(invited));
}

}  // namespace mayfly::core
