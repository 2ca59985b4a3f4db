// Films, sound and HEIF: what must stay in its place, and what stands before and behind the sound.
#include "core/metadata_test_support.h"
#include "core/transfers.h"

namespace mayfly::core {
namespace {

// --- boxes

Bytes box(std::string_view type, const Bytes& content) {
    return u32(8 + content.size()) + text(type) + content;
}
Bytes full(std::string_view type, const Bytes& content, uint8_t version = 0) {
    return box(type, Bytes{version, 0, 0, 0} + content);
}
Bytes zeros(size_t count) { return Bytes(count, 0); }
Bytes freed(const Bytes& was) { return box("free", zeros(was.size() - 8)); }
Bytes handler(std::string_view kind, std::string_view name) {
    return full("hdlr", text("mhlr") + text(kind) + text(name.empty() ? "" : "appl") +
                            (name.empty() ? zeros(4) : zeros(0)) + zeros(8) +
                            (name.empty() ? zeros(24) : text(name) + zeros(24 - name.size())));
}

// A track of two chunks of two samples, each of so many bytes.
struct TrackSpec {
    std::string_view kind;
    std::string_view name;
    Bytes entry;
    std::vector<uint64_t> chunks;
    uint32_t sample_size;
    uint8_t made;  // when, in each byte
};
Bytes track(const TrackSpec& spec, uint8_t version = 0) {
    const size_t time_size = version == 0 ? 8 : 16;
    const Bytes times(time_size, spec.made);
    const Bytes url = box("url ", Bytes{0, 0, 0, 1});
    Bytes offsets = u32(spec.chunks.size());
    for (const uint64_t chunk : spec.chunks) append(offsets, u32(chunk));
    const Bytes stbl = box(
        "stbl", full("stsd", u32(1) + spec.entry) + full("stts", u32(1) + u32(4) + u32(10)) +
                    full("stsc", u32(1) + u32(1) + u32(2) + u32(1)) +
                    full("stsz", u32(0) + u32(4) + u32(spec.sample_size) + u32(spec.sample_size) +
                                     u32(spec.sample_size) + u32(spec.sample_size)) +
                    full("stco", offsets));
    const Bytes minf =
        box("minf", full("vmhd", zeros(8)) + box("dinf", full("dref", u32(1) + url)) + stbl);
    const Bytes mdia = box(
        "mdia", full("mdhd", times + zeros(12), version) + handler(spec.kind, spec.name) + minf);
    return box("trak", full("tkhd", times + zeros(70), version) + mdia);
}
Bytes picture_entry(std::string_view vendor, std::string_view compressor) {
    return box("avc1", zeros(12) + text(vendor) + zeros(26) + text(compressor) +
                           zeros(36 - compressor.size()) + box("avcC", Bytes(9, 1)));
}
Bytes sound_entry(std::string_view vendor) {
    return box("mp4a", zeros(12) + text(vendor) + zeros(20));
}

Bytes ftyp(std::string_view brand) { return box("ftyp", text(brand) + zeros(4) + text("mp42")); }
Bytes movie_head(uint8_t made) { return full("mvhd", Bytes(8, made) + Bytes(92, 1)); }

// The samples of three tracks, one after the other.
const Bytes film_media = box("mdat", text("frame one, frame two, ") + text("N52.5 E13.4 ") +
                                         text("sound of frames ") + text("N52.6 E13.4 "));
constexpr uint64_t media_at = 20 + 8;  // behind `ftyp`

struct FilmSpec {
    std::string_view vendor, compressor, name;
    uint8_t made = 0;
};
Bytes film_tracks(const FilmSpec& spec, const Bytes& places) {
    const auto vendor = spec.vendor.empty() ? std::string_view("\0\0\0\0", 4) : spec.vendor;
    return track({"vide",
                  spec.name,
                  picture_entry(vendor, spec.compressor),
                  {media_at, media_at + 11},
                  5,
                  spec.made}) +
           places +
           track({"soun",
                  spec.name,
                  sound_entry(vendor),
                  {media_at + 34, media_at + 42},
                  4,
                  spec.made},
                 1);
}
const Bytes places = track({"meta",
                            "Core Media Metadata",
                            box("mebx", Bytes(16, 1)),
                            {media_at + 22, media_at + 50},
                            6,
                            3});

TEST(metadata_media, film_loses_place_time_and_device_and_stays_as_long_as_it_was) {
    const Bytes user_data = box("udta", box("\xa9xyz", text("+52.5200+013.4050/")));
    const Bytes keys = box("meta", full("hdlr", text("mdta")) + text("....com.apple.quicktime"));
    const Bytes xmp = box("uuid", text("an identifier...") + text("<x:xmpmeta/>"));
    const Bytes large = u32(1) + text("Gtag") + number(16 + 7, 8) + text("by hand");
    const Bytes film =
        ftyp("qt  ") + film_media + xmp + large +
        box("moov", movie_head(7) +
                        film_tracks({"GoPr", "\x10GoPro AVC encoder", "GoPro AVC", 7}, places) +
                        user_data + keys) +
        box("free", text("what was here before"));
    const Bytes clean_media = box(
        "mdat", text("frame one, frame two, ") + zeros(12) + text("sound of frames ") + zeros(12));
    const Stripped out = strip(film + text("\xff\xff and the camera's own"));
    EXPECT_EQ(out.error, "ok");
    EXPECT_EQ(out.type, "video/quicktime");
    EXPECT_EQ(out.bytes, ftyp("qt  ") + clean_media + freed(xmp) + u32(1) + text("free") +
                             number(23, 8) + zeros(7) +
                             box("moov", movie_head(0) + film_tracks({"", "", ""}, freed(places)) +
                                             freed(user_data) + freed(keys)) +
                             box("free", zeros(20)));
    EXPECT_EQ(strip(out.bytes).bytes, out.bytes);
}

TEST(metadata_media, film_says_what_it_is) {
    const auto type_of = [](std::string_view brand, const Bytes& tracks) {
        return strip(ftyp(brand) + film_media + box("moov", movie_head(0) + tracks)).type;
    };
    const Bytes both = film_tracks({"", "", ""}, {});
    const Bytes sound = track({"soun", "", sound_entry("...."), {media_at, media_at + 8}, 4, 0});
    EXPECT_EQ(type_of("isom", both), "video/mp4");
    EXPECT_EQ(type_of("3gp4", both), "video/3gpp");
    EXPECT_EQ(type_of("qt  ", both), "video/quicktime");
    EXPECT_EQ(type_of("M4A ", sound), "audio/mp4");
    EXPECT_EQ(type_of("isom", places), "") << "there is nothing to see or hear";
}

TEST(metadata_media, old_film_without_a_brand_is_known_by_its_movie) {
    const Bytes moov = box("moov", movie_head(7) + film_tracks({"", "", "", 7}, {}));
    const Bytes wide = box("wide", zeros(12));
    const Stripped out = strip(wide + film_media + moov);
    EXPECT_EQ(out.type, "video/quicktime");
    EXPECT_EQ(out.bytes,
              wide + film_media + box("moov", movie_head(0) + film_tracks({"", "", ""}, {})));
}

TEST(metadata_media, film_of_which_nobody_can_say_what_is_in_it_is_refused) {
    const auto refused = [](const Bytes& film) { return strip(film).error; };
    const Bytes moov = box("moov", movie_head(0) + film_tracks({"", "", ""}, places));
    const Bytes film = ftyp("isom") + film_media + moov;
    for (size_t size = 21; size < film.size(); size += 7) {
        EXPECT_EQ(refused(first_of(film, size)), "malformed_input") << size;
    }
    EXPECT_EQ(refused(film + box("moof", full("mfhd", u32(1)))), "malformed_input")
        << "places in fragments";
    EXPECT_EQ(refused(ftyp("isom") + film_media + box("moov", box("cmov", zeros(9)))),
              "malformed_input")
        << "packed";
    const Bytes outside = track({"meta", "", box("gpmd", zeros(8)), {4, 900'000}, 6, 0});
    EXPECT_EQ(refused(ftyp("isom") + film_media +
                      box("moov", movie_head(0) + film_tracks({"", "", ""}, outside))),
              "malformed_input")
        << "samples that are not media";
    const Bytes fewer = track({"meta", "", box("gpmd", zeros(8)), {media_at + 22}, 6, 0});
    EXPECT_EQ(refused(ftyp("isom") + film_media +
                      box("moov", movie_head(0) + film_tracks({"", "", ""}, fewer))),
              "malformed_input")
        << "samples in no chunk";
}

TEST(metadata_media, film_that_broke_off_in_its_media_is_sent_as_far_as_it_goes) {
    const Bytes begin = ftyp("isom") + box("moov", movie_head(0) + film_tracks({"", "", ""}, {}));
    const Bytes film = begin + first_of(film_media, 30);
    EXPECT_EQ(strip(film).bytes, film);
    EXPECT_EQ(strip(begin + box("free", text("x")) + text("\0\0\0")).error, "ok");
}

TEST(metadata_media, film_with_more_places_than_pieces_is_refused) {
    std::vector<uint64_t> chunks;
    Bytes media;
    for (uint64_t i = 0; i < file_pieces_max; ++i) {
        chunks.push_back(media_at + media.size());
        append(media, Bytes{1, 1, 2});
    }
    Bytes offsets = u32(chunks.size());
    for (const uint64_t chunk : chunks) append(offsets, u32(chunk));
    const Bytes stbl =
        box("stbl", full("stsc", u32(1) + u32(1) + u32(1) + u32(1)) +
                        full("stsz", u32(2) + u32(chunks.size())) + full("stco", offsets));
    const Bytes trak = box("trak", box("mdia", handler("camm", "") + box("minf", stbl)));
    const Bytes film =
        ftyp("isom") + box("mdat", media) + box("moov", film_tracks({"", "", ""}, trak));
    EXPECT_EQ(strip(film).error, "input_too_large");
}

// --- HEIF

Bytes item_info(uint16_t id, std::string_view type, const Bytes& name) {
    return full("infe", u16(id) + zeros(2) + text(type) + name, 2);
}
struct Heif {
    Bytes exif_name, xmp_name, idat, description, handler_name, extra;
};
Bytes heif_meta(const Heif& heif, uint64_t media, uint16_t primary = 1) {
    const auto located = [](uint16_t id, uint16_t method, uint64_t offset, uint64_t size) {
        return u16(id) + u16(method) + u16(0) + u16(1) + u32(offset) + u32(size);
    };
    const Bytes infos = full("iinf", u16(3) + item_info(1, "hvc1", zeros(1)) +
                                         item_info(2, "Exif", heif.exif_name) +
                                         item_info(3, "mime", heif.xmp_name));
    const Bytes locations = full("iloc",
                                 Bytes{0x44, 0} + u16(3) + located(1, 0, media, 7) +
                                     located(2, 0, media + 7, 13) + located(3, 1, 2, 6),
                                 1);
    const Bytes properties =
        box("iprp", box("ipco", box("irot", Bytes{1}) + box("udes", heif.description)) +
                        full("ipma", u32(0)));
    return full("meta", full("hdlr", zeros(4) + text("pict") + heif.handler_name) +
                            full("pitm", u16(primary)) + infos + locations + properties +
                            box("idat", heif.idat) + heif.extra);
}

TEST(metadata_media, heif_loses_exif_and_xmp_and_stays_as_it_was_turned) {
    const Bytes head = ftyp("heic");
    const Bytes uuid = box("uuid", Bytes(30, 1));
    const Heif said{text("Exif\0"),
                    text("mime by me\0"),
                    text("ab<xmp/>c"),
                    text("at home"),
                    text("............by a telephone"),
                    uuid};
    const Heif clean{zeros(said.exif_name.size()),      zeros(said.xmp_name.size()),
                     text("ab") + zeros(6) + text("c"), zeros(said.description.size()),
                     zeros(said.handler_name.size()),   freed(uuid)};
    const uint64_t media = head.size() + heif_meta(said, 0).size() + 8;
    const Bytes motion = box("mpvd", text("a film, with its place"));
    const Stripped out = strip(head + heif_meta(said, media) +
                               box("mdat", text("picture") + text("Latitude 52.5")) + motion);
    EXPECT_EQ(out.error, "ok");
    EXPECT_EQ(out.type, "image/heic");
    EXPECT_EQ(out.bytes, head + heif_meta(clean, media) + box("mdat", text("picture") + zeros(13)) +
                             freed(motion));
    EXPECT_EQ(strip(out.bytes).bytes, out.bytes);
    EXPECT_EQ(strip(ftyp("avif") + heif_meta(said, media) + box("mdat", zeros(20))).type,
              "image/avif");
}

TEST(metadata_media, damaged_heif_is_refused) {
    const Heif said{zeros(1), zeros(2), zeros(9), zeros(4), zeros(13), {}};
    const Bytes head = ftyp("mif1");
    const uint64_t media = head.size() + heif_meta(said, 0).size() + 8;
    const Bytes mdat = box("mdat", zeros(20));
    EXPECT_EQ(strip(head + heif_meta(said, media) + mdat).type, "image/heif");
    EXPECT_EQ(strip(head + heif_meta(said, media, 2) + mdat).error, "malformed_input")
        << "EXIF is no picture";
    EXPECT_EQ(strip(head + heif_meta(said, 8) + mdat).error, "malformed_input")
        << "items that are not media";
    const Bytes whole = head + heif_meta(said, media) + mdat;
    for (size_t size = head.size() + 1; size + mdat.size() < whole.size(); ++size) {
        EXPECT_EQ(strip(first_of(whole, size)).error, "malformed_input") << size;
    }
}

}  // namespace
}  // namespace mayfly::core
