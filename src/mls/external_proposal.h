// Proposals of those who are not in the group: RFC 9420 section 12.1.8. The group and its epoch are
// what a message to it shows (read_message_header).
#pragma once

#include "mls/key_package_secrets.h"
#include "mls/proposal.h"

namespace mayfly::mls {

// propose_from_outside makes the MLSMessage of an external sender: the one at that index of the
// GroupContext's external_senders, who signs with this identity. invalid_argument for what only
// members may propose.
Result<Bytes> propose_from_outside(CipherSuiteId suite, const GroupId& group_id, Epoch epoch,
                                   uint32_t sender_index, const Proposal& proposal,
                                   const Identity& sender);

// propose_own_addition asks a group to add the owner of the key package.
Result<Bytes> propose_own_addition(const GroupId& group_id, Epoch epoch,
                                   const KeyPackageSecrets& own);

}  // namespace mayfly::mls
