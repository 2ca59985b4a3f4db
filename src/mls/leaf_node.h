// Leaf nodes: RFC 9420 section 7.2, and the checks of section 7.3 that need one leaf alone. Those
// that need the other members are in mls/tree_validation.h.
#pragma once

#include "mls/cipher_suite.h"
#include "mls/credential.h"
#include "mls/extension.h"
#include "mls/tree_math.h"
#include "mls/types.h"
#include "util/time.h"

namespace mayfly::mls {

struct Capabilities {
    std::vector<ProtocolVersion> versions;
    std::vector<CipherSuiteId> cipher_suites;
    std::vector<ExtensionType> extensions;
    std::vector<ProposalType> proposals;
    std::vector<CredentialType> credentials;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.versions, self.cipher_suites, self.extensions, self.proposals,
                self.credentials);
    }
    bool operator==(const Capabilities&) const = default;

    bool supports(ProtocolVersion version) const;
    bool supports(CipherSuiteId suite) const;
    bool supports(ExtensionType type) const;  // default types included
    bool supports(ProposalType type) const;   // default types included
    bool supports(CredentialType type) const;
    bool supports(const RequiredCapabilities& required) const;
};

// Lifetime: seconds since the Unix epoch.
struct Lifetime {
    uint64_t not_before = 0;
    uint64_t not_after = 0;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.not_before, self.not_after);
    }
    bool operator==(const Lifetime&) const = default;
    bool contains(Time now) const;
    bool is_at_most(Duration length) const;
};

enum class LeafNodeSource : uint8_t { key_package = 1, update = 2, commit = 3 };
constexpr bool is_known(LeafNodeSource source) {
    return source >= LeafNodeSource::key_package && source <= LeafNodeSource::commit;
}

struct LeafNode {
    HpkePublicKey encryption_key;
    SignaturePublicKey signature_key;
    Credential credential;
    Capabilities capabilities;
    LeafNodeSource source = LeafNodeSource::key_package;
    Lifetime lifetime;  // key_package
    Bytes parent_hash;  // commit
    Extensions extensions;
    Bytes signature;

    template <class Self, class Archive>
    static void signed_fields(Self& self, Archive& archive) {
        archive(self.encryption_key, self.signature_key, self.credential, self.capabilities,
                self.source);
        if (self.source == LeafNodeSource::key_package) archive(self.lifetime);
        if (self.source == LeafNodeSource::commit) archive(self.parent_hash);
        archive(self.extensions);
    }
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        signed_fields(self, archive);
        archive(self.signature);
    }
    bool operator==(const LeafNode&) const = default;
};

// LeafPosition: where a leaf signed as update or commit says it is (LeafNodeTBS). Without meaning
// for a leaf of a key package.
struct LeafPosition {
    BytesView group_id;
    LeafIndex leaf_index;
};

// sign_leaf_node sets leaf.signature. All other fields must be final.
Status sign_leaf_node(const CipherSuite& suite, LeafNode& leaf, const Secret& signature_key,
                      LeafPosition position);
// verify_leaf_node checks the signature with the leaf's own signature_key.
Status verify_leaf_node(const CipherSuite& suite, const LeafNode& leaf, LeafPosition position);

// check_leaf_node makes the checks of section 7.3 that need neither signature nor other members:
// keys are well-formed, version, suite, credential type and every extension are among the leaf's
// own capabilities, no extension twice, source as expected, lifetime holds now (nullopt: not
// checked). Errors: mls_bad_leaf_node.
Status check_leaf_node(const CipherSuite& suite, const LeafNode& leaf, LeafNodeSource expected,
                       std::optional<Time> now);

}  // namespace mayfly::mls
