// Tree hashes and parent hashes: RFC 9420 sections 7.8 and 7.9; and the summary of what members
// support, which is kept in the nodes in the same way.
#include "crypto/hash.h"
#include "mls/ratchet_tree.h"
#include "mls/subtree.h"

namespace mayfly::mls {
namespace {

constexpr uint8_t leaf_node_type = 1;
constexpr uint8_t parent_node_type = 2;

// encoded: of the leaf or parent node, empty when blank.
Bytes hash_leaf(const CipherSuite& suite, LeafIndex index, BytesView encoded) {
    codec::Writer writer;  // TreeHashInput with LeafNodeHashInput
    writer.u8(leaf_node_type);
    writer(index);
    writer.u8(encoded.empty() ? 0 : 1);
    writer.raw(encoded);
    return crypto::hash(suite.hash, writer.view());
}

Bytes hash_parent(const CipherSuite& suite, BytesView encoded, const Bytes& left_hash,
                  const Bytes& right_hash) {
    codec::Writer writer;  // TreeHashInput with ParentNodeHashInput
    writer.u8(parent_node_type);
    writer.u8(encoded.empty() ? 0 : 1);
    writer.raw(encoded);
    writer(left_hash, right_hash);
    return crypto::hash(suite.hash, writer.view());
}

// subtree_leaves: those of an increasing list that are below a node.
std::span<const LeafIndex> subtree_leaves(NodeIndex top, std::span<const LeafIndex> leaves) {
    const LeafIndex begin = first_leaf_below(top);
    const LeafIndex end{begin.value + (1U << level(top))};
    return {std::lower_bound(leaves.begin(), leaves.end(), begin),
            std::lower_bound(leaves.begin(), leaves.end(), end)};
}

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

using SupportPtr = std::shared_ptr<const MemberSupport>;

SupportPtr merged(SupportPtr a, const SupportPtr& b) {
    if (!a) return b;
    if (!b) return a;
    MemberSupport out = *a;
    out.credentials_in_use.insert(out.credentials_in_use.end(), b->credentials_in_use.begin(),
                                  b->credentials_in_use.end());
    sort_unique(out.credentials_in_use);
    keep_common(out.credentials, b->credentials);
    keep_common(out.extensions, b->extensions);
    keep_common(out.proposals, b->proposals);
    return std::make_shared<const MemberSupport>(std::move(out));
}

}  // namespace

struct RatchetTree::Summariser {
    const CipherSuite& suite;

    // Hashes are kept for the tops of pieces. Below, a bottom's are made anew when asked for.
    Bytes hash(const Cursor& at) const {
        if (at.at_top() && !at.piece->tree_hash.empty()) return at.piece->tree_hash;
        Bytes out = at.here.is_leaf()
                        ? hash_leaf(suite, leaf_of(at.here), at.encoded())
                        : hash_parent(suite, at.encoded(), hash(at.left()), hash(at.right()));
        if (at.at_top()) at.piece->tree_hash = out;
        return out;
    }

    Bytes original_hash(const Cursor& at, std::span<const LeafIndex> without) const {
        without = subtree_leaves(at.here, without);
        if (without.empty()) return hash(at);
        if (at.here.is_leaf()) return hash_leaf(suite, leaf_of(at.here), {});
        const Bytes left_hash = original_hash(at.left(), without);
        const Bytes right_hash = original_hash(at.right(), without);
        if (at.is_blank()) return hash_parent(suite, {}, left_hash, right_hash);
        auto original = codec::decode<ParentNode>(at.encoded()).value();
        std::erase_if(original.unmerged_leaves, [without](LeafIndex leaf) {
            return std::binary_search(without.begin(), without.end(), leaf);
        });
        return hash_parent(suite, codec::encode(original), left_hash, right_hash);
    }

    // Members mostly support the same, and then all pieces share one summary.
    static std::shared_ptr<const MemberSupport> support(const Cursor& at) {
        if (at.at_top() && at.piece->support) return at.piece->support;
        std::shared_ptr<const MemberSupport> out;
        if (at.member_count() == 0) return out;
        if (at.here.is_leaf()) {
            const auto leaf = codec::decode<LeafNode>(at.encoded()).value();
            out = std::make_shared<const MemberSupport>(support_of(leaf));
        } else {
            out = support(at.left());
            const Cursor beside = at.right();
            const SupportPtr other = support(beside);
            if (out && other && *out == *other) {
                if (beside.at_top()) beside.piece->support = out;
            } else {
                out = merged(std::move(out), other);
            }
        }
        if (at.at_top()) at.piece->support = out;
        return out;
    }
};

const Bytes& RatchetTree::tree_hash() const {
    MAYFLY_ASSERT(root_ != nullptr);
    Summariser{suite_}.hash(top());
    return root_->tree_hash;
}

Bytes RatchetTree::tree_hash(NodeIndex index) const {
    const std::optional<Cursor> at = find(index);
    MAYFLY_ASSERT(at.has_value());
    return Summariser{suite_}.hash(*at);
}

Bytes RatchetTree::original_tree_hash(NodeIndex index, std::span<const LeafIndex> without) const {
    const std::optional<Cursor> at = find(index);
    MAYFLY_ASSERT(at.has_value());
    return Summariser{suite_}.original_hash(*at, without);
}

MemberSupport RatchetTree::member_support() const {
    if (member_count() == 0) return {};
    return *Summariser::support(top());
}

Bytes parent_hash_of(const CipherSuite& suite, const ParentNode& parent,
                     BytesView original_sibling_tree_hash) {
    codec::Writer writer;  // ParentHashInput of section 7.9
    writer(parent.encryption_key, parent.parent_hash);
    writer.opaque(original_sibling_tree_hash);
    return crypto::hash(suite.hash, writer.view());
}

}  // namespace mayfly::mls
