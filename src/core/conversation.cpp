// The MLS group of a conversation: reading it from the store, our commits, and those of others.
// Specification: docs/spec/core.md section 5.
#include "core/large_groups.h"
#include "core/machine.h"
#include "core/repair.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

bool commit_is_due(const ConversationRow& row, Time now) {
    if (row.sent_since_commit == 0) return false;
    return row.sent_since_commit >= messages_per_commit ||
           now - from_ms(row.last_commit_at_ms) >= time_per_commit;
}

// Whoever wants to write commits the waiting removals first (RFC 9420 section 12.4), or puts a
// group in order that is out of it; others leave that to chance.
bool proposals_are_due(Machine& machine, Step& step, const ConversationRow& row, bool writes) {
    const bool waits = row.has_proposals || is_in_repair(machine, row.info.conversation);
    if (!waits || row.leaving || row.commit) return false;
    const auto [at, fresh] = machine.proposal_commits.try_emplace(row.info.conversation);
    if (fresh) at->second = step.now() + random_delay(step, proposal_commit_delay_max);
    return writes || at->second <= step.now();
}

bool has_outbox(const Machine& machine, const ConversationId& id) {
    return std::any_of(machine.tables.outbox.begin(), machine.tables.outbox.end(),
                       [&](const auto& entry) { return entry.second.conversation == id; });
}

// Our own invitation to the same account must reach the hub before our acceptance of theirs: else
// they would take it for a new beginning (see supersede_earlier).
bool waits_for_invitation(const Machine& machine, const ConversationRow& row) {
    if (row.info.kind != ConversationKind::direct) return false;
    return std::any_of(
        machine.tables.creations.begin(), machine.tables.creations.end(), [&](const auto& entry) {
            const auto& other = machine.tables.conversations.at(entry.first);
            return other.contact == row.contact && other.info.hubs.front() == row.info.hubs.front();
        });
}

Status send_commit(Machine& machine, Step& step, const ConversationRow& row,
                   const mls::Group& group) {
    const Purpose purpose{Kind::commit, group.epoch().value, row.info.conversation};
    const std::string& hub = row.info.hubs.front();
    if (row.commit->overtaken || machine.links[hub].has(purpose)) return {};
    const auto next = group.pending_epoch();
    ENSURE(next && group.pending_commit() != nullptr, store_corrupt);
    // Nobody is to be let in who could not join.
    if (tree_is_on_its_way(machine, row.info.conversation)) {
        pump_tree_upload(machine, step, row, *next);
        return {};
    }
    wire::ChannelCommit commit;
    commit.channel = row.info.channel;
    commit.epoch = {group.epoch().value};
    TRY_ASSIGN(commit.write_token, write_token(group.current(), row));
    commit.message_id = row.commit->message_id;
    TRY_ASSIGN(const wire::Token next_token, write_token(*next, row));
    commit.next_write_token_hash = wire::token_hash_of(next_token);
    commit.changes = row.commit->changes;
    commit.payload = group.pending_commit()->commit;
    commit.welcome_tokens = row.commit->welcome_tokens;
    if (!commit.welcome_tokens.empty()) {
        TRY_ASSIGN(const auto welcome, step.get(row_key::welcome(row.info.conversation)));
        ENSURE(welcome.has_value(), store_corrupt);
        commit.welcome = to_bytes(welcome->expose());
    }
    request(machine, step, hub, purpose, std::move(commit));
    return {};
}

// No relay takes a commit with so long a path: the tree must be filled first, by others. What was
// wanted of it ends; tickets wait on. Those who leave stay a while longer.
Status put_off_commit(Machine& machine, Step& step, ConversationRow& row, mls::Group& group,
                      Status why) {
    end_plan(machine, step, row.info.conversation, why);
    machine.proposal_commits.erase(row.info.conversation);
    machine.fillings.erase(row.info.conversation);
    for (const mls::ReceivedProposal& waiting : group.pending_proposals()) {
        group.forget_proposal(waiting.reference);
    }
    row.has_proposals = false;
    TRY(note_departures(machine, step, row.info.conversation, group));
    row.sent_since_commit = 0;
    row.last_commit_at_ms = to_ms(step.now());
    save_group(step, row.info.conversation, group);
    save_conversation(machine, step, row);
    return {};
}

