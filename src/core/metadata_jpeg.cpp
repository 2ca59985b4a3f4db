// JPEG (ITU T.81 annex B).
#include "codec/codec.h"
#include "core/metadata_walk.h"

namespace mayfly::core {
namespace {

constexpr std::string_view exif_label{"Exif\0\0", 6};
constexpr std::string_view icc_label{"ICC_PROFILE\0", 12};
constexpr size_t jfif_size_bytes = 16;  // without the thumbnail that it may hold

Bytes orientation_segment(uint8_t orientation) {
    const Bytes tiff = orientation_tiff(orientation);
    codec::Writer writer;
    writer.u16(0xffe1);
    writer.u16(static_cast<uint16_t>(2 + exif_label.size() + tiff.size()));
    writer.raw(as_bytes(exif_label));
    writer.raw(tiff);
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
        orientation = tiff_orientation(payload.subspan(exif_label.size()));
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

}  // namespace

Result<StrippedFile> strip_jpeg(Window& window) {
    JpegWalk walk{window};
    TRY(walk.run());
    return StrippedFile{"image/jpeg", walk.pieces.take(), walk.orientation};
}

}  // namespace mayfly::core
