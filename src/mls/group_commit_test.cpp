// Commits: pending ones, proposals by reference, external ones, and what is refused.
#include <gtest/gtest.h>

#include "mls/external_proposal.h"
#include "mls/group.h"
#include "mls/mls_message.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;

TEST(PendingCommit, survives_a_restart_and_can_be_merged) {
    Club club(suite_1);
    club.add(0, 2);
    const auto sent = club.group(0).commit({}, club.env());
    ASSERT_OK(sent);
    club.sync(0);
    ASSERT_TRUE(club.group(0).has_pending_commit());
    EXPECT_EQ(club.group(0).pending_commit()->commit, sent->commit);
    EXPECT_EQ(club.group(0).pending_epoch()->epoch(), Epoch{2});
    EXPECT_TRUE(club.group(0).pending_summary()->has_path);
    EXPECT_EQ(club.group(0).epoch(), Epoch{1});
    club.expect_heard(0, "the old epoch goes on");
    ASSERT_OK(club.group(0).merge_pending_commit());
    club.sync(0);
    club.deliver(sent->commit, 0);
    club.expect_agreement();
}

TEST(PendingCommit, discarded_leaves_the_epoch_and_no_record) {
    Club club(suite_1);
    club.add(0, 1);
    const size_t records_before = club.members[0].store.size();
    ASSERT_OK(club.group(0).commit({}, club.env()));
    EXPECT_ERROR(club.group(0).commit({}, club.env()), mls_commit_pending);
    club.sync(0);
    club.group(0).discard_pending_commit();
    club.sync(0);
    // The handshake key that it took stays used: a ratchet replaced nodes of the secret tree.
    EXPECT_LE(club.members[0].store.size(), records_before + 2);
    EXPECT_ERROR(club.group(0).merge_pending_commit(), mls_no_pending_commit);
    club.expect_agreement();
}

TEST(PendingCommit, loses_against_the_commit_that_came_first) {
    Club club(suite_1);
    club.add(0, 2);
    ASSERT_OK(club.group(0).commit({}, club.env()));
    club.sync(0);
    club.commit(1, {});
    EXPECT_FALSE(club.group(0).has_pending_commit());
    club.expect_agreement();
}

TEST(StagedCommit, changes_nothing_until_applied) {
    Club club(suite_1);
    club.add(0, 2);
    CommitOptions options;
    options.proposals.push_back({Remove{club.group(2).own_leaf()}});
    options.authenticated_data = {7};
    const auto sent = club.group(0).commit(options, club.env());
    ASSERT_OK(sent);
    auto done = club.group(1).process(sent->commit, club.env());
    ASSERT_OK(done);
    const auto& staged = std::get<StagedCommit>(*done);
    EXPECT_EQ(staged.summary().committer, club.group(0).own_leaf());
    EXPECT_EQ(staged.summary().removed.at(0).member.leaf, club.group(2).own_leaf());
    EXPECT_EQ(staged.summary().authenticated_data, Bytes{7});
    EXPECT_EQ(staged.next()->member_count(), 2U);
    EXPECT_EQ(club.group(1).epoch(), Epoch{1});
    EXPECT_EQ(club.group(1).members().size(), 3U);

    auto for_removed = club.group(2).process(sent->commit, club.env());
    ASSERT_OK(for_removed);
    EXPECT_TRUE(std::get<StagedCommit>(*for_removed).summary().removes_us);
    EXPECT_FALSE(std::get<StagedCommit>(*for_removed).next().has_value());
}

TEST(StagedCommit, of_an_older_state_is_not_applied) {
    Club club(suite_1);
    club.add(0, 2);
    const auto lost = club.group(0).commit({}, club.env());
    ASSERT_OK(lost);
    auto staged = club.group(1).process(lost->commit, club.env());
    ASSERT_OK(staged);
    club.commit(2, {});
    EXPECT_ERROR(club.group(1).apply(std::get<StagedCommit>(std::move(*staged))), mls_wrong_epoch);
    EXPECT_ERROR(club.group(1).process(lost->commit, club.env()), mls_wrong_epoch);
    club.expect_agreement();
}

