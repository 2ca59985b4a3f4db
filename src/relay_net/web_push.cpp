#include "relay_net/web_push.h"

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kem_dh.h"

namespace mayfly::relay_net {
namespace {

using crypto::HashId;

constexpr size_t salt_size_bytes = 16;
constexpr uint8_t last_record = 2;  // RFC 8188 section 2: the delimiter of the last record
constexpr uint32_t record_size_bytes = 4096;  // RFC 8291 section 4: room for one record
constexpr size_t scalar_size_bytes = 32;

// A label ends with a zero byte (RFC 8188 section 2.2, RFC 8291 section 3.4).
Bytes label(std::string_view text) {
    Bytes out = to_bytes(as_bytes(text));
    out.push_back(0);
    return out;
}

Secret expand(const Secret& key, BytesView info, size_t size_bytes) {
    return crypto::hkdf_expand(HashId::sha256, key.expose(), info, size_bytes);
}

// RFC 8291 section 3.3 and 3.4, then the header and the one record of RFC 8188.
Result<Bytes> seal(const wire::PushKey& receiver, const wire::PushAuth& auth, BytesView text,
                   size_t text_size_bytes, const Secret& own_private_key, BytesView own_public_key,
                   BytesView salt) {
    MAYFLY_ASSERT(text.size() <= text_size_bytes && salt.size() == salt_size_bytes);
    TRY_ASSIGN(const Secret shared,
               crypto::dhkem_exchange(crypto::KemId::dhkem_p256, own_private_key.expose(),
                                      receiver.view()));
    Bytes key_info = label("WebPush: info");
    append(key_info, receiver.view());
    append(key_info, own_public_key);
    const Secret input_key =
        expand(crypto::hkdf_extract(HashId::sha256, auth.view(), shared.expose()), key_info, 32);
    const Secret base = crypto::hkdf_extract(HashId::sha256, salt, input_key.expose());
    const Secret key = expand(base, label("Content-Encoding: aes128gcm"),
                              crypto::aead_key_size_bytes(crypto::AeadId::aes_128_gcm));
    const Secret nonce =
        expand(base, label("Content-Encoding: nonce"), crypto::aead_nonce_size_bytes);

    codec::Writer writer;
    writer.raw(salt);
    writer(record_size_bytes, static_cast<uint8_t>(own_public_key.size()));
    writer.raw(own_public_key);
    Bytes out = writer.take();
    Bytes record = to_bytes(text);
    record.push_back(last_record);
    record.resize(text_size_bytes + 1);
    append(out, crypto::aead_seal(crypto::AeadId::aes_128_gcm, key.expose(), nonce.expose(), {},
                                  record));
    return out;
}

// One INTEGER of a DER signature, written big-endian into its half of the JWS one.
Status read_der_integer(BytesView& der, MutableBytesView out) {
    constexpr uint8_t integer_tag = 2;
    ENSURE(der.size() >= 2 && der[0] == integer_tag && der[1] >= 1 && der[1] <= out.size() + 1,
           malformed_input);
    const size_t size_bytes = der[1];
    ENSURE(der.size() >= 2 + size_bytes, malformed_input);
    BytesView number = der.subspan(2, size_bytes);
    der = der.subspan(2 + size_bytes);
    if (number.size() == out.size() + 1) {
        ENSURE(number[0] == 0, malformed_input);
        number = number.subspan(1);
    }
    std::copy(number.begin(), number.end(),
              out.begin() + static_cast<ptrdiff_t>(out.size() - number.size()));
    return {};
}

}  // namespace

Result<Bytes> encrypt_push_for_testing(const wire::PushKey& receiver, const wire::PushAuth& auth,
                                       BytesView text, size_t text_size_bytes,
                                       const Secret& own_private_key, BytesView salt) {
    TRY_ASSIGN(const Bytes own_public_key,
               crypto::dhkem_public_from_private(crypto::KemId::dhkem_p256, own_private_key));
    return seal(receiver, auth, text, text_size_bytes, own_private_key, own_public_key, salt);
}

Result<Bytes> encrypt_push(const wire::PushKey& receiver, const wire::PushAuth& auth,
                           BytesView text, size_t text_size_bytes, Entropy& entropy) {
    TRY_ASSIGN(const auto own, crypto::dhkem_generate(crypto::KemId::dhkem_p256, entropy));
    const auto salt = random_array<salt_size_bytes>(entropy);
    return seal(receiver, auth, text, text_size_bytes, own.private_key, own.public_key, salt);
}

Result<std::array<uint8_t, 64>> ecdsa_signature_to_jws(BytesView der) {
    constexpr uint8_t sequence_tag = 0x30;
    ENSURE(der.size() >= 2 && der[0] == sequence_tag && der[1] == der.size() - 2, malformed_input);
    der = der.subspan(2);
    std::array<uint8_t, 64> out{};
    TRY(read_der_integer(der, MutableBytesView(out).first(scalar_size_bytes)));
    TRY(read_der_integer(der, MutableBytesView(out).subspan(scalar_size_bytes)));
    ENSURE(der.empty(), malformed_input);
    return out;
}

Result<VapidSigner> VapidSigner::create(const Secret& private_key, std::string subject) {
    TRY_ASSIGN(auto pair, crypto::signature_from_private(crypto::SignatureId::ecdsa_p256,
                                                         private_key.expose()));
    const auto public_key = wire::PushKey::from(pair.public_key);
    ENSURE(public_key.has_value(), invalid_key);
    return VapidSigner(std::move(pair), *public_key, std::move(subject));
}

Result<std::string> VapidSigner::authorization(std::string_view origin, Time now) const {
    const int64_t until_s = (now + vapid_lifetime).ms / 1000;
    // Origin and subject are made of a relay's and an endpoint's host: nothing to escape.
    const std::string claims = "{\"aud\":\"" + std::string(origin) +
                               "\",\"exp\":" + std::to_string(until_s) + ",\"sub\":\"" + subject_ +
                               "\"}";
    std::string token = to_base64url(as_bytes("{\"typ\":\"JWT\",\"alg\":\"ES256\"}")) + "." +
                        to_base64url(as_bytes(claims));
    TRY_ASSIGN(const Bytes der,
               crypto::sign(crypto::SignatureId::ecdsa_p256, pair_.private_key, as_bytes(token)));
    TRY_ASSIGN(const auto signature, ecdsa_signature_to_jws(der));
    token += "." + to_base64url(signature);
    return "vapid t=" + token + ", k=" + to_base64url(public_key_.view());
}

Result<Bytes> format_push_request(const relay::Push& push, const relay::PushEndpoint& endpoint,
                                  const VapidSigner& signer, Time now, Entropy& entropy) {
    const auto now_ms = static_cast<uint64_t>(std::max<int64_t>(now.ms, 0));
    ENSURE(push.expires_at_ms > now_ms, expired);
    const uint64_t ttl_ms =
        std::min(push.expires_at_ms - now_ms, static_cast<uint64_t>(push_ttl_max.ms));
    TRY_ASSIGN(const Bytes body, encrypt_push(push.p256dh, push.auth, as_bytes(push_text),
                                              push_text_size_bytes, entropy));
    TRY_ASSIGN(const std::string authorization, signer.authorization(endpoint.origin(), now));
    std::string head = "POST " + endpoint.target + " HTTP/1.1\r\nHost: " + endpoint.authority();
    head += "\r\nTTL: " + std::to_string(ttl_ms / 1000);
    // One at most waits at the service (RFC 8030 section 5.4): a device is woken once for all.
    head += "\r\nTopic: mayfly\r\nUrgency: high\r\nContent-Type: application/octet-stream";
    head += "\r\nContent-Encoding: aes128gcm\r\nContent-Length: " + std::to_string(body.size());
    head += "\r\nAuthorization: " + authorization + "\r\nConnection: close\r\n\r\n";
    Bytes out = to_bytes(as_bytes(head));
    append(out, body);
    return out;
}

Result<std::optional<PushOutcome>> parse_push_status(BytesView input) {
    constexpr std::string_view version = "HTTP/1.";
    constexpr size_t code_at = version.size() + 2;  // behind the minor version and a blank
    const std::string_view text = as_text(input);
    const std::string_view start = text.substr(0, version.size());
    ENSURE(start == version.substr(0, start.size()), malformed_input);
    if (text.size() < code_at + 3) return std::optional<PushOutcome>();
    int code = 0;
    for (const char digit : text.substr(code_at, 3)) {
        ENSURE(digit >= '0' && digit <= '9', malformed_input);
        code = code * 10 + (digit - '0');
    }
    ENSURE(code >= 200,
           malformed_input);  // an interim answer (1xx) to a request that asks for none
    if (code < 300) return std::optional(PushOutcome::taken);
    if (code == 404 || code == 410) return std::optional(PushOutcome::gone);
    if (code == 429 || code >= 500) return std::optional(PushOutcome::later);
    return std::optional(PushOutcome::refused);
}

}  // namespace mayfly::relay_net
