// Files of pictures, films and sound in small, and what is left of them without metadata.
#pragma once

#include <gtest/gtest.h>

#include "core/memory_file_port.h"
#include "core/metadata_walk.h"

namespace mayfly::core {

inline Bytes text(std::string_view from) { return to_bytes(as_bytes(from)); }
inline Bytes operator+(Bytes a, const Bytes& b) {
    append(a, b);
    return a;
}
inline Bytes first_of(const Bytes& all, size_t size) {
    return to_bytes(BytesView(all).first(size));
}
inline Bytes number(uint64_t value, size_t size) {
    Bytes out;
    for (size_t i = size; i > 0; --i) out.push_back(static_cast<uint8_t>(value >> 8 * (i - 1)));
    return out;
}
inline Bytes u16(uint64_t value) { return number(value, 2); }
inline Bytes u32(uint64_t value) { return number(value, 4); }
inline Bytes le32(uint32_t value) {
    Bytes out = u32(value);
    std::reverse(out.begin(), out.end());
    return out;
}

// EXIF data of two entries, the second one the orientation.
inline Bytes tiff(uint8_t orientation, bool little) {
    const Bytes entry = little ? Bytes{0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0}
                               : Bytes{1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0};
    const Bytes head = little ? Bytes{'I', 'I', 42, 0, 8, 0, 0, 0, 2, 0}
                              : Bytes{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2};
    return head + Bytes(12, 0) + entry;
}

struct Stripped {
    std::string error = "ok";
    std::string type{};
    Bytes bytes{};
    uint8_t orientation = 0;
};
inline Stripped strip(const Bytes& file) {
    MemoryFilePort files;
    files.files["in"] = file;
    const auto result = strip_metadata(files, "in", file.size());
    if (!result.ok()) return {error_name(result.code())};
    Stripped out{"ok", result->type, {}, result->orientation};
    for (const FilePiece& piece : result->pieces) {
        Bytes bytes = piece.literal;
        bytes.resize(static_cast<size_t>(piece.sent_size_bytes()));
        if (piece.literal.empty()) {
            bytes = to_bytes(BytesView(file).subspan(static_cast<size_t>(piece.offset),
                                                     static_cast<size_t>(piece.size_bytes)));
        }
        append(out.bytes, bytes);
    }
    return out;
}
inline bool holds(const Bytes& all, std::string_view part) {
    return as_text(all).find(part) != std::string_view::npos;
}

}  // namespace mayfly::core
