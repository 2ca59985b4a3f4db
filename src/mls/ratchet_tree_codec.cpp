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

    // begin reads a tree that is no more than a bottom, or the first bottom of a larger one.
    Status begin() {
        TRY_ASSIGN(std::vector<BytesView> nodes, read_nodes({0}, node_count_below(bottom_level)));
        const auto leaves = static_cast<uint32_t>((nodes.size() + 2) / 2);
        tree.leaf_count_ = LeafCount::for_leaves(leaves);
        nodes.resize(tree.leaf_count_.node_count());
        tree.root_ = bottom(nodes);
        return {};
    }

    // double_up: the tree so far becomes the left half of one twice as large.
    Status double_up() {
        ENSURE(tree.leaf_count_.value < tree_leaves_max, input_too_large);
        tree.leaf_count_ = {2 * tree.leaf_count_.value};
        TRY_ASSIGN(tree.root_, join(tree.root_, root(tree.leaf_count_)));
        return {};
    }

  private:
    Result<SubtreePtr> build(NodeIndex here) {
        if (reader.at_end()) return std::make_shared<Subtree>();
        if (level(here) > bottom_level) {
            TRY_ASSIGN(SubtreePtr left_half, build(*mls::left(here)));
            return join(std::move(left_half), here);
        }
        const uint32_t count = node_count_below(bottom_level);
        TRY_ASSIGN(std::vector<BytesView> nodes, read_nodes(first_leaf_below(here).node(), count));
        nodes.resize(count);
        return bottom(nodes);
    }

    // join: the left half is there; it reads the top and the right half.
    Result<SubtreePtr> join(SubtreePtr left_half, NodeIndex here) {
        auto piece = std::make_shared<Subtree>();
        piece->left = std::move(left_half);
        TRY_ASSIGN(const std::vector<BytesView> top, read_nodes(here, 1));
        if (!top.empty() && !top[0].empty()) piece->nodes = EncodedNodes(top);
        TRY_ASSIGN(piece->right, build(*mls::right(here)));
        piece->refresh();
        if (piece->all_blank) return std::make_shared<Subtree>();
        return piece;
    }

    static SubtreePtr bottom(const std::vector<BytesView>& nodes) {
        auto piece = std::make_shared<Subtree>();
        const auto blank = [](BytesView node) { return node.empty(); };
        if (!std::all_of(nodes.begin(), nodes.end(), blank)) piece->nodes = EncodedNodes(nodes);
        piece->refresh();
        return piece;
    }

    // read_nodes: as many as there are, up to count.
    Result<std::vector<BytesView>> read_nodes(NodeIndex first, uint32_t count) {
        std::vector<BytesView> out;
        for (uint32_t i = 0; i < count && !reader.at_end(); ++i) {
            TRY_ASSIGN(const BytesView node, read_node({first.value + i}));
            out.push_back(node);
        }
        return out;
    }

    // read_node refuses a leaf where a parent belongs, and the other way round. The decoder takes
    // only what the encoder makes, so what it accepts can be kept as it came.
    Result<BytesView> read_node(NodeIndex here) {
        std::optional<NodeType> type;
        reader(type);
        TRY(reader.status());
        last_was_blank = !type.has_value();
        if (!type) return BytesView();
        ENSURE(*type == (here.is_leaf() ? NodeType::leaf : NodeType::parent), mls_bad_tree);
        const BytesView before = reader.rest();
        if (here.is_leaf()) {
            LeafNode leaf;
            reader(leaf);
        } else {
            ParentNode parent;
            reader(parent);
        }
        TRY(reader.status());
        const BytesView node = before.first(before.size() - reader.rest().size());
        tree.reindex_keys(here, {}, node);
        return node;
    }
};

// Lister writes nodes from left to right, without the blank ones at the end.
struct RatchetTree::Lister {
    codec::Writer& writer;
    uint32_t blanks_held_back = 0;

    void list(const Cursor& at) {
        if (at.all_blank()) {
            blanks_held_back += node_count_below(level(at.here));
            return;
        }
        if (!at.here.is_leaf()) list(at.left());
        write_node(at);
        if (!at.here.is_leaf()) list(at.right());
    }

    void write_node(const Cursor& at) {
        if (at.is_blank()) {
            ++blanks_held_back;
            return;
        }
        for (; blanks_held_back > 0; --blanks_held_back) writer.u8(0);
        writer.u8(1);
        writer(at.here.is_leaf() ? NodeType::leaf : NodeType::parent);
        writer.raw(at.encoded());
    }
};

Result<RatchetTree> RatchetTree::decode(const CipherSuite& suite, BytesView encoded) {
    codec::Reader outer(encoded);
    const BytesView nodes = outer.opaque();
    TRY(outer.finish());
    RatchetTree tree(suite);
    Builder builder{tree, codec::Reader(nodes)};
    TRY(builder.begin());
    // The number of leaves shows only when the nodes end: the tree doubles until it holds them all.
    while (!builder.reader.at_end()) TRY(builder.double_up());
    // check 12.4.3.3-1: no blank node ends the list, and each node has its place's type.
    ENSURE(!builder.last_was_blank, mls_bad_tree);
    // Trees are truncated (section 7.7), so the right half of any tree has a member.
    const Cursor top = tree.top();
    ENSURE((top.here.is_leaf() ? top : top.right()).member_count() > 0, mls_bad_tree);
    return tree;
}

Bytes RatchetTree::encode() const {
    codec::Writer writer;
    writer.vector_of([this](codec::Writer& inner) {
        if (root_) Lister{inner}.list(top());
    });
    return writer.take();
}

}  // namespace mayfly::mls
