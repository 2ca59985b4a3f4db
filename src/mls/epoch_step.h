// From one epoch to the next: what creating and processing a commit share (RFC 9420 sections 12.4.1
// and 12.4.2).
#pragma once

#include "mls/proposal_list.h"
#include "mls/psk.h"
#include "mls/welcome.h"

namespace mayfly::mls {

// provisional_context is the context that path secrets are encrypted under: the next epoch with the
// confirmed transcript hash of the old one.
GroupContext provisional_context(const EpochState& before, const RatchetTree& tree,
                                 const Extensions& extensions);

// resolve_psks finds the keys in the order given: resumption secrets of the group at hand first,
// then what the application has. group is nullptr for somebody who joins. Error: mls_missing_psk.
Result<std::vector<ResolvedPsk>> resolve_psks(const std::vector<PreSharedKeyId>& ids,
                                              const GroupState* group, const Environment& env);

struct EpochStep {
    RatchetTree tree;
    Extensions extensions;
    TreeKemPrivate keys;
    Secret signature_key;
    Secret init_secret;
    Secret commit_secret;
    Secret psk_secret;
};

struct NextEpoch {
    std::unique_ptr<EpochState> state;
    Secret joiner_secret;
    Secret welcome_secret;
};

// advance_epoch updates the transcript hash with the signed commit and runs the key schedule. The
// state's confirmation tag is still to be compared with the commit's, or put into it.
NextEpoch advance_epoch(const EpochState& before, EpochStep step,
                        const AuthenticatedContent& commit);

// make_group_info describes an epoch, signed by us (section 12.4.3).
struct GroupInfoParts {
    bool external_pub = false;
    bool tree = false;
    Extensions extensions;
};
Result<GroupInfo> make_group_info(const EpochState& epoch, GroupInfoParts parts,
                                  const Environment& env);

}  // namespace mayfly::mls
