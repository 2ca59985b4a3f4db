#include "mls/ratchet_tree.h"

#include "mls/subtree.h"

namespace mayfly::mls {

uint32_t RatchetTree::member_count() const { return root_ ? root_->member_count : 0; }

const RatchetTree::Subtree* RatchetTree::find(NodeIndex index) const {
    if (!leaf_count_.contains(index)) return nullptr;
    const Subtree* at = root_.get();
    for (NodeIndex here = root(leaf_count_); here != index;) {
        if (!at->has_children()) return nullptr;
        const bool go_left = index < here;
        at = go_left ? at->left.get() : at->right.get();
        here = go_left ? *left(here) : *right(here);
    }
    return at;
}

const LeafNode* RatchetTree::leaf(LeafIndex index) const {
    if (!leaf_count_.contains(index)) return nullptr;
    const Subtree* at = find(index.node());
    return at ? at->leaf.get() : nullptr;
}

const ParentNode* RatchetTree::parent_node(NodeIndex index) const {
    const Subtree* at = find(index);
    return at ? at->parent.get() : nullptr;
}

bool RatchetTree::is_blank(NodeIndex index) const {
    const Subtree* at = find(index);
    return at == nullptr || at->is_blank();
}

const HpkePublicKey& RatchetTree::encryption_key(NodeIndex index) const {
    const Subtree* at = find(index);
    MAYFLY_ASSERT(at != nullptr && !at->is_blank());
    return *at->encryption_key();
}

// Walker: what walks over the shared nodes without changing them.
struct RatchetTree::Walker {
    static void members(const Subtree& at, NodeIndex here, std::vector<LeafIndex>& out) {
        if (at.member_count == 0) return;
        if (here.is_leaf()) return out.push_back(leaf_of(here));
        members(*at.left, *mls::left(here), out);
        members(*at.right, *mls::right(here), out);
    }

    // RFC 9420 section 4.1.1.
    static void resolution(const Subtree& at, NodeIndex here, std::vector<NodeIndex>& out) {
        if (at.all_blank) return;
        if (!at.is_blank()) {
            out.push_back(here);
            if (!at.parent) return;
            for (const LeafIndex unmerged : at.parent->unmerged_leaves) {
                out.push_back(unmerged.node());
            }
            return;
        }
        resolution(*at.left, *mls::left(here), out);
        resolution(*at.right, *mls::right(here), out);
    }
};

std::vector<LeafIndex> RatchetTree::members() const {
    std::vector<LeafIndex> out;
    out.reserve(member_count());
    if (root_) Walker::members(*root_, root(leaf_count_), out);
    return out;
}

LeafIndex RatchetTree::first_blank_leaf() const {
    if (member_count() == leaf_count_.value) return {leaf_count_.value};
    const Subtree* at = root_.get();
    NodeIndex here = root(leaf_count_);
    for (uint32_t width = leaf_count_.value / 2; at->has_children(); width /= 2) {
        const bool go_left = at->left->member_count < width;
        at = go_left ? at->left.get() : at->right.get();
        here = go_left ? *left(here) : *right(here);
    }
    return first_leaf_below(here);
}

std::optional<LeafIndex> RatchetTree::find_leaf(const LeafNode& wanted) const {
    if (!encryption_keys_.may_contain(wanted.encryption_key)) return std::nullopt;
    for (const LeafIndex index : members()) {
        if (*leaf(index) == wanted) return index;
    }
    return std::nullopt;
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex index) const {
    MAYFLY_ASSERT(leaf_count_.contains(index));
    std::vector<NodeIndex> out;
    if (const Subtree* at = find(index)) Walker::resolution(*at, index, out);
    return out;
}

std::vector<PathStep> RatchetTree::filtered_direct_path(LeafIndex index) const {
    MAYFLY_ASSERT(leaf_count_.contains(index));
    std::vector<PathStep> steps;
    const Subtree* at = root_.get();
    for (NodeIndex here = root(leaf_count_); at->has_children();) {
        const bool go_left = index.node() < here;
        const Subtree* below = go_left ? at->left.get() : at->right.get();
        const Subtree* beside = go_left ? at->right.get() : at->left.get();
        const NodeIndex copath_child = go_left ? *right(here) : *left(here);
        if (!beside->all_blank) steps.push_back({here, copath_child});
        here = go_left ? *left(here) : *right(here);
        at = below;
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

bool RatchetTree::keys_are_unique() const {
    if (!encryption_keys_.may_hold_duplicates() && !signature_keys_.may_hold_duplicates()) {
        return true;
    }
    std::vector<BytesView> encryption_keys;
    std::vector<BytesView> signature_keys;
    for (uint32_t i = 0; i < leaf_count_.node_count(); ++i) {
        const Subtree* at = find({i});
        if (at == nullptr || at->is_blank()) continue;
        encryption_keys.emplace_back(*at->encryption_key());
        if (at->leaf) signature_keys.emplace_back(at->leaf->signature_key);
    }
    const auto unique = [](std::vector<BytesView>& keys) {
        std::sort(keys.begin(), keys.end(), [](BytesView a, BytesView b) {
            return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
        });
        return std::adjacent_find(keys.begin(), keys.end(), equal) == keys.end();
    };
    return unique(encryption_keys) && unique(signature_keys);
}

bool RatchetTree::has_encryption_key(BytesView key) const {
    if (!encryption_keys_.may_contain(key)) return false;
    for (uint32_t i = 0; i < leaf_count_.node_count(); ++i) {
        if (!is_blank({i}) && equal(encryption_key({i}), key)) return true;
    }
    return false;
}

}  // namespace mayfly::mls
