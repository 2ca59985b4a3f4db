// PNG (third edition, section 5), GIF (89a) and WebP (RFC 9649): what makes the picture is kept.
#include "core/metadata_walk.h"
#include "core/transfers.h"

namespace mayfly::core {
namespace {

constexpr size_t png_signature_size = 8;
constexpr std::string_view png_kept =
    "IHDRPLTEIDATIENDtRNSgAMAcHRMsRGBiCCPcICPsBITbKGDpHYsacTLfcTLfdAT";

// --- GIF

constexpr size_t control_size = 8;  // the graphic control extension, of the image that follows
constexpr size_t loop_size = 18;    // up to how often the animation is played

size_t color_table_size(uint8_t flags) {
    return (flags & 0x80) == 0 ? 0 : size_t{3} << ((flags & 7) + 1);
}

struct GifWalk {
    Window& window;
    Pieces pieces{};
    uint64_t at = 0;
    std::optional<uint64_t> control{};
    bool has_image = false;

    Status sub_blocks();
    Status image();
    Status application();
    Status extension();
    Status run();
};

// Up to the empty one.
Status GifWalk::sub_blocks() {
    while (true) {
        TRY_ASSIGN(const uint64_t size, window.number(at, 1));
        at += 1 + size;
        if (size == 0) return {};
    }
}

Status GifWalk::image() {
    constexpr size_t head_size = 10;
    const uint64_t start = at;
    TRY_ASSIGN(const BytesView head, window.view(at, head_size));
    at += head_size + color_table_size(head[9]) + 1;  // and the size of the first code
    TRY(sub_blocks());
    if (control) pieces.keep(*control, control_size);
    pieces.keep(start, at - start);
    control.reset();
    has_image = true;
    return {};
}

// Of an application: how often to play, and colours.
Status GifWalk::application() {
    const uint64_t start = at;
    at += 2;
    TRY_ASSIGN(const BytesView head, window.view(start, 14));
    const std::string name(as_text(head.subspan(2)));
    TRY(sub_blocks());
    if (name == "\x0bICCRGBG1012") pieces.keep(start, at - start);
    if ((name == "\x0bNETSCAPE2.0" || name == "\x0b"
                                              "ANIMEXTS1.0") &&
        at - start > loop_size) {
        TRY_ASSIGN(const uint64_t begin, window.number(start + 14, 2));
        if (begin != 0x0301) return {};
        pieces.keep(start, loop_size);
        pieces.insert({0});
    }
    return {};
}

Status GifWalk::extension() {
    TRY_ASSIGN(const uint64_t label, window.number(at + 1, 1));
    if (label == 0xff) return application();
    if (label == 0xf9) {
        TRY_ASSIGN(const BytesView whole, window.view(at, control_size));
        ENSURE(whole[2] == 4 && whole[7] == 0, malformed_input);
        control = at;
        at += control_size;
        return {};
    }
    if (label == 0x01) control.reset();  // a text, which no browser draws, and what controls it
    at += 2;
    return sub_blocks();
}

Status GifWalk::run() {
    constexpr size_t head_size = 13;
    TRY_ASSIGN(const BytesView head, window.view(0, head_size));
    at = head_size + color_table_size(head[10]);
    ENSURE(at <= window.size(), malformed_input);
    pieces.keep(0, at);
    while (at < window.size() || !has_image) {
        TRY_ASSIGN(const uint64_t kind, window.number(at, 1));
        if (kind == 0x3b) break;
        if (kind == 0x2c) {
            TRY(image());
        } else if (kind == 0x21) {
            TRY(extension());
        } else {
            ENSURE(kind == 0, malformed_input);  // some writers put one between two blocks
            ++at;
        }
        ENSURE(!pieces.too_many(), input_too_large);
    }
    pieces.insert({0x3b});  // many a file ends without it
    return {};
}

// --- WebP

constexpr size_t riff_head_size = 12;
constexpr size_t chunk_head_size = 8;
constexpr std::string_view webp_kept = "VP8XICCPANIMANMFALPHVP8 VP8L";
constexpr uint8_t has_exif = 0x08;
constexpr uint8_t has_xmp = 0x04;

struct Chunk {
    std::string type;
    uint64_t at = 0;
    uint64_t size_bytes = 0;  // of its content
    uint64_t body() const { return at + chunk_head_size; }
    uint64_t padded() const { return chunk_head_size + size_bytes + (size_bytes & 1); }
};

struct WebpWalk {
    Window& window;
    Pieces pieces{};
    std::vector<Chunk> kept{};
    uint8_t orientation = 1;

