// For the tests of docs/spec/mls-checks.md: a group of four in a full tree. Member 0 forges, member
// 1 receives. Each test ends with a valid commit, so that a refusal which changed anything shows.
#pragma once

#include "mls/mls_message.h"
#include "tests/support/mls_forger.h"

namespace mayfly::mls {

class Checks : public ::testing::Test {
  protected:
    Checks() {
        club_.add(0, 3);
        for (const size_t member : {1U, 2U, 3U}) club_.commit(member, {});
        EXPECT_TRUE(club_.group(0).use_handshake_format(WireFormat::public_message).ok());
    }

    void TearDown() override {
        club_.commit(3, {});
        club_.expect_agreement();
    }

    std::map<Bytes, Bytes> records() {
        mayfly::testing::save(receiver(), club_.members[1].store);
        std::map<Bytes, Bytes> out;
        for (const auto& [key, value] : club_.members[1].store) {
            out.emplace(key, to_bytes(value.expose()));
        }
        return out;
    }

    // The receiver refuses with that error (nullptr: any), and is as it was.
    void expect_refused(BytesView message, const char* error, const Environment& env) {
        const auto before = records();
        const Bytes authenticator = to_bytes(receiver().current().epoch_authenticator());
        const auto done = receiver().process(message, env);
        ASSERT_FALSE(done.ok());
        if (error != nullptr) {
            EXPECT_STREQ(error_name(done.code()), error) << done.error().where;
        }
        EXPECT_TRUE(receiver().take_changes().empty());
        EXPECT_EQ(before, records());
        EXPECT_EQ(authenticator, to_bytes(receiver().current().epoch_authenticator()));
    }
    void expect_refused(BytesView message, const char* error) {
        expect_refused(message, error, club_.env());
    }
    void expect_commit_refused(const mayfly::testing::Forgery& forgery, const char* error) {
        expect_refused(forger_.commit(forgery), error);
    }
    // The same without a path, so that it is not the path's checks that refuse.
    void expect_pathless_list_refused(std::vector<Proposal> proposals, const char* error) {
        mayfly::testing::Forgery forgery;
        forgery.path = false;
        forgery.proposals = std::move(proposals);
        expect_commit_refused(forgery, error);
    }
    void expect_list_refused(std::vector<Proposal> proposals, const char* error) {
        mayfly::testing::Forgery forgery;
        forgery.proposals = std::move(proposals);
        expect_commit_refused(forgery, error);
    }

    // The receiver gets a proposal; what a commit needs to refer to it.
    mayfly::testing::Referenced send_proposal(BytesView message) {
        const auto done = receiver().process(message, club_.env());
        EXPECT_TRUE(done.ok());
        const ReceivedProposal received = receiver().pending_proposals().back();
        return {received.proposal, received.sender.leaf(), received.reference};
    }

    Group& receiver() { return club_.group(1); }
    LeafNode leaf_of(size_t member) {
        return *GroupForTesting::state(club_.group(0))
                    .epoch->tree.leaf(club_.group(member).own_leaf());
    }
    KeyPackage package() { return club_.make_key_package(club_.make_identity()).key_package; }
    // A key package whose leaf is changed before it is signed.
    KeyPackage package_with(const std::function<void(LeafNode&)>& change) {
        KeyPackageSecrets made = club_.make_key_package(club_.make_identity());
        const CipherSuite suite = find_cipher_suite(club_.suite).value();
        KeyPackage& out = made.key_package;
        change(out.leaf_node);
        sign_leaf_node(suite, out.leaf_node, made.signature_private_key, {}).value();
        sign_key_package(suite, out, made.signature_private_key).value();
        return out;
    }
    // From now on the group requires an extension that all members support.
    void require_club_extension() {
        Extensions extensions;
        set_extension(extensions,
                      RequiredCapabilities{{mayfly::testing::Club::club_extension}, {}, {}});
        club_.commit(0, {.proposals = {{GroupContextExtensions{extensions}}}});
    }

    mayfly::testing::Club club_{CipherSuiteId::x25519_aes128gcm_sha256_ed25519};
    mayfly::testing::Forger forger_{club_, 0};
};

}  // namespace mayfly::mls
