// Groups, seen by those who are in: making one, asking people in, letting them in, removing them,
// changing what the group is, leaving. Specification: docs/spec/conversations.md.
#include "core/annex.h"
#include "core/group_link.h"
#include "core/repair.h"
#include "crypto/hash.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

// Proposals are told apart by epoch and index; an account has fewer devices than this.
constexpr uint64_t departures_per_epoch = 64;
static_assert(wire::devices_per_account_max < departures_per_epoch);

// group_in_use: a conversation with members that we may write commits in.
Result<ConversationRow*> group_in_use(Machine& machine, const ConversationId& id) {
    ConversationRow* row = find_conversation(machine, id);
    ENSURE(row != nullptr && !row->leaving, unknown_conversation);
    ENSURE(!row->joining && !row->closed && machine.tables.rosters.contains(id), unknown_channel);
    return row;
}

Result<Roles> roles_in(Machine& machine, Step& step, const ConversationId& id) {
    TRY(group_in_use(machine, id));
    ENSURE(!is_in_repair(machine, id), mls_commit_pending);
    TRY_ASSIGN(const mls::Group* group, group_of(machine, step, id));
    return Roles::of(group->current());
}

size_t invites_of(Step& step, const ConversationId& id) {
    size_t count = 0;
    const Status scanned = step.store().scan(row_key::invite(id, {}), [&](BytesView, SecretBuffer) {
        return ++count < invites_per_conversation_max;
    });
    return scanned.ok() ? count : invites_per_conversation_max;
}

Status save_invite(Machine& machine, Step& step, const ConversationId& id, BytesView whom,
                   const InviteRow& row) {
    ENSURE(invites_of(step, id) < invites_per_conversation_max, quota_exceeded);
    const Bytes key = row_key::invite(id, whom);
    step.write(key, row);
    note_expiry(machine, step, from_ms(row.expires_at_ms), expiry_of_invite,
                BytesView(key).subspan(1));
    return {};
}

// Whether a ticket may come in: of a member's further device, of somebody we asked, or by a link
// of ours, which it then uses up by one.
Status admit(Machine& machine, Step& step, const ConversationId& id, const AccountId& account,
             const JoinTicket& ticket) {
    if (account == machine.own_account()) return {};
    ENSURE(!is_offender(machine, id, account), not_authorized);
    const auto roster = machine.tables.rosters.find(id);
    ENSURE(roster != machine.tables.rosters.end(), not_authorized);
    if (is_member(roster->second, account) && !is_departing(machine, id, account)) return {};
    const auto waiting = machine.tables.tickets.find(id);
    if (waiting != machine.tables.tickets.end()) {
        for (const auto& [device, other] : waiting->second) {
            if (other.account == account) return {};
        }
    }
    TRY_ASSIGN(const auto asked, good_invite(step, id, account.view()));
    if (asked) return {};
    ENSURE(!ticket.link_secret.empty(), not_authorized);
    const auto name = crypto::sha256(ticket.link_secret.expose());
    TRY_ASSIGN(auto link, good_invite(step, id, name));
    ENSURE(link && link->is_link, not_authorized);
    --link->uses_left;
    step.write(row_key::invite(id, name), *link);
    return {};
}

Result<TicketRow> read_ticket(Machine& machine, Step& step, const AccountId& from,
                              const JoinTicket& ticket) {
    ENSURE(ticket.key_package.size() <= wire::key_package_size_bytes_max, input_too_large);
    TRY_ASSIGN(const mls::Group* group, group_of(machine, step, ticket.conversation));
    TRY_ASSIGN(const mls::CipherSuite suite,
               mls::find_cipher_suite(group->current().cipher_suite()));
    TRY_ASSIGN(const mls::KeyPackage package, mls::decode_key_package_message(ticket.key_package));
    ENSURE(package.cipher_suite == suite.id, unsupported_suite);
    TRY(mls::validate_key_package(suite, package, step.now()));
    TRY_ASSIGN(const wire::DeviceCertificate certificate,
               read_credential(package.leaf_node.credential));
    ENSURE(equal(package.leaf_node.signature_key, certificate.device_key.view()),
           mls_bad_key_package);
    ENSURE(wire::account_id_of(certificate.account_key) == from, not_authorized);
    TicketRow row;
    row.conversation = ticket.conversation;
    row.account = from;
    row.device = certificate.device;
    row.key_package = ticket.key_package;
    row.token = ticket.token;
    return row;
}

