// The MLS working group's vectors for a member that only follows: passive-client-welcome,
// passive-client-handling-commit.
#include <gtest/gtest.h>

#include <map>

#include "crypto/kem.h"
#include "crypto/seeded_entropy.h"
#include "mls/group.h"
#include "tests/support/mls_vectors.h"

namespace mayfly::mls {
namespace {

using nlohmann::json;
using testing::bytes_at;
using testing::bytes_of;
using testing::private_key_at;

class AcceptAll final : public CredentialPolicy {
  public:
    Status check(const CredentialCheck&) const override { return {}; }
};

class VectorPsks final : public PskSource {
  public:
    explicit VectorPsks(const json& psks) {
        for (const json& psk : psks) keys_[bytes_at(psk, "psk_id")] = bytes_at(psk, "psk");
    }
    Result<SecretBuffer> external_psk(BytesView psk_id) const override {
        const auto found = keys_.find(to_bytes(psk_id));
        if (found == keys_.end()) return MAYFLY_ERROR(mls_missing_psk);
        return SecretBuffer(found->second);
    }

  private:
    std::map<Bytes, Bytes> keys_;
};

std::string describe(const Error& error) {
    return std::string(error_name(error.code)) + " at " + error.where;
}

KeyPackageSecrets client_of(const json& vector) {
    KeyPackageSecrets client;
    client.key_package = decode_key_package_message(bytes_at(vector, "key_package")).value();
    const CipherSuite suite = find_cipher_suite(client.key_package.cipher_suite).value();
    client.init_private_key = private_key_at(vector, "init_priv", suite);
    client.leaf_private_key = private_key_at(vector, "encryption_priv", suite);
    client.signature_private_key = private_key_at(vector, "signature_priv", suite);
    return client;
}

void check_keys(const KeyPackageSecrets& client) {
    const KeyPackage& package = client.key_package;
    const CipherSuite suite = find_cipher_suite(package.cipher_suite).value();
    EXPECT_EQ(*crypto::kem_public_from_private(suite.hpke.kem, client.init_private_key),
              package.init_key);
    EXPECT_EQ(*crypto::kem_public_from_private(suite.hpke.kem, client.leaf_private_key),
              package.leaf_node.encryption_key);
    EXPECT_EQ(crypto::signature_from_private(suite.signature, client.signature_private_key.expose())
                  ->public_key,
              package.leaf_node.signature_key);
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

void follow_epoch(Group& group, const json& epoch, const Environment& env) {
    for (const json& proposal : epoch.at("proposals")) {
        const auto done = group.process(bytes_of(proposal), env);
        ASSERT_TRUE(done.ok()) << describe(done.error());
    }
    auto done = group.process(bytes_at(epoch, "commit"), env);
    ASSERT_TRUE(done.ok()) << describe(done.error());
    auto* staged = std::get_if<StagedCommit>(&*done);
    ASSERT_NE(staged, nullptr);
    ASSERT_TRUE(group.apply(std::move(*staged)).ok());
    EXPECT_EQ(to_hex(group.current().epoch_authenticator()),
              to_hex(bytes_at(epoch, "epoch_authenticator")));
}

// Every epoch is also written to a store and read back before the next.
void follow(const json& vector) {
    crypto::SeededEntropy entropy(1);
    const AcceptAll accept_all;
    const VectorPsks psks(vector.at("external_psks"));
    const Environment env{{0}, entropy, accept_all, &psks};
    const KeyPackageSecrets client = client_of(vector);
    check_keys(client);
    const json& tree = vector.at("ratchet_tree");
    const Bytes tree_bytes = tree.is_null() ? Bytes() : bytes_of(tree);
    auto joined =
        Group::join(bytes_at(vector, "welcome"), client,
                    tree.is_null() ? std::nullopt : std::optional<BytesView>(tree_bytes), env);
    ASSERT_TRUE(joined.ok()) << describe(joined.error());
    Group group = std::move(*joined);
    EXPECT_EQ(to_hex(group.current().epoch_authenticator()),
              to_hex(bytes_at(vector, "initial_epoch_authenticator")));
    std::map<Bytes, SecretBuffer> store;
    for (const json& epoch : vector.at("epochs")) {
        auto reloaded = reload(group, store);
        ASSERT_TRUE(reloaded.ok()) << describe(reloaded.error());
        group = std::move(*reloaded);
        follow_epoch(group, epoch, env);
        if (::testing::Test::HasFatalFailure()) return;
    }
}

void follow_all(const json& vectors) {
    size_t number = 0;
    for (const json& vector : vectors) {
        SCOPED_TRACE(::testing::Message()
                     << "case " << number++ << ", suite " << vector.at("cipher_suite").get<int>());
        follow(vector);
        if (::testing::Test::HasFatalFailure()) return;
    }
}

TEST(MlsVectors, passive_client_welcome) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/passive-client-welcome.json");
    follow_all(vectors);
}

TEST(MlsVectors, passive_client_handling_commit) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/passive-client-handling-commit.json");
    follow_all(vectors);
}

}  // namespace
}  // namespace mayfly::mls
