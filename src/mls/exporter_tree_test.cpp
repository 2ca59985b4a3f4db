#include "mls/exporter_tree.h"

#include "mls/key_schedule.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
constexpr auto component = ComponentId{0x8001};

struct KnownExport {
    uint16_t component;
    const char* secret;
};

// The values were computed with Python's hmac module from the text of draft-ietf-mls-extensions,
// which has no vectors of its own. The epoch secret is 00 01 02 ...
void expect_exports(CipherSuiteId id, const char* root, const std::vector<KnownExport>& known) {
    const CipherSuite suite = find_cipher_suite(id).value();
    Secret epoch_secret(suite.hash_size_bytes());
    for (size_t i = 0; i < epoch_secret.size(); ++i) {
        epoch_secret.expose_mutable()[i] = static_cast<uint8_t>(i);
    }
    EpochKeys keys = derive_epoch_from(suite, epoch_secret);
    EXPECT_EQ(to_hex(keys.application_export_secret.expose()), root);
    ExporterTree tree(suite, {1}, std::move(keys.application_export_secret));
    for (const KnownExport& expected : known) {
        const auto secret = tree.take(ComponentId{expected.component});
        ASSERT_OK(secret);
        EXPECT_EQ(to_hex(secret->expose()), expected.secret);
        EXPECT_ERROR(tree.take(ComponentId{expected.component}), mls_already_exported);
    }
}

TEST(ExporterTree, secrets_are_those_of_the_draft) {
    expect_exports(suite_1, "8acd4378709da79e351e8c50b39dc0af64aba5143849d745d3d33b271b1085c8",
                   {{0x0000, "e3f72c78ec139d301e92abf65c536ab80017260d00c777b887634fc747307ec6"},
                    {0x0001, "be8e0cdc166060311f5029232af7a351681861b94358e7d4a1107e455483c47b"},
                    {0x0004, "9631702e5c4c1e49fcc4525805cdc900a564c6449562202b2b67f812a7b00190"},
                    {0x8000, "5cbf24b94411cfe7f3f4ccca5a483cfcb5b76fe65f031d8fccd5549a9c0e062a"},
                    {0xffff, "40fefe39d9baa5530d8068f6d2eaa6a724a53a284990c931f91ef00d5da49cb9"}});
    expect_exports(CipherSuiteId::x448_aes256gcm_sha512_ed448,
                   "1cdf85fa4f4a7d1a6dde384059e9897c9431025177a638e171a6439861325a48"
                   "01ec9abcad23a006f52df4e6831ee1a0f3923355d5503f48ec42ec35c27addf2",
                   {{0x8000,
                     "f6a06020e8764abd6df8429f06067a2361ecc9ae662b7d80dff3dc9834e63abf"
                     "07b8713ad8e42ca73b9433196d356a73e957c748e43ca22be47565dc8368235b"},
                    {0x0004,
                     "be55b677345dbef4b9c1c6cf2e52712096dcfc49a46f179236f3abb053fb03b9"
                     "cb312662a9092ada2c527c7dcd77b1456fa58b7ad6a5d05bfe40172ef03d1112"}});
}

std::string take(Club& club, size_t member, ComponentId from = component) {
    const auto secret = club.group(member).safe_export_secret(from);
    EXPECT_TRUE(secret.ok());
    return secret.ok() ? to_hex(secret->expose()) : std::string();
}

TEST(ExporterTree, members_export_the_same_once_an_epoch) {
    Club club(suite_1);
    club.add(0, 2);
    const std::string first = take(club, 0);
    EXPECT_EQ(first, take(club, 1));
    EXPECT_NE(first, take(club, 0, ComponentId{0x8002}));
    EXPECT_ERROR(club.group(0).safe_export_secret(component), mls_already_exported);
    EXPECT_EQ(first, take(club, 2));
    club.commit(1, {});
    EXPECT_NE(first, take(club, 0));
    club.expect_agreement();
}

TEST(ExporterTree, exported_secret_is_not_given_again_after_a_restart) {
    Club club(suite_1);
    club.add(0, 1);
    take(club, 0);
    take(club, 0, ComponentId::app_ack);
    // The root and the node below it are gone, 15 below each half have come.
    EXPECT_EQ(club.group(0).take_changes().size(), 2 + 15 + 15U);
    Club other(suite_1);
    other.add(0, 1);
    take(other, 0);
    other.sync(0);
    EXPECT_ERROR(other.group(0).safe_export_secret(component), mls_already_exported);
    EXPECT_EQ(take(other, 0, ComponentId::app_ack), take(other, 1, ComponentId::app_ack));
}

