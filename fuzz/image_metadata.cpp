// deps: core
// max_len: 8192
//
// Whatever is an image keeps its kind when its metadata is left out, and nothing more is left out
// the second time. The pieces lie within the source. Ogg pages are read within bounds.
#include "core/image_metadata.h"
#include "core/memory_file_port.h"
#include "core/transfers.h"

namespace mayfly::core {
namespace {

Bytes joined(const MemoryFilePort& files, const std::vector<FilePiece>& pieces) {
    const Bytes& source = files.files.at("in");
    Bytes out;
    for (const FilePiece& piece : pieces) {
        MAYFLY_ASSERT(piece.offset <= source.size());
        MAYFLY_ASSERT(piece.size_bytes <= source.size() - piece.offset);
        append(out, piece.literal.empty()
                        ? BytesView(source).subspan(static_cast<size_t>(piece.offset),
                                                    static_cast<size_t>(piece.size_bytes))
                        : BytesView(piece.literal));
    }
    return out;
}

void check(BytesView input) {
    MemoryFilePort files;
    files.files["in"] = to_bytes(input);
    static_cast<void>(opus_duration_ms(files, "in", input.size()));
    const auto first = strip_metadata(files, "in", input.size());
    if (!first.ok() || first->type.empty()) return;
    MAYFLY_ASSERT(first->pieces.size() <= file_pieces_max + 2);
    MAYFLY_ASSERT(first->orientation >= 1 && first->orientation <= 8);
    const Bytes stripped = joined(files, first->pieces);
    files.files["in"] = stripped;
    const auto second = strip_metadata(files, "in", stripped.size());
    MAYFLY_ASSERT(second.ok() && second->type == first->type);
    MAYFLY_ASSERT(second->orientation == first->orientation);
    MAYFLY_ASSERT(joined(files, second->pieces) == stripped);
}

}  // namespace
}  // namespace mayfly::core

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    mayfly::core::check(mayfly::BytesView(data, size_bytes));
    return 0;
}