TEST(Proposals, by_reference_wait_for_a_commit_and_survive_a_restart) {
    Club club(suite_1);
    club.add(0, 3);
    Identity joiner = club.make_identity();
    const KeyPackageSecrets package = club.make_key_package(joiner);
    const auto add = club.group(1).propose({Add{package.key_package}}, club.env());
    ASSERT_OK(add);
    club.deliver(*add, 1);
    const auto remove = club.group(2).propose({Remove{club.group(3).own_leaf()}}, club.env());
    ASSERT_OK(remove);
    club.deliver(*remove, 2);
    const auto update = club.group(2).propose_update(nullptr, club.env());
    ASSERT_OK(update);
    club.deliver(*update, 2);
    for (const size_t i : {size_t{1}, size_t{2}}) club.sync(i);
    EXPECT_EQ(club.group(0).pending_proposals().size(), 3U);
    EXPECT_EQ(club.group(2).pending_proposals().size(), 3U);
    EXPECT_ERROR(club.group(0).protect({}, {}, club.entropy), mls_pending_proposals);

    const auto sent = club.group(0).commit({}, club.env());
    ASSERT_OK(sent);
    ASSERT_OK(club.group(0).merge_pending_commit());
    club.sync(0);
    club.deliver(sent->commit, 0);
    auto joined = Group::join(*sent->welcome, package, std::nullopt, club.env());
    ASSERT_OK(joined);
    club.admit(std::move(joiner), *std::move(joined));
    EXPECT_TRUE(club.group(1).pending_proposals().empty());
    EXPECT_FALSE(club.group(3).is_active());
    club.expect_agreement();
    club.commit(2, {});  // with the leaf key of its Update
    club.expect_agreement();
}

TEST(Proposals, forgotten_ones_are_not_committed) {
    Club club(suite_1);
    club.add(0, 2);
    const auto remove = club.group(1).propose({Remove{club.group(2).own_leaf()}}, club.env());
    ASSERT_OK(remove);
    club.deliver(*remove, 1);
    EXPECT_TRUE(club.group(0).forget_proposal(club.group(0).pending_proposals()[0].reference));
    EXPECT_FALSE(club.group(0).forget_proposal(Bytes{1}));
    club.sync(0);
    EXPECT_TRUE(club.group(0).pending_proposals().empty());
    ASSERT_OK(club.group(0).protect({}, {}, club.entropy));
    const auto without = club.group(0).commit({}, club.env());
    ASSERT_OK(without);
    EXPECT_TRUE(club.group(0).pending_summary()->removed.empty());
    club.group(0).discard_pending_commit();
    club.commit(1, {});  // whoever proposed it still may
    EXPECT_FALSE(club.group(2).is_active());
    club.expect_agreement();
}

TEST(Proposals, commit_by_reference_to_an_unknown_one_is_refused) {
    Club club(suite_1);
    club.add(0, 2);
    ASSERT_OK(club.group(1).propose({Remove{club.group(2).own_leaf()}}, club.env()));
    const auto sent = club.group(1).commit({}, club.env());
    ASSERT_OK(sent);
    EXPECT_ERROR(club.group(0).process(sent->commit, club.env()), mls_unknown_proposal);
    EXPECT_TRUE(club.group(0).take_changes().empty());
}

TEST(Commit, replaces_the_committers_identity) {
    Club club(suite_1);
    club.add(0, 2);
    const Identity renewed = club.make_identity();
    CommitOptions options;
    options.new_identity = &renewed;
    club.commit(1, options);
    EXPECT_EQ(club.group(0).members()[1].credential, renewed.credential);
    club.expect_agreement();
    club.commit(1, {});
    club.expect_agreement();

    const Identity updated = club.make_identity();
    const auto update = club.group(2).propose_update(&updated, club.env());
    ASSERT_OK(update);
    club.sync(2);
    club.deliver(*update, 2);
    club.commit(0, {});
    EXPECT_EQ(club.group(1).members()[2].signature_key, updated.signature_keys.public_key);
    club.expect_agreement();
}

