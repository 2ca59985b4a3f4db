// deps: mls
// max_len: 65536
//
// The structures of RFC 9420: what decodes encodes to the same bytes again. The first byte says
// which structure the rest is. A ratchet tree that decodes is walked through and validated as well,
// because that happens to any tree that a stranger sends.
#include <cstdint>

#include "mls/component.h"
#include "mls/key_package_secrets.h"
#include "mls/mls_message.h"
#include "mls/ratchet_tree.h"
#include "mls/tree_kem.h"
#include "mls/tree_validation.h"

namespace mayfly::mls {
namespace {

template <class T>
void round_trip(BytesView input) {
    const auto value = codec::decode<T>(input);
    if (value.ok()) MAYFLY_ASSERT(equal(codec::encode(*value), input));
}

void ratchet_tree(BytesView input) {
    const CipherSuite suite =
        find_cipher_suite(CipherSuiteId::x25519_aes128gcm_sha256_ed25519).value();
    auto tree = RatchetTree::decode(suite, input);
    if (!tree.ok()) return;
    MAYFLY_ASSERT(equal(tree->encode(), input));
    const Bytes hash = tree->tree_hash();
    for (uint32_t i = 0; i < tree->leaf_count().node_count(); ++i) tree->resolution({i});
    const Status status = validate_tree(*tree, {}, {}, std::nullopt);
    if (status.ok()) MAYFLY_ASSERT(check_parent_hashes(*tree).ok());
    // A change and its reverse must not depend on the tree being valid.
    RatchetTree changed = *tree;
    const LeafIndex added = changed.add_leaf(LeafNode());
    changed.remove_leaf(added);
    MAYFLY_ASSERT(tree->tree_hash() == hash);
}

// A key package with a dictionary that a stranger wrote: the mark is found in a sorted one alone.
void last_resort(BytesView input) {
    KeyPackage package;
    package.extensions = {{AppDataDictionary::extension_type, to_bytes(input)}};
    const bool marked = is_last_resort(package);
    const auto dictionary = codec::decode<AppDataDictionary>(input);
    if (marked) MAYFLY_ASSERT(dictionary.ok() && dictionary->is_sorted());
}

using Check = void (*)(BytesView);
constexpr Check checks[] = {
    ratchet_tree,
    round_trip<MlsMessage>,
    round_trip<KeyPackage>,
    round_trip<LeafNode>,
    round_trip<Welcome>,
    round_trip<GroupInfo>,
    round_trip<Proposal>,
    round_trip<Commit>,
    round_trip<UpdatePath>,
    round_trip<GroupSecrets>,
    round_trip<GroupContext>,
    round_trip<RequiredCapabilities>,
    round_trip<ExternalSenders>,
    round_trip<TreeKemPrivate>,
    round_trip<AppDataDictionary>,
    last_resort,
};

}  // namespace
}  // namespace mayfly::mls

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly::mls;
    if (size_bytes == 0) return 0;
    const mayfly::BytesView input(data + 1, size_bytes - 1);
    checks[data[0] % std::size(checks)](input);
    return 0;
}
