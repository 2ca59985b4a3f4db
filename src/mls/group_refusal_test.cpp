// What a group refuses, and that refusing changes nothing.
#include <gtest/gtest.h>

#include "mls/group.h"
#include "mls/group_for_testing.h"
#include "mls/mls_message.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;

std::map<Bytes, Bytes> everything(Group& group, testing::Store& store) {
    testing::save(group, store);
    std::map<Bytes, Bytes> out;
    for (const auto& [key, value] : store) out.emplace(key, to_bytes(value.expose()));
    return out;
}

// Each bit pattern below is put on each byte in turn; every result must be refused.
void expect_tampering_is_refused(Club& club, size_t receiver, const Bytes& message) {
    Group& group = club.group(receiver);
    for (size_t i = 0; i < message.size(); ++i) {
        Bytes tampered = message;
        tampered[i] ^= static_cast<uint8_t>(1U << (i % 8));
        EXPECT_FALSE(group.process(tampered, club.env()).ok()) << "byte " << i;
    }
    for (size_t size = 0; size < message.size(); size += 7) {
        EXPECT_FALSE(group.process(BytesView(message).first(size), club.env()).ok());
    }
    Bytes longer = message;
    longer.push_back(0);
    EXPECT_FALSE(group.process(longer, club.env()).ok());
    EXPECT_TRUE(group.take_changes().empty());
    ASSERT_OK(group.process(message, club.env()));
    club.sync(receiver);
}

TEST(Tampering, with_an_application_message_is_refused) {
    Club club(suite_1);
    club.add(0, 1);
    ProtectOptions options;
    options.authenticated_data = {1, 2, 3};
    const auto sent = club.group(0).protect(as_bytes("text"), options, club.entropy);
    ASSERT_OK(sent);
    expect_tampering_is_refused(club, 1, *sent);
}

TEST(Tampering, with_a_handshake_is_refused) {
    for (const WireFormat format : {WireFormat::private_message, WireFormat::public_message}) {
        Club club(suite_1);
        club.add(0, 2);
        ASSERT_OK(club.group(0).use_handshake_format(format));
        const auto proposal = club.group(0).propose({Remove{{2}}}, club.env());
        ASSERT_OK(proposal);
        expect_tampering_is_refused(club, 1, *proposal);
        const auto commit = club.group(0).commit({}, club.env());
        ASSERT_OK(commit);
        expect_tampering_is_refused(club, 1, commit->commit);
    }
}

TEST(Tampering, with_a_welcome_or_external_commit_is_refused) {
    Club club(suite_1);
    club.add(0, 1);
    const Identity identity = club.make_identity();
    const KeyPackageSecrets package = club.make_key_package(identity);
    const auto sent = club.group(0).commit({.proposals = {{Add{package.key_package}}}}, club.env());
    ASSERT_OK(sent);
    for (size_t i = 0; i < sent->welcome->size(); i += 3) {
        Bytes tampered = *sent->welcome;
        tampered[i] ^= 0x10;
        EXPECT_FALSE(Group::join(tampered, package, std::nullopt, club.env()).ok()) << i;
    }
    const KeyPackageSecrets other = club.make_key_package(identity);
    EXPECT_ERROR(Group::join(*sent->welcome, other, std::nullopt, club.env()), mls_not_for_us);

    const auto info = club.group(0).group_info(true, true, club.env());
    ASSERT_OK(info);
    for (size_t i = 0; i < info->size(); i += 3) {
        Bytes tampered = *info;
        tampered[i] ^= 0x10;
        EXPECT_FALSE(
            Group::join_external(tampered, identity, club.leaf_options(), {}, club.env()).ok())
            << i;
    }
    const auto joined = Group::join_external(*info, identity, club.leaf_options(), {}, club.env());
    ASSERT_OK(joined);
    expect_tampering_is_refused(club, 1, joined->commit);
}

class BadLists : public ::testing::Test {
  protected:
    BadLists() : club_(suite_1) { club_.add(0, 3); }

