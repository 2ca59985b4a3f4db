// Going back before a commit: docs/spec/mls.md section 10.
#include <algorithm>

#include "mls/group.h"
#include "mls/group_state.h"

namespace mayfly::mls {

Status GroupState::may_enter(const EpochState* next) const {
    const size_t kept = previous ? 1 : 0;
    ENSURE(kept < previous_epochs_max, mls_unconfirmed_epoch);
    if (next == nullptr) return {};
    // Its secret tree would begin anew, and keys that were used there would be used again.
    const auto same = [next](const Bytes& hash) { return hash == next->interim_transcript_hash; };
    ENSURE(std::none_of(abandoned.begin(), abandoned.end(), same), mls_abandoned_epoch);
    return {};
}

void GroupState::leave_epoch(PreviousEpoch old) {
    resumption_psks.push_back({epoch->context.epoch, epoch->secrets.resumption_psk.clone()});
    if (old == PreviousEpoch::keep) {
        for (const CachedProposal& cached : proposals) {
            changes.insert(proposal_record(cached.position));
        }
        if (pending) changes.insert(pending_record());
        previous.emplace(KeptEpoch{std::move(epoch), std::move(proposals), std::move(pending)});
        changes.insert(previous_record());
    } else {
        retire(*epoch);
        forget_abandoned();
    }
    forget_proposals();
    forget_pending();
}

void GroupState::confirm() {
    retire(*previous->epoch);
    previous.reset();
    forget_abandoned();
    forget_unneeded_past();
    changes.insert(previous_record());
    changes.insert(epoch_record());  // fewer resumption secrets
}

void GroupState::revert() {
    // Of an epoch that a commit closed for us, nothing was entered.
    if (status != GroupStatus::removed) {
        abandoned.push_back(epoch->interim_transcript_hash);
        changes.insert(abandoned_record());
    }
    changes.merge(epoch->messages.keys());
    changes.merge(epoch->messages.take_changes());
    changes.merge(epoch->exports.keys());
    changes.merge(epoch->exports.take_changes());
    forget_proposals();
    forget_pending();

    epoch = std::move(previous->epoch);
    proposals = std::move(previous->proposals);
    pending = std::move(previous->pending);
    previous.reset();
    status = GroupStatus::active;
    reinit.reset();
    resumption_psks.pop_back();
    for (const CachedProposal& cached : proposals) {
        changes.insert(proposal_record(cached.position));
    }
    if (pending) changes.insert(pending_record());
    changes.insert(previous_record());
    changes.insert(epoch_record());
}

void GroupState::forget_abandoned() {
    if (abandoned.empty()) return;
    abandoned.clear();
    changes.insert(abandoned_record());
}

std::optional<EpochView> Group::previous_epoch() const {
    if (!state_->previous) return std::nullopt;
    return EpochView(*state_->previous->epoch);
}

Status Group::confirm_epoch() {
    ENSURE(state_->previous, mls_no_previous_epoch);
    state_->confirm();
    return {};
}

Status Group::revert_epoch() {
    ENSURE(state_->previous, mls_no_previous_epoch);
    ENSURE(state_->abandoned.size() < abandoned_epochs_max, mls_too_many_reverts);
    state_->revert();
    return {};
}

}  // namespace mayfly::mls
