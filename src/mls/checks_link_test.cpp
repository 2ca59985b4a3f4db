// Groups that continue another one: the checks of RFC 9420 sections 11.2 and 11.3.
#include "mls/checks_test_support.h"

namespace mayfly::mls {
namespace {

class LinkChecks : public ::testing::Test {
  protected:
    LinkChecks() { club_.add(0, 2); }

    // Both sides of it: a key package of that member for the new group.
    KeyPackageSecrets package_of(size_t member) {
        return club_.make_key_package(club_.members[member].identity);
    }
    Result<Group::Beginning> branch(const std::vector<KeyPackage>& others, const Group& origin) {
        return origin.branch({9}, {}, others, club_.members[0].identity, club_.leaf_options(),
                             club_.env());
    }
    Result<Group> join(const Group::Beginning& sent, const KeyPackageSecrets& own,
                       const Group& origin) {
        return Group::join_linked(*sent.messages.welcome, own, std::nullopt, origin, club_.env());
    }
    // Closes the group for a new one with these parameters.
    void commit_reinit(const ReInit& reinit) { club_.commit(0, {.proposals = {{reinit}}}); }
    ReInit reinit_to(CipherSuiteId suite) {
        return {{7}, ProtocolVersion::mls10, suite, {{mayfly::testing::Club::club_extension, {1}}}};
    }
    // A group that says that it continues `origin` by that usage, without a check.
    Group::Beginning begin(const GroupParameters& parameters, ResumptionPskUsage usage,
                           const std::vector<KeyPackage>& others, const Group& origin,
                           Epoch epoch) {
        const auto secret = origin.resumption_psk(epoch);
        EXPECT_TRUE(secret.ok());
        club_.psks.resumption[{to_bytes(origin.group_id()), epoch}] = to_bytes(secret->expose());
        Group group =
            Group::create(parameters, club_.members[0].identity, club_.leaf_options(), club_.env())
                .value();
        CommitOptions options;
        for (const KeyPackage& other : others) options.proposals.push_back({Add{other}});
        options.proposals.push_back(
            group.make_resumption_psk_proposal(origin.group_id(), epoch, usage, club_.entropy));
        auto sent = group.commit(options, club_.env());
        EXPECT_TRUE(sent.ok());
        club_.psks.resumption.clear();
        return {std::move(group), *std::move(sent)};
    }

