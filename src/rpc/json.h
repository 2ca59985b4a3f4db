// JSON for the RPC: nlohmann's, over memory that is wiped when it is given back.
//
// Wiped: every value, key, string and line that lives in a Json or a WipedString, so the texts of
// messages in requests, answers and notifications. Not wiped: what the parser's scratch buffer and
// the stack hold of the token read last, and short strings that were copied through a register or
// the stack. The bytes that come from and go to a socket are the host's.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::rpc {

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT
    T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
    void deallocate(T* memory, size_t count) noexcept {
        wipe(memory, count * sizeof(T));
        std::allocator<T>().deallocate(memory, count);
    }
    template <class U>
    bool operator==(const WipingAllocator<U>&) const {
        return true;
    }
};

using WipedString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;
using Json = nlohmann::basic_json<std::map, std::vector, WipedString, bool, int64_t, uint64_t,
                                  double, WipingAllocator>;

// A text of 65,536 bytes may be escaped to six times that; the rest is room for a batch.
constexpr size_t request_size_bytes_max = 1U << 20;
// Nothing in the schema nests deeper than a batch of objects with lists in them.
constexpr size_t request_depth_max = 16;

// parse_json reads one value. Errors: input_too_large (size or depth), malformed_input.
Result<Json> parse_json(BytesView text);
// write_json gives one line without its end: no line ends, and U+FFFD for what is no UTF-8.
WipedString write_json(const Json& value);

inline std::string_view view_of(const WipedString& text) { return {text.data(), text.size()}; }
inline Json json_text(std::string_view text) { return WipedString(text.data(), text.size()); }

}  // namespace mayfly::rpc
