// The ratchet tree's public part: RFC 9420 sections 4.1, 7.7, 7.8 and 12.4.3.3.
//
// A RatchetTree is a value. A copy costs O(1) and shares everything with the original; a change
// replaces only the nodes from the changed leaf to the root, so that a next epoch's tree is built
// beside the current one in O(log N) and swapped in. Tree hashes are computed when asked for and
// kept. Because copies share these, a tree and its copies belong to one thread; others may look at
// single nodes meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "mls/key_index.h"
#include "mls/leaf_node.h"
#include "mls/tree_math.h"
#include "mls/update_path.h"

namespace mayfly::mls {

// A Welcome for so many new members would not fit the 30 bits of a length (RFC 9420 section 2.1.2):
// each needs more than 1 KB in the default suite.
constexpr uint32_t tree_leaves_max = 1U << 20;

// PathStep: a node of a filtered direct path, and its child on the copath, whose resolution is who
// gets the node's path secret.
struct PathStep {
    NodeIndex node;
    NodeIndex copath_child;
};

// MemberSupport: what all members together use and what every one of them supports. Sorted lists;
// default types (RFC 9420 section 7.2) are left out.
struct MemberSupport {
    std::vector<CredentialType> credentials_in_use;
    std::vector<CredentialType> credentials;
    std::vector<ExtensionType> extensions;
    std::vector<ProposalType> proposals;
    bool operator==(const MemberSupport&) const = default;
};

// Decoded: a node that was decoded for who asked; nothing if it is blank. Nodes are stored encoded.
template <class T>
class Decoded {
  public:
    Decoded() = default;
    explicit Decoded(T node) : node_(std::move(node)) {}

    explicit operator bool() const { return node_.has_value(); }
    bool operator==(std::nullptr_t) const { return !node_; }
    const T* operator->() const { return &value(); }
    const T& operator*() const& { return value(); }
    T operator*() && { return *std::move(node_); }  // by value: this object is about to die

  private:
    const T& value() const {
        MAYFLY_ASSERT(node_.has_value());
        return *node_;
    }
    std::optional<T> node_;
};

class RatchetTree {
  public:
    // An empty tree. add_leaf gives its first leaf index 0.
    explicit RatchetTree(const CipherSuite& suite) : suite_(suite) {}

    // decode reads the value of a ratchet_tree extension (section 12.4.3.3). The tree has the right
    // shape afterwards; tree_validation.h says whether it may be trusted. Errors: mls_bad_tree and
    // those of the codec.
    static Result<RatchetTree> decode(const CipherSuite& suite, BytesView encoded);
    Bytes encode() const;

    const CipherSuite& suite() const { return suite_; }
    LeafCount leaf_count() const { return leaf_count_; }  // blank leaves included
    uint32_t member_count() const;
    // A place outside the tree is blank.
    bool is_blank(NodeIndex index) const;
    bool has_member(LeafIndex index) const { return !is_blank(index.node()); }
    Decoded<LeafNode> leaf(LeafIndex index) const;
    Decoded<ParentNode> parent_node(NodeIndex index) const;
    // encryption_key, signature_key: of a node that is not blank. Valid until the tree changes.
    BytesView encryption_key(NodeIndex index) const;
    BytesView signature_key(LeafIndex index) const;
    std::vector<LeafIndex> members() const;
    // first_blank_leaf: where add_leaf will put the next leaf; may be just outside the tree.
    LeafIndex first_blank_leaf() const;
    std::optional<LeafIndex> find_leaf(const LeafNode& leaf) const;

    std::vector<NodeIndex> resolution(NodeIndex index) const;           // section 4.1.1
    std::vector<PathStep> filtered_direct_path(LeafIndex index) const;  // section 4.1.2

    // The changes that proposals make (sections 7.7 and 12.1.1 to 12.1.3). add_leaf: there must be
    // room (first_blank_leaf() < tree_leaves_max). update_leaf, remove_leaf: a member's leaf.
    LeafIndex add_leaf(const LeafNode& leaf);
    void update_leaf(LeafIndex index, const LeafNode& leaf);
    void remove_leaf(LeafIndex index);

    // The changes that an update path makes (sections 7.5 and 7.9). set_path gives the nodes of the
    // leaf's filtered direct path these keys and their parent hashes, blanks the rest of its direct
    // path, and returns the parent hash that belongs in the leaf. set_leaf replaces a member's leaf
    // and nothing else. set_path: one key for each node of filtered_direct_path(index).
    Bytes set_path(LeafIndex index, std::span<const HpkePublicKey> keys);
    void set_leaf(LeafIndex index, const LeafNode& leaf);

    // Section 7.8. The empty tree has no hash.
    const Bytes& tree_hash() const;
    Bytes tree_hash(NodeIndex index) const;
    // original_tree_hash: the node's tree hash if these leaves (increasing) were blank and nowhere
    // unmerged (section 7.9).
    Bytes original_tree_hash(NodeIndex index, std::span<const LeafIndex> without) const;

    // Section 7.3 and 12.4.3.1: each encryption key is in one node, each signature key in one leaf.
    bool keys_are_unique() const;
    bool has_encryption_key(BytesView key) const;
    MemberSupport member_support() const;
    // forget_keys frees what the two functions above look into. For a tree that is kept only to
    // look up its nodes.
    void forget_keys() { encryption_keys_ = signature_keys_ = KeyIndex(); }

  private:
    struct Subtree;
    using SubtreePtr = std::shared_ptr<Subtree>;
    struct Cursor;
    struct Walker;
    struct Summariser;
    struct Builder;
    struct Lister;

    Cursor top() const;  // the tree must not be empty
    std::optional<Cursor> find(NodeIndex index) const;
    void grow();
    void truncate();
    void reindex_keys(NodeIndex at, BytesView before, BytesView after);
    template <class Change>
    void edit(LeafIndex index, Change&& change);

    CipherSuite suite_;
    LeafCount leaf_count_;
    SubtreePtr root_;
    KeyIndex encryption_keys_;
    KeyIndex signature_keys_;
};

// parent_hash_of: the parent hash of a parent node (section 7.9), given the original tree hash of
// the child that is not on the path.
Bytes parent_hash_of(const CipherSuite& suite, const ParentNode& parent,
                     BytesView original_sibling_tree_hash);

}  // namespace mayfly::mls
