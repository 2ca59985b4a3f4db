#include "core/image_metadata.h"

#include <gtest/gtest.h>

#include "core/memory_file_port.h"

namespace mayfly::core {
namespace {

Bytes text(std::string_view from) { return to_bytes(as_bytes(from)); }
Bytes operator+(Bytes a, const Bytes& b) {
    append(a, b);
    return a;
}

Bytes segment(uint8_t marker, const Bytes& payload) {
    const size_t size = payload.size() + 2;
    return Bytes{0xff, marker, static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)} +
           payload;
}
const Bytes soi = {0xff, 0xd8};
const Bytes eoi = {0xff, 0xd9};
const Bytes jfif = segment(0xe0, text(std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14)));
const Bytes tables = segment(0xdb, Bytes(65, 1));
const Bytes scan = segment(0xda, Bytes(10, 2)) + Bytes{1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xff};

// An EXIF segment as a telephone writes it: orientation, and something about the place.
Bytes exif(uint8_t orientation, bool little_endian) {
    const Bytes entry = little_endian ? Bytes{0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0}
                                      : Bytes{1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0};
    const Bytes head = little_endian ? Bytes{'I', 'I', 42, 0, 8, 0, 0, 0, 2, 0}
                                     : Bytes{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2};
    return segment(0xe1, text(std::string("Exif\0\0", 6)) + head + Bytes(12, 0) + entry +
                             text("Latitude 52.5"));
}

struct Stripped {
    std::string error = "ok";
    std::string type;
    Bytes bytes;
    uint8_t orientation = 0;
};
Stripped strip(const Bytes& image) {
    MemoryFilePort files;
    files.files["in"] = image;
    const auto result = strip_metadata(files, "in", image.size());
    if (!result.ok()) return {error_name(result.code()), "", {}, 0};
    Stripped out{"ok", result->type, {}, result->orientation};
    for (const FilePiece& piece : result->pieces) {
        append(out.bytes, piece.literal);
        append(out.bytes, BytesView(image).subspan(static_cast<size_t>(piece.offset),
                                                   static_cast<size_t>(piece.size_bytes)));
    }
    return out;
}
bool holds(const Bytes& all, std::string_view part) {
    return as_text(all).find(part) != std::string_view::npos;
}

TEST(image_metadata, jpeg_loses_place_comments_and_trailer) {
    const Bytes image = soi + jfif + exif(1, true) +
                        segment(0xe1, text("http://ns.adobe.com/xap/1.0/ xmp")) +
                        segment(0xed, text("Photoshop 3.0 iptc")) +
                        segment(0xfe, text("a comment")) + segment(0xe2, text("MPF second image")) +
                        tables + scan + eoi + text("hidden behind the end");
    const Stripped out = strip(image);
    EXPECT_EQ(out.error, "ok");
    EXPECT_EQ(out.type, "image/jpeg");
    EXPECT_EQ(out.bytes, soi + jfif + tables + scan + eoi);
}

TEST(image_metadata, jpeg_keeps_orientation_and_colours) {
    const Bytes icc = segment(0xe2, text(std::string("ICC_PROFILE\0\1\1", 14)) + Bytes(50, 9));
    const Bytes adobe = segment(0xee, text("Adobe") + Bytes(7, 0));
    for (const bool little_endian : {true, false}) {
        const Stripped out =
            strip(soi + exif(6, little_endian) + icc + adobe + tables + scan + eoi);
        EXPECT_EQ(out.orientation, 6);
        EXPECT_FALSE(holds(out.bytes, "Latitude"));
        const Bytes tail = icc + adobe + tables + scan + eoi;
        ASSERT_EQ(out.bytes.size(), soi.size() + 36 + tail.size());
        EXPECT_TRUE(std::equal(tail.begin(), tail.end(), out.bytes.end() - ptrdiff_t(tail.size())));
        const Stripped again = strip(out.bytes);
        EXPECT_EQ(again.orientation, 6) << "what was inserted is read";
        EXPECT_EQ(again.bytes, out.bytes);
    }
}

