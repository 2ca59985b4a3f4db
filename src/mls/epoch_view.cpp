#include "mls/group_state.h"

namespace mayfly::mls {

BytesView EpochView::group_id() const { return state_->context.group_id; }
CipherSuiteId EpochView::cipher_suite() const { return state_->suite.id; }
Epoch EpochView::epoch() const { return state_->context.epoch; }

std::vector<Member> EpochView::members() const {
    std::vector<Member> out;
    for (LeafIndex leaf : state_->tree.members()) out.push_back(*state_->member(leaf));
    return out;
}

std::optional<Member> EpochView::member(LeafIndex leaf) const { return state_->member(leaf); }
size_t EpochView::member_count() const { return state_->tree.member_count(); }
const Extensions& EpochView::extensions() const { return state_->context.extensions; }

std::optional<BytesView> EpochView::extension_data(ExtensionType type) const {
    const Extension* found = find_extension(state_->context.extensions, type);
    if (found == nullptr) return std::nullopt;
    return BytesView(found->data);
}

Result<Secret> EpochView::export_secret(std::string_view label, BytesView context,
                                        size_t length_bytes) const {
    ENSURE(!state_->secrets.exporter_secret.empty(), mls_inactive);
    ENSURE(length_bytes <= Secret::capacity_bytes, invalid_argument);
    return mls_exporter(state_->suite, state_->secrets.exporter_secret, label, context,
                        length_bytes);
}

BytesView EpochView::epoch_authenticator() const {
    return state_->secrets.epoch_authenticator.expose();
}
BytesView EpochView::tree_hash() const { return state_->context.tree_hash; }
Bytes EpochView::ratchet_tree() const { return state_->tree.encode(); }

size_t EpochView::path_seal_count() const {
    size_t count = 0;
    for (const PathStep& step : state_->tree.filtered_direct_path(state_->own_leaf())) {
        count += state_->tree.resolution(step.copath_child).size();
    }
    return count;
}

size_t EpochView::subtree_seal_count(uint32_t level) const {
    const LeafCount leaves = state_->tree.leaf_count();
    NodeIndex top = state_->own_leaf().node();
    for (uint32_t at = 0; at < level && top != root(leaves); ++at) top = *parent(top, leaves);
    return state_->tree.resolution(top).size();
}

Status EpochView::safe_verify(LeafIndex member, ComponentId component, std::string_view label,
                              BytesView content, BytesView signature) const {
    const auto leaf = state_->tree.leaf(member);
    ENSURE(leaf != nullptr, mls_unknown_sender);
    return verify_with_label(state_->suite, leaf->signature_key, component_label(component, label),
                             content, signature);
}

Result<crypto::HpkeCiphertext> EpochView::safe_encrypt(LeafIndex member, ComponentId component,
                                                       std::string_view label, BytesView context,
                                                       BytesView plaintext,
                                                       Entropy& entropy) const {
    const auto leaf = state_->tree.leaf(member);
    ENSURE(leaf != nullptr, mls_unknown_sender);
    return encrypt_with_label(state_->suite, leaf->encryption_key,
                              component_label(component, label), context, plaintext, entropy);
}

}  // namespace mayfly::mls
