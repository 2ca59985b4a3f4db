// ISO base media files (ISO/IEC 14496-12) and QuickTime files: MP4, MOV, M4A, 3GP, HEIF. Tables in
// them point to bytes by their place in the file, so nothing moves: what must go is overwritten.
#pragma once

#include "core/metadata_walk.h"

namespace mayfly::core {

// A fragment for each second of a day has less than a million.
constexpr size_t iso_boxes_max = 1'000'000;
constexpr size_t full_box_size = 4;  // version and flags of most boxes

struct Box {
    std::string type;
    uint64_t at = 0;
    uint64_t size_bytes = 0;
    size_t head_size_bytes = 8;
    uint64_t body() const { return at + head_size_bytes; }
    uint64_t end() const { return at + size_bytes; }
    Range content() const { return {body(), end() - body()}; }
    // What is behind the first bytes of the content; nothing if it is not larger.
    Range behind(uint64_t size) const {
        return {std::min(body() + size, end()), end() - std::min(body() + size, end())};
    }
};

// BoxReader counts what it reads, for all the parts of one file.
class BoxReader {
  public:
    explicit BoxReader(Window& window) : window_(window) {}
    Window& window() { return window_; }
    // at gives the box there, which ends before `end`; none at what is no box. Boxes without a size
    // end at `end`.
    Result<std::optional<Box>> at(uint64_t offset, uint64_t end);
    // find gives the first box of a type in another box, behind some bytes of its own.
    Result<std::optional<Box>> find(const Box& parent, std::string_view type, size_t behind = 0);

  private:
    Window& window_;
    size_t boxes_ = 0;
};

// Ranges in the order found; neighbours are one.
class Ranges {
  public:
    Status add(const Range& range);
    std::vector<Range> take() { return std::move(ranges_); }

  private:
    std::vector<Range> ranges_;
};

// drop_box makes a `free` box of zeros of it.
Status drop_box(Window& window, const Box& box, Edits& edits);

// find_samples adds where the samples of a track lie. Errors: malformed_input if its tables do not
// tell of all of them.
Status find_samples(BoxReader& reader, const Box& track, Ranges& out);

// blank_items leaves out the items of a `meta` box (ISO/IEC 23008-12) that are no images: adds
// where they lie in the file to `out`, and blanks their names and descriptions. Errors:
// malformed_input, also if the primary item is no image.
Status blank_items(BoxReader& reader, const Box& meta, Edits& edits, Ranges& out);

}  // namespace mayfly::core
