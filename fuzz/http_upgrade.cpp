// deps: wire
// max_len: 16384
//
// A head is understood when it is whole and not before, and what follows it changes nothing.
#include "wire/http_upgrade.h"

#include <cstdint>

namespace mayfly::wire {
namespace {

const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";

void check_request(BytesView input) {
    const auto parsed = parse_http_request(input);
    if (!parsed.ok() || !parsed->has_value()) return;
    const HttpRequest& request = **parsed;
    MAYFLY_ASSERT(request.head_size_bytes <= input.size());
    MAYFLY_ASSERT(request.head_size_bytes <= http_head_size_bytes_max);
    const auto exact = parse_http_request(input.first(request.head_size_bytes));
    MAYFLY_ASSERT(exact.ok() && exact->has_value() && (*exact)->kind == request.kind);
    const auto short_by_one = parse_http_request(input.first(request.head_size_bytes - 1));
    MAYFLY_ASSERT(short_by_one.ok() && !short_by_one->has_value());
    if (request.kind != HttpRequestKind::websocket) return;
    const std::string response = format_upgrade_response(request.websocket_key);
    const auto accepted = parse_upgrade_response(as_bytes(response), request.websocket_key);
    MAYFLY_ASSERT(accepted.ok() && *accepted == response.size());
}

void check_response(BytesView input) {
    const auto parsed = parse_upgrade_response(input, key);
    if (!parsed.ok() || !parsed->has_value()) return;
    MAYFLY_ASSERT(**parsed <= input.size() && **parsed <= http_head_size_bytes_max);
}

}  // namespace
}  // namespace mayfly::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    mayfly::wire::check_request({data, size_bytes});
    mayfly::wire::check_response({data, size_bytes});
    return 0;
}
