// Deriving one leaf's secret in a tree of secrets: RFC 9420 section 9. The secret tree and the
// exporter tree share it.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "mls/labelled.h"
#include "mls/tree_math.h"

namespace mayfly::mls {

struct NodeSecret {
    NodeIndex index;
    Secret secret;
};

// DerivedLeaf: the secret of a leaf, and what its derivation does to the nodes (section 9.2).
struct DerivedLeaf {
    Secret secret;
    NodeIndex consumed;            // the lowest node above the leaf that was left
    std::vector<NodeSecret> kept;  // what replaces it
};

// derive_leaf: nothing if no secret above the leaf is left.
std::optional<DerivedLeaf> derive_leaf(const CipherSuite& suite,
                                       const std::map<NodeIndex, Secret>& nodes, LeafCount leaves,
                                       LeafIndex leaf);

}  // namespace mayfly::mls
