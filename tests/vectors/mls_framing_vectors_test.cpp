// The MLS working group's vectors for framing: message-protection, messages.
#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"
#include "mls/mls_message.h"
#include "mls/private_message.h"
#include "mls/public_message.h"
#include "mls/ratchet_tree.h"
#include "mls/welcome.h"
#include "tests/support/mls_vectors.h"

namespace mayfly::mls {
namespace {

using nlohmann::json;
using testing::bytes_at;

constexpr LeafIndex vector_sender{1};  // all messages are sent by leaf 1 of a group of two

// The group of one message-protection case.
struct ProtectionCase {
    explicit ProtectionCase(const json& vector)
        : suite(
              find_cipher_suite(CipherSuiteId{vector.at("cipher_suite").get<uint16_t>()}).value()),
          signature_key(testing::private_key_at(vector, "signature_priv", suite)),
          signature_pub(bytes_at(vector, "signature_pub")),
          sender_data_secret(bytes_at(vector, "sender_data_secret")),
          membership_key(bytes_at(vector, "membership_key")),
          encryption_secret(bytes_at(vector, "encryption_secret")) {
        context.cipher_suite = suite.id;
        context.group_id = bytes_at(vector, "group_id");
        context.epoch = {vector.at("epoch").get<uint64_t>()};
        context.tree_hash = bytes_at(vector, "tree_hash");
        context.confirmed_transcript_hash = bytes_at(vector, "confirmed_transcript_hash");
        context_bytes = codec::encode(context);
    }

    SecretTree tree() const {
        return SecretTree(suite, context.epoch, {2}, encryption_secret.clone());
    }

    // A message as sent, verified; nothing if it is not valid.
    std::optional<AuthenticatedContent> open(BytesView message) const {
        auto decoded = codec::decode<MlsMessage>(message);
        if (!decoded.ok()) return std::nullopt;
        auto content = unprotect(std::move(*decoded));
        if (!content.ok()) return std::nullopt;
        if (!verify_content(suite, *content, context_bytes, signature_pub).ok()) {
            return std::nullopt;
        }
        return std::move(*content);
    }

    Bytes seal(WireFormat format, Content content) const {
        FramedContent framed;
        framed.group_id = context.group_id;
        framed.epoch = context.epoch;
        framed.sender = Sender::member(vector_sender);
        framed.content = std::move(content);
        AuthenticatedContent message =
            sign_content(suite, format, std::move(framed), context_bytes, signature_key).value();
        if (message.content.type() == ContentType::commit) {
            message.auth.confirmation_tag = Bytes(suite.hash_size_bytes());
        }
        if (format == WireFormat::public_message) {
            return encode_message(
                protect_public(suite, std::move(message), context_bytes, membership_key));
        }
        SecretTree keys = tree();
        const auto key = keys.next_key(vector_sender, ratchet_of(message.content.type()));
        crypto::SeededEntropy entropy(1);
        return encode_message(
            protect_private(suite, message, *key, sender_data_secret, Padding::padme, entropy));
    }

    CipherSuite suite;
    Secret signature_key;
    Bytes signature_pub;
    Secret sender_data_secret;
    Secret membership_key;
    Secret encryption_secret;
    GroupContext context;
    Bytes context_bytes;

  private:
    Result<AuthenticatedContent> unprotect(MlsMessage message) const {
        if (auto* open_message = std::get_if<PublicMessage>(&message.content)) {
            return unprotect_public(suite, std::move(*open_message), context_bytes, membership_key);
        }
        const auto* sealed = std::get_if<PrivateMessage>(&message.content);
        ENSURE(sealed != nullptr, unexpected_message);
        TRY_ASSIGN(const SenderData sender, open_sender_data(suite, *sealed, sender_data_secret));
        TRY_ASSIGN(const auto key, tree().find_key(sender.leaf, ratchet_of(sealed->content_type),
                                                   sender.generation));
        return unprotect_private(suite, *sealed, sender, key.key);
    }
};

Bytes body_of(const Content& content) {
    codec::Writer out;
    std::visit([&](const auto& body) { out(body); }, content);
    return out.take();
}

template <class T>
Content content_from(BytesView encoded) {
    Content out;
    out.emplace<T>(codec::decode<T>(encoded).value());
    return out;
}

void expect_opens(const ProtectionCase& group, BytesView message, BytesView body) {
    const auto opened = group.open(message);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(to_hex(body_of(opened->content.content)), to_hex(body));
    Bytes tampered = to_bytes(message);
    tampered.back() ^= 1;
    EXPECT_FALSE(group.open(tampered).has_value());
}

TEST(MlsVectors, message_protection) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/message-protection.json");
    for (const json& vector : vectors) {
        const ProtectionCase group(vector);
        SCOPED_TRACE(static_cast<int>(group.suite.id));
        const Bytes proposal = bytes_at(vector, "proposal");
        const Bytes commit = bytes_at(vector, "commit");
        const Bytes data = codec::encode(bytes_at(vector, "application"));
        expect_opens(group, bytes_at(vector, "proposal_pub"), proposal);
        expect_opens(group, bytes_at(vector, "proposal_priv"), proposal);
        expect_opens(group, bytes_at(vector, "commit_pub"), commit);
        expect_opens(group, bytes_at(vector, "commit_priv"), commit);
        expect_opens(group, bytes_at(vector, "application_priv"), data);
        for (const WireFormat format : {WireFormat::public_message, WireFormat::private_message}) {
            expect_opens(group, group.seal(format, content_from<Proposal>(proposal)), proposal);
            expect_opens(group, group.seal(format, content_from<Commit>(commit)), commit);
        }
        expect_opens(group,
                     group.seal(WireFormat::private_message, content_from<ApplicationData>(data)),
                     data);
        // Application data in the clear is refused.
        EXPECT_FALSE(group.open(
            group.seal(WireFormat::public_message, content_from<ApplicationData>(data))));
    }
}

template <class T>
void expect_round_trip(const json& vector, const char* key) {
    const Bytes bytes = bytes_at(vector, key);
    const auto decoded = codec::decode<T>(bytes);
    ASSERT_TRUE(decoded.ok()) << key;
    EXPECT_EQ(codec::encode(*decoded), bytes) << key;
}

TEST(MlsVectors, messages) {
    MAYFLY_LOAD_VECTORS(vectors, "mls/messages.json");
    for (const json& vector : vectors) {
        for (const char* key :
             {"mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
              "public_message_proposal", "public_message_commit", "private_message"}) {
            expect_round_trip<MlsMessage>(vector, key);
        }
        expect_round_trip<GroupSecrets>(vector, "group_secrets");
        expect_round_trip<Add>(vector, "add_proposal");
        expect_round_trip<Update>(vector, "update_proposal");
        expect_round_trip<Remove>(vector, "remove_proposal");
        expect_round_trip<PreSharedKey>(vector, "pre_shared_key_proposal");
        expect_round_trip<ReInit>(vector, "re_init_proposal");
        expect_round_trip<ExternalInit>(vector, "external_init_proposal");
        expect_round_trip<GroupContextExtensions>(vector, "group_context_extensions_proposal");
        expect_round_trip<Commit>(vector, "commit");
        const CipherSuite suite = all_cipher_suites().front();
        const Bytes tree = bytes_at(vector, "ratchet_tree");
        const auto decoded = RatchetTree::decode(suite, tree);
        ASSERT_TRUE(decoded.ok());
        EXPECT_EQ(decoded->encode(), tree);
    }
}

}  // namespace
}  // namespace mayfly::mls
