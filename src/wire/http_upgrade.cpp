#include "wire/http_upgrade.h"

#include "crypto/sha1.h"

namespace mayfly::wire {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view accept_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
constexpr size_t websocket_key_size_bytes = 24;  // 16 bytes in base64

std::string to_base64(BytesView bytes) {
    std::string out = to_base64url(bytes);
    for (char& c : out) {
        if (c == '-') c = '+';
        if (c == '_') c = '/';
    }
    while (out.size() % 4 != 0) out += '=';
    return out;
}

bool is_websocket_key(std::string_view text) {
    if (text.size() != websocket_key_size_bytes || !text.ends_with("==")) return false;
    for (char c : text.substr(0, text.size() - 2)) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (!good) return false;
    }
    return true;
}

std::string accept_of(std::string_view key) {
    return to_base64(
        crypto::sha1_not_for_security(as_bytes(std::string(key) += std::string(accept_suffix))));
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Whether a comma-separated header value has the word (RFC 9110 section 5.6.1).
bool list_has(std::string_view list, std::string_view word) {
    while (true) {
        const size_t comma = list.find(',');
        if (same_word(trim(list.substr(0, comma)), word)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

// Whether an Accept-Encoding has the coding, and not with the weight 0 (RFC 9110 section 12.5.3).
bool list_accepts(std::string_view list, std::string_view coding) {
    while (true) {
        const size_t comma = list.find(',');
        const std::string_view item = list.substr(0, comma);
        const size_t semicolon = item.find(';');
        if (same_word(trim(item.substr(0, semicolon)), coding)) {
            if (semicolon == std::string_view::npos) return true;
            const std::string_view weight = trim(item.substr(semicolon + 1));
            return weight.find_first_of("123456789") != std::string_view::npos;
        }
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

// RFC 9110 section 5.6.2
bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    for (char c : text) {
        const char l = lower(c);
        const bool good = (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
                          others.find(c) != std::string_view::npos;
        if (!good) return false;
    }
    return !text.empty();
}

bool is_visible(std::string_view text, bool blanks) {
    for (char c : text) {
        const bool blank = c == ' ' || c == '\t';
        if (blank ? !blanks : static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
    }
    return true;
}

// Everything that the handshake looks at in a head, of either direction.
struct Head {
    std::string_view first_line;
    bool host = false;
    bool upgrade_websocket = false;
    bool connection_upgrade = false;
    bool subprotocol = false;
    bool extensions = false;
    bool connection_close = false;
    bool body = false;
    bool accepts_brotli = false;
    std::string_view version;
    std::string_view key;
    std::string_view accept;
    std::string_view if_none_match;
    size_t size_bytes = 0;
};

// A header that must not come twice.
Status set_once(std::string_view& field, std::string_view value) {
    ENSURE(field.empty(), malformed_input);
    field = value;
    return {};
}

Status read_header(std::string_view line, Head& head) {
    const size_t colon = line.find(':');
    ENSURE(colon != std::string_view::npos, malformed_input);
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    ENSURE(is_token(name) && is_visible(value, true), malformed_input);
    if (same_word(name, "host")) {
        ENSURE(!head.host, malformed_input);
        head.host = true;
    } else if (same_word(name, "upgrade")) {
        head.upgrade_websocket = head.upgrade_websocket || list_has(value, "websocket");
    } else if (same_word(name, "connection")) {
        head.connection_upgrade = head.connection_upgrade || list_has(value, "upgrade");
        head.connection_close = head.connection_close || list_has(value, "close");
    } else if (same_word(name, "content-length") || same_word(name, "transfer-encoding")) {
        head.body = true;
    } else if (same_word(name, "accept-encoding")) {
        head.accepts_brotli = head.accepts_brotli || list_accepts(value, "br");
    } else if (same_word(name, "if-none-match")) {
        TRY(set_once(head.if_none_match, value));
    } else if (same_word(name, "sec-websocket-protocol")) {
        head.subprotocol = head.subprotocol || list_has(value, websocket_subprotocol);
    } else if (same_word(name, "sec-websocket-extensions")) {
        head.extensions = true;
    } else if (same_word(name, "sec-websocket-version")) {
        TRY(set_once(head.version, value));
    } else if (same_word(name, "sec-websocket-key")) {
        TRY(set_once(head.key, value));
    } else if (same_word(name, "sec-websocket-accept")) {
        TRY(set_once(head.accept, value));
    }
    return {};
}

Result<std::optional<Head>> read_head(BytesView input) {
    const std::string_view text =
        as_text(input.first(std::min(input.size(), http_head_size_bytes_max)));
    const size_t end = text.find(head_end);
    if (end == std::string_view::npos) {
        ENSURE(input.size() < http_head_size_bytes_max, input_too_large);
        return std::optional<Head>();
    }
    Head head;
    head.size_bytes = end + head_end.size();
    std::string_view rest = text.substr(0, end + 2);
    size_t lines = 0;
    while (!rest.empty()) {
        const size_t line_end = rest.find("\r\n");
        const std::string_view line = rest.substr(0, line_end);
        rest.remove_prefix(line_end + 2);
        ENSURE(++lines <= http_header_lines_max, input_too_large);
        if (lines == 1) {
            head.first_line = line;
        } else {
            TRY(read_header(line, head));
        }
    }
    return std::optional<Head>(head);
}

}  // namespace

Result<std::optional<HttpRequest>> parse_http_request(BytesView input) {
    // The first byte that no method has tells other protocols from HTTP before a head is complete.
    ENSURE(input.empty() || (input[0] >= 'A' && input[0] <= 'Z'), malformed_input);
    TRY_ASSIGN(const auto head, read_head(input));
    if (!head) return std::optional<HttpRequest>();
    const std::string_view line = head->first_line;
    const size_t method_end = line.find(' ');
    const size_t path_end = line.rfind(' ');
    ENSURE(method_end != std::string_view::npos && method_end < path_end, malformed_input);
    const std::string_view method = line.substr(0, method_end);
    const std::string_view path = line.substr(method_end + 1, path_end - method_end - 1);
    ENSURE(is_token(method) && is_visible(path, false), malformed_input);
    ENSURE(path.starts_with('/') && line.substr(path_end + 1) == "HTTP/1.1" && head->host,
           malformed_input);
    HttpRequest out;
    out.path = std::string(path);
    out.head_size_bytes = head->size_bytes;
    if (method != "GET" && method != "HEAD") return std::optional(std::move(out));
    out.kind = HttpRequestKind::page;
    out.wants_body = method == "GET";
    out.accepts_brotli = head->accepts_brotli;
    out.if_none_match = std::string(head->if_none_match);
    // Where one request ends must be beyond doubt, or a proxy in front and we may disagree on it.
    out.may_be_followed = !head->connection_close && !head->body;
    if (head->upgrade_websocket && out.wants_body) {
        const bool good = head->connection_upgrade && head->version == "13" && head->subprotocol &&
                          path == websocket_path && is_websocket_key(head->key);
        out.kind = good ? HttpRequestKind::websocket : HttpRequestKind::bad_upgrade;
        out.websocket_key = std::string(head->key);
    }
    return std::optional(std::move(out));
}

std::string format_upgrade_response(std::string_view websocket_key) {
    std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n";
    out += "Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept_of(websocket_key);
    out += "\r\nSec-WebSocket-Protocol: " + std::string(websocket_subprotocol) + "\r\n\r\n";
    return out;
}

std::string format_http_head(const HttpResponse& response) {
    std::string out = "HTTP/1.1 " + std::string(response.status);
    if (response.has_body) {
        out += "\r\nContent-Type: " + std::string(response.content_type);
        out += "\r\nContent-Length: " + std::to_string(response.body_size_bytes);
    }
    if (response.closes) out += "\r\nConnection: close";
    out += "\r\nCache-Control: " + std::string(response.cache_control);
    out += "\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";
    out += response.more_headers;
    out += "\r\n";
    return out;
}

std::string make_websocket_key(Entropy& entropy) { return to_base64(random_array<16>(entropy)); }

std::string format_upgrade_request(std::string_view host, std::string_view websocket_key) {
    std::string out = "GET " + std::string(websocket_path) + " HTTP/1.1\r\nHost: ";
    out += std::string(host) + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    out += "Sec-WebSocket-Key: " + std::string(websocket_key);
    out += "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ";
    out += std::string(websocket_subprotocol) + "\r\n\r\n";
    return out;
}

Result<std::optional<size_t>> parse_upgrade_response(BytesView input,
                                                     std::string_view websocket_key) {
    constexpr std::string_view prefix = "HTTP/1.1 ";
    const std::string_view start = as_text(input).substr(0, prefix.size());
    ENSURE(start == prefix.substr(0, start.size()), malformed_input);
    TRY_ASSIGN(const auto head, read_head(input));
    if (!head) return std::optional<size_t>();
    const std::string_view status = head->first_line.substr(prefix.size());
    ENSURE(status.starts_with("101") && (status.size() == 3 || status[3] == ' '),
           unexpected_message);
    ENSURE(head->upgrade_websocket && head->connection_upgrade && head->subprotocol &&
               !head->extensions && head->accept == accept_of(websocket_key),
           unexpected_message);
    return std::optional(head->size_bytes);
}

}  // namespace mayfly::wire
