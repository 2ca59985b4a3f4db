// FLAC (RFC 9639) and MPEG audio (MP3, AAC): tags stand in blocks, or before and behind the sound.
#include "core/metadata_walk.h"
#include "core/transfers.h"

namespace mayfly::core {
namespace {

// Files have one or two; more are an attempt to keep us busy.
constexpr int tags_max = 16;
constexpr size_t id3_head_size = 10;

// ID3v2 sizes have 7 bits in each byte. Gives the whole size of a tag; 0 if there is none.
uint64_t id3_size(BytesView head) {
    if (head.size() < id3_head_size || !begins_with(head, "ID3")) return 0;
    const bool is_version = head[3] >= 2 && head[3] <= 4 && head[4] != 0xff;
    uint64_t size = 0;
    for (size_t i = 6; i < id3_head_size; ++i) {
        if (!is_version || head[i] >= 0x80) return 0;
        size = size << 7 | head[i];
    }
    const bool has_foot = (head[5] & 0x10) != 0;
    return id3_head_size + size + (has_foot ? id3_head_size : 0);
}

Result<uint64_t> behind_tags(Window& window) {
    uint64_t at = 0;
    for (int i = 0; i < tags_max; ++i) {
        if (window.size() - at < id3_head_size) return at;
        TRY_ASSIGN(const BytesView head, window.view(at, id3_head_size));
        const uint64_t size = id3_size(head);
        if (size == 0) return at;
        ENSURE(size <= window.size() - at, malformed_input);
        at += size;
    }
    return MAYFLY_ERROR(input_too_large);
}

// The size of the tag that ends at `end`, if it begins at `start` or later; 0 if there is none.
// ID3v1 with its extension, APE, Lyrics3, and ID3v2 behind the sound.
Result<uint64_t> last_tag_size(Window& window, uint64_t start, uint64_t end) {
    constexpr size_t id3v1_size = 128;
    constexpr size_t id3v1_more_size = 227;
    constexpr size_t ape_foot_size = 32;
    constexpr size_t lyrics_foot_size = 15;  // six digits of a size, and a name
    const uint64_t room = end - start;
    const auto size = static_cast<size_t>(std::min<uint64_t>(room, id3v1_size + id3v1_more_size));
    TRY_ASSIGN(const BytesView tail, window.view(end - size, size));
    if (size >= id3v1_size && begins_with(tail.last(id3v1_size), "TAG")) {
        const bool has_more = size == id3v1_size + id3v1_more_size && begins_with(tail, "TAG+");
        return uint64_t{has_more ? size : id3v1_size};
    }
    if (size >= ape_foot_size && begins_with(tail.last(ape_foot_size), "APETAGEX")) {
        const BytesView foot = tail.last(ape_foot_size);
        const bool has_head = (foot[23] & 0x80) != 0;
        return uint64_t{number_at(foot, 12, 4, true)} + (has_head ? ape_foot_size : 0);
    }
    if (size >= lyrics_foot_size && begins_with(tail.last(9), "LYRICS200")) {
        uint64_t lyrics = 0;
        for (const uint8_t digit : tail.last(lyrics_foot_size).first(6)) {
            ENSURE(digit >= '0' && digit <= '9', malformed_input);
            lyrics = lyrics * 10 + (digit - '0');
        }
        return lyrics + lyrics_foot_size;
    }
    if (size >= id3_head_size && begins_with(tail.last(id3_head_size), "3DI")) {
        Bytes head = to_bytes(tail.last(id3_head_size));
        std::copy_n("ID3", 3, head.begin());
        return id3_size(head);
    }
    return uint64_t{0};
}

Result<uint64_t> before_tags(Window& window, uint64_t start) {
    uint64_t end = window.size();
    for (int i = 0; i < tags_max; ++i) {
        TRY_ASSIGN(const uint64_t size, last_tag_size(window, start, end));
        if (size == 0) return end;
        ENSURE(size <= end - start, malformed_input);
        end -= size;
    }
    return MAYFLY_ERROR(input_too_large);
}

// --- MPEG audio (ISO/IEC 11172-3 section 2.4.1.3, ISO/IEC 13818-3, 13818-7)

enum class Sound : uint8_t { none, mpeg, aac };

Sound sound_of(BytesView head) {
    if (head.size() < 4 || head[0] != 0xff) return Sound::none;
    if ((head[1] & 0xf6) == 0xf0) return Sound::aac;
    const bool is_mpeg = head[1] >= 0xe0 && (head[1] & 0x18) != 0x08 && (head[1] & 0x06) != 0 &&
                         (head[2] & 0xf0) != 0xf0 && (head[2] & 0x0c) != 0x0c;
    return is_mpeg ? Sound::mpeg : Sound::none;
}

// The size of a frame of layer III; 0 if it is of another layer or does not say.
uint64_t frame_size(BytesView head) {
    constexpr uint32_t kbit[2][15] = {
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}};
    constexpr uint32_t hertz[3] = {44'100, 48'000, 32'000};
    if (sound_of(head) != Sound::mpeg || (head[1] & 0x06) != 0x02) return 0;
    const uint32_t version = head[1] >> 3 & 3;  // 3: MPEG 1; 2: MPEG 2; 0: MPEG 2.5
    const bool is_first = version == 3;
    const uint32_t rate = hertz[head[2] >> 2 & 3] >> (is_first ? 0 : version == 2 ? 1 : 2);
    const uint32_t bits = kbit[is_first ? 1 : 0][head[2] >> 4] * 1000;
    return bits == 0 ? 0 : (is_first ? 144 : 72) * bits / rate + (head[2] >> 1 & 1);
}

// Two bytes are no proof: the second frame must be where the first one ends.
Result<bool> begins_with_frames(Window& window) {
    if (window.size() < 4) return false;
    TRY_ASSIGN(const BytesView first, window.view(0, 4));
    const uint64_t size = frame_size(first);
    if (size == 0 || window.size() < size + 4) return false;
    TRY_ASSIGN(const BytesView second, window.view(size, 4));
    return frame_size(second) != 0;
}

// --- FLAC

Result<StrippedFile> strip_flac_at(Window& window, uint64_t start) {
    Pieces pieces;
    pieces.keep(start, 4);
    std::vector<Range> kept;
    uint64_t at = start + 4;
    for (uint8_t kind = 0; (kind & flac_last) == 0;) {
        TRY_ASSIGN(const BytesView head, window.view(at, flac_block_head_size));
        kind = head[0];
        const uint64_t size = flac_block_head_size + uint64_t{number_at(head, 1, 3, false)};
        const uint8_t type = kind % flac_last;
        ENSURE(size <= window.size() - at && (type == flac_info) == (at == start + 4),
               malformed_input);
        if (type == flac_info || type == flac_seek_table) kept.push_back({at, size});
        ENSURE(kept.size() <= file_pieces_max, input_too_large);
        at += size;
    }
    for (size_t i = 0; i < kept.size(); ++i) {
        const uint8_t type = i == 0 ? flac_info : flac_seek_table;
        const uint8_t last = i + 1 == kept.size() ? flac_last : 0;
        pieces.insert({static_cast<uint8_t>(type | last)});
        pieces.keep(kept[i].offset + 1, kept[i].size_bytes - 1);
    }
    TRY_ASSIGN(const uint64_t sync, window.number(at, 2));
    ENSURE(sync >> 1 == 0xfff8 >> 1, malformed_input);
    TRY_ASSIGN(const uint64_t end, before_tags(window, at));
    pieces.keep(at, end - at);
    ENSURE(!pieces.too_many(), input_too_large);
    return StrippedFile{"audio/flac", pieces.take()};
}

}  // namespace

Result<StrippedFile> strip_flac(Window& window) { return strip_flac_at(window, 0); }

Result<StrippedFile> strip_mpeg_audio(Window& window) {
    TRY_ASSIGN(uint64_t start, behind_tags(window));
    TRY_ASSIGN(const bool has_frames, begins_with_frames(window));
    if (start == 0 && !has_frames) return StrippedFile{};
    // Some writers fill up with zeros what they left for a tag.
    ENSURE(start < window.size(), malformed_input);
    TRY_ASSIGN(const BytesView rest, window.rest(start));
    const auto sound = std::find_if(rest.begin(), rest.end(), [](uint8_t b) { return b != 0; });
    start += static_cast<uint64_t>(sound - rest.begin());
    const auto head_size = static_cast<size_t>(std::min<uint64_t>(4, window.size() - start));
    TRY_ASSIGN(const BytesView head, window.view(start, head_size));
    if (begins_with(head, "fLaC")) return strip_flac_at(window, start);
    const Sound kind = sound_of(head);
    ENSURE(kind != Sound::none, malformed_input);
    TRY_ASSIGN(const uint64_t end, before_tags(window, start));
    ENSURE(end > start, malformed_input);
    Pieces pieces;
    pieces.keep(start, end - start);
    return StrippedFile{kind == Sound::aac ? "audio/aac" : "audio/mpeg", pieces.take()};
}

}  // namespace mayfly::core
