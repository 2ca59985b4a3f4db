#include "mls/secret_tree.h"

namespace mayfly::mls {

namespace {

MessageKey derive_message_key(const CipherSuite& suite, const Ratchet& ratchet) {
    MessageKey out;
    out.nonce = derive_tree_secret(suite, ratchet.secret, "nonce", ratchet.generation,
                                   crypto::aead_nonce_size_bytes);
    out.key = derive_tree_secret(suite, ratchet.secret, "key", ratchet.generation,
                                 suite.aead_key_size_bytes());
    return out;
}

void step(const CipherSuite& suite, Ratchet& ratchet) {
    ratchet.secret = derive_tree_secret(suite, ratchet.secret, "secret", ratchet.generation,
                                        suite.hash_size_bytes());
    ++ratchet.generation;
}

constexpr RatchetType other_type(RatchetType type) {
    return type == RatchetType::handshake ? RatchetType::application : RatchetType::handshake;
}

constexpr std::string_view ratchet_label(RatchetType type) {
    return type == RatchetType::handshake ? "handshake" : "application";
}

}  // namespace

SecretTree::SecretTree(const CipherSuite& suite, Epoch epoch, LeafCount leaves,
                       Secret encryption_secret)
    : suite_(suite), epoch_(epoch), leaves_(leaves) {
    if (encryption_secret.empty()) return;  // restored row by row
    nodes_.emplace(root(leaves), std::move(encryption_secret));
    changes_.insert(node_key(root(leaves)));
}

// The sender's first use in this epoch.
Result<Ratchet> SecretTree::derive_ratchets(LeafIndex leaf, KeyLease& lease) const {
    std::optional<DerivedLeaf> found = derive_leaf(suite_, nodes_, leaves_, leaf);
    ENSURE(found, mls_generation_used);
    const size_t size = suite_.hash_size_bytes();
    const auto derive = [&](RatchetType type) {
        return expand_with_label(suite_, found->secret, ratchet_label(type), {}, size);
    };
    Ratchet wanted;
    wanted.secret = derive(lease.type);
    KeyLease::Derived& derived = lease.derived.emplace();
    derived.other.secret = derive(other_type(lease.type));
    derived.consumed = found->consumed;
    derived.kept = std::move(found->kept);
    return wanted;
}

Status SecretTree::advance(Ratchet ratchet, KeyLease& lease) const {
    ENSURE(lease.generation - ratchet.generation <= ratchet_jump_max, mls_generation_too_far);
    ENSURE(lease.generation != UINT32_MAX, mls_generation_too_far);
    lease.passed.reserve(std::min<size_t>(lease.generation - ratchet.generation, skipped_keys_max));
    while (ratchet.generation != lease.generation) {
        if (lease.generation - ratchet.generation <= skipped_keys_max) {
            lease.passed.push_back({ratchet.generation, derive_message_key(suite_, ratchet)});
        }
        step(suite_, ratchet);
    }
    lease.key = derive_message_key(suite_, ratchet);
    step(suite_, ratchet);
    lease.advanced = std::move(ratchet);
    return {};
}

Result<SecretTree::KeyLease> SecretTree::find_key(LeafIndex sender, RatchetType type,
                                                  uint32_t generation) const {
    ENSURE(leaves_.contains(sender), mls_unknown_sender);
    KeyLease lease;
    lease.sender = sender;
    lease.type = type;
    lease.generation = generation;

    const auto ratchet = ratchets_.find({sender, type});
    if (ratchet == ratchets_.end()) {
        ENSURE(!(application_only_ && type == RatchetType::handshake), mls_generation_used);
        TRY_ASSIGN(Ratchet fresh, derive_ratchets(sender, lease));
        TRY(advance(std::move(fresh), lease));
    } else if (generation >= ratchet->second.generation) {
        TRY(advance({ratchet->second.generation, ratchet->second.secret.clone()}, lease));
    } else {
        const auto skipped = skipped_.find({sender, type, generation});
        ENSURE(skipped != skipped_.end(), mls_generation_used);
        lease.key.key = skipped->second.key.clone();
        lease.key.nonce = skipped->second.nonce.clone();
    }
    return lease;
}

void SecretTree::consume(KeyLease lease) {
    const RatchetId id{lease.sender, lease.type};
    if (lease.derived) {
        nodes_.erase(lease.derived->consumed);
        changes_.insert(node_key(lease.derived->consumed));
        for (NodeSecret& node : lease.derived->kept) {
            changes_.insert(node_key(node.index));
            nodes_[node.index] = std::move(node.secret);
        }
        const RatchetId other{lease.sender, other_type(lease.type)};
        if (!(application_only_ && other.second == RatchetType::handshake)) {
            ratchets_[other] = std::move(lease.derived->other);
            changes_.insert(ratchet_key(other));
        }
    }
    if (!lease.advanced) {
        const SkippedId used{lease.sender, lease.type, lease.generation};
        skipped_.erase(used);
        changes_.insert(skipped_key(used));
        return;
    }
    ratchets_[id] = *std::move(lease.advanced);
    changes_.insert(ratchet_key(id));
    for (auto& passed : lease.passed) {
        const SkippedId skipped{lease.sender, lease.type, passed.generation};
        skipped_[skipped] = std::move(passed.key);
        changes_.insert(skipped_key(skipped));
    }
    bound_skipped(id);
}

void SecretTree::bound_skipped(RatchetId id) {
    const auto first = skipped_.lower_bound({id.first, id.second, 0});
    const auto last = skipped_.upper_bound({id.first, id.second, UINT32_MAX});
    auto count = static_cast<size_t>(std::distance(first, last));
    for (auto oldest = first; count > skipped_keys_max; --count) {
        changes_.insert(skipped_key(oldest->first));
        oldest = skipped_.erase(oldest);
    }
}

Result<SecretTree::KeyLease> SecretTree::next_key(LeafIndex own, RatchetType type) {
    const auto ratchet = ratchets_.find({own, type});
    const uint32_t generation = ratchet == ratchets_.end() ? 0 : ratchet->second.generation;
    TRY_ASSIGN(KeyLease found, find_key(own, type, generation));
    KeyLease lease;
    lease.sender = own;
    lease.type = type;
    lease.generation = generation;
    lease.key = std::move(found.key);
    consume(std::move(found));
    return lease;
}

void SecretTree::keep_application_only() {
    application_only_ = true;
    for (auto at = ratchets_.begin(); at != ratchets_.end();) {
        if (at->first.second == RatchetType::handshake) {
            changes_.insert(ratchet_key(at->first));
            at = ratchets_.erase(at);
        } else {
            ++at;
        }
    }
    for (auto at = skipped_.begin(); at != skipped_.end();) {
        if (std::get<RatchetType>(at->first) == RatchetType::handshake) {
            changes_.insert(skipped_key(at->first));
            at = skipped_.erase(at);
        } else {
            ++at;
        }
    }
}

RecordKey SecretTree::node_key(NodeIndex node) const {
    return {RecordKind::tree_node, epoch_, node.value, {}, 0};
}
RecordKey SecretTree::ratchet_key(RatchetId id) const {
    return {RecordKind::ratchet, epoch_, id.first.value, id.second, 0};
}
RecordKey SecretTree::skipped_key(SkippedId id) const {
    return {RecordKind::skipped_key, epoch_, std::get<LeafIndex>(id).value,
            std::get<RatchetType>(id), std::get<uint32_t>(id)};
}

RecordKeys SecretTree::keys() const {
    RecordKeys out;
    for (const auto& [node, secret] : nodes_) out.insert(node_key(node));
    for (const auto& [id, ratchet] : ratchets_) out.insert(ratchet_key(id));
    for (const auto& [id, key] : skipped_) out.insert(skipped_key(id));
    return out;
}

std::optional<SecretBuffer> SecretTree::record(const RecordKey& key) const {
    if (key.kind == RecordKind::tree_node) {
        const auto found = nodes_.find(NodeIndex{key.index});
        if (found != nodes_.end()) return codec::encode_secret(found->second);
    } else if (key.kind == RecordKind::ratchet) {
        const auto found = ratchets_.find({LeafIndex{key.index}, key.ratchet});
        if (found != ratchets_.end()) return codec::encode_secret(found->second);
    } else {
        const auto found = skipped_.find({LeafIndex{key.index}, key.ratchet, key.generation});
        if (found != skipped_.end()) return codec::encode_secret(found->second);
    }
    return std::nullopt;
}

Status SecretTree::restore(const RecordKey& key, BytesView value) {
    const size_t secret_size = suite_.hash_size_bytes();
    if (key.kind == RecordKind::tree_node) {
        TRY_ASSIGN(Secret secret, codec::decode<Secret>(value));
        ENSURE(leaves_.contains(NodeIndex{key.index}), mls_state_corrupt);
        ENSURE(secret.size() == secret_size, mls_state_corrupt);
        nodes_[NodeIndex{key.index}] = std::move(secret);
        return {};
    }
    const LeafIndex leaf{key.index};
    ENSURE(leaves_.contains(leaf), mls_state_corrupt);
    if (key.kind == RecordKind::ratchet) {
        TRY_ASSIGN(Ratchet ratchet, codec::decode<Ratchet>(value));
        ENSURE(ratchet.secret.size() == secret_size, mls_state_corrupt);
        ratchets_[{leaf, key.ratchet}] = std::move(ratchet);
        return {};
    }
    TRY_ASSIGN(MessageKey skipped, codec::decode<MessageKey>(value));
    ENSURE(skipped.key.size() == suite_.aead_key_size_bytes(), mls_state_corrupt);
    ENSURE(skipped.nonce.size() == crypto::aead_nonce_size_bytes, mls_state_corrupt);
    skipped_[{leaf, key.ratchet, key.generation}] = std::move(skipped);
    return {};
}

bool SecretTree::is_complete() const { return leaves_.value != 0 && covers(root(leaves_)); }

bool SecretTree::covers(NodeIndex node) const {
    if (nodes_.contains(node)) return true;
    if (!node.is_leaf()) return covers(*left(node)) && covers(*right(node));
    return ratchets_.contains({leaf_of(node), RatchetType::application}) &&
           (application_only_ || ratchets_.contains({leaf_of(node), RatchetType::handshake}));
}

}  // namespace mayfly::mls
