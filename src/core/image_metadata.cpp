#include "core/image_metadata.h"

#include "core/transfers.h"

namespace mayfly::core {
namespace {

constexpr size_t block_size_bytes = 65'536;

// The file through a window of one block.
class Window {
  public:
    Window(FilePort& files, const std::string& source, uint64_t size_bytes)
        : files_(files), source_(source), size_bytes_(size_bytes) {}

    uint64_t size() const { return size_bytes_; }
    // view gives so many bytes, a block at most, of which all must be there.
    Result<BytesView> view(uint64_t offset, size_t size) {
        ENSURE(offset <= size_bytes_ && size <= size_bytes_ - offset, malformed_input);
        if (offset < start_ || offset + size > start_ + block_.size()) {
            const auto take =
                static_cast<size_t>(std::min<uint64_t>(block_size_bytes, size_bytes_ - offset));
            TRY_ASSIGN(block_, files_.read(source_, offset, take));
            start_ = offset;
        }
        ENSURE(block_.size() >= offset - start_ + size, file_changed);
        return block_.expose().subspan(static_cast<size_t>(offset - start_), size);
    }
    // rest gives what the window has from `offset` on, at least one byte.
    Result<BytesView> rest(uint64_t offset) {
        TRY(view(offset, 1));
        return block_.expose().subspan(static_cast<size_t>(offset - start_));
    }

  private:
    FilePort& files_;
    const std::string& source_;
    uint64_t size_bytes_;
    uint64_t start_ = 0;
    SecretBuffer block_;
};

class Pieces {
  public:
    void keep(uint64_t offset, uint64_t size_bytes) {
        if (size_bytes == 0) return;
        const bool follows = !pieces_.empty() && pieces_.back().literal.empty() &&
                             pieces_.back().offset + pieces_.back().size_bytes == offset;
        if (follows) {
            pieces_.back().size_bytes += size_bytes;
        } else {
            pieces_.push_back({offset, size_bytes, {}});
        }
    }
    void insert(Bytes literal) { pieces_.push_back({0, 0, std::move(literal)}); }
    bool too_many() const { return pieces_.size() > file_pieces_max; }
    std::vector<FilePiece> take() { return std::move(pieces_); }

