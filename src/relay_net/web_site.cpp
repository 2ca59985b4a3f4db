#include "relay_net/web_site.h"

#include <algorithm>

namespace mayfly::relay_net {
namespace {

constexpr std::string_view front_page =
    "This is a Mayfly relay. It passes encrypted messages on and erases them.\n"
    "Connect with the mayfly program; there is nothing more to see here.\n";
constexpr std::string_view relay_json_path = "/mayfly/relay.json";

// Names under it hold a hash of their content.
constexpr std::string_view hashed_folder = "/assets/";
constexpr std::string_view cache_forever = "public, max-age=31536000, immutable";
constexpr std::string_view cache_if_same = "no-cache";  // kept, but asked about each time

// No other origin's code, styles or frames; connections to any relay, because an account outlives
// the relay that its client came from. Strings become addresses of scripts by the client's two
// policies and no other.
constexpr std::string_view page_headers =
    "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; img-src 'self' blob: data:; media-src blob:; connect-src 'self' wss: "
    "ws://127.0.0.1:* ws://localhost:*; worker-src 'self'; manifest-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types default mayfly-engine\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(self), microphone=(self), geolocation=(self)\r\n";

using Answer = WebSite::Answer;

Answer finish(const wire::HttpRequest& request, wire::HttpResponse response, BytesView body) {
    response.body_size_bytes = body.size();
    response.closes = !request.may_be_followed;
    return {wire::format_http_head(response), request.wants_body ? body : BytesView(),
            response.closes};
}

Answer text(const wire::HttpRequest& request, std::string_view status, std::string_view body) {
    wire::HttpResponse response;
    response.status = status;
    return finish(request, response, as_bytes(body));
}

// Two encodings of one file are two things to a cache (RFC 9110 section 8.8.3.3).
std::string entity_tag(const WebFile& file, bool is_brotli) {
    constexpr size_t digits = 32;
    std::string out = "\"" + std::string(file.sha256.substr(0, digits));
    return out += is_brotli ? "-br\"" : "\"";
}

Answer file_answer(const wire::HttpRequest& request, const WebFile& file) {
    const bool is_brotli = request.accepts_brotli && !file.brotli.empty();
    const std::string tag = entity_tag(file, is_brotli);
    std::string headers = "ETag: " + tag + "\r\n";
    if (!file.brotli.empty()) headers += "Vary: Accept-Encoding\r\n";
    if (is_brotli) headers += "Content-Encoding: br\r\n";
    headers += page_headers;
    wire::HttpResponse response;
    response.status = "200 OK";
    response.content_type = file.content_type;
    response.cache_control = file.path.starts_with(hashed_folder) ? cache_forever : cache_if_same;
    response.more_headers = headers;
    // A tag is long and random: found anywhere in the list, it is in it.
    if (request.if_none_match.find(tag) != std::string::npos || request.if_none_match == "*") {
        response.status = "304 Not Modified";
        response.has_body = false;
        return finish(request, response, {});
    }
    return finish(request, response, is_brotli ? file.brotli : file.plain);
}

}  // namespace

const WebFile* WebSite::find(std::string_view path) const {
    if (bundle_ == nullptr) return nullptr;
    if (path == "/") path = "/index.html";
    const auto found = std::lower_bound(
        bundle_->files.begin(), bundle_->files.end(), path,
        [](const WebFile& file, std::string_view wanted) { return file.path < wanted; });
    return found != bundle_->files.end() && found->path == path ? &*found : nullptr;
}

Answer WebSite::answer(const wire::HttpRequest& request, bool is_healthy) const {
    const std::string_view path = std::string_view(request.path).substr(0, request.path.find('?'));
    if (const WebFile* file = find(path)) return file_answer(request, *file);
    if (path == "/") return text(request, "200 OK", front_page);
    if (path == "/health") {
        return is_healthy ? text(request, "200 OK", "ok\n")
                          : text(request, "503 Service Unavailable", "storage failed\n");
    }
    if (path == relay_json_path && !relay_json_.empty()) {
        // For pages of any origin: it says nothing that the relay does not tell everybody.
        wire::HttpResponse response;
        response.status = "200 OK";
        response.content_type = "application/json";
        response.more_headers =
            "Access-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\n";
        return finish(request, response, as_bytes(relay_json_));
    }
    return text(request, "404 Not Found", "Not found.\n");
}

}  // namespace mayfly::relay_net
