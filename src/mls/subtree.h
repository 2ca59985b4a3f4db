// How a RatchetTree stores its nodes. Only the ratchet_tree*.cpp files and tree_hash.cpp include
// this.
//
// Nodes stay encoded, as they came and as they are hashed, and are decoded for who asks. Sixteen
// leaves and the fifteen nodes above them are one block of memory: structures with a vector for
// each field would take four times as much.
#pragma once

#include <cstring>
#include <limits>

#include "mls/copy_on_write.h"
#include "mls/ratchet_tree.h"

namespace mayfly::mls {

// Subtrees of this level are the bottoms. Lower ones would cost memory for pointers; higher ones
// time, because a change copies its bottom and hashes it anew.
constexpr uint32_t bottom_level = 4;

constexpr uint32_t node_count_below(uint32_t level) { return (2U << level) - 1; }

// Leaf nodes and parent nodes both begin with their encryption key; a leaf's signature key follows.
// Of a blank node both are empty.
inline BytesView encryption_key_in(BytesView node) {
    return node.empty() ? BytesView() : codec::Reader(node).opaque();
}
inline BytesView signature_key_in(BytesView leaf) {
    if (leaf.empty()) return {};
    codec::Reader reader(leaf);
    reader.opaque();
    return reader.opaque();
}

// EncodedNodes: byte strings in one block, never changed once made, so that copies share it. An
// empty string is a blank node.
class EncodedNodes {
  public:
    EncodedNodes() = default;  // none
    explicit EncodedNodes(std::span<const BytesView> nodes) {
        size_t size_bytes = 0;
        for (const BytesView node : nodes) size_bytes += node.size();
        size_ = static_cast<uint32_t>(nodes.size());
        is_wide_ = size_bytes + size_ * sizeof(uint16_t) > std::numeric_limits<uint16_t>::max();
        uint32_t end = strings_begin();
        block_ = std::make_shared<uint8_t[]>(end + size_bytes);
        for (uint32_t i = 0; i < size_; ++i) {
            std::copy(nodes[i].begin(), nodes[i].end(), block_.get() + end);
            end += static_cast<uint32_t>(nodes[i].size());
            set_end(i, end);
        }
    }

    bool empty() const { return size_ == 0; }
    uint32_t size() const { return size_; }
    BytesView operator[](uint32_t i) const {
        MAYFLY_ASSERT(i < size_);
        const uint32_t begin = i == 0 ? strings_begin() : end_of(i - 1);
        return {block_.get() + begin, end_of(i) - begin};
    }

  private:
    // Two bytes for an end do for most blocks: in a group of 1,000 they are 1% of all memory.
    uint32_t end_size_bytes() const { return is_wide_ ? sizeof(uint32_t) : sizeof(uint16_t); }
    uint32_t strings_begin() const { return size_ * end_size_bytes(); }
    void set_end(uint32_t i, uint32_t end) {
        const auto narrow = static_cast<uint16_t>(end);
        const void* const from = is_wide_ ? static_cast<const void*>(&end) : &narrow;
        std::memcpy(block_.get() + i * end_size_bytes(), from, end_size_bytes());
    }
    uint32_t end_of(uint32_t i) const {
        const uint8_t* const at = block_.get() + i * end_size_bytes();
        uint32_t wide = 0;
        uint16_t narrow = 0;
        if (is_wide_) {
            std::memcpy(&wide, at, sizeof wide);
        } else {
            std::memcpy(&narrow, at, sizeof narrow);
        }
        return is_wide_ ? wide : narrow;
    }

    std::shared_ptr<uint8_t[]> block_;  // where each string ends in the block, then the strings
    uint32_t size_ = 0;
    bool is_wide_ = false;
};

// A piece of the tree: a node with two pieces below it, or a whole bottom. Its index is not stored:
// it follows from the way down from the root. A piece with neither children nor nodes is a region:
// all of it is blank and takes no memory until a leaf is put there, however many blank nodes a
// peer's tree claims.
struct RatchetTree::Subtree {
    SubtreePtr left;            // null in a bottom and in a region
    SubtreePtr right;           // null in a bottom and in a region
    EncodedNodes nodes;         // of a bottom from left to right; else the one node at the top
    uint32_t member_count = 0;  // non-blank leaves, here and below
    bool all_blank = true;      // no leaf or parent node, here and below

    // Computed when asked for. An empty hash and a null support are not known yet.
    mutable Bytes tree_hash;
    mutable std::shared_ptr<const MemberSupport> support;

    bool has_children() const { return left != nullptr; }
    void expand() {
        left = std::make_shared<Subtree>();
        right = std::make_shared<Subtree>();
    }

    // refresh follows each change of this piece or of one below.
    void refresh() {
        member_count = 0;
        all_blank = true;
        for (uint32_t i = 0; i < nodes.size(); ++i) {
            if (nodes[i].empty()) continue;
            all_blank = false;
            if (!has_children() && i % 2 == 0) ++member_count;
        }
        if (has_children()) {
            member_count = left->member_count + right->member_count;
            all_blank = all_blank && left->all_blank && right->all_blank;
        }
        tree_hash.clear();
        support.reset();
    }
};

// A place in the tree: one node, and the piece that holds it. Valid until the tree changes.
struct RatchetTree::Cursor {
    const Subtree* piece;
    NodeIndex top;  // of the piece
    NodeIndex here;

    bool at_top() const { return here == top; }
    // encoded: empty when blank.
    BytesView encoded() const { return piece->nodes.empty() ? BytesView() : node(here.value); }
    bool is_blank() const { return encoded().empty(); }
    uint32_t member_count() const {
        if (at_top()) return piece->member_count;
        return count([](uint32_t index) { return index % 2 == 0; });
    }
    bool all_blank() const {
        if (at_top()) return piece->all_blank;
        return count([](uint32_t) { return true; }) == 0;
    }
    Cursor left() const { return child(piece->left, *mls::left(here)); }
    Cursor right() const { return child(piece->right, *mls::right(here)); }
    Cursor towards(NodeIndex target) const { return target < here ? left() : right(); }

  private:
    Cursor child(const SubtreePtr& below, NodeIndex index) const {
        if (piece->has_children()) return {below.get(), index, index};
        return {piece, top, index};
    }
    BytesView node(uint32_t index) const {
        if (piece->has_children()) return piece->nodes[0];
        return piece->nodes[index - first_leaf_below(top).node().value];
    }
    template <class Wanted>
    uint32_t count(Wanted&& wanted) const {
        if (piece->nodes.empty()) return 0;
        const uint32_t first = first_leaf_below(here).node().value;
        uint32_t out = 0;
        for (uint32_t i = first; i < first + node_count_below(level(here)); ++i) {
            if (wanted(i) && !node(i).empty()) ++out;
        }
        return out;
    }
};

inline RatchetTree::Cursor RatchetTree::top() const {
    return {root_.get(), root(leaf_count_), root(leaf_count_)};
}

}  // namespace mayfly::mls
