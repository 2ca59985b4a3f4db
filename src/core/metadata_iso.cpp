#include "core/metadata_iso.h"

#include "core/transfers.h"

namespace mayfly::core {
namespace {

constexpr std::string_view tracks_kept = "videsounpictauxv";

enum class Act : uint8_t {
    drop,        // its type becomes `free`, its content zeros
    keep,        // as it is
    open,        // act on what is in it
    media,       // keep; samples may lie in it
    fragment,    // open; samples are not all in tables
    times,       // blank when it was made and changed
    name,        // blank the name of a handler
    track,       // open, or drop with its samples
    references,  // blank where the media lie that are not in this file
    samples,     // blank who made the encoder
    items        // of an image
};

// What is not named here is dropped. No box is in a box of its own type, so the depth is bounded.
struct Rule {
    std::string_view parent;  // empty: the file
    std::string_view types;
    Act act;
};
constexpr Rule rules[] = {
    {"", "mdat", Act::media},
    {"", "moov", Act::open},
    {"", "moof", Act::fragment},
    {"", "meta", Act::items},
    {"", "ftypstypsidxssixmfrapdinwide", Act::keep},
    {"moov", "mvhd", Act::times},
    {"moov", "trak", Act::track},
    {"moov", "mvexiodspssh", Act::keep},
    {"trak", "tkhd", Act::times},
    {"trak", "mdiatref", Act::open},
    {"trak", "edtstapttrgrclipmatt", Act::keep},
    {"tref", "auxlvdepfallhint", Act::keep},
    {"mdia", "mdhd", Act::times},
    {"mdia", "hdlr", Act::name},
    {"mdia", "minf", Act::open},
    {"mdia", "elng", Act::keep},
    {"minf", "hdlr", Act::name},
    {"minf", "dinfstbl", Act::open},
    {"minf", "vmhdsmhdhmhdnmhdgmhd", Act::keep},
    {"dinf", "dref", Act::references},
    {"stbl", "stsd", Act::samples},
    {"stbl", "sttscttscslgstscstszstz2stcoco64stssstshpadbstdpsdtpsbgpsgpdsubssaizsaiostpssenc",
     Act::keep},
    {"moof", "mfhdpssh", Act::keep},
    {"moof", "traf", Act::open},
    {"traf", "tfhdtfdttrunsbgpsgpdsubssaizsaiosencsdtp", Act::keep},
};

Act act_of(std::string_view parent, std::string_view type) {
    for (const Rule& rule : rules) {
        if (rule.parent == parent && is_one_of(type, rule.types)) return rule.act;
    }
    return Act::drop;
}

class IsoWalk {
  public:
    explicit IsoWalk(Window& window) : window_(window), reader_(window) {}
    Result<StrippedFile> run();

  private:
    Status top_level();
    Status apply(std::string_view parent, const Box& box);
    Status children(const Box& parent);
    Status times(const Box& box);
    Status name(const Box& box);
    Result<std::string> handler_in(const Box& parent, size_t behind = 0);
    Status track(const Box& box);
    Status references(const Box& box);
    Status samples(const Box& box);
    Status brands(const Box& box);
    Status items(const Box& box);
    Status blank_media();
    bool has_brand(std::string_view brands) const;
    std::string type() const;

