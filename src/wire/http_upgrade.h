// The few bytes of HTTP/1.1 (RFC 9112) that a WebSocket begins with (RFC 6455 section 4) and that a
// browser fetches files with: heads of requests and responses, bounded. docs/spec/transport.md
// section 3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "util/entropy.h"
#include "util/result.h"

namespace mayfly::wire {

constexpr std::string_view websocket_path = "/mayfly/v1";
constexpr std::string_view websocket_subprotocol = "mayfly.1";
// Browsers send about 1 kB; a proxy in front adds a few lines.
constexpr size_t http_head_size_bytes_max = 8192;
constexpr size_t http_header_lines_max = 64;

enum class HttpRequestKind : uint8_t {
    page,         // a plain GET or HEAD
    websocket,    // an upgrade that may be accepted
    bad_upgrade,  // asks for a WebSocket, but of another version, path or subprotocol
    other,        // another method
};
struct HttpRequest {
    HttpRequestKind kind = HttpRequestKind::other;
    std::string path;           // with the query, if any
    std::string websocket_key;  // kind websocket
    std::string if_none_match;  // entity tags, as they came
    size_t head_size_bytes = 0;
    bool wants_body = true;        // not of HEAD
    bool accepts_brotli = false;   // RFC 7932
    bool may_be_followed = false;  // by another request on the same connection
};

// parse_http_request reads a request's head from the start of the input; no value: more input is
// needed. Errors: malformed_input, input_too_large.
Result<std::optional<HttpRequest>> parse_http_request(BytesView input);
std::string format_upgrade_response(std::string_view websocket_key);

struct HttpResponse {
    std::string_view status;  // "200 OK"
    std::string_view content_type = "text/plain; charset=utf-8";
    std::string_view cache_control = "no-store";
    std::string_view more_headers;  // whole lines
    size_t body_size_bytes = 0;
    bool has_body = true;  // 304 describes none
    bool closes = true;    // the connection, after this
};
// format_http_head writes all of a response that is before its body.
std::string format_http_head(const HttpResponse& response);

std::string make_websocket_key(Entropy& entropy);
// format_upgrade_request: `host` as in an URL, with the port unless it is 443.
std::string format_upgrade_request(std::string_view host, std::string_view websocket_key);
// parse_upgrade_response gives the size of the head; no value: more input is needed. Errors:
// malformed_input, input_too_large, unexpected_message (an answer, but not from a relay).
Result<std::optional<size_t>> parse_upgrade_response(BytesView input,
                                                     std::string_view websocket_key);

}  // namespace mayfly::wire
