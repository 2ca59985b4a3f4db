// deps: core
// max_len: 8192
//
// A file whose metadata is left out keeps its kind, and nothing more is left out the second time.
// The pieces lie within the source. Ogg pages are read within bounds.
#include "core/file_metadata.h"
#include "core/memory_file_port.h"
#include "core/transfers.h"

namespace mayfly::core {
namespace {

Bytes joined(const MemoryFilePort& files, const std::vector<FilePiece>& pieces) {
    const Bytes& source = files.files.at("in");
    Bytes out;
    size_t literal_size = 0;
    for (const FilePiece& piece : pieces) {
        MAYFLY_ASSERT(piece.offset <= source.size());
        MAYFLY_ASSERT(piece.size_bytes <= source.size() - piece.offset);
        literal_size += piece.literal.size();
        append(out, piece.literal.empty()
                        ? BytesView(source).subspan(static_cast<size_t>(piece.offset),
                                                    static_cast<size_t>(piece.size_bytes))
                        : BytesView(piece.literal));
        if (piece.literal.empty()) continue;
        out.resize(out.size() + static_cast<size_t>(piece.sent_size_bytes()) -
                   piece.literal.size());
    }
    MAYFLY_ASSERT(literal_size <= file_literal_size_bytes_max);
    return out;
}

void check(BytesView input) {
    MemoryFilePort files;
    files.files["in"] = to_bytes(input);
    static_cast<void>(opus_duration_ms(files, "in", input.size()));
    const auto first = strip_metadata(files, "in", input.size());
    if (!first.ok() || first->type.empty()) return;
    MAYFLY_ASSERT(!first->pieces.empty());  // which would mean all of the source
    MAYFLY_ASSERT(first->pieces.size() <= file_pieces_max + 2);
    MAYFLY_ASSERT(first->orientation >= 1 && first->orientation <= 8);
    const Bytes stripped = joined(files, first->pieces);
    files.files["in"] = stripped;
    const auto second = strip_metadata(files, "in", stripped.size());
    MAYFLY_ASSERT(second.ok());
    // Without its tags, sound may be too short to be known as such.
    if (second->type.empty() && first->type.starts_with("audio/")) return;
    MAYFLY_ASSERT(second->type == first->type);
    MAYFLY_ASSERT(second->orientation == first->orientation);
    MAYFLY_ASSERT(joined(files, second->pieces) == stripped);
}

}  // namespace
}  // namespace mayfly::core

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    mayfly::core::check(mayfly::BytesView(data, size_bytes));
    return 0;
}