size_t waiting_tickets(const Machine& machine) {
    size_t count = 0;
    for (const auto& [id, waiting] : machine.tables.tickets) count += waiting.size();
    return count;
}

Result<mls::Group> make_group_of_one(Machine& machine, Step& step, const ConversationInfo& info,
                                     const std::optional<ConversationState>& state) {
    mls::GroupParameters parameters;
    parameters.group_id = to_bytes(info.conversation.view());
    parameters.extensions = conversation_extensions(info, state);
    mls::LeafOptions leaf;
    leaf.capabilities = mls::default_capabilities(conversation_extension_types());
    leaf.lifetime = mls::key_package_lifetime(step.now(), key_package_lifetime);
    return mls::Group::create(parameters, identity_of(*machine.tables.account), leaf,
                              machine.environment(step));
}

// The first home relay that is connected, else the first.
std::string own_hub(const Machine& machine) {
    for (const std::string& relay : machine.tables.account->relays) {
        const auto link = machine.links.find(relay);
        if (link != machine.links.end() && link->second.phase == Link::Phase::ready) return relay;
    }
    return machine.tables.account->relays.front();
}

}  // namespace

bool is_good(const InviteRow& row, Time now) {
    return from_ms(row.expires_at_ms) > now && row.uses_left != 0;
}

Result<std::optional<InviteRow>> good_invite(Step& step, const ConversationId& id, BytesView whom) {
    TRY_ASSIGN(auto row, step.read<InviteRow>(row_key::invite(id, whom)));
    if (row && !is_good(*row, step.now())) row.reset();
    return row;
}

Result<NewGroup> create_group(Machine& machine, Step& step, ConversationKind kind,
                              ConversationState state) {
    ConversationRow row;
    row.info.conversation = step.random_id<ConversationId>();
    row.info.kind = kind;
    row.info.hubs = {own_hub(machine)};
    row.info.channel = step.random_id<wire::ChannelId>();
    row.own_token = step.random_id<wire::Token>();
    row.ours = row.accepted = row.joined = row.peer_joined = true;
    row.received_at_ms = row.last_commit_at_ms = to_ms(step.now());
    std::optional<ConversationState> agreed;
    if (has_state(kind)) {
        state.moderators = {machine.own_account()};
        TRY(check_conversation_state(state));
        agreed = std::move(state);
    }
    TRY_ASSIGN(mls::Group group, make_group_of_one(machine, step, row.info, agreed));
    CreationRow creation;
    creation.operation = next_operation(machine, step);
    creation.epoch = {group.epoch().value};
    TRY_ASSIGN(const wire::Token token, write_token(group.current(), row));
    creation.write_token_hash = wire::token_hash_of(token);
    creation.fan_out = {{group.own_leaf().value, {"", row.own_token}}};
    const NewGroup made{creation.operation, row.info.conversation};
    step.write(row_key::creation(made.conversation), creation);
    TRY(write_roster(machine, step, made.conversation, group));
    keep_conversation(machine, step, std::move(row), std::move(group));
    machine.tables.creations.insert_or_assign(made.conversation, std::move(creation));
    if (has_state(kind)) {
        offer_to_siblings(machine, step, machine.tables.conversations.at(made.conversation));
    }
    return made;
}

Result<OperationId> invite_contact(Machine& machine, Step& step, const ConversationId& id,
                                   const AccountId& account) {
    TRY_ASSIGN(const ConversationRow* row, group_in_use(machine, id));
    ENSURE(has_state(row->info.kind), not_authorized);
    TRY_ASSIGN(const Roles roles, roles_in(machine, step, id));
    ENSURE(roles.may_add(machine.own_account()), not_authorized);
    ENSURE(!roles.is_member(account) || is_departing(machine, id, account), already_exists);
    ENSURE(roles.member_count() < members_max, quota_exceeded);
    const auto direct = sending_conversation(machine, account);
    ENSURE(direct.has_value(), unknown_contact);
    InviteRow invite;
    invite.expires_at_ms = to_ms(step.now() + offer_lifetime);
    TRY(save_invite(machine, step, id, account.view(), invite));
    GroupOffer offer;
    offer.info = row->info;
    offer.name = roles.state()->name;
    offer.member_count = static_cast<uint32_t>(roles.member_count() - departing_count(machine, id));
    // We write to the group anyway, when they say yes: who left is taken out before.
    if (row->has_proposals) machine.proposal_commits[id] = step.now();
    return queue_control(machine, step, *direct, ContentType::group_offer,
                         codec::encode_secret(offer));
}

