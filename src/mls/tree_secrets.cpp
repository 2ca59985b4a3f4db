#include "mls/tree_secrets.h"

namespace mayfly::mls {

std::optional<DerivedLeaf> derive_leaf(const CipherSuite& suite,
                                       const std::map<NodeIndex, Secret>& nodes, LeafCount leaves,
                                       LeafIndex leaf) {
    NodeIndex node = root(leaves);
    auto found = nodes.end();
    while (true) {
        found = nodes.find(node);
        if (found != nodes.end() || node == leaf.node()) break;
        node = leaf.node() < node ? *left(node) : *right(node);
    }
    if (found == nodes.end()) return std::nullopt;

    const size_t size = suite.hash_size_bytes();
    DerivedLeaf out;
    out.consumed = node;
    out.kept.reserve(level(node));
    out.secret = found->second.clone();
    while (node != leaf.node()) {
        Secret left_secret = expand_with_label(suite, out.secret, "tree", as_bytes("left"), size);
        Secret right_secret = expand_with_label(suite, out.secret, "tree", as_bytes("right"), size);
        const bool go_left = leaf.node() < node;
        const NodeIndex kept = go_left ? *right(node) : *left(node);
        out.kept.push_back({kept, std::move(go_left ? right_secret : left_secret)});
        out.secret = std::move(go_left ? left_secret : right_secret);
        node = go_left ? *left(node) : *right(node);
    }
    return out;
}

}  // namespace mayfly::mls
