// Joining: the checks of RFC 9420 sections 12.4.3.1 (Welcome), 12.4.3.2 and 12.2 (external commit).
#include "mls/checks_test_support.h"

namespace mayfly::mls {
namespace {

using mayfly::testing::Forgery;
using mayfly::testing::WelcomeForgery;

class JoinChecks : public Checks {
  protected:
    // Refused; the same key package then joins by a Welcome without the fault.
    void expect_welcome_refused(const WelcomeForgery& forgery, const char* error) {
        expect_join_refused(forger_.welcome(joiner_.key_package, forgery), error);
    }
    void expect_join_refused(BytesView welcome, const char* error) {
        const auto refused = Group::join(welcome, joiner_, std::nullopt, club_.env());
        ASSERT_FALSE(refused.ok());
        EXPECT_STREQ(error_name(refused.code()), error) << refused.error().where;
        const Bytes good = forger_.welcome(joiner_.key_package, {});
        ASSERT_OK(Group::join(good, joiner_, std::nullopt, club_.env()));
    }

    Identity newcomer_ = club_.make_identity();
    KeyPackageSecrets joiner_ = club_.make_key_package(newcomer_);
};

// check 12.4.3.1-1
TEST_F(JoinChecks, welcome_for_another_key_package_or_suite_is_refused) {
    WelcomeForgery forgery;
    forgery.sent = [](Welcome& welcome) { welcome.secrets[0].new_member[0] ^= 1; };
    expect_welcome_refused(forgery, "mls_not_for_us");
    forgery.sent = [](Welcome& welcome) { welcome.cipher_suite = default_cipher_suite_id; };
    expect_welcome_refused(forgery, "mls_not_for_us");
}

// check 12.4.3.1-2
TEST_F(JoinChecks, welcome_with_a_psk_that_is_not_there_is_refused) {
    club_.psks.keys[{1}] = {1};
    const Proposal psk = club_.group(0).make_external_psk_proposal(Bytes{1}, club_.entropy);
    WelcomeForgery forgery;
    forgery.psks = {std::get<PreSharedKey>(psk.content).psk};
    const Bytes welcome = forger_.welcome(joiner_.key_package, forgery);
    club_.psks.keys.clear();
    expect_join_refused(welcome, "mls_missing_psk");
}

// check 12.4.3.1-3
TEST_F(JoinChecks, welcome_with_a_psk_that_begins_another_group_is_refused) {
    const Group& origin = club_.group(1);
    const auto make = [&] {
        const Proposal psk = club_.group(0).make_resumption_psk_proposal(
            origin.group_id(), origin.epoch(), ResumptionPskUsage::branch, club_.entropy);
        return std::get<PreSharedKey>(psk.content).psk;
    };
    const auto expect_refused = [&](const WelcomeForgery& forgery) {
        const Bytes welcome = forger_.welcome(joiner_.key_package, forgery);
        EXPECT_ERROR(Group::join_linked(welcome, joiner_, std::nullopt, origin, club_.env()),
                     mls_bad_welcome);
    };
    WelcomeForgery forgery;
    forgery.psks = {make()};
    expect_refused(forgery);  // in an epoch after the first
    forgery.psks = {make(), make()};
    forgery.info = [](GroupInfo& info) { info.group_context.epoch = {1}; };
    expect_refused(forgery);
}

// check 12.4.3.1-4
TEST_F(JoinChecks, group_info_with_a_wrong_signature_is_refused) {
    WelcomeForgery forgery;
    forgery.signed_info = [](GroupInfo& info) { info.signature[0] ^= 1; };
    expect_welcome_refused(forgery, "invalid_signature");
}

// check 12.4.3.1-4
TEST_F(JoinChecks, group_info_of_a_blank_leaf_is_refused) {
    WelcomeForgery forgery;
    forgery.info = [](GroupInfo& info) { info.signer = {6}; };
    expect_welcome_refused(forgery, "mls_bad_group_info");
}

// check 12.4.3.1-6
TEST_F(JoinChecks, group_info_of_another_version_or_suite_is_refused) {
    WelcomeForgery forgery;
    forgery.info = [](GroupInfo& info) {
        info.group_context.cipher_suite = default_cipher_suite_id;
    };
    expect_welcome_refused(forgery, "mls_bad_group_info");
    forgery.info = [](GroupInfo& info) { info.group_context.version = ProtocolVersion{2}; };
    expect_welcome_refused(forgery, "mls_bad_group_info");
}

// check 12.4.3.1-7
TEST_F(JoinChecks, tree_with_another_hash_is_refused) {
    WelcomeForgery forgery;
    forgery.info = [](GroupInfo& info) { info.group_context.tree_hash[0] ^= 1; };
    expect_welcome_refused(forgery, "mls_bad_tree");
}

// check 12.4.3.1-12
TEST_F(JoinChecks, group_info_with_an_extension_twice_is_refused) {
    const Extension extension{mayfly::testing::Club::club_extension, {}};
    WelcomeForgery forgery;
    forgery.info = [&](GroupInfo& info) { info.extensions = {extension, extension}; };
    expect_welcome_refused(forgery, "malformed_input");
    forgery.info = [&](GroupInfo& info) { info.group_context.extensions = {extension, extension}; };
    expect_welcome_refused(forgery, "malformed_input");
}

// check 12.1.8.1-1
TEST_F(JoinChecks, group_with_an_external_sender_that_the_application_refuses_is_not_joined) {
    ExternalSender sender{newcomer_.signature_keys.public_key, newcomer_.credential};
    sender.credential.identity = club_.policy.refused;
    WelcomeForgery forgery;
    forgery.info = [&](GroupInfo& info) {
        set_extension(info.group_context.extensions, ExternalSenders{{sender}});
    };
    expect_welcome_refused(forgery, "invalid_argument");
}

// check 12.4.3.1-13
TEST_F(JoinChecks, joiner_secret_of_another_size_is_refused) {
    WelcomeForgery forgery;
    forgery.secrets = [](GroupSecrets& secrets) { secrets.joiner_secret = Secret(31); };
    expect_welcome_refused(forgery, "mls_bad_welcome");
}

// check 12.4.3.1-8
TEST_F(JoinChecks, tree_without_our_leaf_is_refused) {
    WelcomeForgery forgery;
    forgery.recipient = &joiner_.key_package;
    forgery.path = false;
    expect_join_refused(forger_.welcome(package(), forgery), "mls_bad_welcome");
}

// check 12.4.3.1-9
TEST_F(JoinChecks, group_info_with_a_wrong_confirmation_tag_is_refused) {
    WelcomeForgery forgery;
    forgery.tagged = [](GroupInfo& info) { info.confirmation_tag[0] ^= 1; };
    expect_welcome_refused(forgery, "mls_bad_confirmation_tag");
}

// check 12.4.3.1-10
TEST_F(JoinChecks, path_secret_that_leads_to_other_keys_is_refused) {
    WelcomeForgery forgery;
    forgery.secrets = [](GroupSecrets& secrets) { secrets.path_secret->expose_mutable()[0] ^= 1; };
    expect_welcome_refused(forgery, "mls_bad_welcome");
}

// External commits.

class ExternalChecks : public Checks {
  protected:
    Forgery external() {
        Forgery out;
        out.external = &newcomer_;
        return out;
    }
    Identity newcomer_ = club_.make_identity();
};

TEST_F(ExternalChecks, forged_external_commit_without_a_violation_is_accepted) {
    Forgery forgery = external();
    forgery.proposals = {{Remove{{2}}}};
    ASSERT_OK(receiver().process(forger_.commit(forgery), club_.env()));
}

// check 12.2-20
TEST_F(ExternalChecks, external_commit_without_exactly_one_external_init_is_refused) {
    Forgery forgery = external();
    forgery.proposals = {{ExternalInit{Bytes(32, 1)}}};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
    forgery.external_init = false;
    forgery.proposals.clear();
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

// check 12.2-21
TEST_F(ExternalChecks, external_commit_that_removes_two_is_refused) {
    Forgery forgery = external();
    forgery.proposals = {{Remove{{2}}}, {Remove{{3}}}};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

// A policy by which a client may only replace itself.
class OnlySelf : public CredentialPolicy {
  public:
    Status check(const CredentialCheck& question) const override {
        ENSURE(question.replaces == nullptr || *question.replaces == question.credential,
               invalid_argument);
        return {};
    }
};

// check 12.2-21
TEST_F(ExternalChecks, external_commit_that_removes_somebody_else_is_refused) {
    const OnlySelf only_self;
    Forgery forgery = external();
    forgery.proposals = {{Remove{{2}}}};
    expect_refused(forger_.commit(forgery), "invalid_argument",
                   {club_.now, club_.entropy, only_self, &club_.psks});
}

// check 12.2-22
TEST_F(ExternalChecks, external_commit_with_another_proposal_is_refused) {
    Forgery forgery = external();
    forgery.proposals = {{Add{package()}}};
    expect_commit_refused(forgery, "mls_bad_proposal");
    forgery.proposals = {{GroupContextExtensions{}}};
    expect_commit_refused(forgery, "mls_bad_proposal");
}

// check 12.4.3.2-1
TEST_F(ExternalChecks, external_commit_that_refers_to_a_proposal_is_refused) {
    Forgery forgery = external();
    forgery.references = {send_proposal(forger_.propose({Remove{{2}}}))};
    expect_commit_refused(forgery, "mls_bad_proposal_list");
}

// checks 12.4.3.2-2, 6.1-3
TEST_F(ExternalChecks, external_commit_without_a_path_is_refused) {
    Forgery forgery = external();
    forgery.path = false;
    expect_commit_refused(forgery, "mls_bad_update_path");
}

// check 12.4.3.2-3
TEST_F(ExternalChecks, group_info_without_an_external_key_lets_nobody_in) {
    const auto info = club_.group(0).group_info(false, true, club_.env());
    ASSERT_OK(info);
    EXPECT_ERROR(Group::join_external(*info, newcomer_, club_.leaf_options(), {}, club_.env()),
                 mls_bad_group_info);
}

}  // namespace
}  // namespace mayfly::mls
