#include "mls/key_package_secrets.h"

#include "mls/component.h"
#include "mls/grease.h"
#include "mls/mls_message.h"

namespace mayfly::mls {

namespace {

// How far a verifier's clock may be behind ours before it refuses a fresh key package.
constexpr Duration clock_difference_max = Duration::hours(1);

// "last_resort_key_package" up to draft-ietf-mls-extensions-05; OpenMLS still sends it.
constexpr ExtensionType old_last_resort_extension{0x000a};

// Adds the component's mark to the data of other components that the caller may have set.
Status mark_last_resort(Extensions& extensions) {
    TRY_ASSIGN(auto present, read_extension<AppDataDictionary>(extensions));
    AppDataDictionary dictionary = present.value_or(AppDataDictionary());
    std::vector<ComponentData>& data = dictionary.component_data;
    const auto at = std::find_if(data.begin(), data.end(), [](const ComponentData& entry) {
        return entry.component_id >= ComponentId::last_resort_key_package;
    });
    data.insert(at, {ComponentId::last_resort_key_package, {}});
    ENSURE(dictionary.is_sorted(), invalid_argument);
    set_extension(extensions, dictionary);
    return {};
}

uint64_t to_seconds(Time time) { return time.ms <= 0 ? 0 : static_cast<uint64_t>(time.ms) / 1000; }

}  // namespace

Status check_identity(const CipherSuite& suite, const Identity& identity) {
    const crypto::SignatureKeyPair& claimed = identity.signature_keys;
    TRY_ASSIGN(const crypto::SignatureKeyPair real,
               crypto::signature_from_private(suite.signature, claimed.private_key.expose()));
    ENSURE(real.public_key == claimed.public_key, invalid_key);
    return {};
}

Capabilities default_capabilities(const std::vector<ExtensionType>& extensions) {
    Capabilities out;
    out.versions = {ProtocolVersion::mls10};
    for (const CipherSuite& suite : all_cipher_suites()) out.cipher_suites.push_back(suite.id);
    out.extensions = extensions;
    out.credentials = {CredentialType::basic};
    return out;
}

Lifetime key_package_lifetime(Time now, Duration valid_for) {
    return {to_seconds(now - clock_difference_max), to_seconds(now + valid_for)};
}

Result<KeyPackageSecrets> create_key_package(CipherSuiteId suite_id, const Identity& identity,
                                             const KeyPackageOptions& options, Entropy& entropy) {
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(suite_id));
    TRY(check_identity(suite, identity));
    TRY_ASSIGN(crypto::KemKeyPair init, crypto::kem_generate(suite.hpke.kem, entropy));
    TRY_ASSIGN(crypto::KemKeyPair leaf, crypto::kem_generate(suite.hpke.kem, entropy));

    KeyPackageSecrets out;
    out.init_private_key = std::move(init.private_key);
    out.leaf_private_key = std::move(leaf.private_key);
    out.signature_private_key = identity.signature_keys.private_key.clone();

    KeyPackage& package = out.key_package;
    package.cipher_suite = suite_id;
    package.init_key = std::move(init.public_key);
    package.leaf_node.encryption_key = std::move(leaf.public_key);
    package.leaf_node.signature_key = identity.signature_keys.public_key;
    package.leaf_node.credential = identity.credential;
    package.leaf_node.capabilities = options.leaf.capabilities;
    package.leaf_node.source = LeafNodeSource::key_package;
    package.leaf_node.lifetime = options.leaf.lifetime;
    package.leaf_node.extensions = options.leaf.extensions;
    package.extensions = options.extensions;
    if (options.last_resort) TRY(mark_last_resort(package.extensions));
    if (options.leaf.grease) {
        add_grease(package.leaf_node, entropy);
        add_grease(package.extensions, entropy);
        // OpenMLS asks that the leaf lists what the key package holds, too.
        Capabilities& capabilities = package.leaf_node.capabilities;
        const ExtensionType type = package.extensions.back().type;
        if (!capabilities.supports(type)) capabilities.extensions.push_back(type);
    }
    TRY(check_extensions(package.extensions));
    TRY(sign_leaf_node(suite, package.leaf_node, out.signature_private_key, {}));
    TRY(sign_key_package(suite, package, out.signature_private_key));
    return out;
}

bool is_last_resort(const KeyPackage& key_package) {
    if (find_extension(key_package.extensions, old_last_resort_extension) != nullptr) return true;
    const auto dictionary = read_extension<AppDataDictionary>(key_package.extensions);
    return dictionary.ok() && *dictionary && (*dictionary)->is_sorted() &&
           (*dictionary)->find(ComponentId::last_resort_key_package) != nullptr;
}

Bytes encode_key_package_message(const KeyPackage& key_package) {
    return encode_message(key_package);
}

Result<KeyPackage> decode_key_package_message(BytesView message) {
    return decode_message<KeyPackage>(message);
}

}  // namespace mayfly::mls