    Window& window_;
    BoxReader reader_;
    Edits edits_;
    Ranges dropped_;            // samples and items
    std::vector<Range> media_;  // where they may lie, ascending
    std::string brands_;        // the major one first
    std::string handler_;       // of the track at hand
    std::string handlers_;      // of those that stay
    uint64_t end_ = 0;          // behind the last box
    bool has_image_ = false;
    bool has_tracks_ = false;
    bool has_dropped_track_ = false;
    bool is_fragmented_ = false;
};

// What stands behind the last box is left out: cameras put their own records there.
Status IsoWalk::top_level() {
    while (end_ < window_.size()) {
        TRY_ASSIGN(const auto box, reader_.at(end_, window_.size()));
        if (!box) {
            // A recording that broke off in its media is played as far as it goes.
            if (window_.size() - end_ < 8) return {};
            TRY_ASSIGN(const BytesView head, window_.view(end_, 8));
            if (!is_one_of(as_text(head.subspan(4)), "mdat")) return {};
            media_.push_back({end_, window_.size() - end_});
            end_ = window_.size();
            return {};
        }
        TRY(apply("", *box));
        end_ = box->end();
    }
    return {};
}

Status IsoWalk::apply(std::string_view parent, const Box& box) {
    switch (act_of(parent, box.type)) {
        case Act::drop: return drop_box(window_, box, edits_);
        case Act::keep: return {};
        case Act::media: media_.push_back(box.content()); return {};
        case Act::fragment: is_fragmented_ = true; return children(box);
        case Act::open: return children(box);
        case Act::times: return times(box);
        case Act::name: return name(box);
        case Act::track: return track(box);
        case Act::references: return references(box);
        case Act::samples: return samples(box);
        case Act::items: return items(box);
    }
    return {};
}

// QuickTime may end a list of boxes with a zero.
Status IsoWalk::children(const Box& parent) {
    uint64_t at = parent.body();
    while (parent.end() - at >= 8) {
        TRY_ASSIGN(const auto box, reader_.at(at, parent.end()));
        ENSURE(box.has_value(), malformed_input);
        TRY(apply(parent.type, *box));
        at = box->end();
    }
    return edits_.blank({at, parent.end() - at});
}

// `mvhd`, `tkhd` and `mdhd` begin alike.
Status IsoWalk::times(const Box& box) {
    TRY_ASSIGN(const uint64_t version, window_.number(box.body(), 1));
    const uint64_t size = version == 0 ? 8 : 16;
    ENSURE(version <= 1 && box.content().size_bytes >= full_box_size + size, malformed_input);
    return edits_.blank({box.body() + full_box_size, size});
}

Status IsoWalk::name(const Box& box) {
    return edits_.blank(box.behind(full_box_size + 8));  // and who made the handler
}

// What kind of thing the parent is, in four characters; empty if it does not say.
Result<std::string> IsoWalk::handler_in(const Box& parent, size_t behind) {
    TRY_ASSIGN(const auto hdlr, reader_.find(parent, "hdlr", behind));
    if (!hdlr || hdlr->content().size_bytes < full_box_size + 8) return std::string();
    TRY_ASSIGN(const BytesView handler, window_.view(hdlr->body() + full_box_size + 4, 4));
    return std::string(as_text(handler));
}

Status IsoWalk::track(const Box& box) {
    TRY_ASSIGN(const auto mdia, reader_.find(box, "mdia"));
    ENSURE(mdia.has_value(), malformed_input);
    TRY_ASSIGN(handler_, handler_in(*mdia));
    ENSURE(!handler_.empty(), malformed_input);
    if (is_one_of(handler_, tracks_kept)) {
        has_tracks_ = true;
        handlers_ += handler_;
        return children(box);
    }
    has_dropped_track_ = true;
    TRY(find_samples(reader_, box, dropped_));
    return drop_box(window_, box, edits_);
}

Status IsoWalk::references(const Box& box) {
    for (uint64_t at = box.body() + full_box_size + 4; at + 8 <= box.end();) {
        TRY_ASSIGN(const auto entry, reader_.at(at, box.end()));
        ENSURE(entry.has_value(), malformed_input);
        TRY(edits_.blank(entry->behind(full_box_size)));
        at = entry->end();
    }
    return {};
}

// Of a sample entry (section 8.5.2; QuickTime has the vendor where ISO has zeros).
Status IsoWalk::samples(const Box& box) {
    constexpr Range vendor{20, 4};
    constexpr Range compressor{50, 32};
    constexpr uint64_t sound_entry_size = 36;
    constexpr uint64_t picture_entry_size = 86;
    const uint64_t entry_size = handler_ == "soun" ? sound_entry_size : picture_entry_size;
    for (uint64_t at = box.body() + full_box_size + 4; at + 8 <= box.end();) {
        TRY_ASSIGN(const auto entry, reader_.at(at, box.end()));
        ENSURE(entry.has_value() && entry->head_size_bytes == 8, malformed_input);
        ENSURE(entry->size_bytes >= entry_size, malformed_input);
        TRY(edits_.blank({at + vendor.offset, vendor.size_bytes}));
        if (handler_ != "soun") {
            TRY(edits_.blank({at + compressor.offset, compressor.size_bytes}));
        }
        at = entry->end();
    }
    return {};
}

Status IsoWalk::brands(const Box& box) {
    constexpr uint64_t size_max = 1'024;  // some dozens of names
    const uint64_t size = std::min(box.content().size_bytes, size_max);
    TRY_ASSIGN(const BytesView content, window_.view(box.body(), static_cast<size_t>(size)));
    const std::string names(as_text(content));
    brands_ = names.substr(0, 4);
    if (names.size() > 8) brands_ += names.substr(8, (names.size() - 8) / 4 * 4);
    return {};
}

// A `meta` of another handler, or of QuickTime, which is no full box, describes and shows nothing.
Status IsoWalk::items(const Box& box) {
    TRY_ASSIGN(const std::string handler, handler_in(box, full_box_size));
    if (handler != "pict") return drop_box(window_, box, edits_);
    has_image_ = true;
    return blank_items(reader_, box, edits_, dropped_);
}

// Nothing but media is blanked for what a table says: a table that is wrong cannot break the file.
Status IsoWalk::blank_media() {
    // Samples of fragments are in no table.
    ENSURE(!has_dropped_track_ || !is_fragmented_, malformed_input);
    for (const Range& range : dropped_.take()) {
        const auto behind = std::upper_bound(
            media_.begin(), media_.end(), range.offset,
            [](uint64_t offset, const Range& media) { return offset < media.offset; });
        ENSURE(behind != media_.begin(), malformed_input);
        const Range& media = *std::prev(behind);
        ENSURE(range.offset <= media.end() && range.size_bytes <= media.end() - range.offset,
               malformed_input);
        TRY(edits_.blank(range));
    }
    return {};
}

bool IsoWalk::has_brand(std::string_view brands) const {
    for (size_t i = 0; i + 4 <= brands_.size(); i += 4) {
        if (is_one_of(std::string_view(brands_).substr(i, 4), brands)) return true;
    }
    return false;
}

std::string IsoWalk::type() const {
    const auto has_track = [this](std::string_view handler) {
        return is_one_of(handler, handlers_);
    };
    if (has_image_ || !(has_track("vide") || has_track("soun"))) {
        if (has_brand("avifavis")) return "image/avif";
        return has_brand("heicheixheimheishevchevx") ? "image/heic" : "image/heif";
    }
    if (brands_.empty() || brands_.starts_with("qt  ")) return "video/quicktime";
    const std::string kind = has_track("vide") ? "video/" : "audio/";
    return kind + (brands_.starts_with("3g") ? "3gpp" : "mp4");
}

// A raw photograph of Canon keeps what its development needs in boxes of its own.
constexpr std::string_view raw_brand = "crx ";

Result<StrippedFile> IsoWalk::run() {
    TRY_ASSIGN(const BytesView head, window_.view(0, 8));
    const bool says_so = as_text(head.subspan(4)) == "ftyp";
    TRY_ASSIGN(const auto first, reader_.at(0, window_.size()));
    if (!first) return StrippedFile{};
    if (says_so) TRY(brands(*first));
    if (brands_.starts_with(raw_brand)) return StrippedFile{};
    TRY(top_level());
    if (!says_so && !has_tracks_ && !has_image_) return StrippedFile{};
    ENSURE(has_tracks_ || has_image_, malformed_input);
    TRY(blank_media());
    TRY_ASSIGN(std::vector<FilePiece> pieces, edits_.take(end_));
    return StrippedFile{type(), std::move(pieces)};
}

}  // namespace

Result<std::optional<Box>> BoxReader::at(uint64_t offset, uint64_t end) {
    ENSURE(++boxes_ <= iso_boxes_max, input_too_large);
    if (end - offset < 8) return std::optional<Box>{};
    TRY_ASSIGN(const BytesView head, window_.view(offset, 8));
    Box box{std::string(as_text(head.subspan(4))), offset, number_at(head, 0, 4, false)};
    const bool is_name = std::all_of(box.type.begin(), box.type.end(), [](char c) {
        return (c >= 0x20 && c < 0x7f) || static_cast<unsigned char>(c) == 0xa9;
    });
    if (box.size_bytes == 1 && end - offset >= 16) {
        box.head_size_bytes = 16;
        TRY_ASSIGN(box.size_bytes, window_.number(offset + 8, 8));
    } else if (box.size_bytes == 0) {
        box.size_bytes = end - offset;
    }
    const bool fits = box.size_bytes >= box.head_size_bytes && box.size_bytes <= end - offset;
    return is_name && fits ? std::optional(box) : std::nullopt;
}

Result<std::optional<Box>> BoxReader::find(const Box& parent, std::string_view type,
                                           size_t behind) {
    uint64_t offset = parent.behind(behind).offset;
    while (offset < parent.end()) {
        TRY_ASSIGN(auto box, at(offset, parent.end()));
        if (!box || box->type == type) return box;
        offset = box->end();
    }
    return std::optional<Box>{};
}

Status Ranges::add(const Range& range) {
    // Of several tracks that take turns; the gaps between them are fewer.
    constexpr size_t ranges_max = 8 * file_pieces_max;
    if (range.size_bytes == 0) return {};
    if (!ranges_.empty() && ranges_.back().end() == range.offset) {
        ranges_.back().size_bytes += range.size_bytes;
        return {};
    }
    ENSURE(ranges_.size() < ranges_max, input_too_large);
    ENSURE(range.offset <= UINT64_MAX - range.size_bytes, malformed_input);
    ranges_.push_back(range);
    return {};
}

Status drop_box(Window& window, const Box& box, Edits& edits) {
    Bytes literal = to_bytes(as_bytes("free"));
    if (box.head_size_bytes > 8) {
        TRY_ASSIGN(const BytesView size, window.view(box.at + 8, 8));
        append(literal, size);
    }
    return edits.replace({box.at + 4, box.size_bytes - 4}, std::move(literal));
}

Result<StrippedFile> strip_iso_media(Window& window) {
    constexpr size_t read_size_bytes = 4'096;  // the heads of a fragment are smaller
    Window heads = window.another(read_size_bytes);
    return IsoWalk(heads).run();
}

}  // namespace mayfly::core
