#include "core/metadata_test_support.h"

namespace mayfly::core {
namespace {

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
Bytes exif(uint8_t orientation, bool little) {
    return segment(
        0xe1, text(std::string("Exif\0\0", 6)) + tiff(orientation, little) + text("Latitude 52.5"));
}

TEST(file_metadata, jpeg_loses_place_comments_and_trailer) {
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

TEST(file_metadata, jpeg_keeps_orientation_and_colours) {
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

TEST(file_metadata, progressive_jpeg_keeps_all_its_scans) {
    const Bytes image =
        soi + tables + scan + tables + scan + segment(0xfe, text("between")) + scan + eoi;
    EXPECT_EQ(strip(image).bytes, soi + tables + scan + tables + scan + scan + eoi);
}

TEST(file_metadata, jfif_thumbnail_is_left_out) {
    const Bytes with_thumbnail =
        segment(0xe0, text(std::string("JFIF\0\1\1\0\0\1\0\1\1\1", 14)) + Bytes{1, 2, 3});
    EXPECT_EQ(strip(soi + with_thumbnail + tables + scan + eoi).bytes, soi + tables + scan + eoi);
}

TEST(file_metadata, damaged_images_are_refused) {
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

TEST(file_metadata, png_keeps_only_what_makes_the_picture) {
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

// --- GIF

const Bytes gif_head = text("GIF89a") + Bytes{2, 0, 2, 0, 0x80, 0, 0} + Bytes(6, 7);
const Bytes gif_control = {0x21, 0xf9, 4, 1, 10, 0, 0, 0};
const Bytes gif_image = Bytes{0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2} + Bytes{3, 1, 2, 3, 2, 4, 5, 0};
Bytes gif_extension(uint8_t label, std::string_view name, const Bytes& data) {
    return Bytes{0x21, label, static_cast<uint8_t>(name.size())} + text(name) +
           Bytes{static_cast<uint8_t>(data.size())} + data + Bytes{0};
}
const Bytes gif_loop = gif_extension(0xff, "NETSCAPE2.0", {1, 0, 0});
const Bytes gif_colors = gif_extension(0xff, "ICCRGBG1012", Bytes(50, 9));

TEST(file_metadata, gif_keeps_its_frames_and_how_often_they_are_shown) {
    const Bytes kept = gif_head + gif_loop + gif_colors + gif_control + gif_image + gif_control +
                       gif_image + Bytes{0x3b};
    const Bytes image = gif_head + gif_loop + gif_extension(0xfe, "by me", text("at home")) +
                        gif_colors + gif_extension(0xff, "XMP DataXMP", text("place")) +
                        gif_control + gif_extension(0x01, "a text that", text("is drawn")) +
                        gif_extension(0xff, "NETSCAPE2.0", {2, 9, 9}) + gif_control + gif_image +
                        Bytes{0} + gif_control + gif_image + Bytes{0x3b} + text("trailer");
    const Stripped out = strip(image);
    EXPECT_EQ(out.error, "ok");
    EXPECT_EQ(out.type, "image/gif");
    EXPECT_EQ(out.bytes, kept);
    EXPECT_EQ(strip(gif_head + gif_image).bytes, gif_head + gif_image + Bytes{0x3b});
}

TEST(file_metadata, damaged_gif_is_refused) {
    const Bytes image = gif_head + gif_loop + gif_control + gif_image;
    for (size_t size = 6; size < image.size(); ++size) {
        EXPECT_EQ(strip(first_of(image, size)).error, "malformed_input") << size;
    }
    EXPECT_EQ(strip(gif_head + Bytes{0x22} + gif_image).error, "malformed_input");
}

// --- WebP

Bytes riff_chunk(std::string_view type, const Bytes& data) {
    return text(type) + le32(static_cast<uint32_t>(data.size())) + data + Bytes(data.size() % 2, 0);
}
Bytes webp(const Bytes& chunks) { return riff_chunk("RIFF", text("WEBP") + chunks); }
Bytes vp8x(uint8_t flags) { return riff_chunk("VP8X", Bytes{flags} + Bytes(9, 1)); }
const Bytes webp_picture = riff_chunk("VP8 ", Bytes(31, 5));

TEST(file_metadata, webp_loses_what_is_not_the_picture_and_stays_as_it_was_turned) {
    const Bytes colors = riff_chunk("ICCP", Bytes(9, 3));
    for (const uint8_t turned : {uint8_t{1}, uint8_t{6}}) {
        const Bytes with_place = tiff(turned, true) + text("Latitude 52.5");
        const Bytes image =
            webp(vp8x(0x2c) + colors + webp_picture + riff_chunk("EXIF", with_place) +
                 riff_chunk("XMP ", text("me")) + riff_chunk("odd ", text("unknown")));
        const Stripped out = strip(image + text("trailer"));
        EXPECT_EQ(out.error, "ok");
        EXPECT_EQ(out.type, "image/webp");
        EXPECT_EQ(out.orientation, turned);
        const Bytes exif = turned == 1 ? Bytes{} : riff_chunk("EXIF", orientation_tiff(turned));
        EXPECT_EQ(out.bytes, webp(vp8x(turned == 1 ? 0x20 : 0x28) + colors + webp_picture + exif));
        EXPECT_EQ(strip(out.bytes).bytes, out.bytes);
    }
    EXPECT_EQ(strip(webp(webp_picture)).bytes, webp(webp_picture)) << "the simple form";
}

TEST(file_metadata, animated_webp_keeps_its_frames) {
    const Bytes frame = riff_chunk(
        "ANMF", Bytes(16, 1) + riff_chunk("ALPH", Bytes(5, 1)) + riff_chunk("VP8L", Bytes(8, 2)));
    const Bytes head = vp8x(0x02) + riff_chunk("ANIM", Bytes(6, 0));
    EXPECT_EQ(strip(webp(head + frame + riff_chunk("XMP ", text("me")) + frame)).bytes,
              webp(head + frame + frame));
    const Bytes odd = riff_chunk("ANMF", Bytes(16, 1) + riff_chunk("note", text("by me")));
    EXPECT_EQ(strip(webp(head + frame + odd)).error, "malformed_input");
}

TEST(file_metadata, damaged_webp_is_refused) {
    const Bytes image = webp(vp8x(0) + webp_picture);
    for (size_t size = 12; size + 1 < image.size(); ++size) {
        EXPECT_EQ(strip(first_of(image, size)).error, "malformed_input") << size;
    }
    EXPECT_EQ(strip(webp(vp8x(0))).error, "malformed_input") << "no picture";
}

TEST(file_metadata, other_files_are_left_alone) {
    const Bytes others[] = {Bytes{},
                            text("short"),
                            Bytes(100, 0xff),
                            text("GIF for all of us"),
                            text("RIFF....WAVEfmt "),
                            text("The free encyclopedia"),
                            text("xxxxftyp is how a film begins"),
                            text("ID3 tags were invented in 1996"),
                            text("\xff\xfb\x90\x64 and no second frame") + Bytes(1000, 1),
                            Bytes{0, 0, 0, 8} + text("free") + Bytes(100, 1),
                            Bytes{0, 0, 0, 16} + text("ftypcrx ") + Bytes(100, 1),
                            text("%PDF-1.7"),
                            text("PK\3\4 an office document")};
    for (const Bytes& other : others) {
        const Stripped out = strip(other);
        EXPECT_EQ(out.error, "ok") << to_hex(other);
        EXPECT_EQ(out.type, "") << to_hex(other);
    }
}

}  // namespace
}  // namespace mayfly::core