TEST(ExporterTree, epoch_that_ends_leaves_no_exporter_records) {
    Club club(suite_1);
    club.add(0, 1);
    take(club, 1);
    club.sync(1);
    const auto rows = [&club] {
        std::map<Epoch, size_t> out;
        for (const auto& [key, value] : club.members[1].store) {
            const RecordKey read = codec::decode<RecordKey>(key).value();
            if (read.kind == RecordKind::exporter_node) ++out[read.epoch];
        }
        return out;
    };
    EXPECT_EQ(rows(), (std::map<Epoch, size_t>{{Epoch{1}, 16}}));
    club.commit(0, {});
    EXPECT_EQ(rows(), (std::map<Epoch, size_t>{{Epoch{2}, 1}}));
    club.commit(0, {.proposals = {{Remove{club.group(1).own_leaf()}}}});
    EXPECT_EQ(rows(), (std::map<Epoch, size_t>{}));
    EXPECT_ERROR(club.group(1).safe_export_secret(component), mls_inactive);
}

TEST(ExporterTree, pending_commit_keeps_the_secrets_of_its_epoch) {
    Club club(suite_1);
    club.add(0, 1);
    const auto sent = club.group(0).commit({}, club.env());
    ASSERT_OK(sent);
    club.sync(0);
    ASSERT_OK(club.group(0).merge_pending_commit());
    club.sync(0);
    club.deliver(sent->commit, 0);
    EXPECT_EQ(take(club, 0), take(club, 1));
}

TEST(Component, label_is_encoded_as_the_draft_says) {
    EXPECT_EQ(to_hex(as_bytes(component_label(component, "sign"))),
              "0d4d4c5320436f6d706f6e656e748001047369676e");
}

TEST(Component, signature_of_one_component_means_nothing_to_another) {
    Club club(suite_1);
    club.add(0, 1);
    const auto signature = club.group(0).safe_sign(component, "label", as_bytes("text"));
    ASSERT_OK(signature);
    const auto verify = [&](ComponentId by, std::string_view label, LeafIndex member) {
        return club.group(1).current().safe_verify(member, by, label, as_bytes("text"), *signature);
    };
    ASSERT_OK(verify(component, "label", {0}));
    EXPECT_ERROR(verify(ComponentId::app_ack, "label", {0}), invalid_signature);
    EXPECT_ERROR(verify(component, "other", {0}), invalid_signature);
    EXPECT_ERROR(verify(component, "label", {1}), invalid_signature);
    EXPECT_ERROR(verify(component, "label", {5}), mls_unknown_sender);
}

TEST(Component, ciphertext_for_one_component_opens_for_no_other) {
    Club club(suite_1);
    club.add(0, 1);
    const EpochView epoch = club.group(0).current();
    const auto sealed = epoch.safe_encrypt({1}, component, "label", as_bytes("context"),
                                           as_bytes("text"), club.entropy);
    ASSERT_OK(sealed);
    const auto open = [&](size_t member, ComponentId by) {
        return club.group(member).safe_decrypt(by, "label", as_bytes("context"), *sealed);
    };
    const auto opened = open(1, component);
    ASSERT_OK(opened);
    EXPECT_EQ(as_text(opened->expose()), "text");
    EXPECT_ERROR(open(1, ComponentId::app_ack), decryption_failed);
    EXPECT_ERROR(open(0, component), decryption_failed);
    EXPECT_ERROR(epoch.safe_encrypt({5}, component, "", {}, {}, club.entropy), mls_unknown_sender);
}

TEST(Component, dictionary_is_sorted_and_has_each_component_once) {
    AppDataDictionary dictionary{{{ComponentId{1}, {}}, {ComponentId{4}, {7}}}};
    EXPECT_TRUE(dictionary.is_sorted());
    EXPECT_EQ(to_hex(codec::encode(dictionary)),
              "07000100"
              "00040107");
    EXPECT_EQ(dictionary.find(ComponentId{4})->data, Bytes{7});
    EXPECT_EQ(dictionary.find(ComponentId{2}), nullptr);
    dictionary.component_data.push_back({ComponentId{4}, {}});
    EXPECT_FALSE(dictionary.is_sorted());
}

}  // namespace
}  // namespace mayfly::mls
