#include "core/content.h"

#include <bit>

#include "crypto/aead.h"

namespace mayfly::core {
namespace {

constexpr std::array<uint8_t, crypto::aead_nonce_size_bytes> nonce_of_single_use_key{};

}  // namespace

SecretBuffer encode_content(const Content& content) { return codec::encode_secret(content); }

Result<Content> decode_content(BytesView plaintext) {
    TRY_ASSIGN(Content content, codec::decode<Content>(plaintext));
    ENSURE(content.version == content_version, unsupported_version);
    ENSURE(content.body.size() <= body_size_bytes_max, input_too_large);
    ENSURE(content.expires_after_ms >= static_cast<uint64_t>(expiration_min.ms), malformed_input);
    ENSURE(content.expires_after_ms <= static_cast<uint64_t>(expiration_max.ms), malformed_input);
    ENSURE(content.burn_seconds <= static_cast<uint64_t>(expiration_max.ms) / 1000,
           malformed_input);
    TRY(check_body(content.type, content.body.expose()));
    return content;
}

Time clamp_sent_at(uint64_t sent_at_ms, Time now) {
    const Time latest = now + clock_skew_max;
    if (sent_at_ms > static_cast<uint64_t>(std::max<int64_t>(latest.ms, 0))) return now;
    return std::max(Time{static_cast<int64_t>(sent_at_ms)}, now - message_age_max);
}

bool is_line(std::string_view text) {
    return is_utf8(as_bytes(text)) && std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
           });
}

Status check_conversation_info(const ConversationInfo& info) {
    ENSURE(info.version == content_version, unsupported_version);
    ENSURE(!info.hubs.empty() && info.hubs.size() <= conversation_hubs_max, malformed_input);
    for (const std::string& hub : info.hubs) {
        ENSURE(hub.size() <= wire::relay_address_size_max, malformed_input);
    }
    return {};
}

Result<ConversationInfo> decode_conversation_info(BytesView data) {
    TRY_ASSIGN(ConversationInfo info, codec::decode<ConversationInfo>(data));
    TRY(check_conversation_info(info));
    return info;
}

uint64_t padded_size(uint64_t size_bytes) {
    if (size_bytes < 2) return size_bytes;
    const auto exponent = static_cast<uint64_t>(std::bit_width(size_bytes)) - 1;
    const auto kept_bits = static_cast<uint64_t>(std::bit_width(exponent));
    if (exponent <= kept_bits) return size_bytes;
    const uint64_t mask = (uint64_t{1} << (exponent - kept_bits)) - 1;
    return (size_bytes + mask) & ~mask;
}

Bytes encode_direct_payload(Bytes welcome, Bytes sealed_introduction) {
    DirectPayload payload;
    payload.welcome = std::move(welcome);
    payload.sealed_introduction = std::move(sealed_introduction);
    const size_t bare_size = codec::encode(payload).size();
    payload.padding.resize(static_cast<size_t>(padded_size(bare_size)) - bare_size);
    return codec::encode(payload);
}

Result<DirectPayload> decode_direct_payload(BytesView bytes) {
    ENSURE(bytes.size() <= wire::payload_size_bytes_max, input_too_large);
    TRY_ASSIGN(DirectPayload payload, codec::decode<DirectPayload>(bytes));
    ENSURE(payload.version == content_version, unsupported_version);
    ENSURE(std::all_of(payload.padding.begin(), payload.padding.end(),
                       [](uint8_t byte) { return byte == 0; }),
           malformed_input);
    return payload;
}

Bytes seal_introduction(const Secret& key, const Introduction& introduction) {
    return crypto::aead_seal(crypto::AeadId::chacha20_poly1305, key.expose(),
                             nonce_of_single_use_key, as_bytes(introduction_label),
                             codec::encode(introduction));
}

Result<Introduction> open_introduction(const Secret& key, BytesView sealed) {
    TRY_ASSIGN(const SecretBuffer plaintext,
               crypto::aead_open(crypto::AeadId::chacha20_poly1305, key.expose(),
                                 nonce_of_single_use_key, as_bytes(introduction_label), sealed));
    TRY_ASSIGN(Introduction introduction, codec::decode<Introduction>(plaintext.expose()));
    return introduction;
}

}  // namespace mayfly::core
