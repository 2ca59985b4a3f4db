#include "mls/group_state.h"

#include <algorithm>

#include "mls/transcript_hash.h"

namespace mayfly::mls {

std::optional<Member> EpochState::member(LeafIndex leaf) const {
    const LeafNode* node = tree.leaf(leaf);
    if (node == nullptr) return std::nullopt;
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
        const LeafNode* node = tree_->leaf(leaf);
        return node == nullptr ? BytesView() : BytesView(node->signature_key);
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
    for (LeafIndex leaf : tree_->members()) out.push_back({leaf, tree_->leaf(leaf)->signature_key});
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

void GroupState::begin(std::unique_ptr<EpochState> first) {
    epoch = std::move(first);
    changes.insert(epoch_record());
}

void GroupState::retire_epoch() {
    EpochState& old = *epoch;
    resumption_psks.push_back({old.context.epoch, old.secrets.resumption_psk.clone()});
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

void GroupState::enter(std::unique_ptr<EpochState> next) {
    retire_epoch();
    forget_proposals();
    forget_pending();
    begin(std::move(next));
    const uint64_t now = epoch->context.epoch.value;
    if (now > past_epochs_max) forget_past({now - past_epochs_max});
}

void GroupState::close() {
    retire_epoch();
    forget_proposals();
    forget_pending();
    status = GroupStatus::removed;
    // The names of the members stay to be shown; nothing that could read or sign does.
    epoch->messages = SecretTree();
    epoch->secrets = EpochSecrets();
    epoch->signature_key.clear();
    epoch->keys = TreeKemPrivate(epoch->own_leaf(), Secret());
    changes.insert(epoch_record());
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

size_t GroupState::wanted_proposals() const {
    return static_cast<size_t>(
        std::count_if(proposals.begin(), proposals.end(),
                      [](const CachedProposal& cached) { return !cached.forgotten; }));
}

}  // namespace mayfly::mls
