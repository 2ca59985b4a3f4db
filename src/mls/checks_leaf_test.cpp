// Leaf nodes: the checks of RFC 9420 section 7.3, on the leaf of a commit's path and on key
// packages.
#include "mls/checks_test_support.h"

namespace mayfly::mls {
namespace {

using mayfly::testing::Forgery;

constexpr ExtensionType unlisted_extension{0xf777};

class LeafChecks : public Checks {
  protected:
    void expect_leaf_refused(const std::function<void(LeafNode&)>& change, const char* error,
                             const char* error_if_added) {
        Forgery forgery;
        forgery.leaf = change;
        expect_commit_refused(forgery, error);
        expect_pathless_list_refused({{Add{package_with(change)}}}, error_if_added);
    }
    void expect_leaf_refused(const std::function<void(LeafNode&)>& change, const char* error) {
        expect_leaf_refused(change, error, error);
    }
};

TEST_F(LeafChecks, forged_commit_without_a_violation_is_accepted) {
    Forgery forgery;
    forgery.proposals = {{Add{package()}}, {Remove{{2}}}};
    ASSERT_OK(receiver().process(forger_.commit(forgery), club_.env()));
    forgery.path = false;
    forgery.proposals = {{Add{package()}}};
    ASSERT_OK(receiver().process(forger_.commit(forgery), club_.env()));
}

// check 7.3-1
TEST_F(LeafChecks, leaf_with_a_credential_that_the_application_refuses_is_refused) {
    expect_leaf_refused([&](LeafNode& leaf) { leaf.credential.identity = club_.policy.refused; },
                        "invalid_argument");
}

// check 7.3-2
TEST_F(LeafChecks, leaf_with_a_wrong_signature_is_refused) {
    Forgery forgery;
    forgery.signed_leaf = [](LeafNode& leaf) { leaf.signature[3] ^= 1; };
    expect_commit_refused(forgery, "mls_bad_leaf_node");
}

// check 7.3-3
TEST_F(LeafChecks, leaf_without_a_required_capability_is_refused) {
    require_club_extension();
    expect_leaf_refused(
        [](LeafNode& leaf) {
            std::erase(leaf.capabilities.extensions, mayfly::testing::Club::club_extension);
        },
        "mls_unsupported_extension");
}

// check 7.3-4
TEST_F(LeafChecks, leaf_with_a_credential_type_that_others_lack_is_refused) {
    expect_leaf_refused(
        [](LeafNode& leaf) {
            leaf.credential = {CredentialType::x509, {}, {{1}}};
            leaf.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
        },
        "mls_bad_leaf_node");
}

// check 7.3-4
TEST_F(LeafChecks, leaf_that_lacks_a_credential_type_in_use_is_refused) {
    expect_leaf_refused(
        [](LeafNode& leaf) { leaf.capabilities.credentials = {CredentialType::x509}; },
        "mls_bad_leaf_node");
}

// check 7.3-5
TEST_F(LeafChecks, leaf_out_of_its_lifetime_is_not_committed) {
    const auto before = records();
    for (const Lifetime lifetime : {Lifetime{0, 1}, Lifetime{~uint64_t{0} - 1, ~uint64_t{0}}}) {
        const KeyPackage expired = package_with([&](LeafNode& leaf) { leaf.lifetime = lifetime; });
        EXPECT_ERROR(receiver().commit({.proposals = {{Add{expired}}}}, club_.env()),
                     mls_bad_leaf_node);
        EXPECT_ERROR(receiver().propose({Add{expired}}, club_.env()), mls_bad_leaf_node);
    }
    EXPECT_EQ(before, records());
}

// check 7.2-1
TEST_F(LeafChecks, leaf_with_a_longer_lifetime_than_the_application_accepts_is_refused) {
    const auto before = records();
    Environment env = club_.env();
    env.lifetime_max = Duration::seconds(10);
    const auto package_for = [this](uint64_t seconds) {
        const auto begin = static_cast<uint64_t>(club_.now.ms / 1000);
        return package_with([&](LeafNode& leaf) { leaf.lifetime = {begin, begin + seconds}; });
    };
    const KeyPackage long_one = package_for(11);
    EXPECT_ERROR(receiver().propose({Add{long_one}}, env), mls_bad_leaf_node);
    EXPECT_ERROR(receiver().commit({.proposals = {{Add{long_one}}}}, env), mls_bad_leaf_node);
    Forgery forgery;
    forgery.proposals = {{Add{long_one}}};
    EXPECT_ERROR(receiver().process(forger_.commit(forgery), env), mls_bad_leaf_node);
    EXPECT_EQ(before, records());
    ASSERT_OK(receiver().process(forger_.commit(forgery), club_.env()));
    ASSERT_OK(receiver().propose({Add{package_for(10)}}, env));
}

// check 7.2-1
TEST_F(LeafChecks, tree_with_a_leaf_of_a_longer_lifetime_is_not_joined) {
    const auto joined = [this](Duration lifetime_max) {
        KeyPackageSecrets own = club_.make_key_package(club_.make_identity());
        const auto sent = receiver().commit({.proposals = {{Add{own.key_package}}}}, club_.env());
        receiver().discard_pending_commit();
        Environment env = club_.env();
        env.lifetime_max = lifetime_max;
        return Group::join(*sent.value().welcome, own, std::nullopt, env).ok();
    };
    EXPECT_FALSE(joined(Duration::seconds(1)));
    EXPECT_TRUE(joined(Duration::days(365 * 100)));
}

// check 7.3-6
TEST_F(LeafChecks, leaf_with_an_extension_that_it_does_not_list_is_refused) {
    expect_leaf_refused(
        [](LeafNode& leaf) {
            leaf.extensions.push_back({unlisted_extension, {}});
        },
        "mls_bad_leaf_node");
}

// check 7.3-6
TEST_F(LeafChecks, leaf_with_an_extension_twice_is_refused) {
    expect_leaf_refused(
        [](LeafNode& leaf) {
            set_extension(leaf.extensions, ApplicationId{{1}});
            leaf.extensions.push_back(leaf.extensions.back());
        },
        "mls_bad_leaf_node");
}

// check 7.3-7
TEST_F(LeafChecks, leaf_of_another_source_is_refused) {
    expect_leaf_refused([](LeafNode& leaf) { leaf.source = LeafNodeSource::update; },
                        "mls_bad_leaf_node");
}

// check 7.3-8
TEST_F(LeafChecks, leaf_with_the_encryption_key_of_another_is_refused) {
    const Bytes taken = leaf_of(2).encryption_key;
    expect_leaf_refused([&](LeafNode& leaf) { leaf.encryption_key = taken; }, "mls_bad_update_path",
                        "mls_bad_leaf_node");
}

// checks 7.3-8, 12.2-6
TEST_F(LeafChecks, leaf_with_the_signature_key_of_another_is_refused) {
    const KeyPackage present = club_.make_key_package(club_.members[2].identity).key_package;
    expect_pathless_list_refused({{Add{present}}}, "mls_bad_leaf_node");
    expect_list_refused({{Add{present}}}, "mls_bad_update_path");
}

// check 7.3-10
TEST_F(LeafChecks, leaf_that_does_not_list_the_version_is_refused) {
    expect_leaf_refused([](LeafNode& leaf) { leaf.capabilities.versions.clear(); },
                        "mls_bad_leaf_node");
}

// check 7.3-9
TEST_F(LeafChecks, leaf_with_a_malformed_key_is_refused) {
    expect_leaf_refused([](LeafNode& leaf) { leaf.encryption_key.pop_back(); },
                        "mls_bad_leaf_node");
}

}  // namespace
}  // namespace mayfly::mls
