#include "mls/tree_kem.h"

#include "mls/labelled.h"

namespace mayfly::mls {
namespace {

constexpr std::string_view path_label = "UpdatePathNode";

Result<crypto::KemKeyPair> node_key_pair(const CipherSuite& suite, const Secret& path_secret) {
    const Secret node_secret = derive_secret(suite, path_secret, "node");
    return crypto::kem_derive_key_pair(suite.hpke.kem, node_secret.expose());
}

// recipients: who gets the path secret of a step, in the order of the ciphertexts.
std::vector<NodeIndex> recipients(const RatchetTree& tree, const PathStep& step,
                                  std::span<const LeafIndex> new_leaves) {
    std::vector<NodeIndex> out = tree.resolution(step.copath_child);
    std::erase_if(out, [new_leaves](NodeIndex node) {
        return node.is_leaf() &&
               std::binary_search(new_leaves.begin(), new_leaves.end(), leaf_of(node));
    });
    return out;
}

}  // namespace

TreeKemPrivate::TreeKemPrivate(LeafIndex leaf, Secret leaf_private_key) : leaf_(leaf) {
    set_key(leaf.node(), std::move(leaf_private_key));
}

TreeKemPrivate TreeKemPrivate::clone() const {
    TreeKemPrivate out;
    out.leaf_ = leaf_;
    for (const NodeKey& key : keys_) out.keys_.push_back({key.node, key.private_key.clone()});
    return out;
}

const Secret* TreeKemPrivate::private_key(NodeIndex node) const {
    for (const NodeKey& key : keys_) {
        if (key.node == node) return &key.private_key;
    }
    return nullptr;
}

void TreeKemPrivate::set_key(NodeIndex node, Secret private_key) {
    for (NodeKey& key : keys_) {
        if (key.node != node) continue;
        key.private_key = std::move(private_key);
        return;
    }
    keys_.push_back({node, std::move(private_key)});
}

void TreeKemPrivate::set_leaf_key(Secret private_key) {
    set_key(leaf_.node(), std::move(private_key));
}

void TreeKemPrivate::forget_blank(const RatchetTree& tree) {
    std::erase_if(keys_, [&tree](const NodeKey& key) { return tree.is_blank(key.node); });
}

Status TreeKemPrivate::learn_path(const RatchetTree& tree, LeafIndex signer, Secret path_secret) {
    const CipherSuite& suite = tree.suite();
    ENSURE(signer != leaf_ && tree.has_member(signer) && tree.has_member(leaf_), mls_bad_welcome);
    ENSURE(path_secret.size() == suite.hash_size_bytes(), mls_bad_welcome);
    TreeKemPrivate next = clone();
    const NodeIndex ancestor = common_ancestor(leaf_.node(), signer.node());
    ENSURE(!tree.is_blank(ancestor), mls_bad_welcome);
    for (auto node = std::optional(ancestor); node; node = parent(*node, tree.leaf_count())) {
        // A blank node is not on the signer's filtered direct path: it got no path secret.
        if (tree.is_blank(*node)) continue;
        TRY_ASSIGN(crypto::KemKeyPair pair, node_key_pair(suite, path_secret));
        // check 12.4.3.1-10: the key is the one in the tree.
        ENSURE(equal(pair.public_key, tree.encryption_key(*node)), mls_bad_welcome);
        next.set_key(*node, std::move(pair.private_key));
        path_secret = derive_secret(suite, path_secret, "path");
    }
    *this = std::move(next);
    return {};
}

Result<OpenedPath> TreeKemPrivate::open_path(const RatchetTree& tree, LeafIndex sender,
                                             const UpdatePath& path,
                                             std::span<const LeafIndex> new_leaves,
                                             BytesView group_context) const {
    const CipherSuite& suite = tree.suite();
    ENSURE(sender != leaf_, mls_own_message);
    const std::vector<PathStep> steps = tree.filtered_direct_path(sender);
    ENSURE(steps.size() == path.nodes.size(), mls_bad_update_path);
    const auto mine = std::find_if(steps.begin(), steps.end(), [this](const PathStep& step) {
        return is_in_subtree(step.copath_child, leaf_.node());
    });
    ENSURE(mine != steps.end(), mls_bad_update_path);
    auto at = static_cast<size_t>(mine - steps.begin());

    const std::vector<NodeIndex> nodes = recipients(tree, *mine, new_leaves);
    const auto& ciphertexts = path.nodes[at].encrypted_path_secret;
    ENSURE(nodes.size() == ciphertexts.size(), mls_bad_update_path);
    const auto own = std::find_if(nodes.begin(), nodes.end(),
                                  [this](NodeIndex node) { return private_key(node) != nullptr; });
    ENSURE(own != nodes.end(), mls_bad_update_path);
    TRY_ASSIGN(const SecretBuffer opened,
               decrypt_with_label(suite, *private_key(*own), path_label, group_context,
                                  ciphertexts[static_cast<size_t>(own - nodes.begin())]));
    ENSURE(opened.size() == suite.hash_size_bytes(), mls_bad_update_path);

    OpenedPath out;
    out.next = clone();
    out.next.forget_blank(tree);
    Secret path_secret(opened.expose());
    for (; at < steps.size(); ++at) {
        TRY_ASSIGN(crypto::KemKeyPair pair, node_key_pair(suite, path_secret));
        // check 7.5-1: the key is the one that was sent.
        ENSURE(pair.public_key == path.nodes[at].encryption_key, mls_bad_update_path);
        out.next.set_key(steps[at].node, std::move(pair.private_key));
        path_secret = derive_secret(suite, path_secret, "path");
    }
    out.commit_secret = std::move(path_secret);
    return out;
}

Status TreeKemPrivate::check_against(const RatchetTree& tree) const {
    ENSURE(private_key(leaf_.node()) != nullptr, mls_state_corrupt);
    for (const NodeKey& key : keys_) {
        ENSURE(is_in_subtree(key.node, leaf_.node()) && !tree.is_blank(key.node),
               mls_state_corrupt);
        TRY_ASSIGN(const Bytes public_key,
                   crypto::kem_public_from_private(tree.suite().hpke.kem, key.private_key));
        ENSURE(equal(public_key, tree.encryption_key(key.node)), mls_state_corrupt);
    }
    return {};
}

const NodePathSecret* NewPath::path_secret_for(LeafIndex new_leaf) const {
    for (const NodePathSecret& secret : path_secrets) {
        if (is_in_subtree(secret.node, new_leaf.node())) return &secret;
    }
    return nullptr;
}

Result<NewPath> begin_path(RatchetTree& tree, LeafIndex index, LeafNode leaf,
                           const Secret& signature_key, BytesView group_id, Entropy& entropy) {
    const CipherSuite& suite = tree.suite();
    NewPath path;
    TRY_ASSIGN(crypto::KemKeyPair leaf_pair, crypto::kem_generate(suite.hpke.kem, entropy));
    leaf.encryption_key = std::move(leaf_pair.public_key);
    leaf.source = LeafNodeSource::commit;
    leaf.lifetime = {};
    if (!tree.has_member(index)) {
        ENSURE(index == tree.first_blank_leaf() && index.value < tree_leaves_max, invalid_argument);
        tree.add_leaf(leaf);
    }
    path.next = TreeKemPrivate(index, std::move(leaf_pair.private_key));
    path.steps = tree.filtered_direct_path(index);

    Secret path_secret(suite.hash_size_bytes());
    entropy.fill(path_secret.expose_mutable());
    std::vector<HpkePublicKey> keys;
    for (const PathStep& step : path.steps) {
        TRY_ASSIGN(crypto::KemKeyPair pair, node_key_pair(suite, path_secret));
        keys.push_back(std::move(pair.public_key));
        path.next.set_key(step.node, std::move(pair.private_key));
        Secret above = derive_secret(suite, path_secret, "path");
        path.path_secrets.push_back({step.node, std::move(path_secret)});
        path_secret = std::move(above);
    }
    path.commit_secret = std::move(path_secret);

    leaf.parent_hash = tree.set_path(index, keys);
    TRY(sign_leaf_node(suite, leaf, signature_key, {group_id, index}));
    tree.set_leaf(index, leaf);
    path.leaf_node = std::move(leaf);
    return path;
}

Result<UpdatePath> seal_path(const NewPath& path, const RatchetTree& tree,
                             std::span<const LeafIndex> new_leaves, BytesView group_context,
                             Entropy& entropy, Parallel* parallel) {
    UpdatePath out;
    out.leaf_node = path.leaf_node;
    std::vector<SealTo> seals;
    std::vector<size_t> counts;  // of each step
    for (size_t i = 0; i < path.steps.size(); ++i) {
        const size_t before = seals.size();
        for (const NodeIndex to : recipients(tree, path.steps[i], new_leaves)) {
            seals.push_back({tree.encryption_key(to), path.path_secrets[i].secret.expose()});
        }
        counts.push_back(seals.size() - before);
    }
    TRY_ASSIGN(auto sealed, encrypt_all_with_label(tree.suite(), path_label, group_context, seals,
                                                   entropy, parallel));
    auto next = std::make_move_iterator(sealed.begin());
    for (size_t i = 0; i < path.steps.size(); ++i) {
        const auto end = next + static_cast<ptrdiff_t>(counts[i]);
        out.nodes.push_back({to_bytes(tree.encryption_key(path.steps[i].node)), {next, end}});
        next = end;
    }
    return out;
}

Status apply_path(RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                  std::span<const LeafIndex> new_leaves, BytesView group_id) {
    const CipherSuite& suite = tree.suite();
    // check 12.4.2-5: the leaf is valid for a commit.
    TRY(check_leaf_node(suite, path.leaf_node, LeafNodeSource::commit, std::nullopt));
    ENSURE(verify_leaf_node(suite, path.leaf_node, {group_id, sender}).ok(), mls_bad_leaf_node);
    // check 12.4.2-7: no key of the path is in the tree. Nor twice in the path: see below.
    ENSURE(!tree.has_encryption_key(path.leaf_node.encryption_key), mls_bad_update_path);
    std::vector<HpkePublicKey> keys;
    for (const UpdatePathNode& node : path.nodes) {
        // check 7.5-2: each key is one, also where we derive none to compare with.
        ENSURE(crypto::kem_check_public_key(suite.hpke.kem, node.encryption_key).ok(),
               mls_bad_update_path);
        ENSURE(!tree.has_encryption_key(node.encryption_key), mls_bad_update_path);
        keys.push_back(node.encryption_key);
    }

    if (!tree.has_member(sender)) {
        ENSURE(sender == tree.first_blank_leaf() && sender.value < tree_leaves_max,
               mls_bad_update_path);
        tree.add_leaf(path.leaf_node);
    }
    const std::vector<PathStep> steps = tree.filtered_direct_path(sender);
    // check 12.4.2-8: the path is the sender's filtered direct path.
    ENSURE(steps.size() == keys.size(), mls_bad_update_path);
    // check 7.6-1: one ciphertext for each node of the copath's resolution.
    for (size_t i = 0; i < steps.size(); ++i) {
        ENSURE(path.nodes[i].encrypted_path_secret.size() ==
                   recipients(tree, steps[i], new_leaves).size(),
               mls_bad_update_path);
    }
    // check 7.9.2-3: the leaf vouches for the path.
    ENSURE(tree.set_path(sender, keys) == path.leaf_node.parent_hash, mls_bad_parent_hash);
    tree.set_leaf(sender, path.leaf_node);
    ENSURE(tree.keys_are_unique(), mls_bad_update_path);
    return {};
}

}  // namespace mayfly::mls
