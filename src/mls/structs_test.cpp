// What the structures accept and refuse when decoded; the vectors show that they encode as others
// do.
#include <gtest/gtest.h>

#include "mls/commit.h"
#include "mls/labelled.h"
#include "mls/tree_test_support.h"

namespace mayfly::mls {
namespace {

using testing::make_client;
using testing::test_now;
using testing::test_suite;

constexpr auto grease_extension = ExtensionType{0x3a3a};

TEST(Structs, proposal_of_unknown_type_is_refused) {
    EXPECT_EQ(codec::decode<Proposal>(from_hex("00080000").value()).code(),
              ErrorCode::malformed_input);
    EXPECT_EQ(codec::decode<Proposal>(from_hex("0a0a0000").value()).code(),
              ErrorCode::malformed_input);
    auto remove = codec::decode<Proposal>(from_hex("000300000005").value());
    ASSERT_TRUE(remove.ok());
    EXPECT_EQ(remove->type(), ProposalType::remove);
    EXPECT_EQ(remove->get_if<Remove>()->removed.value, 5U);
}

TEST(Structs, credential_of_unknown_type_is_refused) {
    EXPECT_TRUE(codec::decode<Credential>(from_hex("000101aa").value()).ok());
    EXPECT_TRUE(codec::decode<Credential>(from_hex("00020302aabb").value()).ok());
    EXPECT_FALSE(codec::decode<Credential>(from_hex("000301aa").value()).ok());
}

TEST(Structs, pre_shared_key_id_depends_on_its_type) {
    PreSharedKeyId id;
    id.type = PskType::resumption;
    id.usage = ResumptionPskUsage::branch;
    id.psk_group_id = {1, 2};
    id.psk_epoch = {7};
    id.psk_nonce = {9};
    const Bytes bytes = codec::encode(id);
    EXPECT_EQ(to_hex(bytes),
              "0203020102"
              "0000000000000007"
              "0109");
    EXPECT_EQ(*codec::decode<PreSharedKeyId>(bytes), id);
    EXPECT_FALSE(codec::decode<PreSharedKeyId>(from_hex("030100").value()).ok());
}

TEST(Structs, commit_holds_proposals_by_value_and_by_reference) {
    Commit commit;
    commit.proposals.resize(2);
    commit.proposals[0].content = Proposal{Remove{{3}}};
    commit.proposals[1].content = ProposalRef{1, 2, 3};
    auto back = codec::decode<Commit>(codec::encode(commit));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, commit);
    EXPECT_NE(back->proposals[0].proposal(), nullptr);
    EXPECT_NE(back->proposals[1].reference(), nullptr);
}

TEST(Structs, grease_is_recognised_by_its_pattern_alone) {
    for (uint32_t value = 0; value <= 0xffff; ++value) {
        const bool expected = value % 0x1010 == 0x0a0a && value <= 0xeaea;
        ASSERT_EQ(is_grease(static_cast<uint16_t>(value)), expected) << value;
    }
}

TEST(Extensions, typed_extension_is_written_replaced_and_read_back) {
    Extensions list = {{grease_extension, {1, 2}}};
    set_extension(list, RequiredCapabilities{{grease_extension}, {}, {CredentialType::basic}});
    const RequiredCapabilities second{{}, {ProposalType::psk}, {}};
    set_extension(list, second);
    EXPECT_EQ(list.size(), 2U);
    EXPECT_EQ(*read_extension<RequiredCapabilities>(list).value(), second);
    EXPECT_FALSE(read_extension<ExternalPub>(list).value().has_value());
    list[1].data.push_back(0);
    EXPECT_EQ(read_extension<RequiredCapabilities>(list).code(), ErrorCode::trailing_input);
}

TEST(Extensions, type_that_occurs_twice_is_refused) {
    EXPECT_TRUE(check_extensions({{grease_extension, {}}, {ExtensionType{0xff01}, {}}}).ok());
    EXPECT_FALSE(check_extensions({{grease_extension, {}}, {grease_extension, {1}}}).ok());
}

TEST(CipherSuites, all_are_in_the_table_and_others_are_refused) {
    EXPECT_EQ(all_cipher_suites().size(), 17U);
    for (const CipherSuite& suite : all_cipher_suites()) {
        EXPECT_EQ(find_cipher_suite(suite.id)->id, suite.id);
    }
    EXPECT_EQ(find_cipher_suite(CipherSuiteId{0x0a0a}).code(), ErrorCode::unsupported_suite);
    EXPECT_EQ(find_cipher_suite(CipherSuiteId{0}).code(), ErrorCode::unsupported_suite);
}

TEST(CipherSuites, second_number_is_another_value_for_the_same_algorithms) {
    const std::pair<int, int> pairs[] = {
        {0xf001, 0x004f}, {0xf002, 0x004e}, {0xf006, 0xf042}, {0xf007, 0x0050}};
    for (const auto& [ours, theirs] : pairs) {
        const auto a = find_cipher_suite(CipherSuiteId(ours));
        const auto b = find_cipher_suite(CipherSuiteId(theirs));
        ASSERT_TRUE(a.ok() && b.ok());
        EXPECT_NE(a->id, b->id);
        EXPECT_EQ(a->hpke.kem, b->hpke.kem);
        EXPECT_EQ(a->hpke.kdf, b->hpke.kdf);
        EXPECT_EQ(a->hpke.aead, b->hpke.aead);
        EXPECT_EQ(a->hash, b->hash);
        EXPECT_EQ(a->signature, b->signature);
    }
}

class LeafNodeTest : public ::testing::Test {
  protected:
    LeafNode leaf() { return make_client(suite_, entropy_).package.leaf_node; }
    ErrorCode check(const LeafNode& leaf) {
        const Status status = check_leaf_node(suite_, leaf, LeafNodeSource::key_package, test_now);
        return status.ok() ? ErrorCode{} : status.code();
    }

