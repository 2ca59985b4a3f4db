// How conversations, members and offers look from outside, and finding them by what people type.
#include <algorithm>

#include "core/annex.h"
#include "core/messenger.h"

namespace mayfly::core {
namespace {

std::string name_of(const Machine& machine, const AccountId& account) {
    const Person person = person_of(machine, account);
    if (!person.display_name.empty()) return person.display_name;
    return person.handle.empty() ? text_of(account) : person.handle;
}

JoinWait join_wait_of(const Machine& machine, const ConversationRow& row) {
    if (!row.joining) return JoinWait::none;
    if (!row.token_added) return JoinWait::hub;
    const auto& outbox = machine.tables.outbox;
    const bool on_its_way = std::any_of(outbox.begin(), outbox.end(), [&](const auto& entry) {
        const OutboxRow& item = entry.second;
        if (item.type != ContentType::join_ticket) return false;
        const auto way = machine.tables.conversations.find(item.conversation);
        return item.conversation == row.via ||
               (way != machine.tables.conversations.end() && way->second.contact == row.contact);
    });
    return row.ticket_sent && !on_its_way ? JoinWait::entry : JoinWait::member;
}

void show_state(const RosterRow& roster, const AccountId& self, ConversationView& view) {
    view.is_moderator = is_moderator(roster, self);
    view.may_write = may_write(roster, self);
    if (!roster.state) return;
    view.title = roster.state->name;
    view.topic = roster.state->topic;
    view.expiration_limit =
        Duration::milliseconds(static_cast<int64_t>(roster.state->expiration_max_ms));
    view.burn_seconds_limit = roster.state->burn_seconds_max;
    view.moderators_write_only = roster.state->moderators_write_only;
    view.has_avatar = !roster.state->avatar.empty();
}

bool is_listed(const Machine& machine, const ConversationRow& row) {
    if (!row.accepted || row.leaving) return false;
    if (row.info.kind != ConversationKind::direct) return has_state(row.info.kind);
    // One conversation is shown for a contact, whichever of its groups carries the messages.
    const auto sending = sending_conversation(machine, row.contact);
    return sending ? *sending == row.info.conversation
                   : conversations_of(machine, row.contact).front() == row.info.conversation;
}

}  // namespace

const char* join_wait_name(JoinWait wait) {
    switch (wait) {
        case JoinWait::none: return "";
        case JoinWait::hub: return "hub";
        case JoinWait::member: return "member";
        case JoinWait::entry: return "entry";
    }
    return "";
}

ConversationView conversation_view(const Machine& machine, const ConversationRow& row) {
    ConversationView view;
    view.conversation = row.info.conversation;
    view.kind = row.info.kind;
    view.joining = row.joining;
    const ConversationSettings agreed = settings_of(machine, view.conversation);
    view.expiration = Duration::milliseconds(static_cast<int64_t>(agreed.expiration_ms));
    view.burn_seconds = agreed.burn_seconds;
    view.receipts = agreed.receipts;
    view.typing = agreed.typing;
    view.local = local_settings_of(machine, view.conversation);
    if (row.info.kind == ConversationKind::direct) {
        view.contact = row.contact;
        view.title = name_of(machine, row.contact);
        view.member_count = 2;
        return view;
    }
    view.closed = row.closed;
    const auto offer = machine.tables.offers.find(row.info.conversation);
    if (offer != machine.tables.offers.end()) view.title = offer->second.offer.name;
    const auto roster = machine.tables.rosters.find(row.info.conversation);
    if (roster != machine.tables.rosters.end()) {
        show_state(roster->second, machine.own_account(), view);
        view.member_count = static_cast<uint32_t>(roster->second.members.size() -
                                                  departing_count(machine, view.conversation));
    }
    view.join_wait = join_wait_of(machine, row);
    const auto tickets = machine.tables.tickets.find(view.conversation);
    if (tickets != machine.tables.tickets.end()) {
        view.waiting_devices = static_cast<uint32_t>(tickets->second.size());
    }
    view.may_write = view.may_write && !row.closed && !row.joining;
    return view;
}

std::vector<ConversationView> list_conversations(const Machine& machine) {
    std::vector<ConversationView> out;
    for (const auto& [id, row] : machine.tables.conversations) {
        if (is_listed(machine, row)) out.push_back(conversation_view(machine, row));
    }
    return out;
}

Result<ConversationView> find_group(const Machine& machine, std::string_view what) {
    ENSURE(!machine.tables.deletion, account_deleting);
    const std::string text = folded(what);
    std::vector<ConversationView> by_id;
    std::vector<ConversationView> by_name;
    for (ConversationView& view : list_conversations(machine)) {
        const bool long_enough = text.size() >= id_prefix_size_min;
        if (long_enough && text_of(view.conversation).starts_with(text)) {
            by_id.push_back(std::move(view));
        } else if (view.kind != ConversationKind::direct && folded(view.title) == text) {
            by_name.push_back(std::move(view));
        }
    }
    std::vector<ConversationView>& found = by_id.empty() ? by_name : by_id;
    ENSURE(!found.empty(), unknown_conversation);
    ENSURE(found.size() == 1, ambiguous_name);
    return std::move(found.front());
}

Result<ConversationView> find_conversation_view(const Machine& machine, std::string_view what) {
    const auto contact = find_account(machine, what, true);
    auto group = find_group(machine, what);
    if (!contact.ok()) {
        if (contact.code() != ErrorCode::unknown_contact) return contact.error();
        return group;
    }
    ENSURE(!group.ok() && group.code() == ErrorCode::unknown_conversation, ambiguous_name);
    const auto all = conversations_of(machine, *contact);
    ENSURE(!all.empty(), unknown_conversation);
    const auto sending = sending_conversation(machine, *contact);
    return conversation_view(machine,
                             machine.tables.conversations.at(sending ? *sending : all.front()));
}

Result<std::vector<MemberView>> list_members(const Machine& machine, const ConversationId& id) {
    const auto row = machine.tables.conversations.find(id);
    const auto roster = machine.tables.rosters.find(id);
    ENSURE(row != machine.tables.conversations.end() && !row->second.leaving &&
               roster != machine.tables.rosters.end(),
           unknown_conversation);
    std::vector<MemberView> out;
    for (const RosterMember& member : roster->second.members) {
        if (is_departing(machine, id, member.account)) continue;
        const Person person = person_of(machine, member.account);
        MemberView view;
        view.account = member.account;
        view.display_name = person.display_name;
        view.handle = person.handle;
        view.device_count = member.device_count;
        view.is_self = member.account == machine.own_account();
        view.is_moderator = is_moderator(roster->second, member.account);
        const auto& state = roster->second.state;
        view.is_reader = state && std::binary_search(state->readers.begin(), state->readers.end(),
                                                     member.account);
        view.may_write = may_write(roster->second, member.account);
        out.push_back(std::move(view));
    }
    return out;
}

Result<MemberView> find_member_view(const Machine& machine, const ConversationId& id,
                                    std::string_view who) {
    TRY_ASSIGN(std::vector<MemberView> all, list_members(machine, id));
    const std::string text = folded(who);
    std::vector<MemberView> by_id;
    std::vector<MemberView> by_name;
    for (MemberView& member : all) {
        const bool long_enough = text.size() >= account_prefix_size_min;
        if (long_enough && text_of(member.account).starts_with(text)) {
            by_id.push_back(std::move(member));
        } else if (is_called(member.handle, member.display_name, text)) {
            by_name.push_back(std::move(member));
        }
    }
    std::vector<MemberView>& found = by_id.empty() ? by_name : by_id;
    ENSURE(!found.empty(), unknown_contact);
    ENSURE(found.size() == 1, ambiguous_name);
    return std::move(found.front());
}

Result<OfferView> find_offer_view(const Machine& machine, std::string_view what) {
    const std::string text = folded(what);
    std::vector<OfferView> found;
    for (const auto& [id, row] : machine.tables.offers) {
        OfferView view = offer_view(machine, row);
        const Person from = person_of(machine, row.from);
        const bool by_id = text.size() >= id_prefix_size_min && text_of(id).starts_with(text);
        const bool by_name = is_called(from.handle, from.display_name, text) ||
                             (!text.empty() && folded(view.name) == text);
        if (by_id || by_name) found.push_back(std::move(view));
    }
    ENSURE(!found.empty(), unknown_request);
    ENSURE(found.size() == 1, ambiguous_name);
    return std::move(found.front());
}

}  // namespace mayfly::core
