// Array-based trees: RFC 9420 appendix C. Leaf i is node 2i; the parents are the odd nodes. A tree
// always has a power of two of leaves, so that the shape follows from the number of leaves alone.
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "util/error.h"

namespace mayfly::mls {

struct NodeIndex {
    uint32_t value = 0;

    auto operator<=>(const NodeIndex&) const = default;
    constexpr bool is_leaf() const { return (value & 1) == 0; }
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.value);
    }
};

struct LeafIndex {
    uint32_t value = 0;

    auto operator<=>(const LeafIndex&) const = default;
    constexpr NodeIndex node() const { return {2 * value}; }
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.value);
    }
};

// LeafCount: how many leaves a tree has, blank ones included. Zero or a power of two.
struct LeafCount {
    uint32_t value = 0;

    auto operator<=>(const LeafCount&) const = default;
    // for_leaves: the smallest tree that has room for so many leaves.
    static constexpr LeafCount for_leaves(uint32_t leaves) { return {std::bit_ceil(leaves)}; }
    constexpr uint32_t node_count() const { return value == 0 ? 0 : 2 * value - 1; }
    constexpr bool contains(LeafIndex leaf) const { return leaf.value < value; }
    constexpr bool contains(NodeIndex node) const { return node.value < node_count(); }
};

// leaf_of: the node must be a leaf.
constexpr LeafIndex leaf_of(NodeIndex node) { return {node.value / 2}; }
// level: 0 for leaves, 1 for their parents, and so on.
constexpr uint32_t level(NodeIndex node) {
    return static_cast<uint32_t>(std::countr_one(node.value));
}
constexpr NodeIndex root(LeafCount leaves) { return {leaves.value - 1}; }
constexpr bool is_in_subtree(NodeIndex top, NodeIndex node) {
    return (node.value >> (level(top) + 1)) == (top.value >> (level(top) + 1)) &&
           level(node) <= level(top);
}

// first_leaf_below: the leftmost leaf of the subtree, the node itself if it is one.
constexpr LeafIndex first_leaf_below(NodeIndex top) {
    return leaf_of({top.value & ~((1U << level(top)) - 1)});
}

// left, right: nullopt for a leaf.
constexpr std::optional<NodeIndex> left(NodeIndex node) {
    if (node.is_leaf()) return std::nullopt;
    return NodeIndex{node.value ^ (1U << (level(node) - 1))};
}
constexpr std::optional<NodeIndex> right(NodeIndex node) {
    if (node.is_leaf()) return std::nullopt;
    return NodeIndex{node.value ^ (3U << (level(node) - 1))};
}
// parent, sibling: nullopt for the root.
constexpr std::optional<NodeIndex> parent(NodeIndex node, LeafCount leaves) {
    if (node == root(leaves)) return std::nullopt;
    const uint32_t k = level(node);
    return NodeIndex{(node.value | (1U << k)) & ~(1U << (k + 1))};
}
constexpr std::optional<NodeIndex> sibling(NodeIndex node, LeafCount leaves) {
    const std::optional<NodeIndex> above = parent(node, leaves);
    if (!above) return std::nullopt;
    return node < *above ? right(*above) : left(*above);
}

// direct_path: from the node's parent to the root, in that order.
std::vector<NodeIndex> direct_path(NodeIndex node, LeafCount leaves);
// copath: the siblings of the node and of its direct path without the root, from the bottom.
std::vector<NodeIndex> copath(NodeIndex node, LeafCount leaves);
// common_ancestor: the lowest node that has both below it (or is one of them).
NodeIndex common_ancestor(NodeIndex a, NodeIndex b);

}  // namespace mayfly::mls