    Result<Chunk> chunk_at(uint64_t at, uint64_t end);
    Status frame(const Chunk& chunk);
    Status find_chunks();
    Status keep(const Chunk& chunk);
    Status run();
};

Result<Chunk> WebpWalk::chunk_at(uint64_t at, uint64_t end) {
    TRY_ASSIGN(const BytesView head, window.view(at, chunk_head_size));
    Chunk out{std::string(as_text(head.first(4))), at, number_at(head, 4, 4, true)};
    ENSURE(out.size_bytes <= end - out.body(), malformed_input);
    return out;
}

// A frame of an animation holds chunks itself. A frame with others is not cut to pieces but
// refused: no writer is known that makes them.
Status WebpWalk::frame(const Chunk& chunk) {
    constexpr uint64_t frame_head_size = 16;
    const uint64_t end = chunk.body() + chunk.size_bytes;
    ENSURE(chunk.size_bytes >= frame_head_size, malformed_input);
    for (uint64_t at = chunk.body() + frame_head_size; at < end;) {
        ENSURE(end - at >= chunk_head_size, malformed_input);
        TRY_ASSIGN(const Chunk inner, chunk_at(at, end));
        ENSURE(is_one_of(inner.type, "ALPHVP8 VP8L"), malformed_input);
        at += inner.padded();
    }
    return {};
}

Status WebpWalk::find_chunks() {
    TRY_ASSIGN(const BytesView head, window.view(0, riff_head_size));
    const uint64_t end = chunk_head_size + uint64_t{number_at(head, 4, 4, true)};
    ENSURE(end <= window.size(), malformed_input);
    bool has_picture = false;
    for (uint64_t at = riff_head_size; at + chunk_head_size <= end;) {
        TRY_ASSIGN(Chunk chunk, chunk_at(at, end));
        at += chunk.padded();
        if (chunk.type == "EXIF") {
            const auto size = std::min<uint64_t>(chunk.size_bytes, Window::block_size_bytes);
            TRY_ASSIGN(BytesView tiff, window.view(chunk.body(), static_cast<size_t>(size)));
            if (begins_with(tiff, "Exif")) tiff = tiff.subspan(std::min<size_t>(6, tiff.size()));
            orientation = tiff_orientation(tiff);
        }
        if (chunk.type == "ANMF") TRY(frame(chunk));
        has_picture = has_picture || is_one_of(chunk.type, "VP8 VP8LANMF");
        if (is_one_of(chunk.type, webp_kept)) kept.push_back(std::move(chunk));
        ENSURE(kept.size() <= file_pieces_max, input_too_large);
    }
    ENSURE(has_picture, malformed_input);
    return {};
}

Status WebpWalk::keep(const Chunk& chunk) {
    if (chunk.type == "VP8X") {
        ENSURE(chunk.size_bytes >= 1, malformed_input);
        TRY_ASSIGN(const uint64_t flags, window.number(chunk.body(), 1));
        const auto cleared = static_cast<uint8_t>(flags & ~uint64_t{has_exif | has_xmp});
        pieces.keep(chunk.at, chunk_head_size);
        pieces.insert({static_cast<uint8_t>(cleared | (orientation == 1 ? 0 : has_exif))});
        pieces.keep(chunk.body() + 1, chunk.size_bytes - 1);
    } else {
        pieces.keep(chunk.at, chunk_head_size + chunk.size_bytes);
    }
    if ((chunk.size_bytes & 1) == 0) return {};
    const uint64_t pad = chunk.body() + chunk.size_bytes;
    if (pad < window.size()) {
        pieces.keep(pad, 1);
    } else {
        pieces.insert({0});  // some writers leave out the last one
    }
    return {};
}

void put_little_endian(Bytes& to, uint64_t value) {
    for (int shift = 0; shift < 32; shift += 8) to.push_back(static_cast<uint8_t>(value >> shift));
}

Status WebpWalk::run() {
    TRY(find_chunks());
    if (kept.empty() || kept.front().type != "VP8X") orientation = 1;
    Bytes exif;
    if (orientation != 1) {
        const Bytes tiff = orientation_tiff(orientation);
        exif = to_bytes(as_bytes("EXIF"));
        put_little_endian(exif, tiff.size());
        append(exif, tiff);
    }
    uint64_t size = 4 + exif.size();
    for (const Chunk& chunk : kept) size += chunk.padded();
    Bytes head = to_bytes(as_bytes("RIFF"));
    put_little_endian(head, size);
    append(head, as_bytes("WEBP"));
    pieces.insert(std::move(head));
    for (const Chunk& chunk : kept) TRY(keep(chunk));
    if (!exif.empty()) pieces.insert(std::move(exif));
    ENSURE(!pieces.too_many(), input_too_large);
    return {};
}

}  // namespace

Result<StrippedFile> strip_png(Window& window) {
    Pieces pieces;
    pieces.keep(0, png_signature_size);
    uint64_t at = png_signature_size;
    constexpr uint32_t size_max = INT32_MAX;  // section 5.3
    while (true) {
        TRY_ASSIGN(const BytesView head, window.view(at, 8));
        const uint32_t size = number_at(head, 0, 4, false);
        const std::string type(as_text(head.subspan(4)));
        ENSURE(size <= size_max && size + uint64_t{12} <= window.size() - at, malformed_input);
        if (is_one_of(type, png_kept)) pieces.keep(at, size + uint64_t{12});
        at += size + uint64_t{12};
        if (type == "IEND") return StrippedFile{"image/png", pieces.take()};
        ENSURE(!pieces.too_many(), input_too_large);
    }
}

Result<StrippedFile> strip_gif(Window& window) {
    GifWalk walk{window};
    TRY(walk.run());
    return StrippedFile{"image/gif", walk.pieces.take()};
}

Result<StrippedFile> strip_webp(Window& window) {
    WebpWalk walk{window};
    TRY(walk.run());
    return StrippedFile{"image/webp", walk.pieces.take(), walk.orientation};
}

}  // namespace mayfly::core
