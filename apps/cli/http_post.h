// http_post: one POST over HTTP/1.1, waited for. TLS 1.3 with the system's certificate authorities,
// or no TLS to this machine itself. Redirects are not followed; the answer's body is not read.
#pragma once

#include <functional>
#include <string>

#include "util/result.h"
#include "util/time.h"

namespace mayfly::cli {

// One attempt, from the name to the answer's first line.
constexpr Duration http_timeout = Duration::seconds(15);

struct HttpUrl {
    bool tls = true;
    std::string host;  // without brackets
    uint16_t port = 443;
    std::string path = "/";
    std::string host_header;
};

// parse_http_url takes https://HOST[:PORT][/PATH], and http:// for localhost, 127.x.x.x and [::1].
// Errors: invalid_argument.
Result<HttpUrl> parse_http_url(std::string_view url);

// http_post gives the status code. `headers`: lines, each with its CRLF. Errors: relay_unreachable,
// relay_untrusted, tls_failed, connection_lost, timed_out (also when `stopped` says so),
// malformed_input (no HTTP answer).
Result<int> http_post(const HttpUrl& url, std::string_view headers, std::string_view body,
                      const std::function<bool()>& stopped);

}  // namespace mayfly::cli
