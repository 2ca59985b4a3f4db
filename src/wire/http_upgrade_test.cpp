#include "wire/http_upgrade.h"

#include <gtest/gtest.h>

namespace mayfly::wire {
namespace {

// RFC 6455 section 1.3
const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";

std::string upgrade_with(std::string_view from, std::string_view to) {
    std::string text = format_upgrade_request("relay.example", key);
    const size_t at = text.find(from);
    return text.replace(at, from.size(), to);
}

HttpRequestKind kind_of(std::string_view text) {
    return (*parse_http_request(as_bytes(text)))->kind;
}

TEST(http_upgrade, the_example_of_the_rfc_gives_its_accept_value) {
    const std::string response = format_upgrade_response(key);
    EXPECT_NE(response.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
              std::string::npos);
}

TEST(http_upgrade, request_and_response_fit_each_other_at_any_split) {
    const std::string request = format_upgrade_request("relay.example:8443", key);
    for (size_t i = 0; i < request.size(); ++i) {
        EXPECT_FALSE((*parse_http_request(as_bytes(request).first(i))).has_value());
    }
    const auto parsed = *parse_http_request(as_bytes(request + "more"));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->kind, HttpRequestKind::websocket);
    EXPECT_EQ(parsed->head_size_bytes, request.size());
    const std::string response = format_upgrade_response(parsed->websocket_key);
    for (size_t i = 0; i < response.size(); ++i) {
        EXPECT_FALSE((*parse_upgrade_response(as_bytes(response).first(i), key)).has_value());
    }
    EXPECT_EQ(**parse_upgrade_response(as_bytes(response + "more"), key), response.size());
}

TEST(http_upgrade, browsers_spellings_are_understood) {
    EXPECT_EQ(kind_of("GET /mayfly/v1 HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, UPGRADE\r\n"
                      "upgrade:WebSocket\r\nsec-websocket-version: 13\r\n"
                      "sec-websocket-key:\t" +
                      key +
                      " \r\nSec-WebSocket-Protocol: other, mayfly.1\r\n"
                      "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
              HttpRequestKind::websocket);
}

TEST(http_upgrade, what_is_no_relay_upgrade_is_told_apart) {
    EXPECT_EQ(kind_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), HttpRequestKind::page);
    EXPECT_EQ(kind_of("POST / HTTP/1.1\r\nHost: a\r\n\r\n"), HttpRequestKind::other);
    EXPECT_EQ(kind_of(upgrade_with("/mayfly/v1", "/mayfly/v2")), HttpRequestKind::bad_upgrade);
    EXPECT_EQ(kind_of(upgrade_with("13", "8")), HttpRequestKind::bad_upgrade);
    EXPECT_EQ(kind_of(upgrade_with("mayfly.1", "mayfly.2")), HttpRequestKind::bad_upgrade);
    EXPECT_EQ(kind_of(upgrade_with("Connection: Upgrade", "Connection: close")),
              HttpRequestKind::bad_upgrade);
    for (const char* bad : {"", "AAAA", "dGhlIHNhbXBsZSBub25jZQ=a", "dGhlIHNhbXBsZSBub2_jZQ=="}) {
        EXPECT_EQ(kind_of(upgrade_with(key, bad)), HttpRequestKind::bad_upgrade) << bad;
    }
}

TEST(http_upgrade, malformed_requests_are_refused) {
    for (const std::string& text :
         {std::string("\x16\x03\x01"), std::string("get"), std::string("GET /\r\n\r\n"),
          std::string("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
          std::string("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
          std::string("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
          std::string("GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n"),
          upgrade_with("Sec-WebSocket-Version: 13",
                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8")}) {
        EXPECT_EQ(parse_http_request(as_bytes(text)).code(), ErrorCode::malformed_input) << text;
    }
}

TEST(http_upgrade, heads_are_bounded) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    const std::string many_lines = [&] {
        std::string out = text;
        for (size_t i = 0; i < http_header_lines_max; ++i) out += "a: b\r\n";
        return out + "\r\n";
    }();
    EXPECT_EQ(parse_http_request(as_bytes(many_lines)).code(), ErrorCode::input_too_large);
    text += "X: " + std::string(http_head_size_bytes_max, 'x');
    EXPECT_EQ(parse_http_request(as_bytes(text)).code(), ErrorCode::input_too_large);
}

TEST(http_upgrade, a_client_takes_no_other_answer) {
    const std::string good = format_upgrade_response(key);
    const auto code_of = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return parse_upgrade_response(as_bytes(text), key).code();
    };
    EXPECT_EQ(code_of("101 Switching", "200 OK"), ErrorCode::unexpected_message);
    EXPECT_EQ(code_of("s3pP", "AAAA"), ErrorCode::unexpected_message);
    EXPECT_EQ(code_of("mayfly.1", "other"), ErrorCode::unexpected_message);
    EXPECT_EQ(code_of("Upgrade: websocket\r\n", ""), ErrorCode::unexpected_message);
    EXPECT_EQ(code_of("Connection: Upgrade", "Sec-WebSocket-Extensions: x"),
              ErrorCode::unexpected_message);
    EXPECT_EQ(code_of("HTTP/1.1", "HTTP/9.9"), ErrorCode::malformed_input);
    EXPECT_EQ(parse_upgrade_response(as_bytes("SSH-2.0-OpenSSH"), key).code(),
              ErrorCode::malformed_input);
}

HttpRequest request_with(const std::string& headers, const std::string& method = "GET") {
    return **parse_http_request(as_bytes(method + " / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n"));
}

TEST(http_upgrade, brotli_is_accepted_where_the_client_says_so) {
    for (const char* yes : {"br", "gzip, deflate, br", "gzip,BR ;q=0.1", "br;q=1.0"}) {
        EXPECT_TRUE(request_with("Accept-Encoding: " + std::string(yes) + "\r\n").accepts_brotli);
    }
    for (const char* no : {"", "gzip", "brotli", "br;q=0", "br; q=0.000", "*"}) {
        EXPECT_FALSE(request_with("Accept-Encoding: " + std::string(no) + "\r\n").accepts_brotli);
    }
}

TEST(http_upgrade, a_request_is_followed_only_where_its_end_is_beyond_doubt) {
    EXPECT_TRUE(request_with("").may_be_followed);
    EXPECT_TRUE(request_with("Connection: keep-alive\r\n", "HEAD").may_be_followed);
    EXPECT_FALSE(request_with("Connection: keep-alive, Close\r\n").may_be_followed);
    EXPECT_FALSE(request_with("Content-Length: 0\r\n").may_be_followed);
    EXPECT_FALSE(request_with("Transfer-Encoding: chunked\r\n").may_be_followed);
}

TEST(http_upgrade, head_is_a_page_without_body_and_never_an_upgrade) {
    EXPECT_TRUE(request_with("").wants_body);
    const HttpRequest head = request_with("Upgrade: websocket\r\n", "HEAD");
    EXPECT_EQ(head.kind, HttpRequestKind::page);
    EXPECT_FALSE(head.wants_body);
}

TEST(http_upgrade, a_response_says_how_long_it_is_and_whether_another_follows) {
    HttpResponse response;
    response.status = "200 OK";
    response.more_headers = "X: y\r\n";
    response.body_size_bytes = 3;
    const std::string text = format_http_head(response);
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(text.find("\r\nContent-Length: 3\r\n"), std::string::npos);
    EXPECT_NE(text.find("\r\nConnection: close\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\nX: y\r\n\r\n"));
    response.closes = false;
    response.has_body = false;
    const std::string next = format_http_head(response);
    EXPECT_EQ(next.find("Connection"), std::string::npos);
    EXPECT_EQ(next.find("Content-"), next.find("Content-Type-Options"));
}

}  // namespace
}  // namespace mayfly::wire
