#include "mls/group_state.h"

#include <algorithm>

#include "mls/transcript_hash.h"

namespace mayfly::mls {

std::optional<Member> EpochState::member(LeafIndex leaf) const {
    const auto node = tree.leaf(leaf);
    if (!node) return std::nullopt;
    return Member{leaf, node->credential, node->signature_key};
}

void EpochState::start(EpochKeys epoch_keys) {
    context_bytes = codec::encode(context);
    secrets = std::move(epoch_keys.secrets);
    messages = SecretTree(suite, context.epoch, tree.leaf_count(),
                          std::move(epoch_keys.encryption_secret));
    exports = ExporterTree(suite, context.epoch, std::move(epoch_keys.application_export_secret));
    confirmation_tag =
        mls::confirmation_tag(suite, secrets.confirmation_key, context.confirmed_transcript_hash);
    interim_transcript_hash =
        mls::interim_transcript_hash(suite, context.confirmed_transcript_hash, confirmation_tag);
}

BytesView PastMembers::signature_key(LeafIndex leaf) const {
    if (tree_) {
        return tree_->has_member(leaf) ? tree_->signature_key(leaf) : BytesView();
    }
    const auto found = std::lower_bound(
        keys_.begin(), keys_.end(), leaf,
        [](const LeafKey& entry, LeafIndex wanted) { return entry.leaf < wanted; });
    if (found == keys_.end() || found->leaf != leaf) return {};
    return found->key;
}

std::vector<PastMembers::LeafKey> PastMembers::leaf_keys() const {
    if (!tree_) return keys_;
    std::vector<LeafKey> out;
    for (LeafIndex leaf : tree_->members())
        out.push_back({leaf, to_bytes(tree_->signature_key(leaf))});
    return out;
}

PastMembers PastMembers::from(std::vector<LeafKey> keys) {
    PastMembers out;
    out.keys_ = std::move(keys);
    std::sort(out.keys_.begin(), out.keys_.end(),
              [](const LeafKey& a, const LeafKey& b) { return a.leaf < b.leaf; });
    return out;
}

RecordKey epoch_record() { return {RecordKind::epoch, {}, 0, {}, 0}; }
RecordKey pending_record() { return {RecordKind::pending_commit, {}, 0, {}, 0}; }
RecordKey proposal_record(uint32_t position) { return {RecordKind::proposal, {}, position, {}, 0}; }
RecordKey past_record(Epoch epoch) { return {RecordKind::past_epoch, epoch, 0, {}, 0}; }
RecordKey previous_record() { return {RecordKind::previous_epoch, {}, 0, {}, 0}; }
RecordKey abandoned_record() { return {RecordKind::abandoned, {}, 0, {}, 0}; }

void GroupState::begin(std::unique_ptr<EpochState> first) {
    epoch = std::move(first);
    changes.insert(epoch_record());
}

// What is left of an epoch that is not gone back to any more.
void GroupState::retire(EpochState& old) {
    if (resumption_psks.size() > resumption_psks_max) {
        resumption_psks.erase(resumption_psks.begin());
    }
    changes.merge(old.exports.keys());
    changes.merge(old.exports.take_changes());
    old.exports = ExporterTree();
    PastEpoch kept{old.suite, old.own_leaf(), old.context_bytes, {}, {}, {}, {}};
    kept.sender_data_secret = std::move(old.secrets.sender_data_secret);
    kept.leaves = old.tree.leaf_count();
    kept.members = PastMembers(old.tree);
    kept.messages = std::move(old.messages);
    kept.messages.keep_application_only();
    changes.insert(past_record(old.context.epoch));
    past.insert_or_assign(old.context.epoch, std::move(kept));
}

void GroupState::enter(std::unique_ptr<EpochState> next, PreviousEpoch old) {
    leave_epoch(old);
    begin(std::move(next));
    if (!previous) forget_unneeded_past();
}

void GroupState::close(PreviousEpoch old) {
    // The names of the members stay to be shown; nothing that could read or sign does.
    auto closed = std::make_unique<EpochState>(epoch->suite);
    closed->context = epoch->context;
    closed->context_bytes = epoch->context_bytes;
    closed->tree = epoch->tree;
    closed->keys = TreeKemPrivate(epoch->own_leaf(), Secret());
    closed->confirmation_tag = epoch->confirmation_tag;
    closed->interim_transcript_hash = epoch->interim_transcript_hash;
    leave_epoch(old);
    status = GroupStatus::removed;
    begin(std::move(closed));
}

void GroupState::forget_unneeded_past() {
    const uint64_t now = epoch->context.epoch.value;
    if (now > past_epochs_max) forget_past({now - past_epochs_max});
}

void GroupState::forget_past(Epoch from) {
    while (!past.empty() && past.begin()->first < from) {
        SecretTree& messages = past.begin()->second.messages;
        changes.merge(messages.keys());
        changes.merge(messages.take_changes());
        changes.insert(past_record(past.begin()->first));
        past.erase(past.begin());
    }
}

void GroupState::forget_proposals() {
    for (const CachedProposal& cached : proposals) changes.insert(proposal_record(cached.position));
    proposals.clear();
}

void GroupState::forget_pending() {
    if (!pending) return;
    pending.reset();
    changes.insert(pending_record());
}

void GroupState::add_proposal(ReceivedProposal received, std::optional<OwnUpdate> own_update) {
    const uint32_t position = proposals.empty() ? 0 : proposals.back().position + 1;
    changes.insert(proposal_record(position));
    proposals.push_back({position, std::move(received), std::move(own_update), false});
}

const CachedProposal* GroupState::find_proposal(BytesView reference) const {
    for (const CachedProposal& cached : proposals) {
        if (equal(cached.received.reference, reference)) return &cached;
    }
    return nullptr;
}

SecretTree* GroupState::messages_of(Epoch wanted) {
    // The epoch of a closed group has no messages of its own, and may be kept or past as well.
    if (previous && previous->epoch->context.epoch == wanted) return &previous->epoch->messages;
    const auto found = past.find(wanted);
    if (found != past.end()) return &found->second.messages;
    return epoch->context.epoch == wanted ? &epoch->messages : nullptr;
}

ExporterTree* GroupState::exports_of(Epoch wanted) {
    if (previous && previous->epoch->context.epoch == wanted) return &previous->epoch->exports;
    const bool current = status != GroupStatus::removed && epoch->context.epoch == wanted;
    return current ? &epoch->exports : nullptr;
}

size_t GroupState::wanted_proposals() const {
    return static_cast<size_t>(
        std::count_if(proposals.begin(), proposals.end(),
                      [](const CachedProposal& cached) { return !cached.forgotten; }));
}

}  // namespace mayfly::mls
