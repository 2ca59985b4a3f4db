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

TEST(http_upgrade, other_responses_close_the_connection) {
    const std::string text = format_http_response("200 OK", "ok\n");
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(text.find("Content-Length: 3\r\n"), std::string::npos);
    EXPECT_NE(text.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\nok\n"));
}

}  // namespace
}  // namespace mayfly::wire
