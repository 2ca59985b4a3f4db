#include "mls/ratchet_tree.h"
#include "mls/subtree.h"

namespace mayfly::mls {

// edit goes from the root to the leaf, making each node on the way this tree's own, and calls
// at_leaf and then at_parent for each node above, from the bottom.
template <class AtLeaf, class AtParent>
void RatchetTree::edit(LeafIndex index, AtLeaf&& at_leaf, AtParent&& at_parent) {
    MAYFLY_ASSERT(leaf_count_.contains(index));
    struct Step {
        NodeIndex node;
        Subtree* at;
    };
    std::vector<Step> steps;
    SubtreePtr* down = &root_;
    for (NodeIndex here = root(leaf_count_);;) {
        Subtree& at = own(*down);
        steps.push_back({here, &at});
        if (here.is_leaf()) break;
        if (!at.has_children()) at.expand();
        const bool go_left = index.node() < here;
        down = go_left ? &at.left : &at.right;
        here = go_left ? *left(here) : *right(here);
    }
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if (step->node.is_leaf()) {
            at_leaf(*step->at);
        } else {
            at_parent(step->node, *step->at);
        }
        step->at->refresh();
    }
}

void RatchetTree::put_leaf(Subtree& at, std::shared_ptr<const LeafNode> leaf) {
    if (at.leaf) {
        encryption_keys_.erase(at.leaf->encryption_key);
        signature_keys_.erase(at.leaf->signature_key);
    }
    if (leaf) {
        encryption_keys_.insert(leaf->encryption_key);
        signature_keys_.insert(leaf->signature_key);
    }
    at.leaf = std::move(leaf);
}

void RatchetTree::put_parent(Subtree& at, std::shared_ptr<ParentNode> parent) {
    if (at.parent) encryption_keys_.erase(at.parent->encryption_key);
    if (parent) encryption_keys_.insert(parent->encryption_key);
    at.parent = std::move(parent);
}

// RFC 9420 section 7.7: the tree doubles, the new right half blank.
void RatchetTree::grow() {
    if (!root_) {
        root_ = std::make_shared<Subtree>();
        leaf_count_ = {1};
        return;
    }
    auto top = std::make_shared<Subtree>();
    top->right = std::make_shared<Subtree>();
    top->left = std::move(root_);
    top->refresh();
    root_ = std::move(top);
    leaf_count_ = {2 * leaf_count_.value};
}

// RFC 9420 section 7.7: while its right half has no member, the tree halves.
void RatchetTree::truncate() {
    while (leaf_count_.value > 1 && root_->right->member_count == 0) {
        SubtreePtr half = root_->left;
        root_ = std::move(half);
        leaf_count_ = {leaf_count_.value / 2};
    }
}

LeafIndex RatchetTree::add_leaf(LeafNode leaf) {
    const LeafIndex index = first_blank_leaf();
    MAYFLY_ASSERT(index.value < tree_leaves_max);
    if (!leaf_count_.contains(index)) grow();
    edit(
        index,
        [&](Subtree& at) { put_leaf(at, std::make_shared<const LeafNode>(std::move(leaf))); },
        [&](NodeIndex, Subtree& at) {
            if (!at.parent) return;
            std::vector<LeafIndex>& unmerged = own(at.parent).unmerged_leaves;
            unmerged.insert(std::lower_bound(unmerged.begin(), unmerged.end(), index), index);
        });
    return index;
}

void RatchetTree::update_leaf(LeafIndex index, LeafNode leaf) {
    edit(
        index,
        [&](Subtree& at) { put_leaf(at, std::make_shared<const LeafNode>(std::move(leaf))); },
        [&](NodeIndex, Subtree& at) { put_parent(at, nullptr); });
}

void RatchetTree::remove_leaf(LeafIndex index) {
    edit(
        index, [&](Subtree& at) { put_leaf(at, nullptr); },
        [&](NodeIndex, Subtree& at) { put_parent(at, nullptr); });
    truncate();
}

Bytes RatchetTree::set_path(LeafIndex index, std::span<const HpkePublicKey> keys) {
    const std::vector<PathStep> steps = filtered_direct_path(index);
    MAYFLY_ASSERT(keys.size() == steps.size());
    std::vector<std::shared_ptr<ParentNode>> parents(steps.size());
    Bytes parent_hash;  // RFC 9420 section 7.9: empty at the root, then from the top down
    for (size_t i = steps.size(); i-- > 0;) {
        parents[i] = std::make_shared<ParentNode>();
        parents[i]->encryption_key = keys[i];
        parents[i]->parent_hash = std::move(parent_hash);
        parent_hash = parent_hash_of(suite_, *parents[i], tree_hash(steps[i].copath_child));
    }
    size_t next = 0;
    edit(
        index, [](Subtree&) {},
        [&](NodeIndex node, Subtree& at) {
            const bool filtered = next < steps.size() && steps[next].node == node;
            put_parent(at, filtered ? std::move(parents[next++]) : nullptr);
        });
    return parent_hash;
}

void RatchetTree::set_leaf(LeafIndex index, LeafNode leaf) {
    edit(
        index,
        [&](Subtree& at) { put_leaf(at, std::make_shared<const LeafNode>(std::move(leaf))); },
        [](NodeIndex, Subtree&) {});
}

}  // namespace mayfly::mls
