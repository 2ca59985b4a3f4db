#include "rpc/json.h"

namespace mayfly::rpc {
namespace {

// depth_of counts how deep brackets nest outside of strings, before anything is allocated.
size_t depth_of(BytesView text) {
    size_t depth = 0;
    size_t deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.size(); i++) {
        const uint8_t c = text[i];
        if (in_string) {
            if (c == '\\') i++;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

}  // namespace

Result<Json> parse_json(BytesView text) {
    ENSURE(text.size() <= request_size_bytes_max, input_too_large);
    ENSURE(depth_of(text) <= request_depth_max, input_too_large);
    const std::string_view characters = as_text(text);
    Json value = Json::parse(characters.begin(), characters.end(), nullptr, false);
    ENSURE(!value.is_discarded(), malformed_input);
    return value;
}

WipedString write_json(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mayfly::rpc
