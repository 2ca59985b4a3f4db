// A member that only follows: passive-client-welcome, passive-client-handling-commit,
// passive-client-random.
#include <map>

#include "crypto/kem.h"
#include "crypto/seeded_entropy.h"
#include "mls/group.h"
#include "tests/support/mls_vectors/band.h"
#include "tests/support/mls_vectors/runners.h"

namespace mayfly::vectors {

using namespace mls;

namespace {

Status read_psks(const Value& vector, KnownPsks& out) {
    TRY_ASSIGN(const auto psks, vector.list("external_psks"));
    for (const Value& psk : psks) {
        TRY_ASSIGN(const Bytes id, psk.bytes("psk_id"));
        TRY_ASSIGN(out.keys[id], psk.bytes("psk"));
    }
    return {};
}

Result<KeyPackageSecrets> client_of(const Value& vector) {
    KeyPackageSecrets client;
    TRY_ASSIGN(const Bytes message, vector.bytes("key_package"));
    TRY_ASSIGN(client.key_package, decode_key_package_message(message));
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(client.key_package.cipher_suite));
    TRY_ASSIGN(client.init_private_key, vector.private_key("init_priv", suite));
    TRY_ASSIGN(client.leaf_private_key, vector.private_key("encryption_priv", suite));
    TRY_ASSIGN(client.signature_private_key, vector.private_key("signature_priv", suite));

    const KeyPackage& package = client.key_package;
    TRY_ASSIGN(const Bytes init_key,
               crypto::kem_public_from_private(suite.hpke.kem, client.init_private_key));
    vector.expect(init_key == package.init_key, "init_priv is another key's");
    TRY_ASSIGN(const Bytes leaf_key,
               crypto::kem_public_from_private(suite.hpke.kem, client.leaf_private_key));
    vector.expect(leaf_key == package.leaf_node.encryption_key, "encryption_priv is another key's");
    TRY_ASSIGN(const auto pair, crypto::signature_from_private(
                                    suite.signature, client.signature_private_key.expose()));
    vector.expect(pair.public_key == package.leaf_node.signature_key,
                  "signature_priv is another key's");
    return client;
}

Result<Group> reload(Group& group, std::map<Bytes, SecretBuffer>& store) {
    for (GroupRecord& record : group.take_changes()) {
        store.erase(record.key);
        if (record.value) store.emplace(std::move(record.key), *std::move(record.value));
    }
    std::vector<GroupRecord> all;
    for (const auto& [key, value] : store) all.push_back({key, value.clone()});
    return Group::load(all);
}

Status follow_epoch(Group& group, const Value& epoch, const Environment& env) {
    TRY_ASSIGN(const auto proposals, epoch.list("proposals"));
    for (const Value& proposal : proposals) {
        TRY_ASSIGN(const Bytes message, proposal.bytes());
        TRY(group.process(message, env));
    }
    TRY_ASSIGN(const Bytes message, epoch.bytes("commit"));
    TRY_ASSIGN(Processed done, group.process(message, env));
    auto* staged = std::get_if<StagedCommit>(&done);
    ENSURE(staged != nullptr, unexpected_message);
    TRY(group.apply(std::move(*staged)));
    epoch.expect_equal(group.current().epoch_authenticator(), "epoch_authenticator");
    return {};
}

}  // namespace

// Every epoch is also written to a store and read back before the next.
Status run_passive_client(const Value& vector) {
    crypto::SeededEntropy entropy(1);
    const mls::AcceptAll accept_all;
    KnownPsks psks;
    TRY(read_psks(vector, psks));
    const Environment env{{0}, entropy, accept_all, &psks};
    TRY_ASSIGN(const KeyPackageSecrets client, client_of(vector));
    TRY_ASSIGN(const Bytes welcome, vector.bytes("welcome"));
    Bytes tree;
    std::optional<BytesView> beside;  // the tree, if it is not in the Welcome
    if (!vector.is_null("ratchet_tree")) {
        TRY_ASSIGN(tree, vector.bytes("ratchet_tree"));
        beside = tree;
    }
    TRY_ASSIGN(Group group, Group::join(welcome, client, beside, env));
    vector.expect_equal(group.current().epoch_authenticator(), "initial_epoch_authenticator");
    std::map<Bytes, SecretBuffer> store;
    TRY_ASSIGN(const auto epochs, vector.list("epochs"));
    for (const Value& epoch : epochs) {
        TRY_ASSIGN(group, reload(group, store));
        TRY(follow_epoch(group, epoch, env));
    }
    return {};
}

// Own vectors.

namespace {

Json make_case(const CipherSuite& suite, Dice& dice, size_t members, size_t epochs) {
    Band band(suite, dice, members);
    Json out = band.admit_passive(dice.number % 2 == 0, dice.number % 3 == 0);
    for (size_t i = 0; i < epochs; ++i) out["epochs"].push_back(band.step());
    out["external_psks"] = Json::array();
    for (const auto& [id, key] : band.psks.keys) {
        out["external_psks"].push_back({{"psk_id", to_hex(id)}, {"psk", to_hex(key)}});
    }
    return out;
}

}  // namespace

Json make_passive_client_welcome(const CipherSuite& suite, Dice& dice) {
    return make_case(suite, dice, 1 + dice.below(8), 0);
}

Json make_passive_client_handling_commit(const CipherSuite& suite, Dice& dice) {
    return make_case(suite, dice, 1 + dice.below(4), 3);
}

Json make_passive_client_random(const CipherSuite& suite, Dice& dice) {
    return make_case(suite, dice, 5, 30);
}

}  // namespace mayfly::vectors