Status begin_commit(Machine& machine, Step& step, ConversationRow& row, mls::Group& group) {
    if (!group.is_active()) return {};
    PendingCommit pending;
    pending.message_id = step.random_id<MessageId>();
    const Status made = make_commit(machine, step, row, group, pending);
    if (!made.ok()) {
        if (is_store_error(made.code())) return made;
        if (made.code() == ErrorCode::input_too_large) {
            return put_off_commit(machine, step, row, group, made);
        }
        // What cannot be committed must not be tried for ever, nor hold up anything else.
        drop_tickets(machine, step, row.info.conversation);
        end_plan(machine, step, row.info.conversation, made);
        return {};
    }
    machine.proposal_commits.erase(row.info.conversation);
    machine.fillings.erase(row.info.conversation);
    if (!row.joined) {
        pending.changes.push_back({group.own_leaf().value, wire::Address{"", row.own_token}});
    }
    row.commit = std::move(pending);
    save_group(step, row.info.conversation, group);
    save_conversation(machine, step, row);
    return send_commit(machine, step, row, group);
}

void drop_commit(Machine& machine, Step& step, ConversationRow& row, bool won) {
    forget_tree_upload(machine, step, row, won);
    if (row.commit && !row.commit->welcome_tokens.empty()) {
        step.erase(row_key::welcome(row.info.conversation));
    }
    row.commit.reset();
}

// A device of ours that we let in gets what is still alive from before it was there.
Status tell_new_siblings(Machine& machine, Step& step, const ConversationRow& row,
                         const mls::CommitSummary& summary) {
    if (row.info.kind != ConversationKind::direct && !has_state(row.info.kind)) return {};
    std::vector<wire::DeviceId> siblings;
    for (const mls::AddedMember& added : summary.added) {
        TRY_ASSIGN(const wire::DeviceCertificate certificate,
                   read_credential(added.member.credential));
        if (certificate.account_key == machine.tables.account->account_key) {
            siblings.push_back(certificate.device);
        }
    }
    return owe_history(machine, step, row.info.conversation, siblings);
}

// Our commit is the hub's: move on.
Status commit_won(Machine& machine, Step& step, ConversationRow& row, mls::Group& group) {
    ENSURE(group.pending_summary() != nullptr, store_corrupt);
    const mls::CommitSummary summary = *group.pending_summary();
    TRY(group.merge_pending_commit());
    drop_commit(machine, step, row, true);
    row.joined = true;
    row.has_proposals = false;
    row.sent_since_commit = 0;
    TRY(review_repair(machine, step, row, group));
    TRY(epoch_changed(machine, step, row, group, machine.own_account(), summary));
    TRY(tell_new_siblings(machine, step, row, summary));
    row.last_commit_at_ms = to_ms(step.now());
    step.end(std::exchange(row.accept_operation, 0), {});
    save_group(step, row.info.conversation, group);
    save_conversation(machine, step, row);
    step.shred();  // secrets of the epoch before
    return {};
}

// The hub will never take this conversation's writes again.
void close_for_sending(Machine& machine, Step& step, ConversationRow& row, mls::Group& group,
                       Error why) {
    group.discard_pending_commit();
    drop_commit(machine, step, row, false);
    row.closed = true;
    row.superseded = true;
    step.end(std::exchange(row.accept_operation, 0), why);
    end_plan(machine, step, row.info.conversation, why);
    save_group(step, row.info.conversation, group);
    save_conversation(machine, step, row);
    if (row.info.kind == ConversationKind::direct) move_outbox(machine, step, row.contact);
}

}  // namespace

