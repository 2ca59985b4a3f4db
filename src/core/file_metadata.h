// What files of pictures, films and sound say besides these: place, time, device, author, comments.
// It is left out before a file is sent, without decoding: a file is walked part by part, and the
// pieces that make the picture or the sound are named. Specification: docs/spec/content.md
// section 6.
#pragma once

#include "core/file_port.h"

namespace mayfly::core {

struct StrippedFile {
    std::string type{};               // media type; empty: another kind of file, send it as it is
    std::vector<FilePiece> pieces{};  // of the source, in order
    uint8_t orientation = 1;          // as EXIF counts, 1 to 8; JPEG and WebP keep it
};

// strip_metadata reads in small blocks, whatever the size. It knows JPEG, PNG, GIF, WebP, HEIF
// (HEIC, AVIF), MP4 and its kin (MOV, M4A, 3GP), Ogg, FLAC and MP3. Bytes behind the end of what
// they describe are left out. Errors: malformed_input (damaged, or nobody can say that nothing is
// left in), input_too_large (in too many pieces), those of the port.
Result<StrippedFile> strip_metadata(FilePort& files, const std::string& source,
                                    uint64_t size_bytes);

// opus_duration_ms gives the length of a voice memo, Opus in Ogg (RFC 7845), at least 1. Errors:
// malformed_input (something else), those of the port.
Result<uint32_t> opus_duration_ms(FilePort& files, const std::string& source, uint64_t size_bytes);

}  // namespace mayfly::core
