// Where the samples of a track and the items of an image lie.
#include <map>
#include <set>

#include "core/metadata_iso.h"

namespace mayfly::core {
namespace {

// --- samples (ISO/IEC 14496-12 sections 8.7.3 to 8.7.5)

// A table of numbers, read through a window of its own.
class Table {
  public:
    Table(Window window, const Box& box, size_t entry_size, uint64_t head_size)
        : window_(std::move(window)), begin_(box.body() + head_size), entry_size_(entry_size) {}
    // The number of 4 or 8 bytes at a place in an entry.
    Result<uint64_t> number(uint64_t index, size_t offset, size_t size) {
        return window_.number(begin_ + index * entry_size_ + offset, size);
    }

  private:
    Window window_;
    uint64_t begin_;
    size_t entry_size_;
};

// Reads how many entries there are, and that all are in the box.
Result<uint64_t> entry_count(Window& window, const Box& box, uint64_t at, size_t entry_size) {
    TRY_ASSIGN(const uint64_t count, window.number(box.body() + at, 4));
    const Range entries = box.behind(at + 4);
    ENSURE(count * entry_size <= entries.size_bytes, malformed_input);
    return count;
}

struct SampleTables {
    Box stsc;
    Box stsz;
    Box chunks;  // stco or co64
    size_t offset_size = 4;
};

Result<SampleTables> sample_tables(BoxReader& reader, const Box& track) {
    Box at = track;
    for (const std::string_view type : {"mdia", "minf", "stbl"}) {
        TRY_ASSIGN(const auto inner, reader.find(at, type));
        ENSURE(inner.has_value(), malformed_input);
        at = *inner;
    }
    TRY_ASSIGN(const auto stsc, reader.find(at, "stsc"));
    TRY_ASSIGN(const auto stsz, reader.find(at, "stsz"));
    TRY_ASSIGN(const auto stco, reader.find(at, "stco"));
    TRY_ASSIGN(const auto co64, reader.find(at, "co64"));
    ENSURE(stsc && stsz && (stco || co64), malformed_input);
    return SampleTables{*stsc, *stsz, stco ? *stco : *co64, stco ? size_t{4} : size_t{8}};
}

// --- items (ISO/IEC 14496-12 section 8.11, ISO/IEC 23008-12)

// Coded images, and those that are made of others.
constexpr std::string_view images =
    "hvc1hev1lhv1hvt1av01avc1vvc1evc1j2k1jpeguncigridiovlidentmapsatomski";
// Properties that describe: by a person, and when the image was made and changed.
constexpr std::string_view descriptions = "udesalttcrttmdftuuid";
constexpr size_t items_max = 65'536;  // as many as most readers can name

// Numbers one after the other, none behind the end of a box.
class Cursor {
  public:
    Cursor(Window& window, const Range& range) : window_(window), range_(range) {}
    Result<uint64_t> next(size_t size) {
        ENSURE(size <= range_.size_bytes, malformed_input);
        TRY_ASSIGN(const uint64_t out, window_.number(range_.offset, size));
        range_ = {range_.offset + size, range_.size_bytes - size};
        return out;
    }
    const Range& left() const { return range_; }

  private:
    Window& window_;
    Range range_;
};

class Items {
  public:
    Items(BoxReader& reader, Edits& edits, Ranges& out)
        : reader_(reader), window_(reader.window()), edits_(edits), out_(out) {}
    Status run(const Box& meta);

  private:
    Status infos(const Box& iinf);
    Status info(const Box& infe);
    Status primary(const Box& pitm);
    Status properties(const Box& iprp);
    Status locations(const Box& iloc);
    Status location(Cursor& cursor, uint64_t version, const size_t (&sizes)[4]);

