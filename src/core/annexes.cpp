// Secondary contents: reactions, edits, votes and receipts. Each is kept as the newest word of one
// account on one message and ends with the message; what came too early waits, bounded, for it.
// Specification: docs/spec/content.md section 7.
#include "core/annex.h"
#include "crypto/hash.h"

namespace mayfly::core {
namespace {

// The rows of a message that this content may take: one for each emoji or kind of receipt.
Result<uint64_t> slot_of(ContentType type, BytesView body) {
    if (type == ContentType::receipt) {
        TRY_ASSIGN(const Receipt receipt, decode_body<Receipt>(body));
        return static_cast<uint64_t>(receipt.kind);
    }
    if (type != ContentType::reaction) return uint64_t{0};
    TRY_ASSIGN(const Reaction reaction, decode_body<Reaction>(body));
    const auto hash = crypto::sha256(as_bytes(reaction.emoji));
    return codec::Reader(hash).u64();
}

// Both are of the sender's clock, and equal on every device.
bool is_newer(const AnnexRow& row, const AnnexRow& before) {
    if (row.sent_at_ms != before.sent_at_ms) return row.sent_at_ms > before.sent_at_ms;
    return row.content > before.content;
}

Status check_edit(const MessageRow& target, const AnnexRow& annex) {
    ENSURE(target.sender == annex.sender, not_ours);
    ENSURE(target.type == ContentType::text, invalid_argument);
    return {};
}

Status check_vote(Step& step, const MessageRow& target, const AnnexRow& annex) {
    ENSURE(target.type == ContentType::poll, invalid_argument);
    TRY_ASSIGN(const SecretBuffer body, load_body(step, target));
    TRY_ASSIGN(const Poll poll, decode_body<Poll>(body.expose()));
    TRY_ASSIGN(const Vote vote, decode_body<Vote>(annex.body.expose()));
    ENSURE(poll.multiple || vote.choices.size() <= 1, invalid_argument);
    ENSURE(vote.choices.empty() || vote.choices.back() < poll.options.size(), invalid_argument);
    ENSURE(poll.closes_at_ms == 0 || annex.sent_at_ms <= poll.closes_at_ms, expired);
    return {};
}

Status check_reaction(Step& step, const MessageRow& target, const AnnexRow& annex, bool is_first) {
    if (!is_first) return {};
    TRY_ASSIGN(const auto keys,
               keys_under(step, row_key::annexes_of(target.id, annex.type, annex.sender)));
    ENSURE(keys.size() < reactions_per_person_max, quota_exceeded);
    return {};
}

// The first receipt of a kind stands. Only who sent the message is told.
Status check_receipt(const MessageRow& target, const AnnexRow& annex) {
    ENSURE(target.outgoing && annex.sender != target.sender, invalid_argument);
    return {};
}

Status apply_edit(Step& step, MessageRow& target, AnnexRow& annex) {
    TRY_ASSIGN(const Edit edit, decode_body<Edit>(annex.body.expose()));
    replace_body(step, target, edit.text.expose());
    annex.body.clear();
    return {};
}

std::set<AccountId> people_in(const Machine& machine, const ConversationRow& conversation) {
    std::set<AccountId> people = {machine.own_account(), conversation.contact};
    const auto roster = machine.tables.rosters.find(conversation.info.conversation);
    if (roster == machine.tables.rosters.end()) return people;
    for (const RosterMember& member : roster->second.members) people.insert(member.account);
    return people;
}

Status keep_orphan(Machine& machine, Step& step, const ConversationRow& conversation,
                   const MessageId& target, AnnexRow annex, Time expires_at) {
    // What ended here stays ended: its sender's id was seen.
    const ConversationId& id = conversation.info.conversation;
    for (const AccountId& account : people_in(machine, conversation)) {
        TRY_ASSIGN(const auto seen, step.get(row_key::seen(account, target)));
        if (seen) return {};
    }
    TRY_ASSIGN(const auto keys, keys_under(step, row_key::orphans_of(id)));
    ENSURE(keys.size() < orphans_max, quota_exceeded);
    OrphanRow orphan;
    orphan.target = target;
    orphan.annex = std::move(annex);
    const Time until = std::min(expires_at, step.now() + orphan_life);
    orphan.expires_at_ms = to_ms(until);
    const Bytes key = row_key::orphan(id, next_order(machine, step));
    step.write(key, orphan);
    note_expiry(machine, step, until, expiry_of_orphan, BytesView(key).subspan(2));
    return {};
}

Status receipts_arrived(Machine& machine, Step& step, const ConversationRow& conversation,
                        AnnexRow annex) {
    TRY_ASSIGN(const Receipt receipt, decode_body<Receipt>(annex.body.expose()));
    for (const MessageId& id : receipt.targets) {
        TRY_ASSIGN(std::optional<MessageRow> target, load_message(step, id));
        if (!target || from_ms(target->expires_at_ms) <= step.now()) continue;
        // Each message gets a receipt of its own, so that the ids of others do not outlive them.
        Receipt one;
        one.kind = receipt.kind;
        one.targets = {id};
        Secondary secondary;
        secondary.conversation = conversation.info.conversation;
        secondary.annex.content = annex.content;
        secondary.annex.sent_at_ms = annex.sent_at_ms;
        secondary.annex.sender = annex.sender;
        secondary.annex.type = ContentType::receipt;
        secondary.annex.body = codec::encode_secret(one);
        const Status applied = apply_secondary(machine, step, *target, std::move(secondary));
        if (!applied.ok() && is_store_error(applied.code())) return applied;
    }
    return {};
}

}  // namespace

std::vector<ConversationId> siblings(const Machine& machine, const ConversationId& conversation) {
    const auto row = machine.tables.conversations.find(conversation);
    if (row == machine.tables.conversations.end()) return {conversation};
    if (row->second.info.kind != ConversationKind::direct) return {conversation};
    return conversations_of(machine, row->second.contact);
}

bool are_siblings(const Machine& machine, const ConversationId& a, const ConversationId& b) {
    if (a == b) return true;
    const auto all = siblings(machine, a);
    return std::find(all.begin(), all.end(), b) != all.end();
}

Result<std::vector<Bytes>> keys_under(Step& step, const Bytes& prefix) {
    std::set<Bytes> keys;
    TRY(step.store().scan(prefix, [&](BytesView key, SecretBuffer) {
        keys.insert(to_bytes(key));
        return true;
    }));
    for (const auto& change : step.effects.writes.changes) {
        if (change.key.size() < prefix.size() ||
            !equal(BytesView(change.key).first(prefix.size()), prefix)) {
            continue;
        }
        if (change.value) {
            keys.insert(change.key);
        } else {
            keys.erase(change.key);
        }
    }
    return std::vector<Bytes>(keys.begin(), keys.end());
}

Status apply_secondary(Machine& machine, Step& step, MessageRow& target, Secondary secondary) {
    AnnexRow& annex = secondary.annex;
    ENSURE(are_siblings(machine, target.conversation, secondary.conversation), unknown_message);
    TRY_ASSIGN(const uint64_t slot, slot_of(annex.type, annex.body.expose()));
    const Bytes key = row_key::annex(target.id, annex.type, annex.sender, slot);
    TRY_ASSIGN(const std::optional<AnnexRow> before, step.read<AnnexRow>(key));
    if (before && (annex.type == ContentType::receipt || !is_newer(annex, *before))) return {};
    switch (annex.type) {
        case ContentType::edit:
            TRY(check_edit(target, annex));
            TRY(apply_edit(step, target, annex));
            break;
        case ContentType::vote: TRY(check_vote(step, target, annex)); break;
        case ContentType::reaction:
            TRY(check_reaction(step, target, annex, !before.has_value()));
            break;
        case ContentType::receipt: TRY(check_receipt(target, annex)); break;
        default: return MAYFLY_ERROR(invalid_argument);
    }
    if (before) step.shred();
    step.write(key, annex);
    const auto conversation = machine.tables.conversations.find(target.conversation);
    if (conversation != machine.tables.conversations.end() && conversation->second.accepted) {
        step.tell(MessageChanged{target.id});
    }
    return {};
}

Status secondary_arrived(Machine& machine, Step& step, ConversationRow& conversation,
                         const AccountId& sender, const Content& content) {
    const Time expires_at = clamp_sent_at(content.sent_at_ms, step.now()) +
                            Duration::milliseconds(static_cast<int64_t>(content.expires_after_ms));
    if (expires_at <= step.now()) return {};
    AnnexRow annex;
    annex.content = content.id;
    annex.sent_at_ms = content.sent_at_ms;
    annex.sender = sender;
    annex.type = content.type;
    annex.body = content.body.clone();
    if (content.type == ContentType::receipt) {
        return receipts_arrived(machine, step, conversation, std::move(annex));
    }
    TRY_ASSIGN(const std::optional<MessageId> target,
               target_of(content.type, content.body.expose()));
    ENSURE(target.has_value(), malformed_input);
    TRY_ASSIGN(std::optional<MessageRow> row, load_message(step, *target));
    if (!row) {
        return keep_orphan(machine, step, conversation, *target, std::move(annex), expires_at);
    }
    if (from_ms(row->expires_at_ms) <= step.now()) return {};
    return apply_secondary(machine, step, *row,
                           Secondary{conversation.info.conversation, std::move(annex)});
}

Status adopt_orphans(Machine& machine, Step& step, const MessageRow& target) {
    MessageRow row = target;
    for (const ConversationId& id : siblings(machine, target.conversation)) {
        TRY_ASSIGN(const auto keys, keys_under(step, row_key::orphans_of(id)));
        for (const Bytes& key : keys) {
            TRY_ASSIGN(std::optional<OrphanRow> orphan, step.read<OrphanRow>(key));
            if (!orphan || orphan->target != target.id) continue;
            TRY(end_orphan(step, BytesView(key).subspan(2)));
            step.erase(row_key::expiry(from_ms(orphan->expires_at_ms), expiry_of_orphan,
                                       BytesView(key).subspan(2)));
            if (from_ms(orphan->expires_at_ms) <= step.now()) continue;
            const Status applied =
                apply_secondary(machine, step, row, Secondary{id, std::move(orphan->annex)});
            if (!applied.ok() && is_store_error(applied.code())) return applied;
        }
    }
    return {};
}

Status end_orphan(Step& step, BytesView subject) {
    step.erase(row_key::orphan_of_subject(subject));
    step.shred();
    return {};
}

Status erase_annexes(Machine& machine, Step& step, const MessageRow& target) {
    TRY_ASSIGN(std::vector<Bytes> keys, keys_under(step, row_key::annexes_of(target.id)));
    for (Bytes& key : keys) step.erase(std::move(key));
    std::vector<uint64_t> orders;
    for (const auto& [order, item] : machine.tables.outbox) {
        if (item.target == target.id && item.type != ContentType::recall) orders.push_back(order);
    }
    for (const uint64_t order : orders) {
        drop_outbox(machine, step, order, MAYFLY_ERROR(unknown_message));
    }
    // A message of another device of ours is in the table of what was seen; one of this device is
    // not, and what concerns it must find that it ended.
    if (!target.outgoing) return {};
    return mark_seen(machine, step, target.sender, target.id,
                     from_ms(target.sent_expiry_ms) + clock_skew_max);
}

Status take_past_annex(Step& step, const MessageRow& target, AnnexRow annex) {
    // The text that came with the message is the edited one already.
    const bool is_edit = annex.type == ContentType::edit && annex.body.empty();
    if (!is_edit) TRY(check_body(annex.type, annex.body.expose()));
    TRY_ASSIGN(const uint64_t slot,
               is_edit ? Result<uint64_t>(uint64_t{0}) : slot_of(annex.type, annex.body.expose()));
    const Bytes key = row_key::annex(target.id, annex.type, annex.sender, slot);
    // A newer word may have come here before the history did.
    TRY_ASSIGN(const std::optional<AnnexRow> before, step.read<AnnexRow>(key));
    if (!before || is_newer(annex, *before)) step.write(key, annex);
    return {};
}

Result<std::vector<AnnexRow>> annexes_of(Step& step, const MessageId& target) {
    TRY_ASSIGN(const auto keys, keys_under(step, row_key::annexes_of(target)));
    std::vector<AnnexRow> out;
    for (const Bytes& key : keys) {
        TRY_ASSIGN(std::optional<AnnexRow> row, step.read<AnnexRow>(key));
        if (row) out.push_back(std::move(*row));
    }
    return out;
}

uint64_t next_stamp(const std::optional<AnnexRow>& before, Time now) {
    if (!before) return to_ms(now);
    return std::max(to_ms(now), std::min<uint64_t>(before->sent_at_ms, INT64_MAX / 2) + 1);
}

}  // namespace mayfly::core
