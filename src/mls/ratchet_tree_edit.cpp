#include "mls/ratchet_tree.h"
#include "mls/subtree.h"

namespace mayfly::mls {
namespace {

// A parent node with one more unmerged leaf. Entry by entry, it would cost too much where many are
// added at once: each leaf goes into the lists of all nodes above it.
Bytes with_unmerged_leaf(BytesView parent, LeafIndex leaf) {
    codec::Reader reader(parent);
    const BytesView encryption_key = reader.opaque();
    const BytesView parent_hash = reader.opaque();
    const BytesView list = reader.opaque();
    size_t place = list.size();
    constexpr size_t entry_bytes = sizeof(leaf.value);
    while (place > 0) {
        const BytesView entry = list.subspan(place - entry_bytes, entry_bytes);
        if (codec::decode<LeafIndex>(entry).value() < leaf) break;
        place -= entry_bytes;
    }
    codec::Writer writer;
    writer.opaque(encryption_key);
    writer.opaque(parent_hash);
    writer.varint(list.size() + entry_bytes);
    writer.raw(list.first(place));
    writer(leaf);
    writer.raw(list.subspan(place));
    return writer.take();
}

}  // namespace

// edit makes each piece on the way to the leaf this tree's own and replaces the nodes on it, from
// the leaf to the root. change(node, encoded) gives the new encoding of a node, or nullopt for a
// node that stays; an empty one is a blank node.
template <class Change>
void RatchetTree::edit(LeafIndex index, Change&& change) {
    MAYFLY_ASSERT(leaf_count_.contains(index));
    std::vector<Bytes> made;  // holds what `nodes` below refers to
    made.reserve(bottom_level + 1);
    const auto apply = [&](NodeIndex at, BytesView& node) {
        std::optional<Bytes> changed = change(at, node);
        if (!changed) return;
        made.push_back(*std::move(changed));
        reindex_keys(at, node, made.back());
        node = made.back();
    };

    std::vector<Subtree*> pieces;
    SubtreePtr* down = &root_;
    NodeIndex here = root(leaf_count_);
    for (; level(here) > bottom_level; here = index.node() < here ? *left(here) : *right(here)) {
        pieces.push_back(&own(*down));
        if (!pieces.back()->has_children()) pieces.back()->expand();
        down = index.node() < here ? &pieces.back()->left : &pieces.back()->right;
    }
    Subtree& bottom = own(*down);
    std::vector<BytesView> nodes(node_count_below(level(here)));
    for (uint32_t i = 0; i < bottom.nodes.size(); ++i) nodes[i] = bottom.nodes[i];
    const uint32_t first = first_leaf_below(here).node().value;
    for (NodeIndex at = index.node();; at = *parent(at, leaf_count_)) {
        apply(at, nodes[at.value - first]);
        if (at == here) break;
    }
    bottom.nodes = EncodedNodes(nodes);
    bottom.refresh();

    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
        here = *parent(here, leaf_count_);
        made.clear();
        BytesView node = (*piece)->nodes.empty() ? BytesView() : (*piece)->nodes[0];
        apply(here, node);
        (*piece)->nodes = node.empty() ? EncodedNodes() : EncodedNodes({&node, 1});
        (*piece)->refresh();
    }
}

// RFC 9420 section 7.7: the tree doubles, the new right half blank.
void RatchetTree::grow() {
    if (!root_) {
        root_ = std::make_shared<Subtree>();
        leaf_count_ = {1};
        return;
    }
    auto top = std::make_shared<Subtree>();
    leaf_count_ = {2 * leaf_count_.value};
    if (level(root(leaf_count_)) <= bottom_level) {
        std::vector<BytesView> nodes(leaf_count_.node_count());
        for (uint32_t i = 0; i < root_->nodes.size(); ++i) nodes[i] = root_->nodes[i];
        top->nodes = EncodedNodes(nodes);
    } else {
        top->right = std::make_shared<Subtree>();
        top->left = std::move(root_);
    }
    top->refresh();
    root_ = std::move(top);
}

// RFC 9420 section 7.7: while its right half has no member, the tree halves.
void RatchetTree::truncate() {
    while (leaf_count_.value > 1 && top().right().member_count() == 0) {
        leaf_count_ = {leaf_count_.value / 2};
        SubtreePtr half = root_->left;
        if (half == nullptr) {
            half = std::make_shared<Subtree>();
            std::vector<BytesView> nodes;
            for (uint32_t i = 0; i < leaf_count_.node_count(); ++i) {
                nodes.push_back(root_->nodes[i]);
            }
            half->nodes = EncodedNodes(nodes);
            half->refresh();
        }
        root_ = std::move(half);
    }
}

LeafIndex RatchetTree::add_leaf(const LeafNode& leaf) {
    const LeafIndex index = first_blank_leaf();
    MAYFLY_ASSERT(index.value < tree_leaves_max);
    if (!leaf_count_.contains(index)) grow();
    edit(index, [&](NodeIndex at, BytesView encoded) -> std::optional<Bytes> {
        if (at.is_leaf()) return codec::encode(leaf);
        if (encoded.empty()) return std::nullopt;
        return with_unmerged_leaf(encoded, index);
    });
    return index;
}

void RatchetTree::update_leaf(LeafIndex index, const LeafNode& leaf) {
    edit(index, [&](NodeIndex at, BytesView) -> std::optional<Bytes> {
        return at.is_leaf() ? codec::encode(leaf) : Bytes();
    });
}

void RatchetTree::remove_leaf(LeafIndex index) {
    edit(index, [](NodeIndex, BytesView) -> std::optional<Bytes> { return Bytes(); });
    truncate();
}

Bytes RatchetTree::set_path(LeafIndex index, std::span<const HpkePublicKey> keys) {
    const std::vector<PathStep> steps = filtered_direct_path(index);
    MAYFLY_ASSERT(keys.size() == steps.size());
    std::vector<ParentNode> parents(steps.size());
    Bytes parent_hash;  // RFC 9420 section 7.9: empty at the root, then from the top down
    for (size_t i = steps.size(); i-- > 0;) {
        parents[i].encryption_key = keys[i];
        parents[i].parent_hash = std::move(parent_hash);
        parent_hash = parent_hash_of(suite_, parents[i], tree_hash(steps[i].copath_child));
    }
    size_t next = 0;
    edit(index, [&](NodeIndex at, BytesView) -> std::optional<Bytes> {
        if (at.is_leaf()) return std::nullopt;
        if (next == steps.size() || steps[next].node != at) return Bytes();
        return codec::encode(parents[next++]);
    });
    return parent_hash;
}

void RatchetTree::set_leaf(LeafIndex index, const LeafNode& leaf) {
    edit(index, [&](NodeIndex at, BytesView) -> std::optional<Bytes> {
        if (!at.is_leaf()) return std::nullopt;
        return codec::encode(leaf);
    });
}

}  // namespace mayfly::mls
