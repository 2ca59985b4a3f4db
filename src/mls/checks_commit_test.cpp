// Processing a commit: the checks of RFC 9420 sections 6.1, 12.4 and 12.4.2.
#include "mls/checks_test_support.h"

namespace mayfly::mls {
namespace {

using mayfly::testing::Forgery;

class CommitChecks : public Checks {
  protected:
    EpochState& epoch() { return *GroupForTesting::state(club_.group(0)).epoch; }

    // An application message in the name of a leaf, signed by anybody.
    Bytes private_message(LeafIndex leaf, const Identity& signer) {
        FramedContent content;
        content.group_id = epoch().context.group_id;
        content.epoch = epoch().context.epoch;
        content.sender = Sender::member(leaf);
        content.content.emplace<ApplicationData>(ApplicationData{SecretBuffer(as_bytes("text"))});
        const auto message =
            sign_content(epoch().suite, WireFormat::private_message, std::move(content),
                         epoch().context_bytes, signer.signature_keys.private_key)
                .value();
        const auto key = epoch().messages.find_key(leaf, RatchetType::application, 0).value();
        return encode_message(protect_private(epoch().suite, message, key,
                                              epoch().secrets.sender_data_secret, Padding::none,
                                              club_.entropy));
    }
};

// check 6.1-1
TEST_F(CommitChecks, message_of_a_member_that_is_not_there_is_refused) {
    const auto from_nobody = [](FramedContent& content) { content.sender = Sender::member({9}); };
    expect_refused(forger_.propose({Remove{{2}}}, from_nobody), "mls_unknown_sender");
}

// check 6.1-2
TEST_F(CommitChecks, proposal_of_an_external_sender_that_is_not_listed_is_refused) {
    expect_refused(forger_.propose({Remove{{2}}},
                                   [](FramedContent& content) {
                                       content.sender = {SenderType::external, 0};
                                   }),
                   "mls_unknown_sender");
}

// check 6.1-2
TEST_F(CommitChecks, commit_of_an_external_sender_is_refused) {
    const Identity listed = club_.make_identity();
    Extensions extensions;
    set_extension(extensions,
                  ExternalSenders{{{listed.signature_keys.public_key, listed.credential}}});
    club_.commit(0, {.proposals = {{GroupContextExtensions{extensions}}}});
    Forgery forgery;
    forgery.external = &listed;
    forgery.framed = [](FramedContent& content) { content.sender = {SenderType::external, 0}; };
    expect_commit_refused(forgery, "unexpected_message");
}

// check 6.1-3
TEST_F(CommitChecks, proposal_in_the_name_of_an_external_commit_is_refused) {
    expect_refused(forger_.propose({Remove{{2}}},
                                   [](FramedContent& content) {
                                       content.sender = {SenderType::new_member_commit, 0};
                                   }),
                   "unexpected_message");
}

// check 6.1-4
TEST_F(CommitChecks, newcomer_that_proposes_anything_but_its_addition_is_refused) {
    expect_refused(forger_.propose({Remove{{2}}},
                                   [](FramedContent& content) {
                                       content.sender = {SenderType::new_member_proposal, 0};
                                   }),
                   "unexpected_message");
}

// check 6.3.2-1
TEST_F(CommitChecks, private_message_of_a_blank_leaf_is_refused) {
    club_.commit(0, {.proposals = {{Remove{{2}}}}});
    const Bytes sent = private_message({2}, club_.members[2].identity);
    expect_refused(sent, "mls_unknown_sender");
    club_.commit(3, {});  // the same, late
    expect_refused(sent, "mls_unknown_sender");
}

// check 6.1-5
TEST_F(CommitChecks, private_message_with_a_wrong_signature_is_refused) {
    const Bytes sent = private_message({2}, club_.members[0].identity);
    expect_refused(sent, "invalid_signature");
    club_.commit(3, {});
    expect_refused(sent, "invalid_signature");
}

// check 12.4-1
TEST_F(CommitChecks, nothing_is_said_while_a_proposal_waits) {
    send_proposal(forger_.propose({Remove{{2}}}));
    const auto before = records();
    EXPECT_ERROR(receiver().protect(as_bytes("text"), {}, club_.entropy), mls_pending_proposals);
    EXPECT_EQ(before, records());
}

// check 12.4.2-1
TEST_F(CommitChecks, commit_of_another_epoch_is_refused) {
    for (const bool later : {false, true}) {
        Forgery forgery;
        forgery.framed = [&](FramedContent& content) {
            content.epoch = later ? content.epoch.next() : Epoch{content.epoch.value - 1};
        };
        expect_commit_refused(forgery, "mls_wrong_epoch");
    }
}

// check 12.4.2-1
TEST_F(CommitChecks, private_handshake_that_comes_late_is_refused) {
    const auto late = club_.group(2).propose({Remove{{0}}}, club_.env());
    ASSERT_OK(late);
    club_.commit(3, {});
    expect_refused(*late, "mls_wrong_epoch");
}

// check 12.4.2-2
TEST_F(CommitChecks, commit_with_a_wrong_signature_is_refused) {
    Forgery forgery;
    forgery.tagged = [](AuthenticatedContent& message) { message.auth.signature[0] ^= 1; };
    expect_commit_refused(forgery, "invalid_signature");
}

// check 12.4.2-2
TEST_F(CommitChecks, commit_with_a_wrong_membership_tag_is_refused) {
    Forgery forgery;
    forgery.sent = [](PublicMessage& message) { message.membership_tag[0] ^= 1; };
    expect_commit_refused(forgery, "mls_bad_membership_tag");
}

// check 12.4.2-3
TEST_F(CommitChecks, commit_with_a_psk_that_is_not_there_is_refused) {
    club_.psks.keys[{1}] = {1};
    Forgery forgery;
    forgery.proposals = {club_.group(0).make_external_psk_proposal(Bytes{1}, club_.entropy)};
    const Bytes message = forger_.commit(forgery);
    club_.psks.keys.clear();
    expect_refused(message, "mls_missing_psk");
}

// check 12.4.2-4
TEST_F(CommitChecks, commit_that_lacks_its_path_is_refused) {
    Forgery forgery;
    forgery.path = false;
    expect_commit_refused(forgery, "mls_bad_update_path");
    forgery.proposals = {{Remove{{2}}}};
    expect_commit_refused(forgery, "mls_bad_update_path");
    forgery.proposals = {{GroupContextExtensions{}}};
    expect_commit_refused(forgery, "mls_bad_update_path");
}

// check 12.4.2-5
TEST_F(CommitChecks, path_whose_leaf_was_signed_for_another_place_is_refused) {
    Forgery forgery;
    forgery.signed_leaf = [&](LeafNode& leaf) {
        sign_leaf_node(epoch().suite, leaf, epoch().signature_key, {epoch().context.group_id, {2}})
            .value();
    };
    expect_commit_refused(forgery, "mls_bad_leaf_node");
}

// check 12.4.2-6
TEST_F(CommitChecks, path_that_keeps_the_leaf_key_is_refused) {
    Forgery forgery;
    const Bytes before = leaf_of(0).encryption_key;
    forgery.leaf = [&](LeafNode& leaf) { leaf.encryption_key = before; };
    expect_commit_refused(forgery, "mls_bad_update_path");
}

// check 12.4.2-7
TEST_F(CommitChecks, path_with_a_key_that_is_in_the_tree_is_refused) {
    const Bytes taken = leaf_of(2).encryption_key;
    Forgery forgery;
    forgery.keys = [&](std::vector<HpkePublicKey>& keys) { keys[1] = taken; };
    expect_commit_refused(forgery, "mls_bad_update_path");
    forgery.keys = [](std::vector<HpkePublicKey>& keys) { keys[1] = keys[0]; };
    expect_commit_refused(forgery, "mls_bad_update_path");
}

// check 12.4.2-8
TEST_F(CommitChecks, path_that_is_not_the_filtered_direct_path_is_refused) {
    Forgery forgery;
    forgery.sealed = [](UpdatePath& path) { path.nodes.pop_back(); };
    expect_commit_refused(forgery, "mls_bad_update_path");
    forgery.sealed = [this](UpdatePath& path) {
        path.nodes.push_back(path.nodes.back());
        path.nodes.back().encryption_key = package().init_key;
    };
    expect_commit_refused(forgery, "mls_bad_update_path");
}

// check 12.4.2-8
TEST_F(CommitChecks, path_that_does_not_decrypt_is_refused) {
    Forgery forgery;
    forgery.sealed = [](UpdatePath& path) {
        path.nodes[0].encrypted_path_secret[0].ciphertext[0] ^= 1;
    };
    expect_commit_refused(forgery, "decryption_failed");
}

// check 12.4.2-9
TEST_F(CommitChecks, commit_with_a_wrong_confirmation_tag_is_refused) {
    Forgery forgery;
    forgery.tagged = [](AuthenticatedContent& message) { message.auth.confirmation_tag[0] ^= 1; };
    expect_commit_refused(forgery, "mls_bad_confirmation_tag");
}

}  // namespace
}  // namespace mayfly::mls
