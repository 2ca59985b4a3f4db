#include "core/metadata_walk.h"

namespace mayfly::core {
namespace {

bool is_jpeg(BytesView head) { return begins_with(head, "\xff\xd8\xff"); }
bool is_png(BytesView head) { return begins_with(head, "\x89PNG\r\n\x1a\n"); }
bool is_gif(BytesView head) { return begins_with(head, "GIF87a") || begins_with(head, "GIF89a"); }
bool is_webp(BytesView head) {
    return begins_with(head, "RIFF") && head.size() >= 12 && begins_with(head.subspan(8), "WEBP");
}
// Films from before there was `ftyp` begin with any of the others.
bool is_iso_media(BytesView head) {
    return head.size() >= 8 &&
           is_one_of(as_text(head.subspan(4, 4)), "ftypmoovmdatwidefreeskippnot");
}
bool is_ogg(BytesView head) { return begins_with(head, "OggS"); }
bool is_flac(BytesView head) { return begins_with(head, "fLaC"); }
bool is_mpeg_audio(BytesView head) {
    return begins_with(head, "ID3") || (head.size() >= 2 && head[0] == 0xff && head[1] >= 0xe0);
}

struct Kind {
    bool (*is)(BytesView head);
    Result<StrippedFile> (*strip)(Window& window);
};
constexpr Kind kinds[] = {
    {is_jpeg, strip_jpeg},
    {is_png, strip_png},
    {is_gif, strip_gif},
    {is_webp, strip_webp},
    {is_iso_media, strip_iso_media},
    {is_ogg, strip_ogg},
    {is_flac, strip_flac},
    {is_mpeg_audio, strip_mpeg_audio},
};

}  // namespace

Result<StrippedFile> strip_metadata(FilePort& files, const std::string& source,
                                    uint64_t size_bytes) {
    constexpr uint64_t head_size = 12;  // tells all kinds apart
    Window window(files, source, size_bytes);
    TRY_ASSIGN(const BytesView view,
               window.view(0, static_cast<size_t>(std::min(size_bytes, head_size))));
    const Bytes head = to_bytes(view);
    for (const Kind& kind : kinds) {
        if (kind.is(head)) return kind.strip(window);
    }
    return StrippedFile{};
}

}  // namespace mayfly::core
