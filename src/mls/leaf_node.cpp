#include "mls/leaf_node.h"

#include "mls/labelled.h"

namespace mayfly::mls {
namespace {

template <class T>
bool lists(const std::vector<T>& values, T value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

// LeafNodeTBS of section 7.2.
Bytes signed_content(const LeafNode& leaf, LeafPosition position) {
    codec::Writer writer;
    LeafNode::signed_fields(leaf, writer);
    if (leaf.source != LeafNodeSource::key_package) {
        writer.opaque(position.group_id);
        writer(position.leaf_index);
    }
    return writer.take();
}

}  // namespace

bool Capabilities::supports(ProtocolVersion version) const { return lists(versions, version); }
bool Capabilities::supports(CipherSuiteId suite) const { return lists(cipher_suites, suite); }
bool Capabilities::supports(ExtensionType type) const {
    return is_default(type) || lists(extensions, type);
}
bool Capabilities::supports(ProposalType type) const {
    return is_default(type) || lists(proposals, type);
}
bool Capabilities::supports(CredentialType type) const { return lists(credentials, type); }

bool Capabilities::supports(const RequiredCapabilities& required) const {
    const auto all = [this](const auto& types) {
        return std::all_of(types.begin(), types.end(),
                           [this](auto type) { return this->supports(type); });
    };
    return all(required.extension_types) && all(required.proposal_types) &&
           all(required.credential_types);
}

bool Lifetime::contains(Time now) const {
    if (now.ms < 0) return false;
    const auto now_s = static_cast<uint64_t>(now.ms / 1000);
    return not_before <= now_s && now_s <= not_after;
}

bool Lifetime::is_at_most(Duration length) const {
    return not_before <= not_after &&
           not_after - not_before <= static_cast<uint64_t>(length.ms / 1000);
}

Status sign_leaf_node(const CipherSuite& suite, LeafNode& leaf, const Secret& signature_key,
                      LeafPosition position) {
    TRY_ASSIGN(leaf.signature, sign_with_label(suite, signature_key, "LeafNodeTBS",
                                               signed_content(leaf, position)));
    return {};
}

Status verify_leaf_node(const CipherSuite& suite, const LeafNode& leaf, LeafPosition position) {
    // check 7.3-2: the signature is the leaf's own.
    return verify_with_label(suite, leaf.signature_key, "LeafNodeTBS",
                             signed_content(leaf, position), leaf.signature);
}

Status check_leaf_node(const CipherSuite& suite, const LeafNode& leaf, LeafNodeSource expected,
                       std::optional<Time> now) {
    // check 7.3-7: the leaf was made for this use.
    ENSURE(leaf.source == expected, mls_bad_leaf_node);
    // check 7.3-9: the key is one.
    ENSURE(crypto::kem_check_public_key(suite.hpke.kem, leaf.encryption_key).ok(),
           mls_bad_leaf_node);
    // The suite itself need not be listed: no section asks for it, and members that leave it out
    // exist (the working group's vectors for suite 7).
    // check 7.3-10: the version.
    ENSURE(leaf.capabilities.supports(ProtocolVersion::mls10), mls_bad_leaf_node);
    // check 7.3-4: its own credential first. Those of others: check_members.
    ENSURE(leaf.capabilities.supports(leaf.credential.type), mls_bad_leaf_node);
    // check 7.3-6: extensions are listed, and there once.
    ENSURE(check_extensions(leaf.extensions).ok(), mls_bad_leaf_node);
    for (const Extension& extension : leaf.extensions) {
        ENSURE(leaf.capabilities.supports(extension.type), mls_bad_leaf_node);
    }
    // check 7.3-5: the lifetime, where the caller asks for it.
    if (now && leaf.source == LeafNodeSource::key_package) {
        ENSURE(leaf.lifetime.contains(*now), mls_bad_leaf_node);
    }
    return {};
}

}  // namespace mayfly::mls
