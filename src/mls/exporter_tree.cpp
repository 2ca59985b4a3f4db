#include "mls/exporter_tree.h"

namespace mayfly::mls {

namespace {

// A leaf for each of the 2^16 values of a ComponentID.
constexpr LeafCount component_leaves{1U << 16};

}  // namespace

ExporterTree::ExporterTree(const CipherSuite& suite, Epoch epoch, Secret application_export_secret)
    : suite_(suite), epoch_(epoch) {
    if (application_export_secret.empty()) return;
    nodes_.emplace(root(component_leaves), std::move(application_export_secret));
    changes_.insert(node_key(root(component_leaves)));
}

Result<Secret> ExporterTree::take(ComponentId component) {
    const LeafIndex leaf{static_cast<uint32_t>(component)};
    std::optional<DerivedLeaf> derived = derive_leaf(suite_, nodes_, component_leaves, leaf);
    ENSURE(derived, mls_already_exported);
    nodes_.erase(derived->consumed);
    changes_.insert(node_key(derived->consumed));
    for (NodeSecret& node : derived->kept) {
        changes_.insert(node_key(node.index));
        nodes_[node.index] = std::move(node.secret);
    }
    return std::move(derived->secret);
}

RecordKey ExporterTree::node_key(NodeIndex node) const {
    return {RecordKind::exporter_node, epoch_, node.value, {}, 0};
}

RecordKeys ExporterTree::keys() const {
    RecordKeys out;
    for (const auto& [node, secret] : nodes_) out.insert(node_key(node));
    return out;
}

std::optional<SecretBuffer> ExporterTree::record(const RecordKey& key) const {
    const auto found = nodes_.find(NodeIndex{key.index});
    if (found == nodes_.end()) return std::nullopt;
    return codec::encode_secret(found->second);
}

Status ExporterTree::restore(const RecordKey& key, BytesView value) {
    TRY_ASSIGN(Secret secret, codec::decode<Secret>(value));
    ENSURE(component_leaves.contains(NodeIndex{key.index}), mls_state_corrupt);
    ENSURE(secret.size() == suite_.hash_size_bytes(), mls_state_corrupt);
    nodes_[NodeIndex{key.index}] = std::move(secret);
    return {};
}

}  // namespace mayfly::mls
