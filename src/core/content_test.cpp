#include "core/content.h"

#include <gtest/gtest.h>

namespace mayfly::core {
namespace {

Content text_content(std::string_view text) {
    Content content;
    content.id.bytes.fill(7);
    content.sent_at_ms = 1000;
    content.expires_after_ms = static_cast<uint64_t>(expiration_default.ms);
    Text said;
    said.text = SecretBuffer(as_bytes(text));
    content.body = encode_text(said);
    return content;
}
Result<Content> round_trip(const Content& content) {
    return decode_content(encode_content(content).expose());
}

TEST(Content, text_survives_encoding) {
    const auto decoded = round_trip(text_content("hello"));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(as_text(decode_text(decoded->body.expose())->text.expose()), "hello");
    EXPECT_EQ(decoded->type, ContentType::text);
}

TEST(Content, unknown_type_is_kept) {
    Content content = text_content("hello");
    content.body = SecretBuffer(as_bytes("\xff\xfe"));
    content.type = static_cast<ContentType>(900);
    const auto decoded = round_trip(content);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(static_cast<uint16_t>(decoded->type), 900);
    EXPECT_EQ(decoded->body.size(), 2U);
}

TEST(Content, expiration_outside_its_range_is_refused) {
    Content content = text_content("hello");
    content.expires_after_ms = 2999;
    EXPECT_EQ(round_trip(content).code(), ErrorCode::malformed_input);
    content.expires_after_ms = static_cast<uint64_t>(expiration_max.ms) + 1;
    EXPECT_EQ(round_trip(content).code(), ErrorCode::malformed_input);
}

TEST(Content, text_that_is_not_utf8_or_empty_is_refused) {
    for (const std::string_view bad :
         {"", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "ok\xe2\x82"}) {
        EXPECT_EQ(round_trip(text_content(bad)).code(), ErrorCode::malformed_input);
    }
    for (const std::string_view good : {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\xa6\x8b"}) {
        EXPECT_TRUE(round_trip(text_content(good)).ok());
    }
}

TEST(Content, another_content_version_is_refused) {
    Content content = text_content("hello");
    content.version = 2;
    EXPECT_EQ(round_trip(content).code(), ErrorCode::unsupported_version);
}

TEST(Content, sent_at_is_clamped_to_what_clocks_and_relays_allow) {
    const Time now{1'800'000'000'000};
    const auto ms = [](Time time) { return static_cast<uint64_t>(time.ms); };
    EXPECT_EQ(clamp_sent_at(ms(now + clock_skew_max), now), now + clock_skew_max);
    EXPECT_EQ(clamp_sent_at(ms(now + clock_skew_max) + 1, now), now);
    EXPECT_EQ(clamp_sent_at(UINT64_MAX, now), now);
    EXPECT_EQ(clamp_sent_at(0, now), now - message_age_max);
    EXPECT_EQ(clamp_sent_at(ms(now) - 5, now).ms, now.ms - 5);
}

TEST(Content, padded_sizes_follow_padme) {
    EXPECT_EQ(padded_size(0), 0U);
    EXPECT_EQ(padded_size(9), 10U);
    EXPECT_EQ(padded_size(1000), 1024U);
    for (size_t size = 2; size < 5000; ++size) {
        const uint64_t padded = padded_size(size);
        ASSERT_GE(padded, size);
        ASSERT_LE(padded - size, size * 12 / 100 + 1);
        ASSERT_EQ(padded_size(padded), padded);
    }
}

TEST(Content, direct_payload_is_padded_and_its_padding_is_checked) {
    const Bytes encoded = encode_direct_payload(Bytes(3000, 1), Bytes(500, 2));
    EXPECT_GE(encoded.size(), padded_size(encoded.size() - 8));
    const auto decoded = decode_direct_payload(encoded);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->welcome, Bytes(3000, 1));
    ASSERT_FALSE(decoded->padding.empty());
    Bytes tampered = encoded;
    tampered.back() = 1;
    EXPECT_EQ(decode_direct_payload(tampered).code(), ErrorCode::malformed_input);
}

TEST(Content, introduction_opens_only_with_its_key) {
    const Secret key(Bytes(32, 5));
    const Bytes sealed = seal_introduction(key, Introduction{5, Bytes(100, 9), {}});
    const auto opened = open_introduction(key, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->record, Bytes(100, 9));
    EXPECT_FALSE(open_introduction(Secret(Bytes(32, 6)), sealed).ok());
}

}  // namespace
}  // namespace mayfly::core
