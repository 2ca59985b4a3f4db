// Whether a ratchet tree may be trusted: RFC 9420 sections 7.3, 7.9.2 and 12.4.3.1.
#pragma once

#include "mls/ratchet_tree.h"
#include "util/parallel.h"

namespace mayfly::mls {

// check_members makes the checks of section 7.3 and 12.1.7 that look at all members at once: keys
// are unique, every credential type in use is supported by all, and so is everything that the group
// context's extensions are or require. O(log N) after a change. Call it on the tree that a commit
// leads to. Errors: mls_bad_leaf_node, mls_unsupported_extension.
Status check_members(const RatchetTree& tree, const Extensions& group_extensions);

// check_parent_hashes: every parent node is parent-hash valid (section 7.9.2). Errors:
// mls_bad_parent_hash.
Status check_parent_hashes(const RatchetTree& tree);

// check_unmerged_leaves: every entry is a non-blank leaf below the node, in increasing order, and
// in the list of each non-blank node between (section 12.4.3.1). Errors: mls_bad_tree.
Status check_unmerged_leaves(const RatchetTree& tree);

// validate_tree makes all checks of section 12.4.3.1 on a tree from elsewhere, leaf signatures
// included; the caller compares the tree hash. now: for lifetimes of leaves still from their key
// package (nullopt: not checked, as the section allows).
Status validate_tree(const RatchetTree& tree, BytesView group_id,
                     const Extensions& group_extensions, std::optional<Time> now,
                     Parallel* parallel = nullptr);

}  // namespace mayfly::mls