Result<mls::Group*> group_of(Machine& machine, Step& step, const ConversationId& id) {
    const auto loaded = machine.groups.find(id);
    if (loaded != machine.groups.end()) return &loaded->second;
    const Bytes prefix = row_key::group_prefix(id);
    std::vector<mls::GroupRecord> records;
    TRY(step.store().scan(prefix, [&](BytesView key, SecretBuffer value) {
        records.push_back({to_bytes(key.subspan(prefix.size())), std::move(value)});
        return true;
    }));
    auto group = mls::Group::load(records);
    ENSURE(group.ok(), store_corrupt);
    note_filling(machine, step, id, *group);
    return &machine.groups.insert_or_assign(id, std::move(group).value()).first->second;
}

void save_group(Step& step, const ConversationId& id, mls::Group& group) {
    for (mls::GroupRecord& record : group.take_changes()) {
        Bytes key = row_key::group(id, record.key);
        if (record.value) {
            step.put(std::move(key), std::move(*record.value));
        } else {
            step.erase(std::move(key));
        }
    }
}

void keep_conversation(Machine& machine, Step& step, ConversationRow row, mls::Group group) {
    const ConversationId id = row.info.conversation;
    save_conversation(machine, step, row);
    save_group(step, id, group);
    machine.tables.conversations.insert_or_assign(id, std::move(row));
    machine.groups.insert_or_assign(id, std::move(group));
}

Result<wire::Token> write_token(const mls::EpochView& epoch, const ConversationRow& row) {
    TRY_ASSIGN(const Secret secret, epoch.export_secret(write_token_label, row.info.channel.view(),
                                                        wire::Token::size_bytes));
    const auto token = wire::Token::from(secret.expose());
    ENSURE(token.has_value(), internal);
    return *token;
}

Result<wire::DeviceCertificate> certificate_of(const mls::Group& group, mls::LeafIndex leaf) {
    const auto member = group.current().member(leaf);
    ENSURE(member.has_value(), mls_unknown_sender);
    return read_credential(member->credential);
}

void add_token(Machine& machine, Step& step, const ConversationRow& row) {
    const Purpose purpose{Kind::token_add, 0, row.info.conversation};
    const std::string& hub = row.info.hubs.front();
    if (machine.links[hub].has(purpose)) return;
    request(machine, step, hub, purpose,
            wire::AddressAdd{wire::queue_id_of(machine.tables.relays.at(hub).queue_key),
                             wire::token_hash_of(row.own_token)});
}

Status pump_conversation(Machine& machine, Step& step, ConversationRow& row) {
    const ConversationId id = row.info.conversation;
    // A hidden request must not show that we are here: nothing leaves before it is accepted.
    if (!row.accepted || (row.superseded && !row.commit)) return {};
    if (row.joining) return pump_joining(machine, step, row);
    if (!row.token_added) {
        add_token(machine, step, row);
        return {};
    }
    if (machine.tables.creations.contains(id)) {
        pump_creation(machine, step, row);
        return {};
    }
    if (!row.joined && waits_for_invitation(machine, row)) return {};
    const bool writes = has_outbox(machine, id) || row.leaving;
    const bool due =
        !row.joined || commit_is_due(row, step.now()) || machine.tables.plans.contains(id) ||
        proposals_are_due(machine, step, row, writes) || filling_is_due(machine, id, step.now());
    const bool lets_in = machine.tables.tickets.contains(id);
    if (!row.commit && !due && !lets_in && !writes) return {};
    TRY_ASSIGN(mls::Group * group, group_of(machine, step, id));
    if (row.commit) {
        TRY(send_commit(machine, step, row, *group));
        // What people write does not wait for a tree's upload, only for what is to be committed.
        const bool may_write = tree_is_on_its_way(machine, id) && !row.leaving &&
                               !row.has_proposals && !is_in_repair(machine, id);
        return may_write ? pump_outbox(machine, step, row, *group) : Status();
    }
    if (row.leaving) return pump_leaving(machine, step, row, *group);
    if (due || (lets_in && ticket_room(group->current()) > 0)) {
        return begin_commit(machine, step, row, *group);
    }
    return pump_outbox(machine, step, row, *group);
}

