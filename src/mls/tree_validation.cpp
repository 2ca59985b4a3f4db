#include "mls/tree_validation.h"

namespace mayfly::mls {
namespace {

// check 13.5-1: GREASE in the lists of all members is no support.
template <class T>
bool all_in(const std::vector<T>& wanted, const std::vector<T>& sorted) {
    return std::all_of(wanted.begin(), wanted.end(), [&sorted](T type) {
        return !is_grease(static_cast<uint16_t>(type)) &&
               std::binary_search(sorted.begin(), sorted.end(), type);
    });
}

template <class T>
std::vector<T> without_defaults(std::vector<T> types) {
    std::erase_if(types, [](T type) { return is_default(type); });
    return types;
}

bool contains(const std::vector<LeafIndex>& sorted, LeafIndex leaf) {
    return std::binary_search(sorted.begin(), sorted.end(), leaf);
}

// parent_hash_in: the parent hash that a node carries; nothing when it carries none.
std::optional<Bytes> parent_hash_in(const RatchetTree& tree, NodeIndex node) {
    if (const auto parent = tree.parent_node(node)) return parent->parent_hash;
    if (!node.is_leaf()) return std::nullopt;
    const auto leaf = tree.leaf(leaf_of(node));
    if (!leaf || leaf->source != LeafNodeSource::commit) return std::nullopt;
    return leaf->parent_hash;
}

// parent_hash_valid: the parent node is parent-hash valid with respect to a node below its child
// `below` (C in section 7.9.2); `beside` is the other child (S). The node D of the section is what
// is left of C's resolution without the unmerged leaves of the parent.
bool parent_hash_valid(const RatchetTree& tree, const ParentNode& parent, NodeIndex below,
                       NodeIndex beside) {
    std::optional<NodeIndex> descendant;
    size_t unmerged_in_resolution = 0;
    for (const NodeIndex node : tree.resolution(below)) {
        if (node.is_leaf() && contains(parent.unmerged_leaves, leaf_of(node))) {
            ++unmerged_in_resolution;
            continue;
        }
        if (descendant) return false;
        descendant = node;
    }
    // check 7.9.2-1: D is there, and nothing else of C's resolution but unmerged leaves of P.
    if (!descendant) return false;
    std::vector<LeafIndex> unmerged_beside;
    size_t unmerged_below = 0;
    for (const LeafIndex leaf : parent.unmerged_leaves) {
        if (is_in_subtree(below, leaf.node())) ++unmerged_below;
        if (is_in_subtree(beside, leaf.node())) unmerged_beside.push_back(leaf);
    }
    if (unmerged_below != unmerged_in_resolution) return false;
    // check 7.9.2-2: D carries the parent hash of P.
    const std::optional<Bytes> carried = parent_hash_in(tree, *descendant);
    if (!carried) return false;
    const Bytes sibling_hash = tree.original_tree_hash(beside, unmerged_beside);
    return *carried == parent_hash_of(tree.suite(), parent, sibling_hash);
}

// check 12.4.3.1-11: an unmerged leaf is below its node, and unmerged in each node between.
Status check_unmerged_leaf(const RatchetTree& tree, NodeIndex top, LeafIndex leaf) {
    ENSURE(is_in_subtree(top, leaf.node()) && tree.has_member(leaf), mls_bad_tree);
    for (NodeIndex node = leaf.node();;) {
        node = *parent(node, tree.leaf_count());
        if (node == top) return {};
        const auto between = tree.parent_node(node);
        ENSURE(!between || contains(between->unmerged_leaves, leaf), mls_bad_tree);
    }
}

// for_each_parent calls check(index, node) for all parent nodes that are not blank.
template <class Check>
Status for_each_parent(const RatchetTree& tree, Check&& check) {
    for (NodeIndex index{1}; tree.leaf_count().contains(index); index.value += 2) {
        if (const auto node = tree.parent_node(index)) TRY(check(index, *node));
    }
    return {};
}

}  // namespace

Status check_members(const RatchetTree& tree, const Extensions& group_extensions) {
    // check 7.3-8: keys are unique. check 12.2-6: so no client is there twice.
    ENSURE(tree.keys_are_unique(), mls_bad_leaf_node);
    // check 7.3-4: everybody supports every credential type in use.
    const MemberSupport support = tree.member_support();
    ENSURE(all_in(support.credentials_in_use, support.credentials), mls_bad_leaf_node);

    // check 12.1.7-1: everybody supports the group's extensions.
    std::vector<ExtensionType> present;
    for (const Extension& extension : group_extensions) present.push_back(extension.type);
    ENSURE(all_in(without_defaults(std::move(present)), support.extensions),
           mls_unsupported_extension);

    // check 7.3-3: everybody has what is required.
    TRY_ASSIGN(const auto required, read_extension<RequiredCapabilities>(group_extensions));
    if (!required) return {};
    ENSURE(all_in(without_defaults(required->extension_types), support.extensions),
           mls_unsupported_extension);
    ENSURE(all_in(without_defaults(required->proposal_types), support.proposals),
           mls_unsupported_extension);
    ENSURE(all_in(required->credential_types, support.credentials), mls_unsupported_extension);
    return {};
}

Status check_parent_hashes(const RatchetTree& tree) {
    return for_each_parent(tree, [&tree](NodeIndex index, const ParentNode& node) -> Status {
        const NodeIndex l = *left(index);
        const NodeIndex r = *right(index);
        ENSURE(parent_hash_valid(tree, node, l, r) || parent_hash_valid(tree, node, r, l),
               mls_bad_parent_hash);
        return {};
    });
}

Status check_unmerged_leaves(const RatchetTree& tree) {
    return for_each_parent(tree, [&tree](NodeIndex index, const ParentNode& node) -> Status {
        const std::vector<LeafIndex>& unmerged = node.unmerged_leaves;
        const bool increasing = std::adjacent_find(unmerged.begin(), unmerged.end(),
                                                   std::greater_equal<>()) == unmerged.end();
        ENSURE(increasing, mls_bad_tree);
        for (const LeafIndex leaf : unmerged) TRY(check_unmerged_leaf(tree, index, leaf));
        return {};
    });
}

Status validate_tree(const RatchetTree& tree, BytesView group_id,
                     const Extensions& group_extensions, std::optional<Time> now,
                     Parallel* parallel) {
    // Cheapest first: a leaf's signature costs more than all hashes above it.
    TRY(check_unmerged_leaves(tree));
    TRY(check_members(tree, group_extensions));
    TRY(check_parent_hashes(tree));
    const CipherSuite& suite = tree.suite();
    TRY(for_each_parent(tree, [&suite](NodeIndex, const ParentNode& node) -> Status {
        ENSURE(crypto::kem_check_public_key(suite.hpke.kem, node.encryption_key).ok(),
               mls_bad_tree);
        return {};
    }));
    const std::vector<LeafIndex> members = tree.members();
    return run_until_failure(parallel, members.size(), [&](size_t i) -> Status {
        const LeafNode leaf = *tree.leaf(members[i]);
        TRY(check_leaf_node(suite, leaf, leaf.source, now));
        ENSURE(verify_leaf_node(suite, leaf, {group_id, members[i]}).ok(), mls_bad_leaf_node);
        return {};
    });
}

}  // namespace mayfly::mls