TEST(image_metadata, progressive_jpeg_keeps_all_its_scans) {
    const Bytes image =
        soi + tables + scan + tables + scan + segment(0xfe, text("between")) + scan + eoi;
    EXPECT_EQ(strip(image).bytes, soi + tables + scan + tables + scan + scan + eoi);
}

TEST(image_metadata, jfif_thumbnail_is_left_out) {
    const Bytes with_thumbnail =
        segment(0xe0, text(std::string("JFIF\0\1\1\0\0\1\0\1\1\1", 14)) + Bytes{1, 2, 3});
    EXPECT_EQ(strip(soi + with_thumbnail + tables + scan + eoi).bytes, soi + tables + scan + eoi);
}

TEST(image_metadata, damaged_images_are_refused) {
    const Bytes image = soi + jfif + tables + scan + eoi;
    EXPECT_EQ(strip(soi + eoi).bytes, soi + eoi);
    for (size_t size = 3; size < image.size(); ++size) {
        EXPECT_EQ(strip(Bytes(image.begin(), image.begin() + ptrdiff_t(size))).error,
                  "malformed_input");
    }
    EXPECT_EQ(strip(soi + Bytes{0xff, 0xdb, 0, 1} + eoi + eoi).error, "malformed_input");
}

Bytes chunk(std::string_view type, const Bytes& data) {
    return Bytes{0, 0, 0, static_cast<uint8_t>(data.size())} + text(type) + data + Bytes(4, 0xcc);
}

TEST(image_metadata, png_keeps_only_what_makes_the_picture) {
    const Bytes head = text("\x89PNG\r\n\x1a\n") + chunk("IHDR", Bytes(13, 1));
    const Bytes body = chunk("tRNS", Bytes(2, 5)) + chunk("IDAT", Bytes(100, 2));
    const Bytes end = chunk("IEND", {});
    const Bytes image = head + chunk("tEXt", text("Author\0me")) + chunk("eXIf", text("GPS")) +
                        chunk("tRNS", Bytes(2, 5)) + chunk("tIME", Bytes(7, 1)) +
                        chunk("IDAT", Bytes(100, 2)) + chunk("iTXt", text("xmp")) +
                        chunk("vpAg", text("unknown")) + end + text("trailer");
    const Stripped out = strip(image);
    EXPECT_EQ(out.type, "image/png");
    EXPECT_EQ(out.bytes, head + body + end);
    EXPECT_EQ(strip(head + body).error, "malformed_input");
}

TEST(image_metadata, other_files_are_left_alone) {
    for (const Bytes& other : {Bytes{}, text("short"), text("GIF89a and more"), Bytes(100, 0xff)}) {
        const Stripped out = strip(other);
        EXPECT_EQ(out.error, "ok");
        EXPECT_EQ(out.type, "");
    }
}

// Two pages of Ogg, the second with this many samples.
Bytes memo(uint32_t samples) {
    Bytes page(28, 0);
    std::copy_n("OggS", 4, page.begin());
    Bytes last = page;
    for (size_t i = 0; i < 4; ++i) last[6 + i] = static_cast<uint8_t>(samples >> (8 * i));
    Bytes head = text("OpusHead") + Bytes{1, 1, 56, 1, 0x80, 0xbb, 0, 0, 0, 0, 0};  // skips 312
    return page + head + last;
}

TEST(image_metadata, a_voice_memo_says_how_long_it_is) {
    const auto duration = [](const Bytes& file) {
        MemoryFilePort files;
        files.files["in"] = file;
        const auto found = opus_duration_ms(files, "in", file.size());
        return found.ok() ? int64_t{*found} : -1;
    };
    EXPECT_EQ(duration(memo(312 + 48'000)), 1000);
    EXPECT_EQ(duration(memo(313)), 1);
    EXPECT_EQ(duration(memo(312)), -1);
    EXPECT_EQ(duration(memo(312 + 3'601'000U * 48)), -1);
    EXPECT_EQ(duration(text("OggS")), -1);
    EXPECT_EQ(duration(Bytes(1000, 0)), -1);
}

}  // namespace
}  // namespace mayfly::core
