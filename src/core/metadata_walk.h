// What the walks of strip_metadata share: how they read a file, and how they say what of it is
// sent.
#pragma once

#include "core/file_metadata.h"

namespace mayfly::core {

// The file through a window of one block. A smaller block is for headers that stand far apart: what
// is between them is not read.
class Window {
  public:
    static constexpr size_t block_size_bytes = 65'536;

    Window(FilePort& files, const std::string& source, uint64_t size_bytes,
           size_t read_size_bytes = block_size_bytes)
        : files_(files),
          source_(source),
          size_bytes_(size_bytes),
          read_size_bytes_(read_size_bytes) {}

    uint64_t size() const { return size_bytes_; }
    // view gives so many bytes, a block at most, of which all must be there; until the next call.
    Result<BytesView> view(uint64_t offset, size_t size);
    // rest gives what the window has from `offset` on, at least one byte.
    Result<BytesView> rest(uint64_t offset);
    // number gives an integer of at most 8 bytes, the high byte first.
    Result<uint64_t> number(uint64_t offset, size_t size);
    // another gives a window of its own on the same file.
    Window another(size_t read_size_bytes) const {
        return {files_, source_, size_bytes_, read_size_bytes};
    }

  private:
    FilePort& files_;
    const std::string& source_;
    uint64_t size_bytes_;
    size_t read_size_bytes_;
    uint64_t start_ = 0;
    SecretBuffer block_;
};

// What is sent, put together in order: for formats whose parts may move.
class Pieces {
  public:
    void keep(uint64_t offset, uint64_t size_bytes);
    void insert(Bytes literal) { pieces_.push_back({0, 0, std::move(literal)}); }
    bool too_many() const;
    std::vector<FilePiece> take() { return std::move(pieces_); }

  private:
    std::vector<FilePiece> pieces_;
};

struct Range {
    uint64_t offset = 0;
    uint64_t size_bytes = 0;
    uint64_t end() const { return offset + size_bytes; }
};

// What is overwritten, in any order: for formats whose parts must stay where they are.
class Edits {
  public:
    // replace writes the literal and zeros behind it.
    Status replace(const Range& range, Bytes literal);
    Status blank(const Range& range) { return replace(range, {0}); }
    // take gives what is sent of the first `size_bytes`. Errors: malformed_input (two edits of one
    // byte that are not both blank), input_too_large.
    Result<std::vector<FilePiece>> take(uint64_t size_bytes);

  private:
    struct Edit {
        Range range;
        Bytes literal;
    };
    Status join();
    std::vector<Edit> edits_;
};

uint32_t number_at(BytesView bytes, size_t offset, size_t size, bool little_endian);
bool begins_with(BytesView bytes, std::string_view label);
// is_one_of tells whether a name of four characters is among those, written one after the other.
bool is_one_of(std::string_view name, std::string_view names);

// tiff_orientation gives what the first directory of EXIF data says (EXIF 2.32 section 4.6.4); 1 if
// it says nothing. orientation_tiff gives EXIF data that says that and nothing else, 26 bytes.
uint8_t tiff_orientation(BytesView tiff);
Bytes orientation_tiff(uint8_t orientation);

// A block of FLAC begins with its type, with flac_last if no other follows, and three bytes of its
// size (RFC 9639 section 8.1).
enum FlacBlock : uint8_t { flac_info = 0, flac_padding = 1, flac_seek_table = 3, flac_comment = 4 };
constexpr uint8_t flac_last = 0x80;
constexpr size_t flac_block_head_size = 4;

// Each takes a file that begins as its kind does. A type that is empty: it is another kind.
Result<StrippedFile> strip_jpeg(Window& window);
Result<StrippedFile> strip_png(Window& window);
Result<StrippedFile> strip_gif(Window& window);
Result<StrippedFile> strip_webp(Window& window);
Result<StrippedFile> strip_iso_media(Window& window);
Result<StrippedFile> strip_ogg(Window& window);
Result<StrippedFile> strip_mpeg_audio(Window& window);  // also what has an ID3v2 tag in front
Result<StrippedFile> strip_flac(Window& window);

}  // namespace mayfly::core
