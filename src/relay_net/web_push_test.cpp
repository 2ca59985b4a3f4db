#include "relay_net/web_push.h"

#include <gtest/gtest.h>

#include "crypto/system_entropy.h"

namespace mayfly::relay_net {
namespace {

Bytes base64(std::string_view text) { return from_base64url(text).value(); }

// RFC 8291 section 5 and appendix A
const char* const receiver_text =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const char* const auth_text = "BTBZMqHH6r4Tts7J_aSIgg";
const char* const own_private_text = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const char* const salt_text = "DGv6ra1nlYgDCS1FRnbzlw";
const char* const plain_text = "When I grow up, I want to be a watermelon";

Result<Bytes> encrypt_example(size_t size_bytes, const char* receiver = receiver_text) {
    return encrypt_push_for_testing(
        *wire::PushKey::from(base64(receiver)), *wire::PushAuth::from(base64(auth_text)),
        as_bytes(plain_text), size_bytes, Secret(base64(own_private_text)), base64(salt_text));
}

TEST(web_push, the_example_of_rfc_8291_is_encrypted_as_it_says) {
    const auto body = encrypt_example(std::string_view(plain_text).size());
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(to_base64url(*body),
              "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
              "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
              "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(web_push, padding_hides_how_long_the_text_is) {
    constexpr size_t head_and_tag = 16 + 4 + 1 + 65 + 1 + 16;
    EXPECT_EQ(encrypt_example(64)->size(), head_and_tag + 64);
    EXPECT_EQ(encrypt_example(100)->size(), head_and_tag + 100);
}

TEST(web_push, no_two_bodies_share_a_key) {
    crypto::SystemEntropy entropy;
    const auto receiver = *wire::PushKey::from(base64(receiver_text));
    const auto one = encrypt_push(receiver, {}, as_bytes("x"), 8, entropy);
    const auto two = encrypt_push(receiver, {}, as_bytes("x"), 8, entropy);
    ASSERT_TRUE(one.ok() && two.ok());
    constexpr size_t salt_size = 16;
    constexpr size_t key_at = 21;
    EXPECT_FALSE(equal(BytesView(*one).first(salt_size), BytesView(*two).first(salt_size)));
    EXPECT_FALSE(equal(BytesView(*one).subspan(key_at, 65), BytesView(*two).subspan(key_at, 65)));
}

TEST(web_push, a_key_that_is_no_point_is_refused) {
    const std::string wrong = "A" + std::string(receiver_text).substr(1);
    EXPECT_EQ(encrypt_example(64, wrong.c_str()).code(), ErrorCode::invalid_key);
}

// RFC 8292 section 2.4
const std::string example_claims =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0"
    "NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0";
const char* const example_signature =
    "i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA";
const char* const example_key =
    "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs";

Bytes der_of(BytesView jws) {
    const auto integer = [](BytesView number) {
        while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
        Bytes out{2, static_cast<uint8_t>(number.size() + (number[0] >> 7))};
        if (number[0] >> 7 == 1) out.push_back(0);
        append(out, number);
        return out;
    };
    Bytes numbers = integer(jws.first(32));
    append(numbers, integer(jws.subspan(32)));
    Bytes out{0x30, static_cast<uint8_t>(numbers.size())};
    append(out, numbers);
    return out;
}

bool verifies(std::string_view signed_text, BytesView jws, BytesView key) {
    return crypto::verify(crypto::SignatureId::ecdsa_p256, key, as_bytes(signed_text), der_of(jws))
        .ok();
}

TEST(web_push, a_token_says_what_the_example_of_rfc_8292_says) {
    ASSERT_TRUE(verifies(example_claims, base64(example_signature), base64(example_key)));
    const Secret key(base64(own_private_text));
    const auto signer = VapidSigner::create(key, "mailto:push@example.com");
    ASSERT_TRUE(signer.ok());
    const Time issued = Time{1'453'523'768'000} - vapid_lifetime;
    const auto header = signer->authorization("https://push.example.net", issued);
    ASSERT_TRUE(header.ok());
    const std::string start = "vapid t=" + example_claims + ".";
    ASSERT_TRUE(header->starts_with(start));
    const std::string end = ", k=" + to_base64url(signer->public_key().view());
    ASSERT_TRUE(header->ends_with(end));
    const std::string signature =
        header->substr(start.size(), header->size() - start.size() - end.size());
    EXPECT_TRUE(verifies(example_claims, base64(signature), signer->public_key().view()));
}

TEST(web_push, signatures_of_any_shape_become_two_numbers) {
    Bytes jws(64, 0);
    jws[31] = 1;
    jws[32] = 0x80;
    EXPECT_TRUE(equal(*ecdsa_signature_to_jws(der_of(jws)), jws));
    EXPECT_TRUE(equal(*ecdsa_signature_to_jws(der_of(Bytes(64, 0xff))), Bytes(64, 0xff)));
    const Bytes good = der_of(jws);
    for (size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(ecdsa_signature_to_jws(BytesView(good).first(size)).ok());
    }
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_FALSE(ecdsa_signature_to_jws(longer).ok());
    EXPECT_FALSE(ecdsa_signature_to_jws(Bytes{0x30, 6, 2, 0, 2, 2, 1, 1}).ok());
}

TEST(web_push, a_request_has_what_a_push_service_wants) {
    crypto::SystemEntropy entropy;
    const auto signer = VapidSigner::create(Secret(base64(own_private_text)), "https://a.example");
    relay::Push push;
    push.endpoint = "https://push.example:8443/wpush/v2/abc?d";
    push.p256dh = *wire::PushKey::from(base64(receiver_text));
    const Time now{1'700'000'000'000};
    push.expires_at_ms = static_cast<uint64_t>(now.ms) + 90'500;
    const auto endpoint = *relay::parse_push_endpoint(push.endpoint);
    const auto request = format_push_request(push, endpoint, *signer, now, entropy);
    ASSERT_TRUE(request.ok());
    const std::string text(as_text(*request));
    EXPECT_TRUE(text.starts_with("POST /wpush/v2/abc?d HTTP/1.1\r\nHost: push.example:8443\r\n"));
    for (const char* header :
         {"TTL: 90", "Topic: mayfly", "Content-Encoding: aes128gcm", "Content-Length: 167"}) {
        EXPECT_NE(text.find("\r\n" + std::string(header) + "\r\n"), std::string::npos) << header;
    }
    EXPECT_EQ(text.size() - (text.find("\r\n\r\n") + 4), 167U);
    EXPECT_EQ(text.find("mayfly 1"), std::string::npos);
    push.expires_at_ms = static_cast<uint64_t>((now + Duration::days(100)).ms);
    const auto far = format_push_request(push, endpoint, *signer, now, entropy);
    EXPECT_NE(as_text(*far).find("\r\nTTL: 2419200\r\n"), std::string_view::npos);
    push.expires_at_ms = static_cast<uint64_t>(now.ms);
    EXPECT_EQ(format_push_request(push, endpoint, *signer, now, entropy).code(),
              ErrorCode::expired);
}

TEST(web_push, answers_are_told_apart) {
    const auto outcome = [](const std::string& status) {
        return **parse_push_status(as_bytes("HTTP/1.1 " + status));
    };
    EXPECT_EQ(outcome("201 Created\r\n"), PushOutcome::taken);
    EXPECT_EQ(outcome("404 Not Found"), PushOutcome::gone);
    EXPECT_EQ(outcome("410"), PushOutcome::gone);
    EXPECT_EQ(outcome("429 "), PushOutcome::later);
    EXPECT_EQ(outcome("503 "), PushOutcome::later);
    EXPECT_EQ(outcome("403 "), PushOutcome::refused);
    EXPECT_EQ(outcome("301 "), PushOutcome::refused);
    EXPECT_EQ(*parse_push_status(as_bytes("HTTP/1.1 2")), std::nullopt);
    EXPECT_EQ(*parse_push_status({}), std::nullopt);
    for (const char* bad : {"SSH-2.0", "HTTP/2 200 OK", "HTTP/1.1 2x0", "HTTP/1.1 100 Continue"}) {
        EXPECT_EQ(parse_push_status(as_bytes(bad)).code(), ErrorCode::malformed_input) << bad;
    }
}

}  // namespace
}  // namespace mayfly::relay_net
