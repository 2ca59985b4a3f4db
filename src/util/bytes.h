// Public (not secret) bytes. Secrets live in util/secret.h.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

using Bytes = std::vector<uint8_t>;
using BytesView = std::span<const uint8_t>;
using MutableBytesView = std::span<uint8_t>;

inline BytesView as_bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(BytesView view) { return Bytes(view.begin(), view.end()); }
inline bool equal(BytesView a, BytesView b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}
inline void append(Bytes& to, BytesView more) { to.insert(to.end(), more.begin(), more.end()); }

std::string to_hex(BytesView bytes);
std::optional<Bytes> from_hex(std::string_view hex);
// RFC 4648 base32, lower case, no padding: what account ids and ids of messages are shown in.
std::string to_base32(BytesView bytes);
std::optional<Bytes> from_base32(std::string_view text);
// RFC 4648 base64url, no padding: links.
std::string to_base64url(BytesView bytes);
std::optional<Bytes> from_base64url(std::string_view text);

// FixedBytes<Tag, N>: N public bytes of a distinct type (queue id, token hash, ...).
template <class Tag, size_t N>
struct FixedBytes {
    static constexpr size_t size_bytes = N;
    std::array<uint8_t, N> bytes{};

    auto operator<=>(const FixedBytes&) const = default;
    BytesView view() const { return bytes; }
    static std::optional<FixedBytes> from(BytesView view) {
        if (view.size() != N) return std::nullopt;
        FixedBytes out;
        std::copy(view.begin(), view.end(), out.bytes.begin());
        return out;
    }
};

}  // namespace mayfly

template <class Tag, size_t N>
struct std::hash<mayfly::FixedBytes<Tag, N>> {
    size_t operator()(const mayfly::FixedBytes<Tag, N>& value) const {
        return std::hash<std::string_view>{}(mayfly::as_text(value.view()));
    }
};
