// Ogg, FLAC and MP3 without their comments.
#include "core/metadata_test_support.h"

namespace mayfly::core {
namespace {

Bytes zeros(size_t count) { return Bytes(count, 0); }

// --- Ogg

uint32_t slow_checksum(const Bytes& page) {
    uint32_t out = 0;
    for (const uint8_t byte : page) {
        out ^= uint32_t{byte} << 24;
        for (int i = 0; i < 8; ++i) out = out << 1 ^ ((out & 0x80000000) != 0 ? 0x04c11db7 : 0);
    }
    return out;
}

struct PageSpec {
    uint8_t flags = 0;
    uint32_t serial = 1;
    uint32_t sequence = 0;
    Bytes lengths;
};
Bytes page(const PageSpec& spec, const Bytes& body) {
    const auto with = [&](uint32_t checksum) {
        return text("OggS") + Bytes{0, spec.flags} + zeros(8) + le32(spec.serial) +
               le32(spec.sequence) + le32(checksum) +
               Bytes{static_cast<uint8_t>(spec.lengths.size())} + spec.lengths + body;
    };
    return with(slow_checksum(with(0)));
}
// A page with one packet.
Bytes page_of(uint8_t flags, uint32_t sequence, const Bytes& packet) {
    Bytes lengths(packet.size() / 255, 255);
    lengths.push_back(static_cast<uint8_t>(packet.size() % 255));
    return page({flags, 1, sequence, lengths}, packet);
}
Bytes comments(std::string_view label, const Bytes& more = {}) {
    return text(label) + le32(4) + text("libX") + le32(1) + le32(13) + text("ARTIST=nobody") + more;
}
Bytes no_comments(std::string_view label, const Bytes& like) {
    return text(label) + zeros(like.size() - label.size());
}
const Bytes opus_head = text("OpusHead") + Bytes{1, 1, 56, 1, 0x80, 0xbb, 0, 0, 0, 0, 0};

TEST(metadata_sound, comments_of_opus_become_none_and_pages_stay) {
    const Bytes tags = comments("OpusTags");
    const Bytes first = page_of(2, 0, opus_head);
    const Bytes sound = page_of(4, 2, text("sound"));
    const Stripped out = strip(first + page_of(0, 1, tags) + sound + text("behind the end"));
    EXPECT_EQ(out.error, "ok");
    EXPECT_EQ(out.type, "audio/ogg");
    EXPECT_EQ(out.bytes, first + page_of(0, 1, no_comments("OpusTags", tags)) + sound);
    EXPECT_EQ(strip(out.bytes).bytes, out.bytes);
}

TEST(metadata_sound, comments_with_a_picture_go_on_all_their_pages) {
    const Bytes tags = comments("OpusTags", Bytes(800, 'x'));
    const Bytes none = no_comments("OpusTags", tags);
    const auto whole = [](const Bytes& packet) {
        const BytesView all = packet;
        return page_of(2, 0, opus_head) + page({0, 1, 1, Bytes(2, 255)}, to_bytes(all.first(510))) +
               page({1, 1, 2, {255, static_cast<uint8_t>(all.size() - 765)}},
                    to_bytes(all.subspan(510))) +
               page_of(0, 3, text("sound"));
    };
    EXPECT_EQ(strip(whole(tags)).bytes, whole(none));
}

TEST(metadata_sound, every_stream_of_ogg_loses_its_comments) {
    const std::string_view vorbis("\x03vorbis");
    const std::string_view theora("\x81theora");
    const Bytes setup = text("\x05vorbis and its tables");
    const Bytes tags = comments(vorbis, {1});
    Bytes none = no_comments(vorbis, tags);
    none[vorbis.size() + 8] = 1;
    const auto whole = [&](const Bytes& vorbis_tags, const Bytes& theora_tags) {
        const auto length = [](const Bytes& packet) { return static_cast<uint8_t>(packet.size()); };
        return page({2, 1, 0, {8}}, text("\x01vorbis.")) +
               page({2, 9, 0, {8}}, text("\x80theora.")) +
               page({0, 1, 1, {length(vorbis_tags), length(setup)}}, vorbis_tags + setup) +
               page({0, 9, 1, {length(theora_tags)}}, theora_tags) +
               page({4, 1, 2, {5}}, text("sound")) + page({4, 9, 2, {7}}, text("picture")) +
               page({2, 5, 0, {8}}, text("Speex   ")) + page({0, 5, 1, {20}}, zeros(20));
    };
    const Bytes pictures = comments(theora);
    const Stripped out = strip(whole(tags, pictures));
    EXPECT_EQ(out.type, "video/ogg");
    EXPECT_EQ(out.bytes, whole(none, no_comments(theora, pictures)));
}

TEST(metadata_sound, flac_in_ogg_keeps_its_blocks_but_for_what_they_say) {
    const Bytes first = page_of(2, 0,
                                text("\x7f") + text("FLAC") + Bytes{1, 0, 0, 3} + text("fLaC") +
                                    Bytes{0, 0, 0, 34} + Bytes(34, 1));
    const auto whole = [&](const Bytes& tags, const Bytes& cover) {
        return first + page_of(0, 1, Bytes{4, 0, 0, static_cast<uint8_t>(tags.size())} + tags) +
               page_of(0, 2, Bytes{3, 0, 0, 2} + text("at")) + page_of(0, 3, cover) +
               page_of(4, 4, Bytes{0xff, 0xf8} + text("sound"));
    };
    const Bytes tags = comments("");
    EXPECT_EQ(strip(whole(tags, Bytes{0x86, 0, 0, 7} + text("a cover"))).bytes,
              whole(zeros(tags.size()), Bytes{0x81, 0, 0, 7} + zeros(7)));
}

TEST(metadata_sound, damaged_ogg_is_refused) {
    const Bytes tags = comments("OpusTags");
    const Bytes whole = page_of(2, 0, opus_head) + page_of(0, 1, tags);
    for (size_t size = 4; size < whole.size(); ++size) {
        EXPECT_EQ(strip(first_of(whole, size)).error, "malformed_input") << size;
    }
    EXPECT_EQ(strip(whole + text("no page")).error, "ok") << "a page that broke off";
    EXPECT_EQ(strip(whole + zeros(40)).error, "malformed_input") << "what is no page";
    EXPECT_EQ(strip(page_of(2, 0, text("a codec of tomorrow"))).error, "malformed_input");
    EXPECT_EQ(strip(page_of(2, 0, opus_head) + page_of(0, 1, comments("OpusTagz"))).error,
              "malformed_input");
    EXPECT_EQ(strip(page_of(2, 0, opus_head) + page_of(0, 1, text("OpusTags"))).error,
              "malformed_input")
        << "too short";
    EXPECT_EQ(strip(page_of(2, 0, opus_head) + page_of(2, 0, opus_head)).error, "malformed_input");
}

// --- MP3

Bytes id3(const Bytes& content) {
    return text("ID3") + Bytes{4, 0, 0, 0, 0, 0, static_cast<uint8_t>(content.size())} + content;
}
// Frames of 32 kbit/s at 48 kHz have 96 bytes.
const Bytes frame = Bytes{0xff, 0xfb, 0x14, 0xc0} + Bytes(92, 5);
const Bytes old_tag = text("TAG") + Bytes(125, 'x');

TEST(metadata_sound, mp3_loses_tags_before_and_behind_the_sound) {
    const Bytes sound = frame + frame + frame;
    const Bytes ape = text("APETAGEX") + le32(2000) + le32(32 + 7) + le32(1) + le32(0x80000000) +
                      zeros(8) + text("a title") + text("APETAGEX") + le32(2000) + le32(32 + 7) +
                      le32(1) + le32(0x80000000) + zeros(8);
    const Bytes lyrics = text("LYRICSBEGIN") + text("la") + text("000013") + text("LYRICS200");
    const Bytes last = Bytes(10, 'z') + text("3DI") + Bytes{4, 0, 0x10, 0, 0, 0, 0};
    const Stripped out =
        strip(id3(text("Artist")) + id3(text("again")) + zeros(5) + sound + lyrics + ape + old_tag);
    EXPECT_EQ(out.error, "ok");
    EXPECT_EQ(out.type, "audio/mpeg");
    EXPECT_EQ(out.bytes, sound);
    EXPECT_EQ(strip(sound + old_tag).bytes, sound);
    EXPECT_EQ(strip(sound + text("TAG+") + Bytes(223, 'y') + old_tag).bytes, sound);
    EXPECT_EQ(strip(sound + last).bytes, sound + first_of(last, 0)) << "ID3 behind the sound";
    EXPECT_EQ(strip(id3({}) + Bytes{0xff, 0xf1, 0x50, 0x80} + Bytes(20, 1)).type, "audio/aac");
}

TEST(metadata_sound, tags_without_sound_are_refused) {
    EXPECT_EQ(strip(id3(text("Artist"))).error, "malformed_input");
    EXPECT_EQ(strip(id3(text("Artist")) + text("no sound")).error, "malformed_input");
    EXPECT_EQ(strip(text("ID3") + Bytes{4, 0, 0, 1, 0, 0, 0} + frame).error, "malformed_input")
        << "a tag larger than the file";
    Bytes many;
    for (int i = 0; i < 17; ++i) append(many, id3({}));
    EXPECT_EQ(strip(many + frame).error, "input_too_large");
}

// --- FLAC

Bytes block(uint8_t type, const Bytes& content) {
    return Bytes{type, 0, 0, static_cast<uint8_t>(content.size())} + content;
}

TEST(metadata_sound, flac_keeps_what_it_is_and_where_to_seek) {
    const Bytes info = Bytes(34, 1);
    const Bytes sound = Bytes{0xff, 0xf8, 0xc9} + text("sound");
    const Bytes file = text("fLaC") + block(0, info) + block(4, text("Artist")) +
                       block(3, Bytes(18, 2)) + block(6, text("cover")) + block(0x81, zeros(9)) +
                       sound;
    const Bytes clean = text("fLaC") + block(0, info) + block(0x83, Bytes(18, 2)) + sound;
    const Stripped out = strip(id3(text("Artist")) + file + old_tag);
    EXPECT_EQ(out.type, "audio/flac");
    EXPECT_EQ(out.bytes, clean);
    EXPECT_EQ(strip(clean).bytes, clean);
    EXPECT_EQ(strip(text("fLaC") + block(0x80, info) + sound).bytes,
              text("fLaC") + block(0x80, info) + sound);
    for (size_t size = 4; size + sound.size() < file.size(); ++size) {
        EXPECT_EQ(strip(first_of(file, size)).error, "malformed_input") << size;
    }
    EXPECT_EQ(strip(text("fLaC") + block(0x84, text("Artist")) + sound).error, "malformed_input");
}

// --- voice memos

// Two pages of Ogg, the second with this many samples.
Bytes memo(uint32_t samples) {
    Bytes head(28, 0);
    std::copy_n("OggS", 4, head.begin());
    Bytes last = head;
    for (size_t i = 0; i < 4; ++i) last[6 + i] = static_cast<uint8_t>(samples >> (8 * i));
    return head + opus_head + last;  // skips 312
}

TEST(metadata_sound, a_voice_memo_says_how_long_it_is) {
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
