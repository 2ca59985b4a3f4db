// Key packages: RFC 9420 section 10.
#pragma once

#include "mls/leaf_node.h"

namespace mayfly::mls {

struct KeyPackage {
    ProtocolVersion version = ProtocolVersion::mls10;
    CipherSuiteId cipher_suite{};
    HpkePublicKey init_key;
    LeafNode leaf_node;
    Extensions extensions;
    Bytes signature;

    template <class Self, class Archive>
    static void signed_fields(Self& self, Archive& archive) {
        archive(self.version, self.cipher_suite, self.init_key, self.leaf_node, self.extensions);
    }
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        signed_fields(self, archive);
        archive(self.signature);
    }
    bool operator==(const KeyPackage&) const = default;
};

// key_package_ref: RFC 9420 section 5.2.
KeyPackageRef key_package_ref(const CipherSuite& suite, const KeyPackage& package);

// sign_key_package sets package.signature. All other fields must be final, the leaf signed.
Status sign_key_package(const CipherSuite& suite, KeyPackage& package, const Secret& signature_key);

// validate_key_package makes all checks of section 10.1 and 7.3 that need no group: version and
// suite, keys, leaf node, both signatures, lifetime (nullopt: not checked). Whether the credential
// is to be trusted remains to be asked. Errors: mls_bad_key_package, mls_bad_leaf_node.
Status validate_key_package(const CipherSuite& suite, const KeyPackage& package,
                            std::optional<Time> now);

}  // namespace mayfly::mls