TEST(Commit, refused_credential_changes_nothing) {
    Club club(suite_1);
    club.add(0, 1);
    const Identity stranger = club.make_identity();
    const KeyPackageSecrets package = club.make_key_package(stranger);
    const auto sent = club.group(0).commit({.proposals = {{Add{package.key_package}}}}, club.env());
    ASSERT_OK(sent);
    club.policy.refused = stranger.credential.identity;
    EXPECT_ERROR(club.group(1).process(sent->commit, club.env()), invalid_argument);
    EXPECT_ERROR(club.group(1).commit({.proposals = {{Add{package.key_package}}}}, club.env()),
                 invalid_argument);
    EXPECT_ERROR(Group::join(*sent->welcome, package, std::nullopt, club.env()), invalid_argument);
    EXPECT_TRUE(club.group(1).take_changes().empty());
}

TEST(Commit, replaces_group_extensions_that_all_support) {
    Club club(suite_1);
    club.add(0, 2);
    CommitOptions options;
    options.proposals.push_back(
        {GroupContextExtensions{{Extension{Club::club_extension, {1, 2, 3}}}}});
    club.commit(1, options);
    EXPECT_TRUE(
        equal(*club.group(2).current().extension_data(Club::club_extension), Bytes{1, 2, 3}));
    club.add(0, 1);
    club.expect_agreement();
    const std::vector<Proposal> unsupported = {
        {GroupContextExtensions{{Extension{ExtensionType{0xf999}, {}}}}}};
    EXPECT_ERROR(club.group(0).commit({.proposals = unsupported}, club.env()),
                 mls_unsupported_extension);
    RequiredCapabilities required;
    required.credential_types = {CredentialType::x509};
    Extensions with_required;
    set_extension(with_required, required);
    EXPECT_ERROR(
        club.group(0).commit({.proposals = {{GroupContextExtensions{with_required}}}}, club.env()),
        mls_unsupported_extension);
    EXPECT_TRUE(club.group(0).take_changes().empty());
}

TEST(Commit, reinit_closes_the_group_for_sending) {
    Club club(suite_1);
    club.add(0, 1);
    ReInit reinit;
    reinit.group_id = {1};
    reinit.cipher_suite = default_cipher_suite_id;
    const auto sent = club.group(0).commit({.proposals = {{reinit}}}, club.env());
    ASSERT_OK(sent);
    ASSERT_OK(club.group(0).merge_pending_commit());
    club.sync(0);
    club.deliver(sent->commit, 0);
    for (const size_t i : {size_t{0}, size_t{1}}) {
        EXPECT_FALSE(club.group(i).is_active());
        EXPECT_EQ(club.group(i).reinit(), reinit);
        EXPECT_ERROR(club.group(i).protect({}, {}, club.entropy), mls_inactive);
        ASSERT_OK(club.group(i).resumption_psk(Epoch{2}));
    }
}

TEST(Commit, with_a_missing_psk_can_be_processed_once_the_psk_is_there) {
    Club club(suite_1);
    club.add(0, 1);
    club.psks.keys[{9}] = {1};
    CommitOptions options;
    options.proposals = {
        club.group(0).make_external_psk_proposal(Bytes{9}, club.entropy),
        club.group(0).make_resumption_psk_proposal(as_bytes("club"), Epoch{0},
                                                   ResumptionPskUsage::application, club.entropy)};
    const auto sent = club.group(0).commit(options, club.env());
    ASSERT_OK(sent);
    club.psks.keys.clear();
    EXPECT_ERROR(club.group(1).process(sent->commit, club.env()), mls_missing_psk);
    EXPECT_TRUE(club.group(1).take_changes().empty());
    club.psks.keys[{9}] = {1};
    // The second member was not there in epoch 0, so it is told that secret some other way.
    const auto past = club.group(0).resumption_psk(Epoch{0});
    ASSERT_OK(past);
    club.psks.resumption[{to_bytes(as_bytes("club")), Epoch{0}}] = to_bytes(past->expose());
    club.deliver(sent->commit, 0);
    ASSERT_OK(club.group(0).merge_pending_commit());
    club.expect_agreement();
}

