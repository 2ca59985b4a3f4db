// What our next commit of a conversation does: whom it lets in, whom it removes, what it changes.
// Specification: docs/spec/conversations.md section 4.
#include "core/machine.h"

namespace mayfly::core {
namespace {

struct Draft {
    mls::CommitOptions options;
    std::vector<const TicketRow*> tickets;
    std::vector<mls::KeyPackageRef> references;  // of the tickets' key packages
    std::set<uint32_t> removed_leaves;
};

void remove_leaf(Draft& draft, mls::LeafIndex leaf) {
    if (!draft.removed_leaves.insert(leaf.value).second) return;
    draft.options.proposals.push_back(mls::Proposal{mls::Remove{leaf}});
}

// A ticket whose key package is no good any more is dropped: its device sends another.
Status add_ticket(Draft& draft, const mls::CipherSuite& suite, const Roles& roles,
                  const TicketRow& ticket, Time now) {
    TRY_ASSIGN(mls::KeyPackage package, mls::decode_key_package_message(ticket.key_package));
    ENSURE(package.cipher_suite == suite.id, unsupported_suite);
    TRY(mls::validate_key_package(suite, package, now));
    for (const Leaf& leaf : roles.leaves()) {
        // Its old keys are lost, else it would not ask.
        if (leaf.account == ticket.account && leaf.device == ticket.device) {
            remove_leaf(draft, leaf.index);
        }
    }
    draft.tickets.push_back(&ticket);
    draft.references.push_back(mls::key_package_ref(suite, package));
    draft.options.proposals.push_back(mls::Proposal{mls::Add{std::move(package)}});
    return {};
}

void draft_plan(const ConversationRow& row, const Roles& roles, const AccountId& self,
                const PlanRow& plan, Draft& draft) {
    for (const Leaf& leaf : roles.leaves()) {
        const bool asked =
            std::find(plan.removals.begin(), plan.removals.end(), leaf.account) !=
                plan.removals.end() ||
            (leaf.account == self && std::find(plan.own_removals.begin(), plan.own_removals.end(),
                                               leaf.device) != plan.own_removals.end());
        if (asked) remove_leaf(draft, leaf.index);
    }
    if (roles.state() == nullptr) return;
    const ConversationState next = apply_change(*roles.state(), plan.change);
    if (next == *roles.state()) return;
    draft.options.proposals.push_back(
        mls::Proposal{mls::GroupContextExtensions{conversation_extensions(row.info, next)}});
}

// Whether the plan is still ours to carry out: roles may have changed since it was made.
Status check_plan(const Roles& roles, const AccountId& self, const PlanRow& plan) {
    for (const AccountId& account : plan.removals) {
        ENSURE(roles.may_remove(self, account), not_authorized);
    }
    if (roles.state() == nullptr) return {};
    return roles.may_change(self, apply_change(*roles.state(), plan.change));
}

// Leaves that waiting proposals remove; true if ours is among them.
bool note_proposed(const mls::Group& group, Draft& draft) {
    for (const mls::ReceivedProposal& waiting : group.pending_proposals()) {
        const auto* remove = waiting.proposal.get_if<mls::Remove>();
        if (remove != nullptr) draft.removed_leaves.insert(remove->removed.value);
    }
    return draft.removed_leaves.contains(group.own_leaf().value);
}

void drop_ticket(Machine& machine, Step& step, const TicketRow& ticket) {
    const ConversationId id = ticket.conversation;
    const wire::DeviceId device = ticket.device;
    step.erase(row_key::ticket(id, device));
    auto& waiting = machine.tables.tickets[id];
    waiting.erase(device);
    if (waiting.empty()) machine.tables.tickets.erase(id);
}

Result<Draft> make_draft(Machine& machine, Step& step, const ConversationRow& row,
                         mls::Group& group, size_t tickets_max_now) {
    const ConversationId& id = row.info.conversation;
    Draft draft;
    ENSURE(!note_proposed(group, draft), mls_commit_pending);
    if (is_in_repair(machine, id)) {
        TRY_ASSIGN(draft.options.proposals, repair_proposals(machine, row, group));
        return draft;
    }
    TRY_ASSIGN(const mls::CipherSuite suite,
               mls::find_cipher_suite(group.current().cipher_suite()));
    TRY_ASSIGN(const Roles roles, Roles::of(group.current()));
    const auto plan = machine.tables.plans.find(id);
    if (plan != machine.tables.plans.end()) {
        const Status allowed = check_plan(roles, machine.own_account(), plan->second);
        if (allowed.ok() || machine.lawless_for_testing) {
            draft_plan(row, roles, machine.own_account(), plan->second, draft);
        } else {
            end_plan(machine, step, id, allowed);
        }
    }
    const auto tickets = machine.tables.tickets.find(id);
    if (tickets == machine.tables.tickets.end()) return draft;
    std::vector<const TicketRow*> dropped;
    for (const auto& [device, ticket] : tickets->second) {
        if (draft.tickets.size() == tickets_max_now) break;
        const bool may = roles.is_member(ticket.account) || roles.may_add(machine.own_account());
        if (!may || !add_ticket(draft, suite, roles, ticket, step.now()).ok()) {
            dropped.push_back(&ticket);
        }
    }
    for (const TicketRow* ticket : dropped) drop_ticket(machine, step, *ticket);
    return draft;
}

Result<Bytes> make_welcome(Machine& machine, Step& step, const mls::Group& group, Bytes welcome) {
    const AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(const std::optional<SecretBuffer> record,
               step.get(row_key::own_record(account.record_number)));
    ENSURE(record.has_value(), store_corrupt);
    Introduction introduction{to_ms(step.now()), to_bytes(record->expose()), {}};
    TRY_ASSIGN(const std::vector<Leaf> leaves, leaves_of(*group.pending_epoch()));
    std::set<AccountId> named;
    for (const Leaf& leaf : leaves) {
        if (!named.insert(leaf.account).second) continue;
        Person person = person_of(machine, leaf.account);
        if (!person.display_name.empty() || !person.handle.empty()) {
            introduction.members.push_back(std::move(person));
        }
    }
    TRY_ASSIGN(const Secret key, group.pending_epoch()->export_secret(introduction_label, {}, 32));
    return encode_direct_payload(std::move(welcome), seal_introduction(key, introduction));
}

// The hub's list: who goes, then who comes, because the one may take the leaf of the other.
void list_changes(const Draft& draft, const mls::Group& group, PendingCommit& pending) {
    const mls::CommitSummary& summary = *group.pending_summary();
    for (const mls::RemovedMember& removed : summary.removed) {
        pending.changes.push_back({removed.member.leaf.value, std::nullopt});
    }
    for (const mls::AddedMember& added : summary.added) {
        for (size_t i = 0; i < draft.tickets.size(); ++i) {
            if (draft.references[i] != added.key_package) continue;
            const wire::Token& token = draft.tickets[i]->token;
            pending.changes.push_back({added.member.leaf.value, wire::Address{"", token}});
            pending.welcome_tokens.push_back(token);
        }
    }
}

}  // namespace

void drop_tickets(Machine& machine, Step& step, const ConversationId& id) {
    const auto tickets = machine.tables.tickets.find(id);
    if (tickets == machine.tables.tickets.end()) return;
    for (const auto& [device, row] : tickets->second) step.erase(row_key::ticket(id, device));
    machine.tables.tickets.erase(tickets);
}

bool has_plan(const Machine& machine, const ConversationId& id) {
    return machine.tables.plans.contains(id) || machine.tables.tickets.contains(id);
}

Status make_commit(Machine& machine, Step& step, const ConversationRow& row, mls::Group& group,
                   PendingCommit& pending) {
    for (size_t most = tickets_per_commit_max;; most /= 2) {
        TRY_ASSIGN(const Draft draft, make_draft(machine, step, row, group, most));
        TRY(group.commit(draft.options, machine.environment(step)));
        const mls::CommitMessages& messages = *group.pending_commit();
        Bytes welcome;
        if (messages.welcome) {
            TRY_ASSIGN(welcome, make_welcome(machine, step, group, *messages.welcome));
        }
        if (welcome.size() > wire::payload_size_bytes_max) {
            group.discard_pending_commit();
            if (most == 1) drop_ticket(machine, step, *draft.tickets.front());
            continue;
        }
        list_changes(draft, group, pending);
        if (!welcome.empty()) {
            step.put(row_key::welcome(row.info.conversation), SecretBuffer(welcome));
        }
        return {};
    }
}

}  // namespace mayfly::core
