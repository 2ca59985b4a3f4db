// SelfRemove (draft-ietf-mls-extensions) and proposals of the application (RFC 9420 section 13.2).
#include <gtest/gtest.h>

#include "mls/mls_message.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;
using testing::ClubProposals;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;

Bytes leave(Club& club, size_t member) {
    auto sent = club.group(member).propose({SelfRemove{}}, club.env());
    EXPECT_TRUE(sent.ok());
    club.sync(member);
    club.deliver(*sent, member);
    return *std::move(sent);
}

TEST(SelfRemove, is_committed_by_whoever_commits_next) {
    Club club(suite_1);
    club.add(0, 3);
    leave(club, 2);
    leave(club, 3);
    EXPECT_ERROR(club.group(0).protect({}, {}, club.entropy), mls_pending_proposals);
    const Bytes reference = club.group(0).pending_proposals().at(0).reference;
    EXPECT_FALSE(club.group(0).forget_proposal(reference));
    club.commit(0, {.include_received = false, .path = false});
    EXPECT_FALSE(club.group(2).is_active());
    EXPECT_FALSE(club.group(3).is_active());
    EXPECT_ERROR(club.group(2).protect({}, {}, club.entropy), mls_inactive);
    club.expect_agreement();
}

TEST(SelfRemove, is_sent_in_the_clear_and_once_an_epoch) {
    Club club(suite_1);
    club.add(0, 2);
    const Bytes sent = leave(club, 1);
    ASSERT_OK(decode_message<PublicMessage>(sent));
    EXPECT_ERROR(club.group(1).propose({SelfRemove{}}, club.env()), mls_bad_proposal);
    club.commit(1, {});  // who wants to leave can still commit, and stays by that
    EXPECT_TRUE(club.group(1).is_active());
    leave(club, 1);
    club.commit(2, {});
    EXPECT_FALSE(club.group(1).is_active());
    club.expect_agreement();
}

TEST(SelfRemove, comes_before_a_removal_and_an_update_of_the_leaf) {
    Club club(suite_1);
    club.add(0, 3);
    const auto update = club.group(2).propose_update(nullptr, club.env());
    ASSERT_OK(update);
    club.sync(2);
    club.deliver(*update, 2);
    const auto removal = club.group(1).propose({Remove{{2}}}, club.env());
    ASSERT_OK(removal);
    club.sync(1);
    club.deliver(*removal, 1);
    leave(club, 2);
    EXPECT_ERROR(club.group(0).commit({.proposals = {{Remove{{2}}}}}, club.env()),
                 mls_bad_proposal_list);
    club.commit(0, {});
    EXPECT_FALSE(club.group(2).is_active());
    club.expect_agreement();
}

TEST(SelfRemove, is_taken_along_by_an_external_commit) {
    Club club(suite_1);
    club.add(0, 3);
    const Bytes first = leave(club, 1);
    const Bytes second = leave(club, 3);
    const auto info = club.group(0).group_info(true, true, club.env());
    ASSERT_OK(info);
    Identity identity = club.make_identity();
    Group::ExternalJoinOptions options;
    options.self_removes = {first, second};
    auto joined = Group::join_external(*info, identity, club.leaf_options(), options, club.env());
    ASSERT_OK(joined);
    options.self_removes = {first, first};
    EXPECT_ERROR(Group::join_external(*info, identity, club.leaf_options(), options, club.env()),
                 mls_bad_proposal_list);
    const size_t newcomer = club.admit(std::move(identity), std::move(joined->group));
    club.deliver(joined->commit, newcomer);
    EXPECT_FALSE(club.group(1).is_active());
    EXPECT_FALSE(club.group(3).is_active());
    EXPECT_EQ(club.group(newcomer).own_leaf(), LeafIndex{1});
    club.expect_agreement();
}

// The joiner's own old leaf is replaced; others leave by the same commit.
TEST(SelfRemove, goes_with_a_member_that_comes_back) {
    Club club(suite_1);
    club.add(0, 2);
    const Bytes leaving = leave(club, 1);
    const auto info = club.group(0).group_info(true, true, club.env());
    ASSERT_OK(info);
    Group::ExternalJoinOptions options;
    options.self_removes = {leaving};
    options.replaces = LeafIndex{2};
    Identity identity = club.make_identity();
    identity.credential = club.members[2].identity.credential;
    auto joined = Group::join_external(*info, identity, club.leaf_options(), options, club.env());
    ASSERT_OK(joined);
    const auto staged = club.group(0).process(joined->commit, club.env());
    ASSERT_OK(staged);
    const CommitSummary& summary = std::get<StagedCommit>(*staged).summary();
    ASSERT_EQ(summary.removed.size(), 2U);
    EXPECT_EQ(summary.removed[0].member.leaf, LeafIndex{1});
    EXPECT_EQ(summary.removed[0].proposed_by, Sender::member({1}));
    EXPECT_EQ(summary.removed[1].member.leaf, LeafIndex{2});
}