    CipherSuite suite_ = test_suite();
    crypto::SeededEntropy entropy_{3};
};

TEST_F(LeafNodeTest, valid_leaf_is_accepted) { EXPECT_EQ(check(leaf()), ErrorCode{}); }

TEST_F(LeafNodeTest, leaf_of_another_source_is_refused) {
    EXPECT_FALSE(check_leaf_node(suite_, leaf(), LeafNodeSource::update, test_now).ok());
    EXPECT_FALSE(check_leaf_node(suite_, leaf(), LeafNodeSource::commit, test_now).ok());
}

TEST_F(LeafNodeTest, leaf_outside_its_lifetime_is_refused) {
    const uint64_t now_s = static_cast<uint64_t>(test_now.ms / 1000);
    LeafNode node = leaf();
    node.lifetime = {now_s, now_s};
    EXPECT_EQ(check(node), ErrorCode{});
    node.lifetime = {now_s + 1, now_s + 10};
    EXPECT_EQ(check(node), ErrorCode::mls_bad_leaf_node);
    node.lifetime = {0, now_s - 1};
    EXPECT_EQ(check(node), ErrorCode::mls_bad_leaf_node);
    EXPECT_TRUE(check_leaf_node(suite_, node, LeafNodeSource::key_package, std::nullopt).ok());
}

TEST_F(LeafNodeTest, leaf_whose_capabilities_lack_what_it_uses_is_refused) {
    LeafNode node = leaf();
    node.capabilities.credentials = {CredentialType::x509};
    EXPECT_EQ(check(node), ErrorCode::mls_bad_leaf_node);
    node = leaf();
    node.capabilities.versions = {ProtocolVersion{2}};
    EXPECT_EQ(check(node), ErrorCode::mls_bad_leaf_node);
    node = leaf();
    node.extensions = {{grease_extension, {}}};
    EXPECT_EQ(check(node), ErrorCode::mls_bad_leaf_node);
    node.capabilities.extensions = {grease_extension};
    EXPECT_EQ(check(node), ErrorCode{});
}

TEST_F(LeafNodeTest, default_extension_types_need_no_capability) {
    LeafNode node = leaf();
    set_extension(node.extensions, ApplicationId{{1}});
    EXPECT_EQ(check(node), ErrorCode{});
    node.extensions.push_back(node.extensions[0]);
    EXPECT_EQ(check(node), ErrorCode::mls_bad_leaf_node);
}

TEST_F(LeafNodeTest, malformed_encryption_key_is_refused) {
    LeafNode node = leaf();
    node.encryption_key.pop_back();
    EXPECT_EQ(check(node), ErrorCode::mls_bad_leaf_node);
}

TEST_F(LeafNodeTest, signature_of_an_update_covers_group_and_position) {
    const testing::TestClient client = make_client(suite_, entropy_);
    LeafNode node = client.package.leaf_node;
    node.source = LeafNodeSource::update;
    const Bytes group = {1, 2, 3};
    const Bytes other = {1, 2, 4};
    ASSERT_TRUE(sign_leaf_node(suite_, node, client.signature_key, {group, {5}}).ok());
    EXPECT_TRUE(verify_leaf_node(suite_, node, {group, {5}}).ok());
    EXPECT_FALSE(verify_leaf_node(suite_, node, {group, {6}}).ok());
    EXPECT_FALSE(verify_leaf_node(suite_, node, {other, {5}}).ok());
    EXPECT_TRUE(verify_leaf_node(suite_, client.package.leaf_node, {other, {9}}).ok());
}

class KeyPackageTest : public LeafNodeTest {
  protected:
    ErrorCode validate(const KeyPackage& package) {
        const Status status = validate_key_package(suite_, package, test_now);
        return status.ok() ? ErrorCode{} : status.code();
    }
    ErrorCode validate_resigned(testing::TestClient& client) {
        EXPECT_TRUE(
            sign_leaf_node(suite_, client.package.leaf_node, client.signature_key, {}).ok());
        EXPECT_TRUE(sign_key_package(suite_, client.package, client.signature_key).ok());
        return validate(client.package);
    }
    testing::TestClient client_ = make_client(suite_, entropy_);
};

TEST_F(KeyPackageTest, valid_key_package_is_accepted) {
    EXPECT_EQ(validate(client_.package), ErrorCode{});
    EXPECT_EQ(key_package_ref(suite_, client_.package).size(), suite_.hash_size_bytes());
}

TEST_F(KeyPackageTest, changed_bytes_break_a_signature) {
    client_.package.init_key[0] ^= 1;
    EXPECT_EQ(validate(client_.package), ErrorCode::mls_bad_key_package);
    client_.package.init_key[0] ^= 1;
    client_.package.leaf_node.credential.identity.push_back('x');
    EXPECT_EQ(validate(client_.package), ErrorCode::mls_bad_leaf_node);
}

TEST_F(KeyPackageTest, other_version_or_suite_is_refused) {
    client_.package.version = ProtocolVersion{2};
    EXPECT_EQ(validate_resigned(client_), ErrorCode::mls_bad_key_package);
    client_.package.version = ProtocolVersion::mls10;
    client_.package.cipher_suite = CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519;
    EXPECT_EQ(validate_resigned(client_), ErrorCode::mls_bad_key_package);
}

TEST_F(KeyPackageTest, init_key_equal_to_the_leaf_key_is_refused) {
    client_.package.init_key = client_.package.leaf_node.encryption_key;
    EXPECT_EQ(validate_resigned(client_), ErrorCode::mls_bad_key_package);
}

TEST_F(KeyPackageTest, leaf_that_is_not_for_a_key_package_is_refused) {
    client_.package.leaf_node.source = LeafNodeSource::update;
    EXPECT_EQ(validate_resigned(client_), ErrorCode::mls_bad_leaf_node);
}

TEST_F(KeyPackageTest, repeated_extension_is_refused) {
    client_.package.extensions = {{grease_extension, {}}};
    EXPECT_EQ(validate_resigned(client_), ErrorCode{});
    client_.package.extensions.push_back({grease_extension, {}});
    EXPECT_EQ(validate_resigned(client_), ErrorCode::mls_bad_key_package);
}

}  // namespace
}  // namespace mayfly::mls