TEST(ExternalCommit, lets_a_stranger_in_and_a_member_back) {
    for (const CipherSuiteId suite : {suite_1, default_cipher_suite_id}) {
        Club club(suite);
        club.add(0, 3);
        for (const std::optional<size_t> replaced : {std::optional<size_t>(), {size_t{2}}}) {
            const auto info = club.group(0).group_info(true, !replaced, club.env());
            ASSERT_OK(info);
            Identity identity = club.make_identity();
            Group::ExternalJoinOptions options;
            if (replaced) {
                options.replaces = club.group(*replaced).own_leaf();
                options.ratchet_tree = club.group(0).ratchet_tree();
            }
            auto joined =
                Group::join_external(*info, identity, club.leaf_options(), options, club.env());
            ASSERT_OK(joined);
            club.deliver(joined->commit, club.members.size());
            club.admit(std::move(identity), std::move(joined->group));
            EXPECT_EQ(club.active().size(), 5U);
            club.expect_agreement();
        }
        EXPECT_FALSE(club.group(2).is_active());
        for (size_t i : club.active()) club.commit(i, {});
        club.expect_agreement();
    }
}

TEST(ExternalCommit, needs_a_group_info_with_external_pub) {
    Club club(suite_1);
    const auto info = club.group(0).group_info(false, true, club.env());
    ASSERT_OK(info);
    EXPECT_ERROR(
        Group::join_external(*info, club.make_identity(), club.leaf_options(), {}, club.env()),
        mls_bad_group_info);
}

// An external sender signs a proposal; the group lists it in its context.
TEST(ExternalSender, proposals_of_listed_senders_are_kept) {
    Club club(suite_1);
    club.add(0, 2);
    const Identity service = club.make_identity();
    ExternalSenders senders;
    senders.external_senders = {{service.signature_keys.public_key, service.credential}};
    Extensions extensions;
    set_extension(extensions, senders);
    club.commit(0, {.proposals = {{GroupContextExtensions{extensions}}}});

    const auto propose = [&](uint32_t index, const Proposal& proposal) {
        return propose_from_outside(suite_1, to_bytes(as_bytes("club")), club.group(0).epoch(),
                                    index, proposal, service)
            .value();
    };
    EXPECT_ERROR(club.group(0).process(propose(1, {Remove{{1}}}), club.env()), mls_unknown_sender);
    EXPECT_ERROR(propose_from_outside(suite_1, {1}, {1}, 0, {Update{}}, service), invalid_argument);
    club.deliver(propose(0, {Remove{club.group(2).own_leaf()}}), club.members.size());
    club.commit(0, {});
    EXPECT_FALSE(club.group(2).is_active());
    club.expect_agreement();
}

// Who wants to join may ask for it itself, signed with the key of its key package.
TEST(NewMember, proposal_to_be_added_is_kept_and_committed) {
    Club club(suite_1);
    club.add(0, 1);
    Identity joiner = club.make_identity();
    const KeyPackageSecrets package = club.make_key_package(joiner);
    const auto ask = [&](const KeyPackageSecrets& by) {
        return propose_own_addition(to_bytes(as_bytes("club")), club.group(0).epoch(), by).value();
    };
    const KeyPackageSecrets forger{
        package.key_package, {}, {}, club.members[1].identity.signature_keys.private_key.clone()};
    EXPECT_ERROR(club.group(0).process(ask(forger), club.env()), invalid_signature);
    club.deliver(ask(package), club.members.size());
    const auto sent = club.group(1).commit({}, club.env());
    ASSERT_OK(sent);
    ASSERT_OK(club.group(1).merge_pending_commit());
    club.sync(1);
    club.deliver(sent->commit, 1);
    auto joined = Group::join(*sent->welcome, package, std::nullopt, club.env());
    ASSERT_OK(joined);
    club.admit(std::move(joiner), *std::move(joined));
    club.expect_agreement();
}

