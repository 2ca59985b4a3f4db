// Ogg (RFC 3533) with Opus (RFC 7845), Vorbis, FLAC, Theora or Speex. Comments become zeros and so
// say that there are none; each page stays as long as it was and gets a new checksum.
#include <map>

#include "core/attachment.h"
#include "core/metadata_walk.h"

namespace mayfly::core {
namespace {

constexpr size_t page_head_size = 27;
constexpr size_t flags_offset = 5;
constexpr size_t checksum_offset = 22;
constexpr uint8_t continues = 1;
constexpr uint8_t begins_stream = 2;
constexpr uint8_t ends_stream = 4;
// A film has a stream or two for each language. Those whose headers are over do not count.
constexpr size_t streams_max = 64;

// How the headers of a codec look. The second packet holds the comments: behind `label` the length
// of the vendor's name and the number of comments, four bytes each, both 0 for none.
struct Codec {
    std::string_view first;  // what its first packet begins with
    std::string_view label;
    bool has_end_mark = false;  // a 1 behind the comments
    bool is_flac = false;
    bool is_film = false;
};
constexpr Codec codecs[] = {
    {"OpusHead", "OpusTags"},
    {"\x01vorbis", "\x03vorbis", true},
    {"\x7f"
     "FLAC",
     "", false, true},
    {"\x80theora", "\x81theora", false, false, true},
    {"Speex   ", ""},
};

constexpr std::array<uint32_t, 256> make_checksum_table() {
    std::array<uint32_t, 256> out{};
    for (uint32_t i = 0; i < out.size(); ++i) {
        uint32_t value = i << 24;
        for (int bit = 0; bit < 8; ++bit) {
            value = value << 1 ^ ((value >> 31) != 0 ? 0x04c11db7U : 0);
        }
        out[i] = value;
    }
    return out;
}
constexpr std::array<uint32_t, 256> checksum_table = make_checksum_table();

uint32_t checksum_of(BytesView page) {
    uint32_t out = 0;
    for (const uint8_t byte : page) out = out << 8 ^ checksum_table[(out >> 24 ^ byte) & 0xff];
    return out;
}

// A stream whose headers are not over.
struct Stream {
    const Codec* codec = nullptr;
    size_t packet = 0;
    uint64_t position = 0;  // in the packet
    uint8_t first = 0;      // byte of the packet
    bool is_over = false;

    Status rewrite(MutableBytesView part);
    Status rewrite_flac(MutableBytesView part);
    Status end_packet();
};

Status Stream::rewrite_flac(MutableBytesView part) {
    if (position == 0 && !part.empty()) first = part[0];
    const uint8_t kind = first % flac_last;
    if (packet == 0 || kind == flac_info || kind == flac_seek_table) return {};
    for (size_t i = 0; i < part.size(); ++i) {
        if (position + i == 0 && kind != flac_comment) part[0] = (first & flac_last) | flac_padding;
        if (position + i >= flac_block_head_size) part[i] = 0;
    }
    return {};
}

Status Stream::rewrite(MutableBytesView part) {
    if (codec->is_flac) return rewrite_flac(part);
    if (packet != 1) return {};
    const std::string_view label = codec->label;
    for (size_t i = 0; i < part.size(); ++i) {
        const uint64_t at = position + i;
        if (at < label.size()) {
            ENSURE(part[i] == static_cast<uint8_t>(label[static_cast<size_t>(at)]),
                   malformed_input);
        } else {
            part[i] = codec->has_end_mark && at == label.size() + 8 ? 1 : 0;
        }
    }
    return {};
}

Status Stream::end_packet() {
    constexpr uint64_t flac_comment_size = 12;
    constexpr uint8_t frame_begins = 0xff;
    if (codec->is_flac) {
        if (packet > 0) {
            ENSURE(first != frame_begins, malformed_input);  // sound before the last block
            ENSURE(first % flac_last != flac_comment || position >= flac_comment_size,
                   malformed_input);
            is_over = (first & flac_last) != 0;
        }
    } else if (packet == 1) {
        ENSURE(position >= codec->label.size() + 8 + (codec->has_end_mark ? 1 : 0),
               malformed_input);
        is_over = true;
    }
    ++packet;
    position = 0;
    return {};
}

class OggWalk {
  public:
    explicit OggWalk(Window& window) : window_(window), heads_(window.another(read_size_bytes)) {}
    Result<StrippedFile> run();

  private:
    Result<uint64_t> page_size();
    Status page(size_t size);
    Status begin_stream(uint32_t serial, BytesView body);
    Status packets(Stream& stream, MutableBytesView page);
    Status save(BytesView before, BytesView after);

    static constexpr size_t read_size_bytes = 512;  // the head of a page has 282 at most

