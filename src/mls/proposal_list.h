// Checking and applying a list of proposals: RFC 9420 sections 12.1 to 12.3.
#pragma once

#include "mls/group_state.h"

namespace mayfly::mls {

struct CommittedProposal {
    const Proposal* proposal = nullptr;
    Sender sender;
    bool by_reference = false;  // then it passed check_proposal when it was received
};

// AppliedProposals is the next epoch as far as the proposals decide it.
struct AppliedProposals {
    RatchetTree tree;
    Extensions extensions;
    std::vector<LeafIndex> new_leaves;           // increasing
    std::vector<const KeyPackage*> new_members;  // in the same order
    const ExternalInit* external_init = nullptr;
    bool needs_path = false;  // section 12.4
    CommitSummary summary;    // without committer, path and authenticated data
};

// check_proposal makes the checks of section 12.1 and 6.1 that look at one proposal alone.
// lifetime: whether an added key package must be valid now; what others send may have been valid
// then. key_package: what check_key_package says of an Add, where the caller has asked already.
enum class LifetimeCheck : uint8_t { now, none };
Status check_key_package(const EpochState& epoch, const Add& add, LifetimeCheck lifetime,
                         const Environment& env);
Status check_proposal(const EpochState& epoch, const Proposal& proposal, const Sender& sender,
                      LifetimeCheck lifetime, const Environment& env,
                      const Status* key_package = nullptr);

// may_send: who may propose what (sections 6.1 and 12.1.8).
bool may_send(const Sender& sender, ProposalType type);

// all_support: whether every member can process a proposal of this type.
bool all_support(const RatchetTree& tree, ProposalType type);

// check_external_senders asks the policy about the external senders in GroupContext extensions.
Status check_external_senders(const GroupContext& context, const Extensions& extensions,
                              const Environment& env);

// apply_proposals checks the list for a commit of `committer` (section 12.2) and applies it
// (section 12.3). What the tree as a whole must satisfy is checked with check_members once the
// commit's path is in it.
Result<AppliedProposals> apply_proposals(const EpochState& epoch,
                                         const std::vector<CommittedProposal>& proposals,
                                         const Sender& committer, LifetimeCheck lifetime,
                                         const Environment& env);

}  // namespace mayfly::mls
