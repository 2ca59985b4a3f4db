// The Messenger's calls that concern groups and rooms.
#include <algorithm>

#include "core/messenger_state.h"

namespace mayfly::core {

Result<Messenger::GroupCreated> Messenger::create_group(ConversationKind kind,
                                                        const ConversationState& state, Time now,
                                                        Entropy& entropy) {
    ENSURE(has_state(kind), invalid_argument);
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const NewGroup made, run_command<NewGroup>(machine, step, [&] {
                   return core::create_group(machine, step, kind, state);
               }));
    return GroupCreated{made.operation, made.conversation, std::move(step.effects)};
}

Result<Messenger::Started> Messenger::invite(const ConversationId& conversation,
                                             const AccountId& account, Time now, Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return invite_contact(machine, step, conversation, account);
    });
}

Result<std::pair<std::string, Effects>> Messenger::create_group_link(
    const ConversationId& conversation, uint32_t uses, Duration lifetime, Time now,
    Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(std::string link, run_command<std::string>(machine, step, [&] {
                   return make_group_link(machine, step, conversation, uses, lifetime);
               }));
    return std::pair<std::string, Effects>(std::move(link), std::move(step.effects));
}

Result<Messenger::Started> Messenger::accept_offer(const ConversationId& conversation, Time now,
                                                   Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return core::accept_offer(machine, step, conversation);
    });
}

Result<Messenger::Started> Messenger::join_by_link(std::string_view link, Time now,
                                                   Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return core::join_by_link(machine, step, link);
    });
}

Result<Effects> Messenger::decline_offer(const ConversationId& conversation, Time now) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, nullptr);
    const auto done = run_command<bool>(machine, step, [&]() -> Result<bool> {
        TRY(core::decline_offer(machine, step, conversation));
        return true;
    });
    TRY(done);
    return std::move(step.effects);
}

Result<Messenger::Started> Messenger::remove_member(const ConversationId& conversation,
                                                    const AccountId& account, Time now,
                                                    Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return plan_removal(machine, step, conversation, account);
    });
}

Result<Messenger::Started> Messenger::change_conversation(const ConversationId& conversation,
                                                          const StateChange& change, Time now,
                                                          Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return plan_change(machine, step, conversation, change);
    });
}

Result<Messenger::Started> Messenger::leave(const ConversationId& conversation, Time now,
                                            Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return leave_group(machine, step, conversation);
    });
}

std::vector<ConversationView> Messenger::conversations() const {
    if (!has_account()) return {};
    std::vector<ConversationView> out = list_conversations(state_->machine);
    sort_by_name(out, [](const ConversationView& view) { return view.title; });
    return out;
}

Result<ConversationView> Messenger::find_conversation(std::string_view what) const {
    ENSURE(has_account(), no_account);
    return find_conversation_view(state_->machine, what);
}

Result<std::vector<MemberView>> Messenger::members(const ConversationId& conversation) const {
    ENSURE(has_account(), no_account);
    TRY_ASSIGN(std::vector<MemberView> out, list_members(state_->machine, conversation));
    sort_by_name(out, called_in_lists<MemberView>);
    std::stable_partition(out.begin(), out.end(),
                          [](const MemberView& view) { return view.is_moderator; });
    return out;
}

Result<MemberView> Messenger::find_member(const ConversationId& conversation,
                                          std::string_view who) const {
    ENSURE(has_account(), no_account);
    return find_member_view(state_->machine, conversation, who);
}

Result<ConversationState> Messenger::state(const ConversationId& conversation) const {
    const auto roster = state_->machine.tables.rosters.find(conversation);
    ENSURE(roster != state_->machine.tables.rosters.end() && roster->second.state,
           unknown_conversation);
    return *roster->second.state;
}

void Messenger::forget_rules_for_testing(const ConversationId& conversation) {
    state_->machine.lawless_for_testing = true;
    RosterRow& roster = state_->machine.tables.rosters.at(conversation);
    roster.moderators = {state_->machine.own_account()};
    roster.state.reset();
}

std::vector<OfferView> Messenger::offers() const {
    std::vector<OfferView> out;
    if (!has_account()) return out;
    for (const auto& [id, row] : state_->machine.tables.offers) {
        const auto present = state_->machine.tables.conversations.find(id);
        const bool is_there = present != state_->machine.tables.conversations.end();
        if (is_there && !present->second.leaving) continue;  // accepted
        out.push_back(offer_view(state_->machine, row));
    }
    return out;
}

Result<OfferView> Messenger::find_offer(std::string_view what) const {
    ENSURE(has_account(), no_account);
    return find_offer_view(state_->machine, what);
}

}  // namespace mayfly::core
