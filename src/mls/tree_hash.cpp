// Tree hashes and parent hashes: RFC 9420 sections 7.8 and 7.9; and the summary of what members
// support, which is kept in the nodes in the same way.
#include "crypto/hash.h"
#include "mls/ratchet_tree.h"
#include "mls/subtree.h"

namespace mayfly::mls {
namespace {

constexpr uint8_t leaf_node_type = 1;
constexpr uint8_t parent_node_type = 2;

Bytes hash_leaf(const CipherSuite& suite, LeafIndex index, const LeafNode* leaf) {
    codec::Writer writer;  // TreeHashInput with LeafNodeHashInput
    writer.u8(leaf_node_type);
    writer(index);
    writer.u8(leaf ? 1 : 0);
    if (leaf) writer(*leaf);
    return crypto::hash(suite.hash, writer.view());
}

Bytes hash_parent(const CipherSuite& suite, const ParentNode* parent, const Bytes& left_hash,
                  const Bytes& right_hash) {
    codec::Writer writer;  // TreeHashInput with ParentNodeHashInput
    writer.u8(parent_node_type);
    writer.u8(parent ? 1 : 0);
    if (parent) writer(*parent);
    writer(left_hash, right_hash);
    return crypto::hash(suite.hash, writer.view());
}

// hash_region: of a node with nothing but blank nodes below it. It still depends on the place.
Bytes hash_region(const CipherSuite& suite, NodeIndex here) {
    if (here.is_leaf()) return hash_leaf(suite, leaf_of(here), nullptr);
    return hash_parent(suite, nullptr, hash_region(suite, *left(here)),
                       hash_region(suite, *right(here)));
}

// subtree_leaves: those of an increasing list that are below a node.
std::span<const LeafIndex> subtree_leaves(NodeIndex top, std::span<const LeafIndex> leaves) {
    const LeafIndex begin = first_leaf_below(top);
    const LeafIndex end{begin.value + (1U << level(top))};
    return {std::lower_bound(leaves.begin(), leaves.end(), begin),
            std::lower_bound(leaves.begin(), leaves.end(), end)};
}

// Below this level a summary is made anew each time: 32 leaves cost less than what keeping them
// would take in memory.
constexpr uint32_t kept_support_level_min = 5;

template <class T>
void sort_unique(std::vector<T>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
}

template <class T>
std::vector<T> without_defaults(std::vector<T> list) {
    std::erase_if(list, [](T type) { return is_default(type); });
    sort_unique(list);
    return list;
}

template <class T>
void keep_common(std::vector<T>& list, const std::vector<T>& other) {
    if (list == other) return;
    std::erase_if(
        list, [&other](T type) { return !std::binary_search(other.begin(), other.end(), type); });
}

MemberSupport support_of(const LeafNode& leaf) {
    MemberSupport out;
    out.credentials_in_use = {leaf.credential.type};
    out.credentials = leaf.capabilities.credentials;
    sort_unique(out.credentials);
    out.extensions = without_defaults(leaf.capabilities.extensions);
    out.proposals = without_defaults(leaf.capabilities.proposals);
    return out;
}

void merge(std::optional<MemberSupport>& into, const MemberSupport& more) {
    if (!into) {
        into = more;
        return;
    }
    if (*into == more) return;
    into->credentials_in_use.insert(into->credentials_in_use.end(), more.credentials_in_use.begin(),
                                    more.credentials_in_use.end());
    sort_unique(into->credentials_in_use);
    keep_common(into->credentials, more.credentials);
    keep_common(into->extensions, more.extensions);
    keep_common(into->proposals, more.proposals);
}

}  // namespace

struct RatchetTree::Summariser {
    const CipherSuite& suite;

    const Bytes& hash(const Subtree& at, NodeIndex here) const {
        if (!at.tree_hash.empty()) return at.tree_hash;
        if (here.is_leaf()) {
            at.tree_hash = hash_leaf(suite, leaf_of(here), at.leaf.get());
        } else if (!at.has_children()) {
            at.tree_hash = hash_region(suite, here);
        } else {
            at.tree_hash = hash_parent(suite, at.parent.get(), hash(*at.left, *mls::left(here)),
                                       hash(*at.right, *mls::right(here)));
        }
        return at.tree_hash;
    }

    Bytes original_hash(const Subtree& at, NodeIndex here,
                        std::span<const LeafIndex> without) const {
        without = subtree_leaves(here, without);
        if (without.empty()) return hash(at, here);
        if (!at.has_children()) return hash_region(suite, here);
        const Bytes left_hash = original_hash(*at.left, *mls::left(here), without);
        const Bytes right_hash = original_hash(*at.right, *mls::right(here), without);
        if (!at.parent) return hash_parent(suite, nullptr, left_hash, right_hash);
        ParentNode original = *at.parent;
        std::erase_if(original.unmerged_leaves, [without](LeafIndex leaf) {
            return std::binary_search(without.begin(), without.end(), leaf);
        });
        return hash_parent(suite, &original, left_hash, right_hash);
    }

    static void support(const Subtree& at, uint32_t height, std::optional<MemberSupport>& into) {
        if (at.member_count == 0) return;
        if (at.leaf) return merge(into, support_of(*at.leaf));
        if (height < kept_support_level_min) {
            support(*at.left, height - 1, into);
            support(*at.right, height - 1, into);
            return;
        }
        if (!at.support) {
            std::optional<MemberSupport> here;
            support(*at.left, height - 1, here);
            support(*at.right, height - 1, here);
            at.support = std::make_shared<const MemberSupport>(std::move(*here));
        }
        merge(into, *at.support);
    }
};

const Bytes& RatchetTree::tree_hash() const {
    MAYFLY_ASSERT(root_ != nullptr);
    return Summariser{suite_}.hash(*root_, root(leaf_count_));
}

Bytes RatchetTree::tree_hash(NodeIndex index) const {
    MAYFLY_ASSERT(leaf_count_.contains(index));
    const Subtree* at = find(index);
    return at ? Summariser{suite_}.hash(*at, index) : hash_region(suite_, index);
}

Bytes RatchetTree::original_tree_hash(NodeIndex index, std::span<const LeafIndex> without) const {
    MAYFLY_ASSERT(leaf_count_.contains(index));
    const Subtree* at = find(index);
    if (at == nullptr) return hash_region(suite_, index);
    return Summariser{suite_}.original_hash(*at, index, without);
}

MemberSupport RatchetTree::member_support() const {
    std::optional<MemberSupport> out;
    if (root_) Summariser::support(*root_, level(root(leaf_count_)), out);
    return out.value_or(MemberSupport());
}

Bytes parent_hash_of(const CipherSuite& suite, const ParentNode& parent,
                     BytesView original_sibling_tree_hash) {
    codec::Writer writer;  // ParentHashInput of section 7.9
    writer(parent.encryption_key, parent.parent_hash);
    writer.opaque(original_sibling_tree_hash);
    return crypto::hash(suite.hash, writer.view());
}

}  // namespace mayfly::mls
