// safe-exporter: SafeExportSecret of draft-ietf-mls-extensions, which has no vectors of its own.
// The maker goes down the tree bit by bit; the runner asks the library's tree, in the order given.
#include "mls/exporter_tree.h"
#include "mls/key_schedule.h"
#include "tests/support/mls_vectors/generate.h"
#include "tests/support/mls_vectors/runners.h"

namespace mayfly::vectors {

using namespace mls;

Status run_safe_exporter(const Value& vector) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    TRY_ASSIGN(const Secret epoch_secret, vector.secret("epoch_secret"));
    EpochKeys keys = derive_epoch_from(suite, epoch_secret);
    vector.expect_equal(keys.application_export_secret, "application_export_secret");
    ExporterTree tree(suite, {}, std::move(keys.application_export_secret));
    TRY_ASSIGN(const auto exports, vector.list("exports"));
    for (const Value& one : exports) {
        TRY_ASSIGN(const auto id, one.number<uint16_t>("component_id"));
        TRY_ASSIGN(const Secret secret, tree.take(ComponentId{id}));
        one.expect_equal(secret, "secret");
        one.expect(!tree.take(ComponentId{id}).ok(), "a secret is given once");
    }
    return {};
}

Json make_safe_exporter(const CipherSuite& suite, Dice& dice) {
    const size_t size = suite.hash_size_bytes();
    const Bytes epoch_secret = dice.bytes(size);
    const Secret root = derive_secret(suite, Secret(epoch_secret), "application_export");
    Json exports = Json::array();
    // Distinct components: each differs from those before it in a higher bit.
    for (uint32_t top = 1; top <= 1U << 16; top *= 4) {
        const uint32_t component = top - 1 - dice.below((top + 1) / 2);
        Secret secret = root.clone();
        for (uint32_t bit = 1U << 15; bit != 0; bit /= 2) {
            const std::string_view side = (component & bit) != 0 ? "right" : "left";
            secret = expand_with_label(suite, secret, "tree", as_bytes(side), size);
        }
        exports.push_back({{"component_id", component}, {"secret", to_hex(secret.expose())}});
    }
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"epoch_secret", to_hex(epoch_secret)},
            {"application_export_secret", to_hex(root.expose())},
            {"exports", exports}};
}

}  // namespace mayfly::vectors
