#include "core/metadata_walk.h"

#include "codec/codec.h"
#include "core/transfers.h"

namespace mayfly::core {

Result<BytesView> Window::view(uint64_t offset, size_t size) {
    ENSURE(offset <= size_bytes_ && size <= size_bytes_ - offset, malformed_input);
    MAYFLY_ASSERT(size <= block_size_bytes);
    if (offset < start_ || offset + size > start_ + block_.size()) {
        const auto take = static_cast<size_t>(
            std::min<uint64_t>(std::max(read_size_bytes_, size), size_bytes_ - offset));
        TRY_ASSIGN(block_, files_.read(source_, offset, take));
        start_ = offset;
    }
    ENSURE(block_.size() >= offset - start_ + size, file_changed);
    return block_.expose().subspan(static_cast<size_t>(offset - start_), size);
}

Result<BytesView> Window::rest(uint64_t offset) {
    TRY(view(offset, 1));
    return block_.expose().subspan(static_cast<size_t>(offset - start_));
}

Result<uint64_t> Window::number(uint64_t offset, size_t size) {
    TRY_ASSIGN(const BytesView bytes, view(offset, size));
    uint64_t out = 0;
    for (const uint8_t byte : bytes) out = out << 8 | byte;
    return out;
}

void Pieces::keep(uint64_t offset, uint64_t size_bytes) {
    if (size_bytes == 0) return;
    const bool follows = !pieces_.empty() && pieces_.back().literal.empty() &&
                         pieces_.back().offset + pieces_.back().size_bytes == offset;
    if (follows) {
        pieces_.back().size_bytes += size_bytes;
    } else {
        pieces_.push_back({offset, size_bytes, {}});
    }
}

bool Pieces::too_many() const { return pieces_.size() > file_pieces_max; }

Status Edits::replace(const Range& range, Bytes literal) {
    if (range.size_bytes == 0) return {};
    MAYFLY_ASSERT(!literal.empty() && literal.size() <= range.size_bytes);
    edits_.push_back({range, std::move(literal)});
    // Neighbours become one: what is too much only until then is not refused.
    if (edits_.size() <= 2 * file_pieces_max) return {};
    TRY(join());
    ENSURE(edits_.size() <= file_pieces_max, input_too_large);
    return {};
}

Status Edits::join() {
    std::sort(edits_.begin(), edits_.end(),
              [](const Edit& a, const Edit& b) { return a.range.offset < b.range.offset; });
    const auto is_blank = [](const Edit& edit) { return edit.literal == Bytes{0}; };
    std::vector<Edit> joined;
    for (Edit& edit : edits_) {
        if (!joined.empty() && edit.range.offset <= joined.back().range.end() && is_blank(edit)) {
            Range& before = joined.back().range;
            const bool apart = edit.range.offset == before.end();
            ENSURE(apart || is_blank(joined.back()), malformed_input);
            before.size_bytes = std::max(before.end(), edit.range.end()) - before.offset;
            continue;
        }
        ENSURE(joined.empty() || edit.range.offset >= joined.back().range.end(), malformed_input);
        joined.push_back(std::move(edit));
    }
    edits_ = std::move(joined);
    return {};
}

Result<std::vector<FilePiece>> Edits::take(uint64_t size_bytes) {
    TRY(join());
    std::vector<FilePiece> pieces;
    uint64_t at = 0;
    for (Edit& edit : edits_) {
        ENSURE(edit.range.end() <= size_bytes, malformed_input);
        if (edit.range.offset > at) pieces.push_back({at, edit.range.offset - at, {}});
        pieces.push_back({0, edit.range.size_bytes, std::move(edit.literal)});
        at = edit.range.end();
    }
    if (at < size_bytes) pieces.push_back({at, size_bytes - at, {}});
    ENSURE(pieces.size() <= file_pieces_max, input_too_large);
    return pieces;
}

uint32_t number_at(BytesView bytes, size_t offset, size_t size, bool little_endian) {
    uint32_t out = 0;
    for (size_t i = 0; i < size; ++i) {
        out = out << 8 | bytes[offset + (little_endian ? size - 1 - i : i)];
    }
    return out;
}

bool begins_with(BytesView bytes, std::string_view label) {
    return bytes.size() >= label.size() && as_text(bytes.first(label.size())) == label;
}

bool is_one_of(std::string_view name, std::string_view names) {
    for (; names.size() >= 4; names.remove_prefix(4)) {
        if (names.substr(0, 4) == name) return true;
    }
    return false;
}

uint8_t tiff_orientation(BytesView tiff) {
    constexpr size_t header_size = 8;
    constexpr size_t entry_size = 12;
    if (tiff.size() < header_size || tiff[0] != tiff[1]) return 1;
    if (tiff[0] != 'I' && tiff[0] != 'M') return 1;
    const bool little = tiff[0] == 'I';
    const size_t directory = number_at(tiff, 4, 4, little);
    if (directory > tiff.size() || tiff.size() - directory < 2) return 1;
    const size_t count = number_at(tiff, directory, 2, little);
    for (size_t i = 0; i < count; ++i) {
        const size_t entry = directory + 2 + i * entry_size;
        if (tiff.size() - directory < 2 + (i + 1) * entry_size) return 1;
        if (number_at(tiff, entry, 2, little) != 0x0112) continue;
        const uint32_t value = number_at(tiff, entry + 8, 2, little);
        return value >= 1 && value <= 8 ? static_cast<uint8_t>(value) : uint8_t{1};
    }
    return 1;
}

Bytes orientation_tiff(uint8_t orientation) {
    codec::Writer writer;
    writer.raw(as_bytes(std::string_view("MM\0*", 4)));
    writer.u32(8);       // the directory follows
    writer.u16(1);       // entries
    writer.u16(0x0112);  // orientation
    writer.u16(3);       // a 16-bit number
    writer.u32(1);       // of them
    writer.u16(orientation);
    writer.u16(0);
    writer.u32(0);  // no other directory
    return writer.take();
}

}  // namespace mayfly::core
