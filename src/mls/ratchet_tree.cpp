#include "mls/ratchet_tree.h"

#include "mls/subtree.h"

namespace mayfly::mls {

uint32_t RatchetTree::member_count() const { return root_ ? root_->member_count : 0; }

std::optional<RatchetTree::Cursor> RatchetTree::find(NodeIndex index) const {
    if (!leaf_count_.contains(index)) return std::nullopt;
    Cursor at = top();
    while (at.here != index) at = at.towards(index);
    return at;
}

bool RatchetTree::is_blank(NodeIndex index) const {
    const std::optional<Cursor> at = find(index);
    return !at || at->is_blank();
}

Decoded<LeafNode> RatchetTree::leaf(LeafIndex index) const {
    const std::optional<Cursor> at =
        leaf_count_.contains(index) ? find(index.node()) : std::nullopt;
    if (!at || at->is_blank()) return {};
    return Decoded(codec::decode<LeafNode>(at->encoded()).value());
}

Decoded<ParentNode> RatchetTree::parent_node(NodeIndex index) const {
    const std::optional<Cursor> at = find(index);
    if (!at || index.is_leaf() || at->is_blank()) return {};
    return Decoded(codec::decode<ParentNode>(at->encoded()).value());
}

BytesView RatchetTree::encryption_key(NodeIndex index) const {
    const std::optional<Cursor> at = find(index);
    MAYFLY_ASSERT(at && !at->is_blank());
    return encryption_key_in(at->encoded());
}

BytesView RatchetTree::signature_key(LeafIndex index) const {
    const std::optional<Cursor> at = find(index.node());
    MAYFLY_ASSERT(at && !at->is_blank());
    return signature_key_in(at->encoded());
}

// Walker: what walks over the shared nodes without changing them.
struct RatchetTree::Walker {
    static void members(const Cursor& at, std::vector<LeafIndex>& out) {
        if (at.member_count() == 0) return;
        if (at.here.is_leaf()) return out.push_back(leaf_of(at.here));
        members(at.left(), out);
        members(at.right(), out);
    }

    // RFC 9420 section 4.1.1.
    static void resolution(const Cursor& at, std::vector<NodeIndex>& out) {
        if (at.all_blank()) return;
        if (!at.is_blank()) {
            out.push_back(at.here);
            if (at.here.is_leaf()) return;
            const auto parent = codec::decode<ParentNode>(at.encoded()).value();
            for (const LeafIndex leaf : parent.unmerged_leaves) out.push_back(leaf.node());
            return;
        }
        resolution(at.left(), out);
        resolution(at.right(), out);
    }
};

std::vector<LeafIndex> RatchetTree::members() const {
    std::vector<LeafIndex> out;
    out.reserve(member_count());
    if (root_) Walker::members(top(), out);
    return out;
}

LeafIndex RatchetTree::first_blank_leaf() const {
    if (member_count() == leaf_count_.value) return {leaf_count_.value};
    Cursor at = top();
    for (uint32_t width = leaf_count_.value / 2; !at.here.is_leaf(); width /= 2) {
        at = at.left().member_count() < width ? at.left() : at.right();
    }
    return leaf_of(at.here);
}

std::optional<LeafIndex> RatchetTree::find_leaf(const LeafNode& wanted) const {
    if (!encryption_keys_.may_contain(wanted.encryption_key)) return std::nullopt;
    const Bytes encoded = codec::encode(wanted);
    for (const LeafIndex index : members()) {
        if (equal(find(index.node())->encoded(), encoded)) return index;
    }
    return std::nullopt;
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex index) const {
    const std::optional<Cursor> at = find(index);
    MAYFLY_ASSERT(at.has_value());
    std::vector<NodeIndex> out;
    Walker::resolution(*at, out);
    return out;
}

std::vector<PathStep> RatchetTree::filtered_direct_path(LeafIndex index) const {
    MAYFLY_ASSERT(leaf_count_.contains(index));
    std::vector<PathStep> steps;
    for (Cursor at = top(); !at.here.is_leaf(); at = at.towards(index.node())) {
        const Cursor beside = index.node() < at.here ? at.right() : at.left();
        if (!beside.all_blank()) steps.push_back({at.here, beside.here});
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

// reindex_keys follows each change of a node. An empty encoding is a blank node.
void RatchetTree::reindex_keys(NodeIndex at, BytesView before, BytesView after) {
    const auto replace = [](KeyIndex& index, BytesView old_key, BytesView new_key) {
        if (equal(old_key, new_key)) return;
        if (!old_key.empty()) index.erase(old_key);
        if (!new_key.empty()) index.insert(new_key);
    };
    replace(encryption_keys_, encryption_key_in(before), encryption_key_in(after));
    if (at.is_leaf()) replace(signature_keys_, signature_key_in(before), signature_key_in(after));
}

bool RatchetTree::keys_are_unique() const {
    if (!encryption_keys_.may_hold_duplicates() && !signature_keys_.may_hold_duplicates()) {
        return true;
    }
    std::vector<BytesView> encryption_keys;
    std::vector<BytesView> signature_keys;
    for (NodeIndex index; leaf_count_.contains(index); ++index.value) {
        if (is_blank(index)) continue;
        encryption_keys.push_back(encryption_key(index));
        if (index.is_leaf()) signature_keys.push_back(signature_key(leaf_of(index)));
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
    for (NodeIndex index; leaf_count_.contains(index); ++index.value) {
        if (!is_blank(index) && equal(encryption_key(index), key)) return true;
    }
    return false;
}

}  // namespace mayfly::mls
