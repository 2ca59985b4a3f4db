// The ratchet_tree extension: RFC 9420 section 12.4.3.3.
#include "mls/ratchet_tree.h"
#include "mls/subtree.h"

namespace mayfly::mls {
namespace {

enum class NodeType : uint8_t { leaf = 1, parent = 2 };
bool is_known(NodeType type) { return type == NodeType::leaf || type == NodeType::parent; }

// WireNode is the Node of section 12.4.3.3.
struct WireNode {
    NodeType type = NodeType::leaf;
    std::shared_ptr<LeafNode> leaf;
    std::shared_ptr<ParentNode> parent;

    static void fields(WireNode& self, codec::Reader& reader) {
        reader(self.type);
        if (!reader.ok()) return;
        if (self.type == NodeType::leaf) {
            self.leaf = std::make_shared<LeafNode>();
            reader(*self.leaf);
        } else {
            self.parent = std::make_shared<ParentNode>();
            reader(*self.parent);
        }
    }
};

}  // namespace

// Builder makes the tree of a list of nodes from left to right.
struct RatchetTree::Builder {
    RatchetTree& tree;
    std::vector<std::optional<WireNode>> nodes;

    // Fails when a leaf is where a parent belongs, or the other way round.
    Result<SubtreePtr> build(NodeIndex here) {
        auto at = std::make_shared<Subtree>();
        if (!here.is_leaf()) {
            TRY_ASSIGN(at->left, build(*mls::left(here)));
            TRY_ASSIGN(at->right, build(*mls::right(here)));
        }
        if (here.value < nodes.size() && nodes[here.value]) {
            WireNode& node = *nodes[here.value];
            ENSURE((node.leaf != nullptr) == here.is_leaf(), mls_bad_tree);
            if (node.leaf) {
                tree.put_leaf(*at, std::move(node.leaf));
            } else {
                tree.put_parent(*at, std::move(node.parent));
            }
        }
        at->refresh();
        return at;
    }

    static void list(const Subtree& at, std::vector<const Subtree*>& out) {
        if (!at.is_leaf()) list(*at.left, out);
        out.push_back(&at);
        if (!at.is_leaf()) list(*at.right, out);
    }
};

Result<RatchetTree> RatchetTree::decode(const CipherSuite& suite, BytesView encoded) {
    RatchetTree tree(suite);
    Builder builder{tree, {}};
    TRY_ASSIGN(builder.nodes, codec::decode<std::vector<std::optional<WireNode>>>(encoded));
    ENSURE(!builder.nodes.empty() && builder.nodes.back().has_value(), mls_bad_tree);
    const size_t leaves = builder.nodes.size() / 2 + 1;
    ENSURE(leaves <= tree_leaves_max, input_too_large);
    tree.leaf_count_ = LeafCount::for_leaves(static_cast<uint32_t>(leaves));
    TRY_ASSIGN(tree.root_, builder.build(root(tree.leaf_count_)));
    // Trees are truncated (section 7.7), so the right half of any tree has a member.
    const Subtree& top = *tree.root_;
    ENSURE((top.is_leaf() ? top : *top.right).member_count > 0, mls_bad_tree);
    return tree;
}

Bytes RatchetTree::encode() const {
    std::vector<const Subtree*> nodes;
    nodes.reserve(leaf_count_.node_count());
    if (root_) Builder::list(*root_, nodes);
    while (!nodes.empty() && nodes.back()->is_blank()) nodes.pop_back();
    codec::Writer writer;
    writer.vector_of([&nodes](codec::Writer& inner) {
        for (const Subtree* node : nodes) {
            inner.u8(node->is_blank() ? 0 : 1);
            if (node->leaf) inner(NodeType::leaf, *node->leaf);
            if (node->parent) inner(NodeType::parent, *node->parent);
        }
    });
    return writer.take();
}

}  // namespace mayfly::mls
