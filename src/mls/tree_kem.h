// TreeKEM: a member's private part of the ratchet tree, and update paths (RFC 9420 sections 7.4 to
// 7.6). Both sides of a path work in two steps, because the path secrets are encrypted under a
// group context that holds the hash of the tree with the path already in it:
//
//     sender                                    receiver
//     begin_path(tree, ...)                     apply_path(tree, ...)
//     context.tree_hash = tree.tree_hash()      context.tree_hash = tree.tree_hash()
//     seal_path(path, tree, context, ...)       TreeKemPrivate::open_path(tree, ..., context)
//
// The tree given is the next epoch's, with the proposals applied.
#pragma once

#include "mls/ratchet_tree.h"
#include "util/parallel.h"

namespace mayfly::mls {

struct NodePathSecret {
    NodeIndex node;
    Secret secret;
};

struct OpenedPath;
struct NewPath;

// TreeKemPrivate: own leaf index, and the private keys that the member knows: its leaf's and those
// of nodes on its direct path. Path secrets are not kept (section 9.2).
class TreeKemPrivate {
  public:
    TreeKemPrivate() = default;
    TreeKemPrivate(LeafIndex leaf, Secret leaf_private_key);
    TreeKemPrivate clone() const;

    LeafIndex leaf() const { return leaf_; }
    // private_key: nullptr when not known. Valid until the next change.
    const Secret* private_key(NodeIndex node) const;

    // set_leaf_key: after an own Update proposal was committed.
    void set_leaf_key(Secret private_key);
    // forget_blank erases the keys of nodes that the tree no longer has or that are blank now. To
    // be called for each commit, after its proposals are applied.
    void forget_blank(const RatchetTree& tree);

    // learn_path sets the keys that follow from a Welcome's path_secret: of the lowest common
    // ancestor of the own leaf and the signer's, and of the nodes above it. Refuses when a derived
    // public key is not the one in the tree. Errors: mls_bad_welcome.
    Status learn_path(const RatchetTree& tree, LeafIndex signer, Secret path_secret);

    // open_path finds the ciphertext for this member, and derives the commit secret and the keys of
    // the next epoch. tree: after apply_path. new_leaves: those that the same commit added. Refuses
    // when a derived public key is not the one that was sent (section 7.5). Errors:
    // mls_bad_update_path, decryption_failed. This object stays as it is.
    Result<OpenedPath> open_path(const RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                                 std::span<const LeafIndex> new_leaves,
                                 BytesView group_context) const;

    // check_against: each private key belongs to the public key in the tree. For state read back
    // from a store; costs a scalar multiplication per key. Errors: mls_state_corrupt.
    Status check_against(const RatchetTree& tree) const;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.leaf_, self.keys_);
    }

  private:
    friend Result<NewPath> begin_path(RatchetTree& tree, LeafIndex index, LeafNode leaf,
                                      const Secret& signature_key, BytesView group_id,
                                      Entropy& entropy);
    struct NodeKey {
        NodeIndex node;
        Secret private_key;
        template <class Self, class Archive>
        static void fields(Self& self, Archive& archive) {
            archive(self.node, self.private_key);
        }
    };

    void set_key(NodeIndex node, Secret private_key);

    LeafIndex leaf_;
    std::vector<NodeKey> keys_;
};

struct OpenedPath {
    Secret commit_secret;
    TreeKemPrivate next;
};

// NewPath: what the sender of a path knows between the two steps, and keeps or hands out after it.
struct NewPath {
    LeafNode leaf_node;                        // signed
    std::vector<PathStep> steps;               // the filtered direct path
    std::vector<NodePathSecret> path_secrets;  // one for each step
    Secret commit_secret;
    TreeKemPrivate next;

    // path_secret_for: what a new member's GroupSecrets get: the path secret of the lowest node
    // above both; nullptr when the filtered direct path has none.
    const NodePathSecret* path_secret_for(LeafIndex new_leaf) const;
};

// begin_path makes fresh keys for the member's leaf and its filtered direct path, and puts them in
// the tree. leaf: signature key, credential, capabilities and extensions of the new leaf node; the
// rest is set and signed here. index: a member's, or tree.first_blank_leaf() for an external
// commit. When it fails the tree is to be thrown away.
Result<NewPath> begin_path(RatchetTree& tree, LeafIndex index, LeafNode leaf,
                           const Secret& signature_key, BytesView group_id, Entropy& entropy);

// seal_path encrypts the path secrets to the copath, without new_leaves (increasing).
Result<UpdatePath> seal_path(const NewPath& path, const RatchetTree& tree,
                             std::span<const LeafIndex> new_leaves, BytesView group_context,
                             Entropy& entropy, Parallel* parallel = nullptr);

// apply_path checks a received path as far as one can without secrets (sections 7.3, 7.5, 7.9 and
// 12.4.2: leaf node, its signature and parent hash, number of nodes and of ciphertexts, keys new to
// the tree) and puts it in the tree. sender: as for begin_path. When it fails the tree is to be
// thrown away. Errors: mls_bad_update_path, mls_bad_leaf_node, mls_bad_parent_hash.
Status apply_path(RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                  std::span<const LeafIndex> new_leaves, BytesView group_id);

}  // namespace mayfly::mls