Result<std::string> make_group_link(Machine& machine, Step& step, const ConversationId& id,
                                    uint32_t uses, Duration lifetime) {
    ENSURE(uses > 0 && uses <= members_max, invalid_argument);
    ENSURE(lifetime >= expiration_min && lifetime <= expiration_max, bad_duration);
    TRY_ASSIGN(const ConversationRow* row, group_in_use(machine, id));
    ENSURE(has_state(row->info.kind), not_authorized);
    TRY_ASSIGN(const Roles roles, roles_in(machine, step, id));
    ENSURE(roles.may_add(machine.own_account()), not_authorized);
    GroupLink link;
    link.info = row->info;
    link.inviter = machine.own_account();
    link.relays = machine.tables.account->relays;
    link.secret = SecretBuffer(link_secret_size_bytes);
    step.entropy().fill(link.secret.expose_mutable());
    InviteRow invite;
    invite.expires_at_ms = to_ms(step.now() + lifetime);
    invite.uses_left = uses;
    invite.is_link = true;
    TRY(save_invite(machine, step, id, crypto::sha256(link.secret.expose()), invite));
    return format_group_link(link);
}

Status ticket_arrived(Machine& machine, Step& step, const AccountId& from,
                      const JoinTicket& ticket) {
    const ConversationRow* to = find_conversation(machine, ticket.conversation);
    ENSURE(to != nullptr && !to->joining && !to->leaving && !to->closed, unknown_conversation);
    ENSURE(waiting_tickets(machine) < tickets_max, quota_exceeded);
    TRY_ASSIGN(TicketRow row, read_ticket(machine, step, from, ticket));
    TRY(admit(machine, step, ticket.conversation, from, ticket));
    step.write(row_key::ticket(row.conversation, row.device), row);
    auto& waiting = machine.tables.tickets[row.conversation];
    const wire::DeviceId device = row.device;
    waiting.insert_or_assign(device, std::move(row));
    return {};
}

Result<OperationId> plan_removal(Machine& machine, Step& step, const ConversationId& id,
                                 const AccountId& account) {
    TRY_ASSIGN(const Roles roles, roles_in(machine, step, id));
    ENSURE(roles.is_member(account), unknown_contact);
    ENSURE(account != machine.own_account(), invalid_argument);  // one leaves oneself
    ENSURE(machine.lawless_for_testing || roles.may_remove(machine.own_account(), account),
           not_authorized);
    PlanRow& plan = machine.tables.plans[id];
    if (std::find(plan.removals.begin(), plan.removals.end(), account) == plan.removals.end()) {
        plan.removals.push_back(account);
    }
    plan.operations.push_back(next_operation(machine, step));
    step.write(row_key::plan(id), plan);
    step.erase(row_key::invite(id, account.view()));
    return plan.operations.back();
}

Result<OperationId> plan_change(Machine& machine, Step& step, const ConversationId& id,
                                const StateChange& change) {
    TRY_ASSIGN(const Roles roles, roles_in(machine, step, id));
    ENSURE(roles.state() != nullptr, not_authorized);
    const ConversationState next = apply_change(*roles.state(), change);
    if (!machine.lawless_for_testing) TRY(roles.may_change(machine.own_account(), next));
    const OperationId operation = next_operation(machine, step);
    if (next == *roles.state()) {
        step.end(operation, {});
        return operation;
    }
    PlanRow& plan = machine.tables.plans[id];
    plan.change = merge_change(std::move(plan.change), change);
    plan.operations.push_back(operation);
    step.write(row_key::plan(id), plan);
    return operation;
}

Status note_invited(Machine& machine, Step& step, const ConversationId& id,
                    const AccountId& account) {
    TRY_ASSIGN(const auto known, good_invite(step, id, account.view()));
    if (known) return {};
    InviteRow invite;
    invite.expires_at_ms = to_ms(step.now() + offer_lifetime);
    return save_invite(machine, step, id, account.view(), invite);
}