  private:
    std::vector<FilePiece> pieces_;
};

uint32_t number_at(BytesView bytes, size_t offset, size_t size, bool little_endian) {
    uint32_t out = 0;
    for (size_t i = 0; i < size; ++i) {
        out = out << 8 | bytes[offset + (little_endian ? size - 1 - i : i)];
    }
    return out;
}

// --- JPEG (ITU T.81 annex B)

constexpr std::string_view exif_label{"Exif\0\0", 6};
constexpr std::string_view icc_label{"ICC_PROFILE\0", 12};
constexpr size_t jfif_size_bytes = 16;  // without the thumbnail that it may hold

bool begins_with(BytesView bytes, std::string_view label) {
    return bytes.size() >= label.size() && as_text(bytes.first(label.size())) == label;
}

// The orientation in the first directory of an EXIF segment (EXIF 2.32 section 4.6.4); 1 if there
// is none.
uint8_t exif_orientation(BytesView segment) {
    const BytesView tiff = segment.subspan(exif_label.size());
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

// An EXIF segment that says the orientation and nothing else.
Bytes orientation_segment(uint8_t orientation) {
    codec::Writer writer;
    writer.u16(0xffe1);
    writer.u16(34);
    writer.raw(as_bytes(exif_label));
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

struct JpegWalk {
    Window& window;
    Pieces pieces{};
    uint8_t orientation = 1;
    uint64_t at = 2;

    Result<uint8_t> next_marker();
    Status segment(uint8_t marker);
    Status entropy_coded();
    Status run();
};

// Any number of fill bytes may stand before a marker; they are dropped.
Result<uint8_t> JpegWalk::next_marker() {
    TRY_ASSIGN(BytesView head, window.view(at, 2));
    ENSURE(head[0] == 0xff, malformed_input);
    while (head[1] == 0xff) {
        ++at;
        TRY_ASSIGN(head, window.view(at, 2));
    }
    return head[1];
}

bool is_kept(uint8_t marker, BytesView payload) {
    if (marker == 0xe0) {
        return begins_with(payload, std::string_view("JFIF\0", 5)) &&
               payload.size() + 2 == jfif_size_bytes;
    }
    if (marker == 0xe2) return begins_with(payload, icc_label);
    if (marker == 0xee) return begins_with(payload, "Adobe");
    return !(marker >= 0xe0 && marker <= 0xef) && marker != 0xfe;
}

Status JpegWalk::segment(uint8_t marker) {
    TRY_ASSIGN(const BytesView head, window.view(at + 2, 2));
    const size_t size = number_at(head, 0, 2, false);
    ENSURE(size >= 2, malformed_input);
    TRY_ASSIGN(const BytesView payload, window.view(at + 4, size - 2));
    if (is_kept(marker, payload)) {
        pieces.keep(at, size + 2);
    } else if (marker == 0xe1 && begins_with(payload, exif_label) && orientation == 1) {
        orientation = exif_orientation(payload);
        if (orientation != 1) pieces.insert(orientation_segment(orientation));
    }
    at += size + 2;
    return {};
}

// Up to the next marker: in the data, 0xff is followed by 0 or by a restart marker.
Status JpegWalk::entropy_coded() {
    const uint64_t start = at;
    bool after_ff = false;
    while (true) {
        TRY_ASSIGN(const BytesView rest, window.rest(at));
        for (const uint8_t byte : rest) {
            const bool is_data = byte == 0 || (byte >= 0xd0 && byte <= 0xd7);
            if (after_ff && byte != 0xff && !is_data) {
                --at;
                pieces.keep(start, at - start);
                return {};
            }
            after_ff = byte == 0xff;
            ++at;
        }
    }
}

Status JpegWalk::run() {
    pieces.keep(0, 2);
    while (true) {
        TRY_ASSIGN(const uint8_t marker, next_marker());
        if (marker == 0xd9) {
            pieces.keep(at, 2);
            return {};
        }
        ENSURE(marker != 0xd8 && marker != 0x00, malformed_input);
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
            pieces.keep(at, 2);
            at += 2;
            continue;
        }
        TRY(segment(marker));
        if (marker == 0xda) TRY(entropy_coded());
        ENSURE(!pieces.too_many(), input_too_large);
    }
}

// --- PNG (third edition, section 5)

constexpr std::string_view png_signature{"\x89PNG\r\n\x1a\n", 8};
constexpr std::string_view png_kept[] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA",
                                         "cHRM", "sRGB", "iCCP", "cICP", "sBIT", "bKGD",
                                         "pHYs", "acTL", "fcTL", "fdAT"};

Result<std::vector<FilePiece>> walk_png(Window& window) {
    Pieces pieces;
    pieces.keep(0, png_signature.size());
    uint64_t at = png_signature.size();
    constexpr uint32_t size_max = INT32_MAX;  // section 5.3
    while (true) {
        TRY_ASSIGN(const BytesView head, window.view(at, 8));
        const uint32_t size = number_at(head, 0, 4, false);
        const std::string type(as_text(head.subspan(4)));
        ENSURE(size <= size_max && size + uint64_t{12} <= window.size() - at, malformed_input);
        if (std::find(std::begin(png_kept), std::end(png_kept), type) != std::end(png_kept)) {
            pieces.keep(at, size + uint64_t{12});
        }
        at += size + uint64_t{12};
        if (type == "IEND") return pieces.take();
        ENSURE(!pieces.too_many(), input_too_large);
    }
}

}  // namespace

Result<StrippedImage> strip_metadata(FilePort& files, const std::string& source,
                                     uint64_t size_bytes) {
    StrippedImage out;
    Window window(files, source, size_bytes);
    const auto head_size =
        static_cast<size_t>(std::min<uint64_t>(size_bytes, png_signature.size()));
    TRY_ASSIGN(const BytesView head, window.view(0, head_size));
    if (as_text(head) == png_signature) {
        out.type = "image/png";
        TRY_ASSIGN(out.pieces, walk_png(window));
    } else if (begins_with(head, "\xff\xd8\xff")) {
        out.type = "image/jpeg";
        JpegWalk walk{window};
        TRY(walk.run());
        out.pieces = walk.pieces.take();
        out.orientation = walk.orientation;
    }
    return out;
}

Result<uint32_t> opus_duration_ms(FilePort& files, const std::string& source, uint64_t size_bytes) {
    constexpr size_t page_header_size = 28;  // of the first page, with its one lacing value
    constexpr size_t opus_head_size = 12;    // as far as it is read here
    constexpr uint64_t samples_per_ms = 48;
    Window window(files, source, size_bytes);
    TRY_ASSIGN(const BytesView first, window.view(0, page_header_size + opus_head_size));
    ENSURE(begins_with(first, "OggS") && begins_with(first.subspan(page_header_size), "OpusHead"),
           malformed_input);
    const uint64_t skipped = number_at(first, page_header_size + 10, 2, true);
    // The last page says how many samples there are; pages are smaller than a block.
    const uint64_t tail_start = size_bytes - std::min<uint64_t>(size_bytes, block_size_bytes);
    TRY_ASSIGN(const BytesView tail,
               window.view(tail_start, static_cast<size_t>(size_bytes - tail_start)));
    const size_t page = as_text(tail).rfind("OggS");
    ENSURE(page != std::string_view::npos && tail.size() - page >= 14, malformed_input);
    const uint64_t samples =
        number_at(tail, page + 6, 4, true) | uint64_t{number_at(tail, page + 10, 4, true)} << 32;
    ENSURE(samples > skipped, malformed_input);
    const uint64_t duration_ms = (samples - skipped) / samples_per_ms;
    ENSURE(duration_ms <= voice_duration_ms_max, input_too_large);
    return static_cast<uint32_t>(std::max<uint64_t>(duration_ms, 1));
}

}  // namespace mayfly::core
