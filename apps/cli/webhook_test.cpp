#include "webhook.h"

#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

TEST(webhook, signature_covers_time_and_body) {
    // Computed with Python: hmac.new(b"k" * 16, b'1800000000.{"a":1}', "sha256").hexdigest()
    const std::string key(16, 'k');
    const Time now{1'800'000'000'999};
    EXPECT_EQ(webhook_signature(as_bytes(key), now, R"({"a":1})"),
              "t=1800000000,v1=5c8c24a8c1b87dccb14e5681509bcb3b39e2003ef4f250c807e61b883186ca8c");
    EXPECT_NE(webhook_signature(as_bytes(key), now, R"({"a":2})"),
              webhook_signature(as_bytes(key), now, R"({"a":1})"));
}

TEST(http_url, parts_are_found) {
    const auto plain = parse_http_url("http://localhost:8080/hook?a=b");
    ASSERT_TRUE(plain.ok());
    EXPECT_FALSE(plain->tls);
    EXPECT_EQ(plain->host, "localhost");
    EXPECT_EQ(plain->port, 8080);
    EXPECT_EQ(plain->path, "/hook?a=b");
    EXPECT_EQ(plain->host_header, "localhost:8080");
    const auto tls = parse_http_url("https://example.org");
    ASSERT_TRUE(tls.ok());
    EXPECT_TRUE(tls->tls);
    EXPECT_EQ(tls->port, 443);
    EXPECT_EQ(tls->path, "/");
    const auto v6 = parse_http_url("http://[::1]:99/x");
    ASSERT_TRUE(v6.ok());
    EXPECT_EQ(v6->host, "::1");
    EXPECT_EQ(v6->port, 99);
}

TEST(http_url, what_is_unsafe_or_no_url_is_refused) {
    for (const char* url :
         {"", "ftp://localhost/", "example.org", "http://example.org/", "https://", "http://[::1/",
          "https://a:b@example.org/", "https://example.org:0/", "https://example.org:x/",
          "https://example.org:99999/", "https://example.org/a b", "https://example.org/a\r\nX: y",
          "http://128.0.0.1/"}) {
        EXPECT_EQ(parse_http_url(url).code(), ErrorCode::invalid_argument) << url;
    }
}

}  // namespace
}  // namespace mayfly::cli