TEST(Identities, with_keys_that_do_not_belong_together_are_refused) {
    Club club(suite_1);
    club.add(0, 1);
    Identity mixed = club.make_identity();
    mixed.signature_keys.public_key = club.make_identity().signature_keys.public_key;
    EXPECT_ERROR(create_key_package(suite_1, mixed, {}, club.entropy), invalid_key);
    CommitOptions options;
    options.new_identity = &mixed;
    EXPECT_ERROR(club.group(0).commit(options, club.env()), invalid_key);
    EXPECT_ERROR(club.group(0).propose_update(&mixed, club.env()), invalid_key);
    EXPECT_TRUE(club.group(0).take_changes().empty());
}

TEST(PendingCommit, welcome_shows_its_extensions_before_the_tree_is_there) {
    Club club(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
    club.add(0, 2);
    const KeyPackageSecrets package = club.make_key_package(club.make_identity());
    CommitOptions options;
    options.proposals.push_back({Add{package.key_package}});
    options.tree_in_welcome = false;
    options.group_info_extensions.push_back({ExtensionType{0xf0a3}, {1, 2, 3}});
    const auto sent = club.group(0).commit(options, club.env());
    ASSERT_OK(sent);
    ASSERT_TRUE(sent->ratchet_tree.has_value());
    EXPECT_FALSE(club.group(0).pending_commit()->ratchet_tree) << "it would be stored twice";
    club.sync(0);
    EXPECT_EQ(club.group(0).pending_epoch()->ratchet_tree(), *sent->ratchet_tree);
    const auto info = Group::read_welcome(*sent->welcome, package, club.env());
    ASSERT_OK(info);
    EXPECT_TRUE(equal(info->group_id, club.group(0).group_id()));
    const Extension* found = find_extension(info->extensions, ExtensionType{0xf0a3});
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->data, (Bytes{1, 2, 3}));
    EXPECT_ERROR(Group::join(*sent->welcome, package, std::nullopt, club.env()), mls_bad_tree);
    EXPECT_ERROR(Group::join(*sent->welcome, package, club.group(0).ratchet_tree(), club.env()),
                 mls_bad_tree);
    ASSERT_OK(Group::join(*sent->welcome, package, *sent->ratchet_tree, club.env()));
    const KeyPackageSecrets other = club.make_key_package(club.make_identity());
    EXPECT_ERROR(Group::read_welcome(*sent->welcome, other, club.env()), mls_not_for_us);
}

TEST(PendingCommit, seals_of_a_path_are_counted_before_it_is_made) {
    Club club(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
    club.add(0, 15);
    // Nobody but the first has committed: its own path is there, what lies beside it is blank.
    EXPECT_EQ(club.group(0).current().path_seal_count(), 15U);
    EXPECT_EQ(club.group(0).current().subtree_seal_count(0), 1U);
    EXPECT_EQ(club.group(9).current().subtree_seal_count(2), 4U);
    EXPECT_EQ(club.group(9).current().subtree_seal_count(3), 8U);
    const size_t blank_size = club.group(0).commit({}, club.env())->commit.size();
    club.group(0).discard_pending_commit();
    // One of the right half commits: for the left half it is one node from then on.
    club.commit(9, {});
    EXPECT_EQ(club.group(0).current().path_seal_count(), 8U);
    EXPECT_EQ(club.group(9).current().subtree_seal_count(3), 1U);
    EXPECT_EQ(club.group(9).current().subtree_seal_count(20), 1U) << "the root";
    const size_t filled_size = club.group(0).commit({}, club.env())->commit.size();
    club.group(0).discard_pending_commit();
    constexpr size_t seal_bytes = 32 + 48 + 2;  // X25519 key, a sealed path secret, two lengths
    EXPECT_NEAR(static_cast<double>(blank_size - filled_size), 7.0 * seal_bytes, 16.0) << "padding";
}

}  // namespace
}  // namespace mayfly::mls
