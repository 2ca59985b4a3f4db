// Framing: message-protection. All messages are sent by leaf 1 of a group of two.
#include "crypto/seeded_entropy.h"
#include "mls/mls_message.h"
#include "mls/private_message.h"
#include "mls/public_message.h"
#include "tests/support/mls_vectors/generate.h"
#include "tests/support/mls_vectors/runners.h"

namespace mayfly::vectors {

using namespace mls;

namespace {

constexpr LeafIndex vector_sender{1};

// The group of one message-protection case.
struct ProtectionCase {
    CipherSuite suite;
    Secret signature_key;
    Bytes signature_pub;
    Secret sender_data_secret;
    Secret membership_key;
    Secret encryption_secret;
    GroupContext context;
    Bytes context_bytes;

    SecretTree tree() const {
        return SecretTree(suite, context.epoch, {2}, encryption_secret.clone());
    }

    // A message as sent, verified.
    Result<AuthenticatedContent> open(BytesView message) const {
        TRY_ASSIGN(MlsMessage decoded, codec::decode<MlsMessage>(message));
        TRY_ASSIGN(AuthenticatedContent content, unprotect(std::move(decoded)));
        TRY(verify_content(suite, content, context_bytes, signature_pub));
        return content;
    }

    Result<Bytes> seal(WireFormat format, Content content) const {
        FramedContent framed;
        framed.group_id = context.group_id;
        framed.epoch = context.epoch;
        framed.sender = Sender::member(vector_sender);
        framed.content = std::move(content);
        TRY_ASSIGN(AuthenticatedContent message,
                   sign_content(suite, format, std::move(framed), context_bytes, signature_key));
        if (message.content.type() == ContentType::commit) {
            message.auth.confirmation_tag = Bytes(suite.hash_size_bytes());
        }
        if (format == WireFormat::public_message) {
            return encode_message(
                protect_public(suite, std::move(message), context_bytes, membership_key));
        }
        SecretTree keys = tree();
        TRY_ASSIGN(const auto key,
                   keys.next_key(vector_sender, ratchet_of(message.content.type())));
        crypto::SeededEntropy entropy(1);
        return encode_message(
            protect_private(suite, message, key, sender_data_secret, Padding::padme, entropy));
    }

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

Result<ProtectionCase> load(const Value& vector) {
    ProtectionCase out;
    TRY_ASSIGN(out.suite, vector.suite());
    TRY_ASSIGN(out.signature_key, vector.private_key("signature_priv", out.suite));
    TRY_ASSIGN(out.signature_pub, vector.bytes("signature_pub"));
    TRY_ASSIGN(out.sender_data_secret, vector.secret("sender_data_secret"));
    TRY_ASSIGN(out.membership_key, vector.secret("membership_key"));
    TRY_ASSIGN(out.encryption_secret, vector.secret("encryption_secret"));
    out.context.cipher_suite = out.suite.id;
    TRY_ASSIGN(out.context.group_id, vector.bytes("group_id"));
    TRY_ASSIGN(out.context.epoch.value, vector.number<uint64_t>("epoch"));
    TRY_ASSIGN(out.context.tree_hash, vector.bytes("tree_hash"));
    TRY_ASSIGN(out.context.confirmed_transcript_hash, vector.bytes("confirmed_transcript_hash"));
    out.context_bytes = codec::encode(out.context);
    return out;
}

Bytes body_of(const Content& content) {
    codec::Writer out;
    std::visit([&](const auto& body) { out(body); }, content);
    return out.take();
}

// The message opens to the body, and not once it is touched.
void check_opens(const Value& vector, const ProtectionCase& group, BytesView message,
                 BytesView body, const char* name) {
    const auto opened = group.open(message);
    if (!opened.ok()) return vector.expect_ok(opened.error(), name);
    vector.expect(equal(body_of(opened->content.content), body),
                  std::string(name) + " opens to something else");
    Bytes tampered = to_bytes(message);
    tampered.back() ^= 1;
    vector.expect(!group.open(tampered).ok(), std::string(name) + " opens after a change");
}

Status check_given(const Value& vector, const ProtectionCase& group, const char* name,
                   BytesView body) {
    TRY_ASSIGN(const Bytes message, vector.bytes(name));
    ENSURE(!message.empty(), truncated_input);
    check_opens(vector, group, message, body, name);
    return {};
}

template <class T>
Status check_ours(const Value& vector, const ProtectionCase& group, BytesView body,
                  std::initializer_list<WireFormat> formats) {
    for (const WireFormat format : formats) {
        Content content;
        TRY_ASSIGN(content, codec::decode<T>(body));
        TRY_ASSIGN(const Bytes sealed, group.seal(format, std::move(content)));
        check_opens(vector, group, sealed, body, "a message of ours");
    }
    return {};
}

}  // namespace

Status run_message_protection(const Value& vector) {
    TRY_ASSIGN(const ProtectionCase group, load(vector));
    TRY_ASSIGN(const Bytes proposal, vector.bytes("proposal"));
    TRY_ASSIGN(const Bytes commit, vector.bytes("commit"));
    TRY_ASSIGN(const Bytes application, vector.bytes("application"));
    const Bytes data = codec::encode(application);
    TRY(check_given(vector, group, "proposal_pub", proposal));
    TRY(check_given(vector, group, "proposal_priv", proposal));
    TRY(check_given(vector, group, "commit_pub", commit));
    TRY(check_given(vector, group, "commit_priv", commit));
    TRY(check_given(vector, group, "application_priv", data));
    constexpr auto open = WireFormat::public_message;
    constexpr auto sealed = WireFormat::private_message;
    TRY(check_ours<Proposal>(vector, group, proposal, {open, sealed}));
    TRY(check_ours<Commit>(vector, group, commit, {open, sealed}));
    TRY(check_ours<ApplicationData>(vector, group, data, {sealed}));

    // Application data in the clear is refused.
    Content content;
    TRY_ASSIGN(content, codec::decode<ApplicationData>(data));
    TRY_ASSIGN(const Bytes clear, group.seal(open, std::move(content)));
    vector.expect(!group.open(clear).ok(), "application data in the clear is accepted");
    return {};
}

// Own vectors.

Json make_message_protection(const CipherSuite& suite, Dice& dice) {
    const size_t size = suite.hash_size_bytes();
    auto signer = crypto::signature_generate(suite.signature, dice.entropy).value();
    ProtectionCase group;
    group.suite = suite;
    group.signature_key = std::move(signer.private_key);
    group.sender_data_secret = Secret(dice.bytes(size));
    group.membership_key = Secret(dice.bytes(size));
    group.encryption_secret = Secret(dice.bytes(size));
    group.context.cipher_suite = suite.id;
    group.context.group_id = dice.bytes(16);
    group.context.epoch = {dice.below(1000)};
    group.context.tree_hash = dice.bytes(size);
    group.context.confirmed_transcript_hash = dice.bytes(size);
    group.context_bytes = codec::encode(group.context);

    const Proposal proposal{Remove{{dice.below(2)}}};
    Commit commit;
    commit.proposals.push_back({proposal});
    const Bytes application = dice.bytes(dice.below(100));
    const auto seal = [&group](WireFormat format, auto body) {
        Content content;
        content.emplace<decltype(body)>(std::move(body));
        return to_hex(group.seal(format, std::move(content)).value());
    };
    constexpr auto open = WireFormat::public_message;
    constexpr auto sealed = WireFormat::private_message;
    return {{"cipher_suite", static_cast<uint16_t>(suite.id)},
            {"group_id", to_hex(group.context.group_id)},
            {"epoch", group.context.epoch.value},
            {"tree_hash", to_hex(group.context.tree_hash)},
            {"confirmed_transcript_hash", to_hex(group.context.confirmed_transcript_hash)},
            {"signature_priv", to_hex(group.signature_key.expose())},
            {"signature_pub", to_hex(signer.public_key)},
            {"encryption_secret", to_hex(group.encryption_secret.expose())},
            {"sender_data_secret", to_hex(group.sender_data_secret.expose())},
            {"membership_key", to_hex(group.membership_key.expose())},
            {"proposal", to_hex(codec::encode(proposal))},
            {"proposal_pub", seal(open, proposal)},
            {"proposal_priv", seal(sealed, proposal)},
            {"commit", to_hex(codec::encode(commit))},
            {"commit_pub", seal(open, commit)},
            {"commit_priv", seal(sealed, commit)},
            {"application", to_hex(application)},
            {"application_priv", seal(sealed, ApplicationData{SecretBuffer(application)})}};
}

}  // namespace mayfly::vectors