Status begin_leaving(Machine& machine, Step& step, ConversationRow& row) {
    const ConversationId& id = row.info.conversation;
    end_plan(machine, step, id, MAYFLY_ERROR(unknown_conversation));
    TRY(erase_messages(machine, step, id));
    TRY(erase_conversation_rows(machine, step, id));
    drop_conversation_outbox(machine, step, id, MAYFLY_ERROR(unknown_contact));
    row.leaving = true;
    save_conversation(machine, step, row);
    return {};
}

Result<OperationId> leave_group(Machine& machine, Step& step, const ConversationId& id) {
    ConversationRow* row = find_conversation(machine, id);
    ENSURE(row != nullptr && has_state(row->info.kind) && !row->leaving, unknown_conversation);
    const OperationId operation = next_operation(machine, step);
    const auto roster = machine.tables.rosters.find(id);
    const bool alone = row->joining || row->closed || roster == machine.tables.rosters.end() ||
                       roster->second.members.size() < 2;
    if (alone) {
        TRY(forget_conversation(machine, step, id, operation));
        return operation;
    }
    row->accept_operation = operation;
    TRY(begin_leaving(machine, step, *row));
    return operation;
}

// We cannot commit our own removal (RFC 9420 section 12.4): we propose it, in each epoch anew,
// until somebody's commit has it.
Status pump_leaving(Machine& machine, Step& step, ConversationRow& row, mls::Group& group) {
    if (!group.is_active()) return {};
    const ConversationId id = row.info.conversation;
    const Bytes key = row_key::departure(id);
    TRY_ASSIGN(std::optional<DepartureRow> departure, step.read<DepartureRow>(key));
    if (!departure || departure->epoch != group.epoch().value) {
        departure.emplace();
        departure->epoch = group.epoch().value;
        TRY_ASSIGN(const std::vector<Leaf> leaves, leaves_of(group.current()));
        for (const Leaf& leaf : leaves) {
            if (leaf.account != machine.own_account()) continue;
            TRY_ASSIGN(Bytes proposal, group.propose(mls::Proposal{mls::Remove{leaf.index}},
                                                     machine.environment(step)));
            departure->proposals.push_back({step.random_id<MessageId>(), std::move(proposal)});
        }
        step.write(key, *departure);
        save_group(step, id, group);
    }
    const std::string& hub = row.info.hubs.front();
    for (size_t i = 0; i < departure->proposals.size(); ++i) {
        const Departure& proposal = departure->proposals[i];
        const Purpose purpose{Kind::leave, departure->epoch * departures_per_epoch + i, id};
        if (proposal.done || machine.links[hub].has(purpose)) continue;
        wire::ChannelSend send;
        send.channel = row.info.channel;
        send.epoch = {departure->epoch};
        TRY_ASSIGN(send.write_token, write_token(group.current(), row));
        send.message_id = proposal.message_id;
        send.payload = proposal.payload;
        request(machine, step, hub, purpose, std::move(send));
    }
    return {};
}

Status leave_replied(Machine& machine, Step& step, const Purpose& purpose, wire::ReplyBody& body) {
    ConversationRow* row = find_conversation(machine, purpose.conversation);
    if (row == nullptr || !row->leaving) return {};
    const Bytes key = row_key::departure(purpose.conversation);
    TRY_ASSIGN(std::optional<DepartureRow> departure, step.read<DepartureRow>(key));
    // An answer that concerns an epoch before says nothing of this one's proposals.
    if (!departure || purpose.number / departures_per_epoch != departure->epoch) return {};
    const auto index = static_cast<size_t>(purpose.number % departures_per_epoch);
    ENSURE(index < departure->proposals.size(), internal);
    Departure& proposal = departure->proposals[index];
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (is_passing(failed->status)) {
            machine.links[row->info.hubs.front()].hold_until = step.now() + refusal_delay;
            return {};
        }
        // A commit that overtook us is on its way, and we propose again in the epoch it starts.
        proposal.done = failed->status == wire::ReplyStatus::stale_epoch;
        if (proposal.done) {
            step.write(key, *departure);
            return {};
        }
        return forget_conversation(machine, step, purpose.conversation,
                                   std::exchange(row->accept_operation, 0));
    }
    proposal.done = proposal.accepted = true;
    step.write(key, *departure);
    const bool all = std::all_of(departure->proposals.begin(), departure->proposals.end(),
                                 [](const Departure& each) { return each.accepted; });
    if (!all) return {};
    step.end(std::exchange(row->accept_operation, 0), {});
    save_conversation(machine, step, *row);
    return {};
}

}  // namespace mayfly::core
