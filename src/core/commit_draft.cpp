// What our next commit of a conversation does: whom it lets in, whom it removes, what it changes.
// Specification: docs/spec/conversations.md section 4.
#include "core/large_groups.h"
#include "core/machine.h"
#include "core/repair.h"

namespace mayfly::core {
namespace {

// A commit and its Welcome share a frame with the changes to the hub's list: some bytes for each
// leaf that goes and some dozens for each that comes.
constexpr size_t frame_payloads_size_bytes_max = wire::frame_size_bytes_max - 131'072;

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

std::vector<Person> named_members(const Machine& machine, const std::vector<Leaf>& leaves) {
    std::vector<Person> out;
    std::set<AccountId> named;
    for (const Leaf& leaf : leaves) {
        if (!named.insert(leaf.account).second) continue;
        Person person = person_of(machine, leaf.account);
        if (!person.display_name.empty() || !person.handle.empty()) {
            out.push_back(std::move(person));
        }
    }
    return out;
}

// names: none if they lie beside the Welcome.
Result<Bytes> make_welcome(Machine& machine, Step& step, const mls::Group& group,
                           std::vector<Person> names) {
    const AccountRow& account = *machine.tables.account;
    TRY_ASSIGN(const std::optional<SecretBuffer> record,
               step.get(row_key::own_record(account.record_number)));
    ENSURE(record.has_value(), store_corrupt);
    const Introduction introduction{to_ms(step.now()), to_bytes(record->expose()),
                                    std::move(names)};
    TRY_ASSIGN(const Secret key, group.pending_epoch()->export_secret(introduction_label, {}, 32));
    return encode_direct_payload(*group.pending_commit()->welcome,
                                 seal_introduction(key, introduction));
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

// Only who adds may go without a path (RFC 9420 section 12.4).
bool needs_path(const mls::Group& group, const Draft& draft) {
    const auto& proposals = draft.options.proposals;
    const bool only_adds = !proposals.empty() && group.pending_proposals().empty() &&
                           std::all_of(proposals.begin(), proposals.end(), [](const auto& each) {
                               return each.template get_if<mls::Add>() != nullptr;
                           });
    return !only_adds || group.current().path_seal_count() <= path_seals_for_adding_max;
}

// Stages the commit and gives its Welcome, empty if nobody is let in; nothing if the relay would
// not take it. beside: the tree does not travel in the Welcome.
Result<std::optional<Bytes>> try_draft(Machine& machine, Step& step, mls::Group& group,
                                       const Draft& draft, bool beside) {
    mls::CommitOptions options = draft.options;
    options.path = needs_path(group, draft);
    std::optional<TreeUploadRow> upload;
    if (beside && !draft.tickets.empty()) {
        upload = make_tree_upload(step);
        options.tree_in_welcome = false;
        options.group_info_extensions.push_back(tree_location_of(*upload));
    }
    TRY(group.commit(options, machine.environment(step)));
    const size_t commit_size_bytes = group.pending_commit()->commit.size();
    if (commit_size_bytes > wire::payload_size_bytes_max) return std::optional<Bytes>();
    if (!group.pending_commit()->welcome) return std::optional<Bytes>(Bytes());
    TRY_ASSIGN(const std::vector<Leaf> leaves, leaves_of(*group.pending_epoch()));
    std::vector<Person> names = named_members(machine, leaves);
    if (upload) upload->members = std::exchange(names, {});
    TRY_ASSIGN(Bytes welcome, make_welcome(machine, step, group, std::move(names)));
    // Both travel in one frame.
    if (welcome.size() > wire::payload_size_bytes_max ||
        welcome.size() + commit_size_bytes > frame_payloads_size_bytes_max) {
        return std::optional<Bytes>();
    }
    if (upload) {
        const auto id = ConversationId::from(group.group_id());
        ENSURE(id.has_value(), internal);
        step.write(row_key::tree_upload(*id), *upload);
        machine.tables.tree_uploads.insert_or_assign(*id, std::move(*upload));
    }
    return std::optional<Bytes>(std::move(welcome));
}

}  // namespace

void drop_tickets(Machine& machine, Step& step, const ConversationId& id) {
    const auto tickets = machine.tables.tickets.find(id);
    if (tickets == machine.tables.tickets.end()) return;
    for (const auto& [device, row] : tickets->second) step.erase(row_key::ticket(id, device));
    machine.tables.tickets.erase(tickets);
}

size_t ticket_room(const mls::EpochView& epoch) {
    const size_t seals = epoch.path_seal_count();
    return seals >= path_seals_max ? 0 : std::min(tickets_per_commit_max, path_seals_max - seals);
}

Status make_commit(Machine& machine, Step& step, const ConversationRow& row, mls::Group& group,
                   PendingCommit& pending) {
    const size_t leaves = group.current().member_count();
    bool beside = false;
    for (size_t most = ticket_room(group.current());;) {
        TRY_ASSIGN(const Draft draft, make_draft(machine, step, row, group, most));
        beside = beside || leaves + draft.tickets.size() > small_group_leaves_max;
        TRY_ASSIGN(std::optional<Bytes> welcome, try_draft(machine, step, group, draft, beside));
        if (welcome) {
            list_changes(draft, group, pending);
            if (!welcome->empty()) {
                step.put(row_key::welcome(row.info.conversation), SecretBuffer(*welcome));
            }
            return {};
        }
        group.discard_pending_commit();
        const size_t tried = draft.tickets.size();
        ENSURE(tried != 0, input_too_large);
        // A tree that is too large for the Welcome despite its few leaves goes beside it.
        if (!std::exchange(beside, true)) continue;
        if (tried == 1) drop_ticket(machine, step, *draft.tickets.front());
        most = tried / 2;
    }
}

}  // namespace mayfly::core
