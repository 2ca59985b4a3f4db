// For the tests of the ratchet tree: members with their keys, and a group that only has a tree.
#pragma once

#include <map>
#include <variant>

#include "crypto/seeded_entropy.h"
#include "mls/group_context.h"
#include "mls/key_package.h"
#include "mls/tree_kem.h"
#include "mls/tree_validation.h"

namespace mayfly::mls::testing {

constexpr Time test_now{1'800'000'000'000};

inline CipherSuite test_suite() {
    return find_cipher_suite(CipherSuiteId::x25519_aes128gcm_sha256_ed25519).value();
}

struct TestClient {
    KeyPackage package;  // signed
    Secret signature_key;
    Secret leaf_key;
    Secret init_key;
};

inline LeafNode unsigned_leaf(const CipherSuite& suite) {
    LeafNode leaf;
    leaf.credential.identity = to_bytes(as_bytes("someone"));
    leaf.capabilities.versions = {ProtocolVersion::mls10};
    leaf.capabilities.cipher_suites = {suite.id};
    leaf.capabilities.credentials = {CredentialType::basic};
    leaf.lifetime = {0, ~uint64_t{0}};
    return leaf;
}

// make_client signs a key package around the given leaf; its keys are set here.
inline TestClient make_client(const CipherSuite& suite, Entropy& entropy, LeafNode leaf) {
    TestClient client;
    auto signature = crypto::signature_generate(suite.signature, entropy).value();
    auto encryption = crypto::kem_generate(suite.hpke.kem, entropy).value();
    auto init = crypto::kem_generate(suite.hpke.kem, entropy).value();
    leaf.signature_key = signature.public_key;
    leaf.encryption_key = encryption.public_key;
    MAYFLY_ASSERT(sign_leaf_node(suite, leaf, signature.private_key, {}).ok());
    client.package.cipher_suite = suite.id;
    client.package.init_key = init.public_key;
    client.package.leaf_node = std::move(leaf);
    MAYFLY_ASSERT(sign_key_package(suite, client.package, signature.private_key).ok());
    client.signature_key = std::move(signature.private_key);
    client.leaf_key = std::move(encryption.private_key);
    client.init_key = std::move(init.private_key);
    return client;
}
inline TestClient make_client(const CipherSuite& suite, Entropy& entropy) {
    return make_client(suite, entropy, unsigned_leaf(suite));
}

// TreeNodes: a tree as a list that a test may damage.
using TreeNode = std::variant<std::monostate, LeafNode, ParentNode>;
inline std::vector<TreeNode> nodes_of(const RatchetTree& tree) {
    std::vector<TreeNode> nodes(tree.leaf_count().node_count());
    for (uint32_t i = 0; i < nodes.size(); ++i) {
        if (const auto parent = tree.parent_node({i})) nodes[i] = *parent;
        if (i % 2 == 0 && tree.leaf({i / 2})) nodes[i] = *tree.leaf({i / 2});
    }
    while (!nodes.empty() && nodes.back().index() == 0) nodes.pop_back();
    return nodes;
}
inline Bytes encode_nodes(const std::vector<TreeNode>& nodes) {
    codec::Writer writer;
    writer.vector_of([&nodes](codec::Writer& inner) {
        for (const TreeNode& node : nodes) {
            inner.u8(node.index() == 0 ? 0 : 1);
            if (node.index() != 0) inner.u8(static_cast<uint8_t>(node.index()));
            if (const auto* leaf = std::get_if<LeafNode>(&node)) inner(*leaf);
            if (const auto* parent = std::get_if<ParentNode>(&node)) inner(*parent);
        }
    });
    return writer.take();
}

// TestGroup: the tree that all members agree on, and each member's private part.
class TestGroup {
  public:
    explicit TestGroup(const CipherSuite& suite, uint64_t seed = 1)
        : suite_(suite), entropy_(seed), tree_(suite) {
        context_.cipher_suite = suite.id;
        context_.group_id = to_bytes(as_bytes("a group"));
        join(make_client(suite_, entropy_));
    }

