// The checks of what RFC 9420 leaves to extensions: proposals of the application (section 13.2),
// GREASE (section 13.5), and SelfRemove (draft-ietf-mls-extensions; numbers from 20 on).
#include "mls/checks_test_support.h"
#include "mls/tree_validation.h"

namespace mayfly::mls {
namespace {

using mayfly::testing::ClubProposals;
using mayfly::testing::Forgery;
using mayfly::testing::Referenced;

class ExtensionChecks : public Checks {
  protected:
    // A SelfRemove of a member, as it is sent. Everybody but the member gets it.
    Bytes leave(size_t member) {
        auto sent = club_.group(member).propose({SelfRemove{}}, club_.env());
        EXPECT_TRUE(sent.ok());
        return *std::move(sent);
    }
    // One that the receiver has, and what a commit needs to refer to it.
    Referenced received_self_remove(size_t member) { return send_proposal(leave(member)); }

    // From now on leaf 4 is a member that knows the proposals of RFC 9420 alone.
    void admit_member_without_proposals() {
        Identity identity = club_.make_identity();
        KeyPackageOptions options;
        options.leaf = club_.leaf_options();
        options.leaf.capabilities.proposals.clear();
        auto package = create_key_package(club_.suite, identity, options, club_.entropy).value();
        std::vector<std::pair<Identity, KeyPackageSecrets>> joiners;
        joiners.emplace_back(std::move(identity), std::move(package));
        club_.commit(0, {}, std::move(joiners));
    }
};

// check 13.2-1
TEST_F(ExtensionChecks, proposal_that_the_application_refuses_is_refused) {
    expect_refused(forger_.propose({CustomProposal{ProposalType{0xf1ff}, {}}}),
                   "mls_unsupported_proposal");
    expect_refused(forger_.propose({CustomProposal{ClubProposals::plain, {0}}}),
                   "mls_bad_proposal");
    expect_pathless_list_refused({{CustomProposal{ClubProposals::plain, {0}}}}, "mls_bad_proposal");
    Environment without = club_.env();
    without.proposals = nullptr;
    expect_refused(forger_.propose({CustomProposal{ClubProposals::plain, {1}}}),
                   "mls_unsupported_proposal", without);
}

// check 13.5-1
TEST_F(ExtensionChecks, grease_that_all_members_list_is_no_support) {
    constexpr auto grease = ExtensionType{0x3a3a};
    RatchetTree tree(find_cipher_suite(club_.suite).value());
    LeafNode leaf = leaf_of(0);
    leaf.capabilities.extensions.push_back(grease);
    leaf.capabilities.proposals.push_back(ProposalType{0x3a3a});
    tree.add_leaf(leaf);
    ASSERT_OK(check_members(tree, {{mayfly::testing::Club::club_extension, {}}}));
    EXPECT_ERROR(check_members(tree, {{grease, {}}}), mls_unsupported_extension);
    EXPECT_TRUE(all_support(tree, ClubProposals::plain));
    EXPECT_FALSE(all_support(tree, ProposalType{0x3a3a}));
    expect_list_refused({{GroupContextExtensions{{{grease, {}}}}}}, "mls_unsupported_extension");
}

// check 20.1-1
TEST_F(ExtensionChecks, self_remove_by_value_is_refused) {
    expect_pathless_list_refused({{SelfRemove{}}}, "mls_bad_proposal_list");
}

// check 20.1-2
TEST_F(ExtensionChecks, self_remove_of_an_external_sender_is_refused) {
    const Identity listed = club_.make_identity();
    Extensions extensions;
    set_extension(extensions,
                  ExternalSenders{{{listed.signature_keys.public_key, listed.credential}}});
    club_.commit(0, {.proposals = {{GroupContextExtensions{extensions}}}});
    expect_refused(forger_.propose_as({SelfRemove{}}, {SenderType::external, 0}, listed),
                   "mls_bad_proposal");
    expect_refused(forger_.propose_as({Update{leaf_of(2)}}, {SenderType::external, 0}, listed),
                   "mls_bad_proposal");
    EXPECT_TRUE(receiver()
                    .process(forger_.propose_as({Remove{{2}}}, {SenderType::external, 0}, listed),
                             club_.env())
                    .ok());
}

// check 20.1-3
TEST_F(ExtensionChecks, self_remove_that_a_member_does_not_support_is_refused) {
    admit_member_without_proposals();
    expect_refused(forger_.propose({SelfRemove{}}), "mls_unsupported_proposal");
    EXPECT_ERROR(club_.group(2).propose({SelfRemove{}}, club_.env()), mls_unsupported_proposal);
}

// check 20.1-4
TEST_F(ExtensionChecks, self_remove_of_the_committer_is_refused) {
    const Referenced own = send_proposal(forger_.propose({SelfRemove{}}));
    Forgery forgery;
    forgery.path = false;
    forgery.references = {own};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

// check 20.1-5
TEST_F(ExtensionChecks, self_remove_beside_another_change_of_the_leaf_is_refused) {
    const Referenced leaving = received_self_remove(2);
    Forgery forgery;
    forgery.references = {leaving};
    forgery.proposals = {{Remove{leaving.sender}}};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
    const auto update = club_.group(2).propose_update(nullptr, club_.env());
    ASSERT_OK(update);
    forgery.proposals.clear();
    forgery.references.push_back(send_proposal(*update));
    expect_commit_refused(forgery, "mls_bad_proposal_list");
    const Identity joiner = club_.make_identity();
    forgery.references = {leaving};
    forgery.proposals = {{Remove{leaving.sender}}};
    forgery.external = &joiner;
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

// check 20.1-6
TEST_F(ExtensionChecks, self_remove_in_a_private_message_is_refused) {
    ASSERT_OK(club_.group(0).use_handshake_format(WireFormat::private_message));
    Content content;
    content.emplace<Proposal>(Proposal{SelfRemove{}});
    const auto sent =
        GroupForTesting::send_for_testing(club_.group(0), std::move(content), {}, club_.entropy);
    ASSERT_OK(sent);
    expect_refused(*sent, "unexpected_message");
    ASSERT_OK(club_.group(0).use_handshake_format(WireFormat::public_message));
}

// check 20.1-7
TEST_F(ExtensionChecks, joiner_refers_to_no_self_remove_that_does_not_verify) {
    const auto info = club_.group(0).group_info(true, true, club_.env());
    ASSERT_OK(info);
    const Identity joiner = club_.make_identity();
    const auto join = [&](const Bytes& self_remove) {
        Group::ExternalJoinOptions options;
        options.self_removes = {self_remove};
        return Group::join_external(*info, joiner, club_.leaf_options(), options, club_.env());
    };
    const auto changed = [&](const std::function<void(FramedContent&)>& change) {
        return forger_.propose({SelfRemove{}}, change);
    };
    ASSERT_OK(join(changed({})));
    EXPECT_ERROR(join(changed([](FramedContent& content) { content.sender.index = 2; })),
                 invalid_signature);
    EXPECT_ERROR(join(changed([](FramedContent& content) { content.sender.index = 9; })),
                 mls_unknown_sender);
    EXPECT_ERROR(join(changed([](FramedContent& content) { content.epoch = {0}; })),
                 mls_wrong_epoch);
    EXPECT_ERROR(join(changed([](FramedContent& content) { content.group_id = {1}; })),
                 mls_unknown_group);
    EXPECT_ERROR(join(changed([](FramedContent& content) {
                     content.content.emplace<Proposal>(Proposal{Remove{{0}}});
                 })),
                 unexpected_message);
}

// check 12.2-11
TEST_F(ExtensionChecks, proposal_of_a_type_that_members_lack_is_refused) {
    expect_pathless_list_refused({{CustomProposal{ProposalType{0xf1ff}, {1}}}},
                                 "mls_unsupported_proposal");
    admit_member_without_proposals();
    const Proposal custom{CustomProposal{ClubProposals::plain, {1}}};
    expect_pathless_list_refused({custom}, "mls_unsupported_proposal");
    // Who is removed by the same commit need not support it.
    Forgery forgery;
    forgery.proposals = {custom, {Remove{{4}}}};
    const auto done = receiver().process(forger_.commit(forgery), club_.env());
    ASSERT_OK(done);
    EXPECT_EQ(std::get<StagedCommit>(*done).summary().custom.at(0).body, Bytes{1});
}

// check 12.4.3.2-1
TEST_F(ExtensionChecks, external_commit_refers_to_self_removes_alone) {
    const Identity joiner = club_.make_identity();
    Forgery forgery;
    forgery.external = &joiner;
    forgery.references = {received_self_remove(2)};
    ASSERT_OK(receiver().process(forger_.commit(forgery), club_.env()));
    forgery.references = {send_proposal(forger_.propose({Remove{{3}}}))};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

}  // namespace
}  // namespace mayfly::mls
