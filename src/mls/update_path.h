// Parent nodes and update paths: RFC 9420 sections 7.1 and 7.6.
#pragma once

#include "crypto/hpke.h"
#include "mls/leaf_node.h"

namespace mayfly::mls {

struct ParentNode {
    HpkePublicKey encryption_key;
    Bytes parent_hash;
    std::vector<LeafIndex> unmerged_leaves;  // strictly increasing

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.encryption_key, self.parent_hash, self.unmerged_leaves);
    }
    bool operator==(const ParentNode&) const = default;
};

struct UpdatePathNode {
    HpkePublicKey encryption_key;
    std::vector<crypto::HpkeCiphertext> encrypted_path_secret;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.encryption_key, self.encrypted_path_secret);
    }
    bool operator==(const UpdatePathNode&) const = default;
};

struct UpdatePath {
    LeafNode leaf_node;
    std::vector<UpdatePathNode> nodes;  // the sender's filtered direct path, from the bottom

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.leaf_node, self.nodes);
    }
    bool operator==(const UpdatePath&) const = default;
};

}  // namespace mayfly::mls