Status abandon_commit(Machine& machine, Step& step, ConversationRow& row) {
    TRY_ASSIGN(mls::Group * group, group_of(machine, step, row.info.conversation));
    group->discard_pending_commit();
    drop_commit(machine, step, row, false);
    drop_tickets(machine, step, row.info.conversation);
    save_group(step, row.info.conversation, *group);
    save_conversation(machine, step, row);
    return {};
}

Status commit_replied(Machine& machine, Step& step, const Purpose& purpose, wire::ReplyBody& body) {
    ConversationRow* row = find_conversation(machine, purpose.conversation);
    if (row == nullptr || !row->commit) return {};
    TRY_ASSIGN(mls::Group * group, group_of(machine, step, purpose.conversation));
    if (group->epoch().value != purpose.number || !group->has_pending_commit()) return {};
    const auto* failed = std::get_if<wire::Failed>(&body);
    if (failed == nullptr) return commit_won(machine, step, *row, *group);
    if (failed->status == wire::ReplyStatus::stale_epoch) {
        // The winner, perhaps our own first attempt, is on its way to our queue.
        row->commit->overtaken = true;
        save_conversation(machine, step, *row);
    } else if (is_passing(failed->status)) {
        machine.links[row->info.hubs.front()].hold_until = step.now() + refusal_delay;
    } else {
        close_for_sending(machine, step, *row, *group,
                          Error{wire::to_error_code(failed->status), MAYFLY_HERE});
    }
    return {};
}

// Another device of ours accepted the request: a commit of our account in it says so.
static Status accepted_elsewhere(Machine& machine, Step& step, ConversationRow& row) {
    if (row.accepted) return {};
    row.accepted = true;
    const auto contact = machine.tables.contacts.find(row.contact);
    if (contact != machine.tables.contacts.end() && !contact->second.accepted) {
        contact->second.accepted = true;
        save_contact(machine, step, contact->second);
    }
    step.tell(ContactChanged{row.contact});
    step.tell(MessageArrived{row.info.conversation});
    return {};
}

// A commit that takes our leaf away may give us another: we had asked twice. Its welcome is next.
static bool is_replaced(const Machine& machine, const mls::CommitSummary& summary) {
    const mls::Credential own = credential_of(machine.tables.account->certificate);
    return std::any_of(summary.added.begin(), summary.added.end(),
                       [&](const auto& added) { return added.member.credential == own; });
}

static Status wait_for_welcome(Machine& machine, Step& step, ConversationRow& row) {
    const ConversationId id = row.info.conversation;
    TRY(erase_groups(step, id));
    machine.groups.erase(id);
    row.joining = row.ticket_sent = true;
    row.joined = false;
    save_conversation(machine, step, row);
    step.shred();
    return {};
}

static Status refuse_commit(Machine& machine, Step& step, ConversationRow& row,
                            const mls::Group& group, const mls::CommitSummary& summary,
                            Status why) {
    TRY(note_broken_rules(machine, step, row, group, summary));
    if (!summary.removes_us) return why;
    TRY_ASSIGN(const bool asked, ask_to_return(machine, step, row, group, summary));
    if (!asked) return why;
    drop_commit(machine, step, row, false);
    save_conversation(machine, step, row);
    return {};
}