    const CipherSuite& suite() const { return suite_; }
    Entropy& entropy() { return entropy_; }
    RatchetTree& tree() { return tree_; }
    BytesView group_id() const { return context_.group_id; }
    const Secret& signature_key(LeafIndex index) { return signature_keys_.at(index); }
    const TreeKemPrivate& keys(LeafIndex index) { return keys_.at(index); }

    TestClient client() { return make_client(suite_, entropy_); }

    // join adds a member as an Add without a path does.
    LeafIndex join(TestClient client) {
        const LeafIndex index = tree_.add_leaf(client.package.leaf_node);
        signature_keys_[index] = std::move(client.signature_key);
        keys_[index] = TreeKemPrivate(index, std::move(client.leaf_key));
        return index;
    }
    void join_many(size_t count) {
        for (size_t i = 0; i < count; ++i) join(client());
    }
    void remove(LeafIndex index) {
        tree_.remove_leaf(index);
        keys_.erase(index);
        signature_keys_.erase(index);
    }
    void update(LeafIndex index) {
        LeafNode leaf = *tree_.leaf(index);
        auto pair = crypto::kem_generate(suite_.hpke.kem, entropy_).value();
        leaf.encryption_key = pair.public_key;
        leaf.source = LeafNodeSource::update;
        MAYFLY_ASSERT(
            sign_leaf_node(suite_, leaf, signature_keys_.at(index), {group_id(), index}).ok());
        tree_.update_leaf(index, leaf);
        keys_.at(index).set_leaf_key(std::move(pair.private_key));
    }

    Bytes context_for(const RatchetTree& tree) {
        context_.tree_hash = tree.tree_hash();
        return codec::encode(context_);
    }

    struct Sent {
        RatchetTree tree;
        NewPath secrets;
        UpdatePath path;
    };
    Sent send(LeafIndex sender, std::span<const LeafIndex> new_leaves = {}) {
        RatchetTree next = tree_;
        NewPath secrets = begin_path(next, sender, *next.leaf(sender), signature_keys_.at(sender),
                                     group_id(), entropy_)
                              .value();
        const Bytes context = context_for(next);
        UpdatePath path = seal_path(secrets, next, new_leaves, context, entropy_).value();
        return {std::move(next), std::move(secrets), std::move(path)};
    }

    // commit has the sender send a path. Every other member that is not new opens it, new members
    // learn theirs as from a Welcome. Fails when anyone disagrees.
    Status commit(LeafIndex sender, std::span<const LeafIndex> new_leaves = {}) {
        Sent sent = send(sender, new_leaves);
        RatchetTree next = tree_;
        TRY(apply_path(next, sender, sent.path, new_leaves, group_id()));
        ENSURE(next.encode() == sent.tree.encode(), internal);
        const Bytes context = context_for(next);
        for (auto& [index, keys] : keys_) {
            if (index == sender) {
                keys = sent.secrets.next.clone();
            } else if (std::binary_search(new_leaves.begin(), new_leaves.end(), index)) {
                const NodePathSecret* secret = sent.secrets.path_secret_for(index);
                ENSURE(secret != nullptr, internal);
                TRY(keys.learn_path(next, sender, secret->secret.clone()));
            } else {
                keys.forget_blank(tree_);
                TRY_ASSIGN(OpenedPath opened,
                           keys.open_path(next, sender, sent.path, new_leaves, context));
                ENSURE(constant_time_equal(opened.commit_secret.expose(),
                                           sent.secrets.commit_secret.expose()),
                       internal);
                keys = std::move(opened.next);
            }
            TRY(keys.check_against(next));
        }
        tree_ = std::move(next);
        return {};
    }

  private:
    CipherSuite suite_;
    crypto::SeededEntropy entropy_;
    RatchetTree tree_;
    GroupContext context_;
    std::map<LeafIndex, Secret> signature_keys_;
    std::map<LeafIndex, TreeKemPrivate> keys_;
};

}  // namespace mayfly::mls::testing
