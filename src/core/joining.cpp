// Groups, seen by those who are asked in: offers, and the way from a yes to the first epoch.
// Specification: docs/spec/conversations.md section 3.
#include "core/group_link.h"
#include "core/large_groups.h"
#include "core/meetings.h"
#include "core/repair.h"

namespace mayfly::core {
namespace {

// Asking again is how a ticket that got lost is sent anew.
Result<OperationId> join_again(Machine& machine, Step& step, ConversationRow& row) {
    ENSURE(row.joining, already_exists);
    if (!row.ticket_sent && row.accept_operation != 0) return row.accept_operation;
    TRY(forget_meeting(machine, step, row));
    row.ticket_sent = false;
    row.accept_operation = next_operation(machine, step);
    save_conversation(machine, step, row);
    return row.accept_operation;
}

Status send_ticket(Machine& machine, Step& step, ConversationRow& row,
                   const ConversationId& direct) {
    JoinTicket ticket;
    ticket.conversation = row.info.conversation;
    TRY_ASSIGN(ticket.key_package, make_key_package(machine, step, false));
    ticket.token = row.own_token;
    ticket.link_secret = row.link_secret.clone();
    TRY(queue_control(machine, step, direct, ContentType::join_ticket, codec::encode_secret(ticket),
                      std::exchange(row.accept_operation, 0)));
    row.ticket_sent = true;
    save_conversation(machine, step, row);
    return {};
}

// A pairing ends; then the device's own group is the way.
std::optional<ConversationId> ticket_way(const Machine& machine, const ConversationRow& row) {
    const auto via = machine.tables.conversations.find(row.via);
    if (via != machine.tables.conversations.end()) return row.via;
    const auto own = own_devices(machine);
    if (!own || machine.tables.conversations.at(*own).joining) return std::nullopt;
    return own;
}

Result<ConversationInfo> check_joined(const ConversationRow& row, const std::string& relay,
                                      const mls::Group& group) {
    TRY_ASSIGN(ConversationInfo info, info_of(group.current()));
    ENSURE(info.kind == row.info.kind && info.channel == row.info.channel, malformed_input);
    ENSURE(info.hubs.front() == relay && relay == row.info.hubs.front(), other_relay);
    return info;
}

// A new device that is in everywhere needs the conversation no more in which it was brought in.
Status end_meeting(Machine& machine, Step& step) {
    const auto& pairing = machine.tables.pairing;
    if (!pairing || !pairing->is_new_device) return {};
    if (machine.tables.account->stage != AccountStage::normal) return {};
    for (const auto& [id, row] : machine.tables.conversations) {
        if (row.joining && row.via == pairing->conversation) return {};
    }
    return cancel_pairing(machine, step, {});
}

}  // namespace

void use_relay(Machine& machine, Step& step, const std::string& relay) {
    if (machine.tables.relays.contains(relay)) return;
    RelayRow row = make_relay_row(relay, false, step.entropy());
    save_relay(machine, step, row);
    machine.tables.relays.insert_or_assign(relay, std::move(row));
}

// The hub may be a relay that we do not use yet.
OperationId begin_joining(Machine& machine, Step& step, const ConversationInfo& info, JoinVia via) {
    use_relay(machine, step, info.hubs.front());
    ConversationRow row;
    row.info = info;
    row.contact = via.contact;
    row.via = via.via;
    row.own_token = step.random_id<wire::Token>();
    row.accepted = true;
    row.joining = true;
    row.link_secret = std::move(via.link_secret);
    row.received_at_ms = to_ms(step.now());
    row.accept_operation = next_operation(machine, step);
    const OperationId operation = row.accept_operation;
    save_conversation(machine, step, row);
    machine.tables.conversations.insert_or_assign(info.conversation, std::move(row));
    return operation;
}

OfferView offer_view(const Machine& machine, const OfferRow& row) {
    OfferView view;
    view.conversation = row.offer.info.conversation;
    view.from = row.from;
    const Person person = person_of(machine, row.from);
    view.from_name = person.display_name.empty() ? person.handle : person.display_name;
    view.name = row.offer.name;
    view.is_room = row.offer.info.kind == ConversationKind::room;
    view.member_count = row.offer.member_count;
    view.hub = row.offer.info.hubs.front();
    view.received_at = from_ms(row.received_at_ms);
    view.expires_at = from_ms(row.expires_at_ms);
    return view;
}

Status offer_arrived(Machine& machine, Step& step, const AccountId& from, GroupOffer offer) {
    const ConversationId id = offer.info.conversation;
    // Whoever left may be asked again before the others have removed them.
    const ConversationRow* present = find_conversation(machine, id);
    ENSURE(present == nullptr || present->leaving, already_exists);
    ENSURE(has_state(offer.info.kind), malformed_input);
    TRY_ASSIGN(const std::string hub, canonical_relay(offer.info.hubs.front()));
    ENSURE(hub == offer.info.hubs.front(), bad_address);
    const bool known = machine.tables.offers.contains(id);
    ENSURE(known || machine.tables.offers.size() < offers_max, quota_exceeded);
    OfferRow row;
    row.offer = std::move(offer);
    row.from = from;
    row.received_at_ms = to_ms(step.now());
    const Time until = step.now() + offer_lifetime;
    row.expires_at_ms = to_ms(until);
    if (known) {
        step.erase(row_key::expiry(from_ms(machine.tables.offers.at(id).expires_at_ms),
                                   expiry_of_offer, id.view()));
    }
    note_expiry(machine, step, until, expiry_of_offer, id.view());
    step.write(row_key::offer(id), row);
    step.tell(OfferArrived{offer_view(machine, row)});
    machine.tables.offers.insert_or_assign(id, std::move(row));
    return {};
}

Result<OperationId> accept_offer(Machine& machine, Step& step, const ConversationId& id) {
    ConversationRow* row = find_conversation(machine, id);
    const bool back = row != nullptr && row->leaving;
    if (row != nullptr && !back) return join_again(machine, step, *row);
    const auto found = machine.tables.offers.find(id);
    ENSURE(
        found != machine.tables.offers.end() && from_ms(found->second.expires_at_ms) > step.now(),
        unknown_request);
    if (back) TRY(forget_conversation(machine, step, id, 0));
    // The offer stays until we are in: it has the name of what we wait for.
    return begin_joining(machine, step, found->second.offer.info, {found->second.from, {}, {}});
}

Status decline_offer(Machine& machine, Step& step, const ConversationId& id) {
    const auto found = machine.tables.offers.find(id);
    const ConversationRow* row = find_conversation(machine, id);
    ENSURE(found != machine.tables.offers.end() && (row == nullptr || row->leaving),
           unknown_request);
    forget_offer(machine, step, id);
    return {};
}

void forget_offer(Machine& machine, Step& step, const ConversationId& id) {
    const auto found = machine.tables.offers.find(id);
    if (found == machine.tables.offers.end()) return;
    step.erase(row_key::offer(id));
    step.erase(row_key::expiry(from_ms(found->second.expires_at_ms), expiry_of_offer, id.view()));
    machine.tables.offers.erase(found);
}

Result<OperationId> join_by_link(Machine& machine, Step& step, std::string_view text) {
    TRY_ASSIGN(GroupLink link, parse_group_link(text));
    ENSURE(link.inviter != machine.own_account(), invalid_argument);
    if (ConversationRow* row = find_conversation(machine, link.info.conversation)) {
        if (!row->leaving) return join_again(machine, step, *row);
        TRY(forget_conversation(machine, step, link.info.conversation, 0));
    }
    Person inviter = person_of(machine, link.inviter);
    if (inviter.relays.empty()) {
        inviter.relays = link.relays;
        learn_person(machine, step, inviter);
    }
    return begin_joining(machine, step, link.info, {link.inviter, {}, std::move(link.secret)});
}

Status pump_joining(Machine& machine, Step& step, ConversationRow& row) {
    if (!row.token_added) {
        add_token(machine, step, row);
        return {};
    }
    if (row.ticket_sent) return {};
    if (row.via != ConversationId{}) {
        const auto via = ticket_way(machine, row);
        return via ? send_ticket(machine, step, row, *via) : Status();
    }
    const auto direct = sending_conversation(machine, row.contact);
    if (direct) return send_ticket(machine, step, row, *direct);
    const Status met = meet(machine, step, row);
    if (met.ok() || is_store_error(met.code())) return met;
    step.end(std::exchange(row.accept_operation, 0), met);
    row.ticket_sent = true;  // until somebody asks again
    save_conversation(machine, step, row);
    return {};
}

Status joined(Machine& machine, Step& step, const std::string& relay, mls::Group group,
              BytesView sealed_introduction, std::vector<Person> names) {
    const auto id = ConversationId::from(group.group_id());
    ENSURE(id.has_value(), malformed_input);
    ConversationRow& row = machine.tables.conversations.at(*id);
    TRY_ASSIGN(row.info, check_joined(row, relay, group));
    TRY_ASSIGN(const Secret key, group.export_secret(introduction_label, {}, 32));
    TRY_ASSIGN(Introduction introduction, open_introduction(key, sealed_introduction));
    std::move(names.begin(), names.end(), std::back_inserter(introduction.members));
    TRY_ASSIGN(const VerifiedRecord inviter, verify_chain({introduction.record}, std::nullopt));
    TRY_ASSIGN(const Roles roles, Roles::of(group.current()));
    ENSURE(roles.is_member(inviter.account), forged_record);
    for (const Person& person : introduction.members) {
        const bool known = machine.tables.contacts.contains(person.account) ||
                           machine.tables.people.contains(person.account);
        if (known || !roles.is_member(person.account) || !check_person(person).ok()) continue;
        learn_person(machine, step, person);
    }
    if (row.info.kind == ConversationKind::direct) {
        ENSURE(roles.member_count() == 2 && roles.is_member(row.contact), forged_record);
    } else {
        row.contact = {};
    }
    row.joining = false;
    row.joined = true;
    row.peer_joined = true;
    row.link_secret = {};
    row.last_commit_at_ms = to_ms(step.now());
    step.end(std::exchange(row.accept_operation, 0), {});
    forget_offer(machine, step, *id);
    forget_repair(machine, step, *id);
    save_conversation(machine, step, row);
    save_group(step, *id, group);
    TRY(write_roster(machine, step, *id, group));
    note_filling(machine, step, *id, group);
    machine.groups.insert_or_assign(*id, std::move(group));
    if (row.info.kind == ConversationKind::direct) move_outbox(machine, step, row.contact);
    TRY(forget_meeting(machine, step, row));
    row.via = {};
    save_conversation(machine, step, row);
    TRY(plan_stale_leaves(machine, step, 0, &*id));
    TRY(end_meeting(machine, step));
    if (row.info.kind == ConversationKind::direct) step.tell(ContactChanged{row.contact});
    if (!has_state(row.info.kind)) return {};
    offer_to_siblings(machine, step, row);
    TRY(queue_control(machine, step, *id, ContentType::profile,
                      codec::encode_secret(Profile{content_version, own_profile(machine)})));
    TRY(renew_vault(machine, step));
    ConversationChanged change;
    change.conversation = *id;
    change.by = inviter.account;
    change.added = {machine.own_account()};
    step.tell(std::move(change));
    return {};
}

}  // namespace mayfly::core
