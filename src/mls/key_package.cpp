#include "mls/key_package.h"

#include "mls/labelled.h"

namespace mayfly::mls {
namespace {

Bytes signed_content(const KeyPackage& package) {  // KeyPackageTBS of section 10
    codec::Writer writer;
    KeyPackage::signed_fields(package, writer);
    return writer.take();
}

}  // namespace

KeyPackageRef key_package_ref(const CipherSuite& suite, const KeyPackage& package) {
    return ref_hash(suite, "MLS 1.0 KeyPackage Reference", codec::encode(package));
}

Status sign_key_package(const CipherSuite& suite, KeyPackage& package,
                        const Secret& signature_key) {
    TRY_ASSIGN(package.signature,
               sign_with_label(suite, signature_key, "KeyPackageTBS", signed_content(package)));
    return {};
}

Status validate_key_package(const CipherSuite& suite, const KeyPackage& package,
                            std::optional<Time> now) {
    ENSURE(package.version == ProtocolVersion::mls10, mls_bad_key_package);
    ENSURE(package.cipher_suite == suite.id, mls_bad_key_package);
    ENSURE(package.init_key != package.leaf_node.encryption_key, mls_bad_key_package);
    ENSURE(crypto::kem_check_public_key(suite.hpke.kem, package.init_key).ok(),
           mls_bad_key_package);
    ENSURE(check_extensions(package.extensions).ok(), mls_bad_key_package);
    TRY(check_leaf_node(suite, package.leaf_node, LeafNodeSource::key_package, now));
    ENSURE(verify_leaf_node(suite, package.leaf_node, {}).ok(), mls_bad_leaf_node);
    ENSURE(verify_with_label(suite, package.leaf_node.signature_key, "KeyPackageTBS",
                             signed_content(package), package.signature)
               .ok(),
           mls_bad_key_package);
    return {};
}

}  // namespace mayfly::mls