    mayfly::testing::Club club_{suite_};
    static constexpr CipherSuiteId suite_ = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
    static constexpr CipherSuiteId other_suite_ =
        CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519;
};

TEST_F(LinkChecks, subgroup_of_members_is_begun_and_joined) {
    const KeyPackageSecrets package = package_of(1);
    auto begun = branch({package.key_package}, club_.group(0));
    ASSERT_OK(begun);
    const auto origin = Group::welcome_origin(*begun->messages.welcome, package);
    ASSERT_OK(origin);
    ASSERT_TRUE(*origin);
    EXPECT_EQ((*origin)->usage, ResumptionPskUsage::branch);
    EXPECT_EQ((*origin)->group_id, to_bytes(club_.group(1).group_id()));
    EXPECT_EQ((*origin)->epoch, club_.group(1).epoch());
    const auto joined = join(*begun, package, club_.group(1));
    ASSERT_OK(joined);
    ASSERT_OK(begun->group.merge_pending_commit());
    EXPECT_EQ(to_hex(joined->current().epoch_authenticator()),
              to_hex(begun->group.current().epoch_authenticator()));
    EXPECT_EQ(joined->members().size(), 2U);
    // The group itself goes on.
    club_.commit(1, {});
    club_.expect_agreement();
}

TEST_F(LinkChecks, group_begins_anew_after_reinit) {
    commit_reinit(reinit_to(other_suite_));
    club_.suite = other_suite_;
    const KeyPackageSecrets first = package_of(1);
    const KeyPackageSecrets second = package_of(2);
    // Any member may do it.
    auto begun =
        club_.group(2).reinitialise({first.key_package, package_of(0).key_package},
                                    club_.members[2].identity, club_.leaf_options(), club_.env());
    ASSERT_OK(begun);
    EXPECT_EQ(begun->group.group_id()[0], 7);
    const auto joined = join(*begun, first, club_.group(1));
    ASSERT_OK(joined);
    EXPECT_EQ(joined->current().cipher_suite(), other_suite_);
    EXPECT_EQ(joined->epoch(), Epoch{1});
    ASSERT_OK(begun->group.merge_pending_commit());
    EXPECT_EQ(to_hex(joined->current().epoch_authenticator()),
              to_hex(begun->group.current().epoch_authenticator()));
}

// check 11.2-1
TEST_F(LinkChecks, group_that_is_not_what_the_reinit_said_is_refused) {
    const ReInit wanted = reinit_to(suite_);
    commit_reinit(wanted);
    const KeyPackageSecrets first = package_of(1);
    const std::vector<KeyPackage> others{first.key_package, package_of(2).key_package};
    const Group& origin = club_.group(1);
    const auto refused = [&](const GroupParameters& parameters) {
        const auto sent =
            begin(parameters, ResumptionPskUsage::reinit, others, origin, origin.epoch());
        EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
    };
    refused({suite_, {8}, wanted.extensions});
    refused({suite_, {7}, {}});
    refused({suite_, {7}, {{mayfly::testing::Club::club_extension, {2}}}});
    const auto sent = begin({suite_, {7}, wanted.extensions}, ResumptionPskUsage::reinit, others,
                            origin, origin.epoch());
    ASSERT_OK(join(sent, first, origin));
}

// check 11.2-1
TEST_F(LinkChecks, reinit_to_another_version_is_kept_to) {
    ReInit later = reinit_to(suite_);
    later.version = ProtocolVersion{2};
    commit_reinit(later);
    const KeyPackageSecrets first = package_of(1);
    const Group& origin = club_.group(1);
    const auto sent = begin({suite_, {7}, later.extensions}, ResumptionPskUsage::reinit,
                            {first.key_package, package_of(2).key_package}, origin, origin.epoch());
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
}

// check 11.2-1
TEST_F(LinkChecks, reinit_to_another_suite_is_kept_to) {
    commit_reinit(reinit_to(other_suite_));
    const KeyPackageSecrets first = package_of(1);
    const Group& origin = club_.group(1);
    const auto sent = begin({suite_, {7}, reinit_to(suite_).extensions}, ResumptionPskUsage::reinit,
                            {first.key_package, package_of(2).key_package}, origin, origin.epoch());
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
}

// check 11.2-2
TEST_F(LinkChecks, group_that_continues_another_epoch_or_group_is_refused) {
    const Epoch before = club_.group(1).epoch();
    const ReInit wanted = reinit_to(suite_);
    commit_reinit(wanted);
    const KeyPackageSecrets first = package_of(1);
    const Group& origin = club_.group(1);
    const auto sent = begin({suite_, {7}, wanted.extensions}, ResumptionPskUsage::reinit,
                            {first.key_package, package_of(2).key_package}, origin, before);
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
    mayfly::testing::Club other(suite_, 9);
    GroupParameters parameters{suite_, {3}, {}};
    const Group stranger =
        Group::create(parameters, other.make_identity(), other.leaf_options(), other.env()).value();
    EXPECT_ERROR(join(sent, first, stranger), mls_unrelated_group);
}

// check 11.2-3
TEST_F(LinkChecks, reinitialised_group_without_a_member_is_refused) {
    const ReInit wanted = reinit_to(suite_);
    commit_reinit(wanted);
    const KeyPackageSecrets first = package_of(1);
    const Group& origin = club_.group(1);
    const auto sent = begin({suite_, {7}, wanted.extensions}, ResumptionPskUsage::reinit,
                            {first.key_package}, origin, origin.epoch());
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
    EXPECT_ERROR(club_.group(0).reinitialise({first.key_package}, club_.members[0].identity,
                                             club_.leaf_options(), club_.env()),
                 mls_unrelated_group);
}

// check 11.2-3
TEST_F(LinkChecks, reinitialised_group_with_somebody_else_is_refused) {
    const ReInit wanted = reinit_to(suite_);
    commit_reinit(wanted);
    const KeyPackageSecrets first = package_of(1);
    const KeyPackageSecrets stranger = club_.make_key_package(club_.make_identity());
    const Group& origin = club_.group(1);
    const auto sent = begin({suite_, {7}, wanted.extensions}, ResumptionPskUsage::reinit,
                            {first.key_package, package_of(2).key_package, stranger.key_package},
                            origin, origin.epoch());
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
}

TEST_F(LinkChecks, group_that_was_not_reinitialised_begins_no_other) {
    const KeyPackageSecrets first = package_of(1);
    EXPECT_ERROR(club_.group(0).reinitialise({first.key_package}, club_.members[0].identity,
                                             club_.leaf_options(), club_.env()),
                 invalid_argument);
    const Group& origin = club_.group(1);
    const auto sent = begin({suite_, {7}, {}}, ResumptionPskUsage::reinit, {first.key_package},
                            origin, origin.epoch());
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
}

// check 11.3-1
TEST_F(LinkChecks, subgroup_with_another_suite_is_refused) {
    club_.suite = other_suite_;
    const KeyPackageSecrets first = package_of(1);
    const Group& origin = club_.group(1);
    const auto sent = begin({other_suite_, {9}, {}}, ResumptionPskUsage::branch,
                            {first.key_package}, origin, origin.epoch());
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
}

// check 11.3-2
TEST_F(LinkChecks, subgroup_with_a_stranger_is_refused) {
    const KeyPackageSecrets first = package_of(1);
    const KeyPackageSecrets stranger = club_.make_key_package(club_.make_identity());
    const std::vector<KeyPackage> others{first.key_package, stranger.key_package};
    EXPECT_ERROR(branch(others, club_.group(0)), mls_unrelated_group);
    const Group& origin = club_.group(1);
    const auto sent =
        begin({suite_, {9}, {}}, ResumptionPskUsage::branch, others, origin, origin.epoch());
    EXPECT_ERROR(join(sent, first, origin), mls_unrelated_group);
}

// check 11.3-3
TEST_F(LinkChecks, group_that_continues_another_is_not_joined_without_it) {
    const KeyPackageSecrets first = package_of(1);
    const auto begun = branch({first.key_package}, club_.group(0));
    ASSERT_OK(begun);
    EXPECT_ERROR(Group::join(*begun->messages.welcome, first, std::nullopt, club_.env()),
                 mls_unrelated_group);
    // And the other way round.
    Group plain = Group::create({suite_, {4}, {}}, club_.members[0].identity, club_.leaf_options(),
                                club_.env())
                      .value();
    const auto sent = plain.commit({.proposals = {{Add{first.key_package}}}}, club_.env());
    ASSERT_OK(sent);
    EXPECT_ERROR(
        Group::join_linked(*sent->welcome, first, std::nullopt, club_.group(1), club_.env()),
        mls_unrelated_group);
    ASSERT_OK(Group::join(*sent->welcome, first, std::nullopt, club_.env()));
}

}  // namespace
}  // namespace mayfly::mls