TEST(CustomProposal, travels_by_value_and_by_reference_to_every_member) {
    Club club(suite_1);
    club.add(0, 2);
    const auto proposed =
        club.group(1).propose({CustomProposal{ClubProposals::plain, {1, 2}}}, club.env());
    ASSERT_OK(proposed);
    club.sync(1);
    club.deliver(*proposed, 1);
    CommitOptions options;
    options.path = false;
    options.proposals = {{CustomProposal{ClubProposals::plain, {3}}}};
    ASSERT_OK(club.group(0).use_handshake_format(WireFormat::public_message));
    const auto sent = club.group(0).commit(options, club.env());
    ASSERT_OK(sent);
    club.sync(0);  // the summary is stored with the commit
    const auto expect_custom = [](const CommitSummary& summary) {
        EXPECT_FALSE(summary.has_path);
        ASSERT_EQ(summary.custom.size(), 2U);
        EXPECT_EQ(summary.custom[0].body, (Bytes{1, 2}));
        EXPECT_EQ(summary.custom[0].proposed_by, Sender::member({1}));
        EXPECT_EQ(summary.custom[1].body, Bytes{3});
        EXPECT_EQ(summary.custom[1].type, ClubProposals::plain);
    };
    expect_custom(*club.group(0).pending_summary());
    const auto staged = club.group(2).process(sent->commit, club.env());
    ASSERT_OK(staged);
    expect_custom(std::get<StagedCommit>(*staged).summary());
    club.sync(2);
    ASSERT_OK(club.group(0).merge_pending_commit());
    club.deliver(sent->commit, 0);
    club.sync(0);
    club.expect_agreement();
}

TEST(CustomProposal, gets_a_path_if_the_application_says_so) {
    Club club(suite_1);
    club.add(0, 1);
    CommitOptions options;
    options.path = false;
    options.proposals = {{CustomProposal{ClubProposals::with_path, {1}}}};
    ASSERT_OK(club.group(0).commit(options, club.env()));
    EXPECT_TRUE(club.group(0).pending_summary()->has_path);
}

TEST(CustomProposal, waits_while_a_member_that_lacks_it_stays) {
    Club club(suite_1);
    club.add(0, 1);
    std::vector<std::pair<Identity, KeyPackageSecrets>> joiners;
    Identity identity = club.make_identity();
    KeyPackageOptions without;
    without.leaf = club.leaf_options();
    without.leaf.capabilities.proposals.clear();
    auto package = create_key_package(suite_1, identity, without, club.entropy).value();
    joiners.emplace_back(std::move(identity), std::move(package));
    club.commit(0, {}, std::move(joiners));
    const auto proposed =
        club.group(1).propose({CustomProposal{ClubProposals::plain, {1}}}, club.env());
    ASSERT_OK(proposed);
    ASSERT_OK(club.group(0).process(*proposed, club.env()));
    ASSERT_OK(club.group(0).commit({}, club.env()));
    EXPECT_TRUE(club.group(0).pending_summary()->custom.empty());
    club.group(0).discard_pending_commit();
    ASSERT_OK(club.group(0).commit({.proposals = {{Remove{{2}}}}}, club.env()));
    EXPECT_EQ(club.group(0).pending_summary()->custom.size(), 1U);
}

TEST(CustomProposal, of_a_type_that_others_describe_is_not_sent) {
    Club club(suite_1);
    for (const int type : {0x0000, 0x0003, 0x0008, 0x0009, 0x000a, 0x0a0a, 0xeaea}) {
        const Proposal proposal{CustomProposal{static_cast<ProposalType>(type), {}}};
        EXPECT_ERROR(club.group(0).propose(proposal, club.env()), mls_unsupported_proposal);
        EXPECT_ERROR(club.group(0).commit({.proposals = {proposal}}, club.env()),
                     mls_unsupported_proposal);
    }
}

}  // namespace
}  // namespace mayfly::mls
