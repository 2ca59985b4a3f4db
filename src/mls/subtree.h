// How a RatchetTree stores its nodes. Only the ratchet_tree_*.cpp files include this.
#pragma once

#include "mls/copy_on_write.h"
#include "mls/ratchet_tree.h"

namespace mayfly::mls {

// A node and what is below it. Its index is not stored: it follows from the way down from the root.
// A parent without children stands for a region: everything below it is blank and takes no memory
// until a leaf is put there, however many blank nodes a peer's tree claims.
struct RatchetTree::Subtree {
    SubtreePtr left;                       // null in a leaf and in a region
    SubtreePtr right;                      // null in a leaf and in a region
    std::shared_ptr<const LeafNode> leaf;  // null when blank
    std::shared_ptr<ParentNode> parent;    // null when blank
    uint32_t member_count = 0;             // non-blank leaves, here and below
    bool all_blank = true;                 // no leaf or parent node, here and below

    // Computed when asked for. An empty hash and a null support are not known yet.
    mutable Bytes tree_hash;
    mutable std::shared_ptr<const MemberSupport> support;

    bool has_children() const { return left != nullptr; }
    void expand() {
        left = std::make_shared<Subtree>();
        right = std::make_shared<Subtree>();
    }
    bool is_blank() const { return leaf == nullptr && parent == nullptr; }

    const HpkePublicKey* encryption_key() const {
        if (leaf) return &leaf->encryption_key;
        if (parent) return &parent->encryption_key;
        return nullptr;
    }

    // refresh follows each change of this node or of one below.
    void refresh() {
        member_count = leaf ? 1 : 0;
        all_blank = is_blank();
        if (has_children()) {
            member_count += left->member_count + right->member_count;
            all_blank = all_blank && left->all_blank && right->all_blank;
        }
        tree_hash.clear();
        support.reset();
    }
};

}  // namespace mayfly::mls
