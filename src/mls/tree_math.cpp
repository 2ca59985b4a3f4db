#include "mls/tree_math.h"

namespace mayfly::mls {

std::vector<NodeIndex> direct_path(NodeIndex node, LeafCount leaves) {
    MAYFLY_ASSERT(leaves.contains(node));
    std::vector<NodeIndex> path;
    for (auto above = parent(node, leaves); above; above = parent(*above, leaves)) {
        path.push_back(*above);
    }
    return path;
}

std::vector<NodeIndex> copath(NodeIndex node, LeafCount leaves) {
    MAYFLY_ASSERT(leaves.contains(node));
    std::vector<NodeIndex> path;
    for (auto at = std::optional(node); at && *at != root(leaves); at = parent(*at, leaves)) {
        path.push_back(*sibling(*at, leaves));
    }
    return path;
}

NodeIndex common_ancestor(NodeIndex a, NodeIndex b) {
    if (is_in_subtree(a, b)) return a;
    if (is_in_subtree(b, a)) return b;
    // Above both, indexes differ only in the bits under the highest that differs.
    const auto width = static_cast<uint32_t>(std::bit_width(a.value ^ b.value));
    const uint32_t below = width - 1;
    return {((a.value >> width) << width) | ((1U << below) - 1)};
}

}  // namespace mayfly::mls
