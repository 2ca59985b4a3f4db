#include "mls/private_message.h"

#include <bit>

namespace mayfly::mls {

namespace {

// PrivateContentAAD; without authenticated_data it is SenderDataAAD.
Bytes content_aad(const PrivateMessage& message) {
    codec::Writer aad;
    aad(message.group_id, message.epoch, message.content_type, message.authenticated_data);
    return aad.take();
}
Bytes sender_data_aad(const PrivateMessage& message) {
    codec::Writer aad;
    aad(message.group_id, message.epoch, message.content_type);
    return aad.take();
}

Secret guarded_nonce(const Secret& nonce, const std::array<uint8_t, 4>& reuse_guard) {
    Secret out = nonce.clone();
    for (size_t i = 0; i < reuse_guard.size(); ++i) out.expose_mutable()[i] ^= reuse_guard[i];
    return out;
}

SecretBuffer private_content(const AuthenticatedContent& message, Padding padding) {
    codec::Writer out;
    const ContentType type = message.content.type();
    content_fields(type, message.content.content, out);
    FramedContentAuthData::auth_fields(type, message.auth, out);
    out.raw(Bytes(padded_size(padding, out.size()) - out.size()));
    return out.take_secret();
}

}  // namespace

MessageKey sender_data_key(const CipherSuite& suite, const Secret& sender_data_secret,
                           BytesView ciphertext) {
    const BytesView sample = ciphertext.first(std::min(ciphertext.size(), suite.hash_size_bytes()));
    MessageKey out;
    out.key =
        expand_with_label(suite, sender_data_secret, "key", sample, suite.aead_key_size_bytes());
    out.nonce = expand_with_label(suite, sender_data_secret, "nonce", sample,
                                  crypto::aead_nonce_size_bytes);
    return out;
}

size_t padded_size(Padding padding, size_t size_bytes) {
    if (padding == Padding::none || size_bytes < 2) return size_bytes;
    const auto exponent = static_cast<unsigned>(std::bit_width(size_bytes) - 1);
    const auto kept_bits = static_cast<unsigned>(std::bit_width(exponent));
    if (kept_bits >= exponent) return size_bytes;
    const size_t mask = (size_t{1} << (exponent - kept_bits)) - 1;
    return (size_bytes + mask) & ~mask;
}

PrivateMessage protect_private(const CipherSuite& suite, const AuthenticatedContent& message,
                               const SecretTree::KeyLease& key, const Secret& sender_data_secret,
                               Padding padding, Entropy& entropy) {
    MAYFLY_ASSERT(message.content.sender.is_member());
    PrivateMessage out;
    out.group_id = message.content.group_id;
    out.epoch = message.content.epoch;
    out.content_type = message.content.type();
    out.authenticated_data = message.content.authenticated_data;

    SenderData sender{message.content.sender.leaf(), key.generation, random_array<4>(entropy)};
    out.ciphertext =
        crypto::aead_seal(suite.hpke.aead, key.key.key.expose(),
                          guarded_nonce(key.key.nonce, sender.reuse_guard).expose(),
                          content_aad(out), private_content(message, padding).expose());
    const MessageKey sender_key = sender_data_key(suite, sender_data_secret, out.ciphertext);
    out.encrypted_sender_data =
        crypto::aead_seal(suite.hpke.aead, sender_key.key.expose(), sender_key.nonce.expose(),
                          sender_data_aad(out), codec::encode(sender));
    return out;
}

Result<SenderData> open_sender_data(const CipherSuite& suite, const PrivateMessage& message,
                                    const Secret& sender_data_secret) {
    const MessageKey key = sender_data_key(suite, sender_data_secret, message.ciphertext);
    TRY_ASSIGN(const SecretBuffer plain,
               crypto::aead_open(suite.hpke.aead, key.key.expose(), key.nonce.expose(),
                                 sender_data_aad(message), message.encrypted_sender_data));
    return codec::decode<SenderData>(plain.expose());
}

Result<AuthenticatedContent> unprotect_private(const CipherSuite& suite,
                                               const PrivateMessage& message,
                                               const SenderData& sender, const MessageKey& key) {
    TRY_ASSIGN(const SecretBuffer plain,
               crypto::aead_open(suite.hpke.aead, key.key.expose(),
                                 guarded_nonce(key.nonce, sender.reuse_guard).expose(),
                                 content_aad(message), message.ciphertext));
    AuthenticatedContent out;
    out.wire_format = WireFormat::private_message;
    out.content.group_id = message.group_id;
    out.content.epoch = message.epoch;
    out.content.sender = Sender::member(sender.leaf);
    out.content.authenticated_data = message.authenticated_data;

    codec::Reader reader(plain.expose());
    content_fields(message.content_type, out.content.content, reader);
    FramedContentAuthData::auth_fields(message.content_type, out.auth, reader);
    TRY(reader.status());
    // Padding that is not zero could carry a hidden message (section 6.3.1).
    for (uint8_t byte : reader.rest()) ENSURE(byte == 0, malformed_input);
    return out;
}

}  // namespace mayfly::mls