    KeyPackage package() { return club_.make_key_package(club_.make_identity()).key_package; }
    void expect_refused(std::vector<Proposal> proposals, const char* error) {
        const auto before = everything(club_.group(0), club_.members[0].store);
        CommitOptions options;
        options.proposals = std::move(proposals);
        const auto sent = club_.group(0).commit(options, club_.env());
        ASSERT_FALSE(sent.ok());
        EXPECT_STREQ(error_name(sent.code()), error);
        EXPECT_EQ(before, everything(club_.group(0), club_.members[0].store));
    }

    Club club_;
};

TEST_F(BadLists, removing_the_committer_is_refused) {
    expect_refused({{Remove{{0}}}}, "mls_bad_proposal_list");
}

TEST_F(BadLists, removing_nobody_is_refused) {
    expect_refused({{Remove{{7}}}}, "mls_bad_proposal");
    expect_refused({{Remove{{7000}}}}, "mls_bad_proposal");
}

TEST_F(BadLists, two_changes_to_a_leaf_are_refused) {
    expect_refused({{Remove{{1}}}, {Remove{{1}}}}, "mls_bad_proposal_list");
}

TEST_F(BadLists, adding_a_client_twice_is_refused) {
    const KeyPackage twice = package();
    expect_refused({{Add{twice}}, {Add{twice}}}, "mls_bad_proposal_list");
    const KeyPackage present = club_.make_key_package(club_.members[1].identity).key_package;
    expect_refused({{Add{present}}}, "mls_bad_leaf_node");
}

TEST_F(BadLists, adding_a_client_again_while_removing_it_is_accepted) {
    CommitOptions options;
    options.proposals = {{Remove{{1}}},
                         {Add{club_.make_key_package(club_.members[1].identity).key_package}}};
    ASSERT_OK(club_.group(0).commit(options, club_.env()));
}

TEST_F(BadLists, invalid_key_packages_are_refused) {
    KeyPackage forged = package();
    forged.signature[5] ^= 1;
    expect_refused({{Add{forged}}}, "mls_bad_key_package");
    KeyPackage same_keys = package();
    same_keys.init_key = same_keys.leaf_node.encryption_key;
    expect_refused({{Add{same_keys}}}, "mls_bad_key_package");
    KeyPackage other_suite = package();
    other_suite.cipher_suite = default_cipher_suite_id;
    expect_refused({{Add{other_suite}}}, "mls_bad_key_package");
    const KeyPackage old = package();
    club_.now = club_.now + Duration::days(31);
    expect_refused({{Add{old}}}, "mls_bad_leaf_node");
}

TEST_F(BadLists, psks_twice_or_with_bad_nonces_are_refused) {
    club_.psks.keys[{1}] = {1};
    Proposal psk = club_.group(0).make_external_psk_proposal(Bytes{1}, club_.entropy);
    expect_refused({psk, psk}, "mls_bad_proposal_list");
    std::get<PreSharedKey>(psk.content).psk.psk_nonce.pop_back();
    expect_refused({psk}, "mls_bad_proposal");
    for (const auto usage : {ResumptionPskUsage::reinit, ResumptionPskUsage::branch}) {
        expect_refused({club_.group(0).make_resumption_psk_proposal(as_bytes("club"), Epoch{1},
                                                                    usage, club_.entropy)},
                       "mls_bad_proposal");
    }
}

TEST_F(BadLists, extensions_replaced_twice_are_refused) {
    expect_refused({{GroupContextExtensions{}}, {GroupContextExtensions{}}},
                   "mls_bad_proposal_list");
    const Extension extension{Club::club_extension, {}};
    expect_refused({{GroupContextExtensions{{extension, extension}}}}, "malformed_input");
}

TEST_F(BadLists, reinit_with_anything_else_is_refused) {
    expect_refused({{ReInit{}}, {Remove{{1}}}}, "mls_bad_proposal_list");
    ReInit older;
    older.version = ProtocolVersion{0};
    expect_refused({{older}}, "mls_bad_proposal");
}

TEST_F(BadLists, external_init_from_a_member_is_refused) {
    expect_refused({{ExternalInit{{1}}}}, "mls_bad_proposal");
}

TEST_F(BadLists, update_by_value_is_refused) { expect_refused({{Update{}}}, "mls_bad_leaf_node"); }

