// The ratchet_tree extension: RFC 9420 section 12.4.3.3.
#include "mls/ratchet_tree.h"
#include "mls/subtree.h"

namespace mayfly::mls {
namespace {

enum class NodeType : uint8_t { leaf = 1, parent = 2 };

}  // namespace

// Builder reads nodes from left to right, as they are encoded, straight into the tree.
struct RatchetTree::Builder {
    RatchetTree& tree;
    codec::Reader reader;
    bool last_was_blank = true;

    Result<SubtreePtr> build(NodeIndex here) {
        if (reader.at_end()) return std::make_shared<Subtree>();
        if (!here.is_leaf()) {
            TRY_ASSIGN(SubtreePtr left_half, build(*mls::left(here)));
            return join(std::move(left_half), here);
        }
        auto at = std::make_shared<Subtree>();
        TRY(read_node(*at, here));
        at->refresh();
        return at;
    }

    // join: the left half of a subtree is there; it reads the top and the right half.
    Result<SubtreePtr> join(SubtreePtr left_half, NodeIndex here) {
        auto at = std::make_shared<Subtree>();
        at->left = std::move(left_half);
        if (!reader.at_end()) TRY(read_node(*at, here));
        TRY_ASSIGN(at->right, build(*mls::right(here)));
        at->refresh();
        if (at->all_blank) return std::make_shared<Subtree>();
        return at;
    }

    // read_node refuses a leaf where a parent belongs, and the other way round.
    Status read_node(Subtree& at, NodeIndex here) {
        std::optional<NodeType> type;
        reader(type);
        TRY(reader.status());
        last_was_blank = !type.has_value();
        if (!type) return {};
        ENSURE(*type == (here.is_leaf() ? NodeType::leaf : NodeType::parent), mls_bad_tree);
        if (here.is_leaf()) {
            auto leaf = std::make_shared<LeafNode>();
            reader(*leaf);
            TRY(reader.status());
            tree.put_leaf(at, std::move(leaf));
        } else {
            auto parent = std::make_shared<ParentNode>();
            reader(*parent);
            TRY(reader.status());
            tree.put_parent(at, std::move(parent));
        }
        return {};
    }
};

// Lister writes nodes from left to right, without the blank ones at the end.
struct RatchetTree::Lister {
    codec::Writer& writer;
    uint32_t blanks_held_back = 0;

    void list(const Subtree& at, NodeIndex here) {
        if (at.all_blank) {
            blanks_held_back += (2U << level(here)) - 1;
            return;
        }
        if (at.has_children()) list(*at.left, *mls::left(here));
        write_node(at);
        if (at.has_children()) list(*at.right, *mls::right(here));
    }

    void write_node(const Subtree& at) {
        if (at.is_blank()) {
            ++blanks_held_back;
            return;
        }
        for (; blanks_held_back > 0; --blanks_held_back) writer.u8(0);
        writer.u8(1);
        if (at.leaf) writer(NodeType::leaf, *at.leaf);
        if (at.parent) writer(NodeType::parent, *at.parent);
    }
};

Result<RatchetTree> RatchetTree::decode(const CipherSuite& suite, BytesView encoded) {
    codec::Reader outer(encoded);
    const BytesView nodes = outer.opaque();
    TRY(outer.finish());
    RatchetTree tree(suite);
    Builder builder{tree, codec::Reader(nodes)};
    tree.leaf_count_ = {1};
    TRY_ASSIGN(tree.root_, builder.build(root(tree.leaf_count_)));
    // The number of leaves shows only when the nodes end: the tree doubles until it holds them all.
    while (!builder.reader.at_end()) {
        ENSURE(tree.leaf_count_.value < tree_leaves_max, input_too_large);
        tree.leaf_count_ = {2 * tree.leaf_count_.value};
        TRY_ASSIGN(tree.root_, builder.join(tree.root_, root(tree.leaf_count_)));
    }
    // check 12.4.3.3-1: no blank node ends the list, and each node has its place's type.
    ENSURE(!builder.last_was_blank, mls_bad_tree);
    // Trees are truncated (section 7.7), so the right half of any tree has a member.
    const Subtree& top = *tree.root_;
    ENSURE((top.has_children() ? *top.right : top).member_count > 0, mls_bad_tree);
    return tree;
}

Bytes RatchetTree::encode() const {
    codec::Writer writer;
    writer.vector_of([this](codec::Writer& inner) {
        if (root_) Lister{inner}.list(*root_, root(leaf_count_));
    });
    return writer.take();
}

}  // namespace mayfly::mls
