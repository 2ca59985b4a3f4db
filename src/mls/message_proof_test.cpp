#include "mls/message_proof.h"

#include <gtest/gtest.h>

#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

class message_proof : public ::testing::Test {
  protected:
    message_proof() { club_.add(0, 2); }
    ApplicationMessage hear(const Bytes& sent) {
        auto processed = club_.group(1).process(sent, club_.env());
        EXPECT_TRUE(processed.ok());
        return std::get<ApplicationMessage>(*std::move(processed));
    }
    ApplicationMessage say(std::string_view text) {
        ProtectOptions options;
        options.authenticated_data = to_bytes(as_bytes("header"));
        const auto sent = club_.group(0).protect(as_bytes(text), options, club_.entropy);
        EXPECT_TRUE(sent.ok());
        return hear(*sent);
    }
    Bytes key_of_sender() { return club_.group(1).current().member({0})->signature_key; }
    static MessageProof proof_of(const ApplicationMessage& message) {
        return {message.sender.value, message.authenticated_data, message.signature,
                message.group_context};
    }

    Club club_{CipherSuiteId::x25519_aes128gcm_sha256_ed25519};
};

TEST_F(message_proof, received_message_can_be_proven_to_others) {
    const ApplicationMessage message = say("hello");
    const auto context =
        verify_message_proof(proof_of(message), message.plaintext.expose(), key_of_sender());
    ASSERT_TRUE(context.ok());
    EXPECT_TRUE(equal(context->group_id, club_.group(1).group_id()));
    EXPECT_EQ(context->epoch, club_.group(1).epoch());
}

TEST_F(message_proof, message_of_a_past_epoch_carries_the_context_it_was_signed_in) {
    const auto sent = club_.group(0).protect(as_bytes("late"), {}, club_.entropy);
    const Epoch before = club_.group(1).epoch();
    club_.commit(0, {});
    const ApplicationMessage message = hear(*sent);
    const auto context =
        verify_message_proof(proof_of(message), message.plaintext.expose(), key_of_sender());
    ASSERT_TRUE(context.ok());
    EXPECT_EQ(context->epoch, before);
}

TEST_F(message_proof, anything_changed_is_not_proven) {
    const ApplicationMessage message = say("hello");
    const Bytes key = key_of_sender();
    const BytesView text = message.plaintext.expose();
    EXPECT_EQ(verify_message_proof(proof_of(message), as_bytes("hullo"), key).code(),
              ErrorCode::invalid_signature);
    const Bytes another = club_.group(1).current().member({1})->signature_key;
    EXPECT_EQ(verify_message_proof(proof_of(message), text, another).code(),
              ErrorCode::invalid_signature);
    MessageProof changed = proof_of(message);
    changed.leaf_index = 1;
    EXPECT_FALSE(verify_message_proof(changed, text, key).ok());
    changed = proof_of(message);
    changed.authenticated_data.push_back(0);
    EXPECT_FALSE(verify_message_proof(changed, text, key).ok());
    for (size_t at = 0; at < message.group_context.size(); ++at) {
        changed = proof_of(message);
        changed.group_context[at] ^= 1;
        EXPECT_FALSE(verify_message_proof(changed, text, key).ok()) << at;
    }
    for (size_t at = 0; at < message.signature.size(); ++at) {
        changed = proof_of(message);
        changed.signature[at] ^= 1;
        EXPECT_FALSE(verify_message_proof(changed, text, key).ok()) << at;
    }
}

}  // namespace
}  // namespace mayfly::mls