    Window& window_;
    Window heads_;
    Edits edits_;
    std::map<uint32_t, Stream> streams_;
    uint64_t at_ = 0;
    bool is_film_ = false;
    bool is_ended_ = false;  // the last page was the last one of its stream
};

// 0: the file ends within the page.
Result<uint64_t> OggWalk::page_size() {
    if (window_.size() - at_ < page_head_size) return uint64_t{0};
    TRY_ASSIGN(const BytesView head, heads_.view(at_, page_head_size));
    ENSURE(begins_with(head, std::string_view("OggS\0", 5)), malformed_input);
    const size_t count = head[page_head_size - 1];
    const uint64_t head_size = page_head_size + count;
    if (window_.size() - at_ < head_size) return uint64_t{0};
    TRY_ASSIGN(const BytesView lengths, heads_.view(at_ + page_head_size, count));
    uint64_t size = head_size;
    for (const uint8_t length : lengths) size += length;
    return window_.size() - at_ < size ? 0 : size;
}

Status OggWalk::begin_stream(uint32_t serial, BytesView body) {
    ENSURE(streams_.size() < streams_max, input_too_large);
    for (const Codec& codec : codecs) {
        if (!begins_with(body, codec.first)) continue;
        is_film_ = is_film_ || codec.is_film;
        ENSURE(streams_.emplace(serial, Stream{&codec}).second, malformed_input);
        return {};
    }
    return MAYFLY_ERROR(malformed_input);  // nobody knows what it says
}

// A packet ends with a segment that is shorter than 255 bytes.
Status OggWalk::packets(Stream& stream, MutableBytesView page) {
    const size_t count = page[page_head_size - 1];
    size_t at = page_head_size + count;
    for (size_t i = 0; i < count && !stream.is_over; ++i) {
        const size_t length = page[page_head_size + i];
        TRY(stream.rewrite(page.subspan(at, length)));
        stream.position += length;
        at += length;
        if (length < 255) TRY(stream.end_packet());
    }
    return {};
}

// What was changed, with the zeros behind it.
Status OggWalk::save(BytesView before, BytesView after) {
    size_t i = 0;
    while (i < after.size()) {
        if (after[i] == before[i]) {
            ++i;
            continue;
        }
        size_t end = i;
        for (size_t same = 0; end < after.size() && same < 16; ++end) {
            same = after[end] == before[end] ? same + 1 : 0;
        }
        Bytes literal(after.begin() + static_cast<ptrdiff_t>(i),
                      after.begin() + static_cast<ptrdiff_t>(end));
        while (literal.size() > 1 && literal.back() == 0) literal.pop_back();
        TRY(edits_.replace({at_ + i, end - i}, std::move(literal)));
        i = end;
    }
    return {};
}

Status OggWalk::page(size_t size) {
    TRY_ASSIGN(const BytesView head, heads_.view(at_, page_head_size));
    const uint8_t flags = head[flags_offset];
    const uint32_t serial = number_at(head, 14, 4, true);
    is_ended_ = (flags & ends_stream) != 0;
    if ((flags & begins_stream) == 0 && !streams_.contains(serial)) return {};
    TRY_ASSIGN(const BytesView before, window_.view(at_, size));
    if ((flags & begins_stream) != 0) {
        TRY(begin_stream(serial, before.subspan(page_head_size + before[page_head_size - 1])));
    }
    const auto found = streams_.find(serial);
    Stream& stream = found->second;
    const bool is_continued = (flags & continues) != 0;
    ENSURE(is_continued == (stream.position > 0), malformed_input);
    Bytes after = to_bytes(before);
    TRY(packets(stream, after));
    if (stream.is_over) streams_.erase(found);
    if (equal(after, before)) return {};
    std::fill_n(after.begin() + checksum_offset, 4, uint8_t{0});
    const uint32_t checksum = checksum_of(after);
    for (size_t i = 0; i < 4; ++i) {
        after[checksum_offset + i] = static_cast<uint8_t>(checksum >> 8 * i);
    }
    return save(before, after);
}

// A page that broke off is left out, and what stands behind the end of a stream and is no page.
Result<StrippedFile> OggWalk::run() {
    while (at_ < window_.size()) {
        if (is_ended_) {
            const auto size = static_cast<size_t>(std::min<uint64_t>(4, window_.size() - at_));
            TRY_ASSIGN(const BytesView head, heads_.view(at_, size));
            if (as_text(head) != "OggS") break;
        }
        TRY_ASSIGN(const uint64_t size, page_size());
        if (size == 0) break;
        TRY(page(static_cast<size_t>(size)));
        at_ += size;
    }
    ENSURE(at_ > 0 && streams_.empty(), malformed_input);
    TRY_ASSIGN(std::vector<FilePiece> pieces, edits_.take(at_));
    return StrippedFile{is_film_ ? "video/ogg" : "audio/ogg", std::move(pieces)};
}

}  // namespace

Result<StrippedFile> strip_ogg(Window& window) { return OggWalk(window).run(); }

Result<uint32_t> opus_duration_ms(FilePort& files, const std::string& source, uint64_t size_bytes) {
    constexpr size_t first_head_size = 28;  // of the first page, with its one lacing value
    constexpr size_t opus_head_size = 12;   // as far as it is read here
    constexpr uint64_t samples_per_ms = 48;
    Window window(files, source, size_bytes);
    TRY_ASSIGN(const BytesView first, window.view(0, first_head_size + opus_head_size));
    ENSURE(begins_with(first, "OggS") && begins_with(first.subspan(first_head_size), "OpusHead"),
           malformed_input);
    const uint64_t skipped = number_at(first, first_head_size + 10, 2, true);
    // The last page says how many samples there are; pages are smaller than a block.
    const uint64_t tail_start =
        size_bytes - std::min<uint64_t>(size_bytes, Window::block_size_bytes);
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
