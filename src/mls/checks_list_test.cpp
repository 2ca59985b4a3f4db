// Lists of proposals: the checks of RFC 9420 sections 12.1 to 12.3 on a commit.
#include "mls/checks_test_support.h"

namespace mayfly::mls {
namespace {

using mayfly::testing::Club;
using mayfly::testing::Forgery;

class ListChecks : public Checks {
  protected:
    Proposal external_psk() {
        club_.psks.keys[{1}] = {1};
        return club_.group(0).make_external_psk_proposal(Bytes{1}, club_.entropy);
    }
    KeyPackage package_without_extensions() {
        return package_with(
            [](LeafNode& leaf) { std::erase(leaf.capabilities.extensions, Club::club_extension); });
    }
    Proposal replace_extensions(Extensions extensions) {
        return {GroupContextExtensions{std::move(extensions)}};
    }
};

// checks 12.2-1, 12.1.4-2
TEST_F(ListChecks, list_with_a_psk_whose_nonce_is_short_is_refused) {
    Proposal psk = external_psk();
    std::get<PreSharedKey>(psk.content).psk.psk_nonce.pop_back();
    expect_list_refused({psk}, "mls_bad_proposal");
}

// check 12.1.1-1
TEST_F(ListChecks, list_with_an_invalid_key_package_is_refused) {
    KeyPackage forged = package();
    forged.signature[5] ^= 1;
    expect_list_refused({{Add{forged}}}, "mls_bad_key_package");
    KeyPackage same_keys = package();
    same_keys.init_key = same_keys.leaf_node.encryption_key;
    expect_list_refused({{Add{same_keys}}}, "mls_bad_key_package");
    KeyPackage other_suite = package();
    other_suite.cipher_suite = default_cipher_suite_id;
    expect_list_refused({{Add{other_suite}}}, "mls_bad_key_package");
}

// check 12.1.2-1
TEST_F(ListChecks, update_with_an_invalid_leaf_is_refused) {
    LeafNode leaf = leaf_of(0);
    leaf.source = LeafNodeSource::update;
    leaf.parent_hash.clear();
    const auto& state = GroupForTesting::state(club_.group(0));
    const auto signed_leaf = [&](LeafIndex index) {
        sign_leaf_node(state.epoch->suite, leaf, state.epoch->signature_key,
                       {state.epoch->context.group_id, index})
            .value();
        return Proposal{Update{leaf}};
    };
    expect_refused(forger_.propose(signed_leaf({0})), "mls_bad_leaf_node");  // the old key
    leaf.encryption_key = package().leaf_node.encryption_key;
    expect_refused(forger_.propose(signed_leaf({2})), "invalid_signature");  // another's place
    leaf.source = LeafNodeSource::commit;
    expect_refused(forger_.propose(signed_leaf({0})), "mls_bad_leaf_node");  // of a path
    leaf.source = LeafNodeSource::update;
    ASSERT_OK(receiver().process(forger_.propose(signed_leaf({0})), club_.env()));
}

// check 12.1.3-1
TEST_F(ListChecks, removal_of_nobody_is_refused) {
    expect_list_refused({{Remove{{9}}}}, "mls_bad_proposal");
    expect_refused(forger_.propose({Remove{{9}}}), "mls_bad_proposal");
}

// check 12.1.4-1
TEST_F(ListChecks, psk_that_begins_a_group_is_refused_later) {
    club_.psks.resumption[{{7}, Epoch{3}}] = {1};
    for (const auto usage : {ResumptionPskUsage::reinit, ResumptionPskUsage::branch}) {
        expect_list_refused(
            {club_.group(0).make_resumption_psk_proposal(Bytes{7}, Epoch{3}, usage, club_.entropy)},
            "mls_bad_proposal");
    }
}

// check 12.1.5-1
TEST_F(ListChecks, reinit_to_an_older_version_is_refused) {
    ReInit older;
    older.version = ProtocolVersion{0};
    expect_list_refused({{older}}, "mls_bad_proposal");
}

// check 12.1.5-2
TEST_F(ListChecks, reinit_with_an_extension_twice_is_refused) {
    const Extension extension{Club::club_extension, {}};
    ReInit twice;
    twice.extensions = {extension, extension};
    expect_pathless_list_refused({{twice}}, "malformed_input");
}

// check 12.1.7-1
TEST_F(ListChecks, group_extension_that_members_lack_is_refused) {
    expect_list_refused({replace_extensions({{ExtensionType{0xf777}, {}}})},
                        "mls_unsupported_extension");
}

// check 13.4-1
TEST_F(ListChecks, group_extension_twice_is_refused) {
    const Extension extension{Club::club_extension, {}};
    expect_list_refused({replace_extensions({extension, extension})}, "malformed_input");
}

// check 13.4-2
TEST_F(ListChecks, required_capabilities_that_cannot_be_read_are_refused) {
    expect_pathless_list_refused(
        {replace_extensions({{ExtensionType::required_capabilities, {1}}})}, "truncated_input");
}

// check 12.1.8.1-1
TEST_F(ListChecks, external_sender_that_the_application_refuses_is_refused) {
    const Identity stranger = club_.make_identity();
    ExternalSender sender{stranger.signature_keys.public_key, stranger.credential};
    sender.credential.identity = club_.policy.refused;
    Extensions extensions;
    set_extension(extensions, ExternalSenders{{sender}});
    expect_list_refused({replace_extensions(extensions)}, "invalid_argument");
}

// check 12.2-2
TEST_F(ListChecks, update_by_the_committer_is_refused) {
    const auto update = club_.group(0).propose_update(nullptr, club_.env());
    ASSERT_OK(update);
    Forgery forgery;
    forgery.references = {send_proposal(*update)};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

// check 12.2-3
TEST_F(ListChecks, removal_of_the_committer_is_refused) {
    expect_list_refused({{Remove{{0}}}}, "mls_bad_proposal_list");
}

// check 12.2-4
TEST_F(ListChecks, two_changes_of_a_leaf_are_refused) {
    expect_list_refused({{Remove{{2}}}, {Remove{{2}}}}, "mls_bad_proposal_list");
    const auto update = club_.group(2).propose_update(nullptr, club_.env());
    ASSERT_OK(update);
    Forgery forgery;
    forgery.references = {send_proposal(*update)};
    forgery.proposals = {{Remove{{2}}}};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
    forgery.proposals.clear();
    forgery.references.push_back(forgery.references.front());
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

// check 12.2-5
TEST_F(ListChecks, client_added_twice_is_refused) {
    const Identity client = club_.make_identity();
    expect_list_refused({{Add{club_.make_key_package(client).key_package}},
                         {Add{club_.make_key_package(client).key_package}}},
                        "mls_bad_proposal_list");
}

// check 12.2-6
TEST_F(ListChecks, client_that_is_there_is_added_only_if_it_is_removed) {
    const Proposal add{Add{club_.make_key_package(club_.members[2].identity).key_package}};
    expect_pathless_list_refused({add}, "mls_bad_leaf_node");
    Forgery forgery;
    forgery.proposals = {add, {Remove{{2}}}};
    ASSERT_OK(receiver().process(forger_.commit(forgery), club_.env()));
}

// check 12.2-7
TEST_F(ListChecks, psk_twice_is_refused) {
    const Proposal psk = external_psk();
    expect_list_refused({psk, psk}, "mls_bad_proposal_list");
}

// check 12.2-8
TEST_F(ListChecks, group_extensions_replaced_twice_are_refused) {
    expect_list_refused({replace_extensions({}), replace_extensions({})}, "mls_bad_proposal_list");
}

// check 12.2-9
TEST_F(ListChecks, reinit_beside_another_proposal_is_refused) {
    expect_list_refused({{ReInit{}}, external_psk()}, "mls_bad_proposal_list");
}

// check 12.2-10
TEST_F(ListChecks, external_init_by_a_member_is_refused) {
    expect_list_refused({{ExternalInit{Bytes(32, 1)}}}, "mls_bad_proposal");
}

// checks 12.2-12, 12.3-1: the extensions are replaced first, so they bind who is added.
TEST_F(ListChecks, list_that_leads_to_an_invalid_tree_is_refused) {
    const KeyPackage lacking = package_without_extensions();
    Forgery allowed;
    allowed.proposals = {{Add{lacking}}};
    ASSERT_OK(receiver().process(forger_.commit(allowed), club_.env()));
    Extensions required;
    set_extension(required, RequiredCapabilities{{Club::club_extension}, {}, {}});
    const std::vector<Proposal> list = {{Add{lacking}}, replace_extensions(required)};
    expect_list_refused(list, "mls_unsupported_extension");
    // Nor do we commit it.
    const auto before = records();
    EXPECT_ERROR(receiver().commit({.proposals = list}, club_.env()), mls_unsupported_extension);
    EXPECT_EQ(before, records());
}

// check 12.3-2
TEST_F(ListChecks, additions_applied_before_removals_are_refused) {
    Forgery forgery;
    forgery.proposals = {{Add{package()}}, {Remove{{2}}}};
    ASSERT_OK(receiver().process(forger_.commit(forgery), club_.env()));
    forgery.adds_first = true;
    expect_commit_refused(forgery, "mls_bad_update_path");
}

}  // namespace
}  // namespace mayfly::mls
