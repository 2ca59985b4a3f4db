// Making a key package (RFC 9420 section 10), and the private half that stays at home. The
// structure and its checks are in mls/key_package.h.
#pragma once

#include "mls/environment.h"
#include "mls/key_package.h"

namespace mayfly::mls {

// Identity is who signs: a credential and the signature key pair that it names.
struct Identity {
    Credential credential;
    crypto::SignatureKeyPair signature_keys;
};

// check_identity: the private key belongs to the public one. Error: invalid_key.
Status check_identity(const CipherSuite& suite, const Identity& identity);

// default_capabilities: MLS 1.0, every suite of ours, basic credentials, and the extension types
// given (for example a GroupContext extension of the application's).
Capabilities default_capabilities(const std::vector<ExtensionType>& extensions = {});

// key_package_lifetime: from an hour before now, because clocks differ, for `valid_for`.
Lifetime key_package_lifetime(Time now, Duration valid_for);

// LeafOptions: what a client says in its leaf node besides its identity.
struct LeafOptions {
    Capabilities capabilities = default_capabilities();
    Lifetime lifetime;
    Extensions extensions;  // of types that the capabilities list
    bool grease = true;     // section 13.5; of the key package, too
};

struct KeyPackageOptions {
    LeafOptions leaf;
    bool last_resort = false;  // may be used more than once, and says so
    Extensions extensions;     // of the key package
};

// KeyPackageSecrets is a key package with its private keys. Whoever holds it can join as this
// client: store it encrypted, and erase it once used unless it is a last-resort key package.
struct KeyPackageSecrets {
    KeyPackage key_package;
    Secret init_private_key;
    Secret leaf_private_key;
    Secret signature_private_key;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.key_package, self.init_private_key, self.leaf_private_key,
                self.signature_private_key);
    }
};

Result<KeyPackageSecrets> create_key_package(CipherSuiteId suite, const Identity& identity,
                                             const KeyPackageOptions& options, Entropy& entropy);

// is_last_resort: the key package has the component last_resort_key_package in its
// app_data_dictionary (draft-ietf-mls-extensions), or the extension that earlier versions of the
// draft had for it.
bool is_last_resort(const KeyPackage& key_package);

// A key package as it travels: an MLSMessage.
Bytes encode_key_package_message(const KeyPackage& key_package);
Result<KeyPackage> decode_key_package_message(BytesView message);

}  // namespace mayfly::mls