    BoxReader& reader_;
    Window& window_;
    Edits& edits_;
    Ranges& out_;
    std::set<uint64_t> dropped_;
    std::optional<Box> idat_;
};

Status Items::infos(const Box& iinf) {
    TRY_ASSIGN(const uint64_t version, window_.number(iinf.body(), 1));
    uint64_t at = iinf.body() + full_box_size + (version == 0 ? 2 : 4);
    for (size_t count = 0; at < iinf.end(); ++count) {
        ENSURE(count < items_max, input_too_large);
        TRY_ASSIGN(const auto infe, reader_.at(at, iinf.end()));
        ENSURE(infe && infe->type == "infe", malformed_input);
        TRY(info(*infe));
        at = infe->end();
    }
    return {};
}

// The name of an item, and what kind of text it is, may be empty; a text of no kind is read by
// none.
Status Items::info(const Box& infe) {
    Cursor cursor(window_, infe.content());
    TRY_ASSIGN(const uint64_t version_and_flags, cursor.next(full_box_size));
    const uint64_t version = version_and_flags >> 24;
    TRY_ASSIGN(const uint64_t id, cursor.next(version < 3 ? 2 : 4));
    TRY(cursor.next(2));  // protection
    bool is_image = false;
    if (version >= 2) {
        TRY(cursor.next(4));
        TRY_ASSIGN(const BytesView type, window_.view(cursor.left().offset - 4, 4));
        is_image = is_one_of(as_text(type), images);
    }
    if (!is_image) dropped_.insert(id);
    return edits_.blank(cursor.left());
}

Status Items::primary(const Box& pitm) {
    Cursor cursor(window_, pitm.content());
    TRY_ASSIGN(const uint64_t version_and_flags, cursor.next(full_box_size));
    TRY_ASSIGN(const uint64_t id, cursor.next(version_and_flags >> 24 == 0 ? 2 : 4));
    ENSURE(!dropped_.contains(id), malformed_input);
    return {};
}

// They are counted, so each stays in its place.
Status Items::properties(const Box& iprp) {
    TRY_ASSIGN(const auto ipco, reader_.find(iprp, "ipco"));
    ENSURE(ipco.has_value(), malformed_input);
    for (uint64_t at = ipco->body(); at < ipco->end();) {
        TRY_ASSIGN(const auto box, reader_.at(at, ipco->end()));
        ENSURE(box.has_value(), malformed_input);
        if (is_one_of(box->type, descriptions)) TRY(edits_.blank(box->content()));
        at = box->end();
    }
    return {};
}

// Sizes of an offset, a length, a base and an index.
Status Items::location(Cursor& cursor, uint64_t version, const size_t (&sizes)[4]) {
    const auto [offset_size, length_size, base_size, index_size] = sizes;
    TRY_ASSIGN(const uint64_t id, cursor.next(version < 2 ? 2 : 4));
    uint64_t method = 0;
    if (version > 0) {
        TRY_ASSIGN(method, cursor.next(2));
        method &= 0xf;
    }
    TRY_ASSIGN(const uint64_t elsewhere, cursor.next(2));
    TRY_ASSIGN(const uint64_t base, cursor.next(base_size));
    TRY_ASSIGN(const uint64_t count, cursor.next(2));
    const bool is_dropped = dropped_.contains(id) && elsewhere == 0;
    ENSURE(!is_dropped || method == 0 || (method == 1 && idat_), malformed_input);
    const Range space = method == 1 && idat_ ? idat_->content() : Range{0, window_.size()};
    for (uint64_t i = 0; i < count; ++i) {
        if (version > 0) TRY(cursor.next(index_size));
        TRY_ASSIGN(const uint64_t offset, cursor.next(offset_size));
        TRY_ASSIGN(const uint64_t size, cursor.next(length_size));
        if (!is_dropped) continue;
        ENSURE(size > 0 && base <= space.size_bytes && offset <= space.size_bytes - base &&
                   size <= space.size_bytes - base - offset,
               malformed_input);
        const Range range{space.offset + base + offset, size};
        TRY(method == 1 ? edits_.blank(range) : out_.add(range));
    }
    return {};
}

Status Items::locations(const Box& iloc) {
    Cursor cursor(window_, iloc.content());
    TRY_ASSIGN(const uint64_t version_and_flags, cursor.next(full_box_size));
    const uint64_t version = version_and_flags >> 24;
    TRY_ASSIGN(const uint64_t two_bytes, cursor.next(2));
    const auto packed = static_cast<size_t>(two_bytes);
    const size_t sizes[4] = {packed >> 12, packed >> 8 & 15, packed >> 4 & 15,
                             version == 0 ? 0 : packed & 15};
    for (const size_t size : sizes) {
        ENSURE(size == 0 || size == 4 || size == 8, malformed_input);
    }
    ENSURE(version <= 2, malformed_input);
    TRY_ASSIGN(const uint64_t count, cursor.next(version < 2 ? 2 : 4));
    for (uint64_t i = 0; i < count; ++i) TRY(location(cursor, version, sizes));
    return {};
}

Status Items::run(const Box& meta) {
    std::map<std::string, Box> boxes;
    for (uint64_t at = meta.body() + full_box_size; at < meta.end();) {
        TRY_ASSIGN(const auto box, reader_.at(at, meta.end()));
        ENSURE(box.has_value(), malformed_input);
        at = box->end();
        if (!is_one_of(box->type, "hdlrpitmilociinfirefiprpidatgrpldinf")) {
            TRY(drop_box(window_, *box, edits_));
            continue;
        }
        // Of two of a kind nobody knows which counts.
        ENSURE(boxes.emplace(box->type, *box).second, malformed_input);
        if (box->type == "hdlr") TRY(edits_.blank(box->behind(full_box_size + 8)));
    }
    for (const char* type : {"iinf", "iloc", "pitm", "iprp"}) {
        ENSURE(boxes.contains(type), malformed_input);
    }
    if (boxes.contains("idat")) idat_ = boxes.at("idat");
    TRY(infos(boxes.at("iinf")));
    TRY(primary(boxes.at("pitm")));
    TRY(properties(boxes.at("iprp")));
    return locations(boxes.at("iloc"));
}

}  // namespace

Status find_samples(BoxReader& reader, const Box& track, Ranges& out) {
    TRY_ASSIGN(const SampleTables boxes, sample_tables(reader, track));
    Window& window = reader.window();
    TRY_ASSIGN(const uint64_t runs, entry_count(window, boxes.stsc, 4, 12));
    TRY_ASSIGN(const uint64_t same_size, window.number(boxes.stsz.body() + 4, 4));
    TRY_ASSIGN(const uint64_t samples,
               entry_count(window, boxes.stsz, 8, same_size == 0 ? size_t{4} : size_t{0}));
    TRY_ASSIGN(const uint64_t chunks, entry_count(window, boxes.chunks, 4, boxes.offset_size));
    Table stsc(window.another(Window::block_size_bytes), boxes.stsc, 12, 8);
    Table stsz(window.another(Window::block_size_bytes), boxes.stsz, 4, 12);
    Table offsets(window.another(Window::block_size_bytes), boxes.chunks, boxes.offset_size, 8);
    uint64_t run = 0;
    uint64_t sample = 0;
    for (uint64_t chunk = 0; chunk < chunks && sample < samples; ++chunk) {
        // A run of chunks with as many samples each begins at a number that counts from 1.
        while (run + 1 < runs) {
            TRY_ASSIGN(const uint64_t next, stsc.number(run + 1, 0, 4));
            if (next > chunk + 1) break;
            ++run;
        }
        ENSURE(run < runs, malformed_input);
        TRY_ASSIGN(const uint64_t in_chunk, stsc.number(run, 4, 4));
        const uint64_t count = std::min(in_chunk, samples - sample);
        uint64_t size = count * same_size;
        for (uint64_t i = 0; same_size == 0 && i < count; ++i) {
            TRY_ASSIGN(const uint64_t one, stsz.number(sample + i, 0, 4));
            size += one;
        }
        TRY_ASSIGN(const uint64_t offset, offsets.number(chunk, 0, boxes.offset_size));
        TRY(out.add({offset, size}));
        sample += count;
    }
    ENSURE(sample == samples, malformed_input);
    return {};
}

Status blank_items(BoxReader& reader, const Box& meta, Edits& edits, Ranges& out) {
    return Items(reader, edits, out).run(meta);
}

}  // namespace mayfly::core