// A member that signs what it should not: the others must see it.
class MaliciousMember : public ::testing::Test {
  protected:
    MaliciousMember() : club_(suite_1) {
        club_.add(0, 3);
        EXPECT_TRUE(club_.group(0).use_handshake_format(WireFormat::public_message).ok());
    }

    Commit valid_commit(const std::vector<Proposal>& proposals) {
        CommitOptions options;
        options.proposals = proposals;
        const auto sent = club_.group(0).commit(options, club_.env());
        EXPECT_TRUE(sent.ok());
        club_.group(0).discard_pending_commit();
        return std::get<Commit>(decode_message<PublicMessage>(sent->commit)->content.content);
    }
    void expect_refused(Commit commit, const char* error) {
        Content content;
        content.emplace<Commit>(std::move(commit));
        const auto sent = GroupForTesting::send_for_testing(club_.group(0), std::move(content),
                                                            Bytes(32), club_.entropy);
        ASSERT_OK(sent);
        const auto done = club_.group(1).process(*sent, club_.env());
        ASSERT_FALSE(done.ok());
        EXPECT_STREQ(error_name(done.code()), error);
        EXPECT_TRUE(club_.group(1).take_changes().empty());
    }
    void expect_list_refused(const std::vector<Proposal>& proposals, const char* error) {
        Commit commit;
        for (const Proposal& proposal : proposals) commit.proposals.push_back({proposal});
        commit.path = valid_commit({}).path;
        expect_refused(std::move(commit), error);
    }

    Club club_;
};

TEST_F(MaliciousMember, lists_against_the_rules_are_refused) {
    expect_list_refused({{Remove{{0}}}}, "mls_bad_proposal_list");
    expect_list_refused({{Remove{{9}}}}, "mls_bad_proposal");
    expect_list_refused({{Remove{{2}}}, {Remove{{2}}}}, "mls_bad_proposal_list");
    expect_list_refused({{ExternalInit{{1}}}}, "mls_bad_proposal");
    expect_list_refused({{ReInit{}}, {Remove{{2}}}}, "mls_bad_proposal_list");
    expect_list_refused({{GroupContextExtensions{}}, {GroupContextExtensions{}}},
                        "mls_bad_proposal_list");
    expect_list_refused({{Update{valid_commit({}).path->leaf_node}}}, "mls_bad_leaf_node");
    const KeyPackage present = club_.make_key_package(club_.members[1].identity).key_package;
    Commit adds;
    adds.proposals.push_back({Proposal{Add{present}}});
    expect_refused(adds, "mls_bad_leaf_node");
    expect_list_refused({club_.group(0).make_external_psk_proposal(Bytes{5}, club_.entropy)},
                        "mls_missing_psk");
}

TEST_F(MaliciousMember, commit_without_a_needed_path_is_refused) {
    expect_refused({}, "mls_bad_update_path");
    Commit removes;
    removes.proposals.push_back({Proposal{Remove{{2}}}});
    expect_refused(removes, "mls_bad_update_path");
}

TEST_F(MaliciousMember, path_against_the_rules_is_refused) {
    Commit shorter = valid_commit({});
    shorter.path->nodes.pop_back();
    expect_refused(shorter, "mls_bad_update_path");
    Commit forged = valid_commit({});
    forged.path->leaf_node.signature[3] ^= 1;
    expect_refused(forged, "mls_bad_leaf_node");
    Commit undecryptable = valid_commit({});
    for (UpdatePathNode& node : undecryptable.path->nodes) {
        for (auto& sealed : node.encrypted_path_secret) sealed.ciphertext[0] ^= 1;
    }
    expect_refused(undecryptable, "decryption_failed");
}

TEST_F(MaliciousMember, wrong_confirmation_tag_is_refused) {
    expect_refused(valid_commit({}), "mls_bad_confirmation_tag");
}

TEST_F(MaliciousMember, commit_with_an_unknown_reference_is_refused) {
    Commit commit = valid_commit({});
    commit.proposals.push_back({ProposalRef(32, 1)});
    expect_refused(commit, "mls_unknown_proposal");
}

}  // namespace
}  // namespace mayfly::mls