static Status take_commit(Machine& machine, Step& step, ConversationRow& row,
                          const wire::Delivery& delivery) {
    TRY_ASSIGN(mls::Group * group, group_of(machine, step, row.info.conversation));
    if (delivery.epoch.value < group->epoch().value) return {};  // our own, merged already
    ENSURE(delivery.epoch.value == group->epoch().value, mls_wrong_epoch);
    const mls::CommitMessages* pending = group->pending_commit();
    if (row.commit && pending != nullptr && pending->commit == delivery.payload) {
        return commit_won(machine, step, row, *group);
    }
    auto processed = group->process(delivery.payload, machine.environment(step));
    save_group(step, row.info.conversation, *group);
    if (!processed.ok()) return processed.error();
    if (auto* proposal = std::get_if<mls::ReceivedProposal>(&*processed)) {
        group->forget_proposal(proposal->reference);  // it must come as a message
    }
    auto* staged = std::get_if<mls::StagedCommit>(&*processed);
    if (staged == nullptr) {
        save_group(step, row.info.conversation, *group);
        return MAYFLY_ERROR(unexpected_message);
    }
    const mls::CommitSummary summary = staged->summary();
    const Status allowed = judge_commit(machine, step, row, *group, summary);
    if (!allowed.ok()) return refuse_commit(machine, step, row, *group, summary, allowed);
    AccountId by;  // nobody, if it came from outside: then it is only applied to be undone
    if (!summary.external) {
        TRY_ASSIGN(const auto committer, certificate_of(*group, summary.committer));
        by = wire::account_id_of(committer.account_key);
    }
    TRY(group->apply(std::move(*staged)));
    drop_commit(machine, step, row, false);  // lost the race; made anew if it is still wanted
    row.has_proposals = false;
    if (by != machine.own_account() && !std::exchange(row.peer_joined, true)) {
        step.tell(ContactChanged{row.contact});
    }
    if (by == machine.own_account()) TRY(accepted_elsewhere(machine, step, row));
    if (!group->is_active() && is_replaced(machine, summary)) {
        return wait_for_welcome(machine, step, row);
    }
    if (!group->is_active()) row.closed = row.superseded = true;
    if (row.closed && row.info.kind == ConversationKind::own_devices) shut_out(machine, step);
    TRY(review_repair(machine, step, row, *group));
    TRY(epoch_changed(machine, step, row, *group, by, summary));
    save_group(step, row.info.conversation, *group);
    save_conversation(machine, step, row);
    step.shred();
    if (row.closed && row.leaving) {
        return forget_conversation(machine, step, ConversationId(row.info.conversation), 0);
    }
    return {};
}

Status commit_arrived(Machine& machine, Step& step, ConversationRow& row,
                      const wire::Delivery& delivery) {
    const ConversationId id = row.info.conversation;
    const bool direct = row.info.kind == ConversationKind::direct;
    const Status taken = take_commit(machine, step, row, delivery);
    if (taken.ok() || is_store_error(taken.code()) || !direct) return taken;
    TRY(begin_anew(machine, step, machine.tables.conversations.at(id)));
    return taken;
}

// Another device of ours leaves a group, and we with it: what was said there ends here as well.
static Status leave_with_sibling(Machine& machine, Step& step, ConversationRow& row) {
    if (row.leaving) return {};
    TRY(begin_leaving(machine, step, row));
    row.superseded = false;
    ConversationChanged change;
    change.conversation = row.info.conversation;
    change.by = machine.own_account();
    change.removed = change.left = {change.by};
    change.removed_us = true;
    step.tell(std::move(change));
    return {};
}

Status proposal_arrived(Machine& machine, Step& step, ConversationRow& row, mls::Group& group,
                        const mls::ReceivedProposal& proposal) {
    Status allowed = MAYFLY_ERROR(mls_commit_pending);
    if (!is_in_repair(machine, row.info.conversation)) {
        TRY_ASSIGN(const Roles roles, Roles::of(group.current()));
        allowed = roles.check_proposal(proposal);
    }
    if (!allowed.ok()) {
        group.forget_proposal(proposal.reference);
    } else {
        row.has_proposals = true;
        TRY(note_departures(machine, step, row.info.conversation, group));
        const auto* remove = proposal.proposal.get_if<mls::Remove>();
        if (remove->removed == group.own_leaf()) TRY(leave_with_sibling(machine, step, row));
        save_conversation(machine, step, row);
    }
    save_group(step, row.info.conversation, group);
    return allowed;
}

}  // namespace mayfly::core
