// What photographs say besides the picture: place, time, camera, comments. It is left out before a
// file is sent, without decoding: a file is walked segment by segment and the pieces that make the
// picture are named. Specification: docs/spec/content.md section 6.
#pragma once

#include "core/file_port.h"

namespace mayfly::core {

struct StrippedImage {
    std::string type;               // "image/jpeg", "image/png"; empty: neither, send it as it is
    std::vector<FilePiece> pieces;  // of the source, in order
    uint8_t orientation = 1;        // as EXIF counts, 1 to 8; a JPEG keeps it
};

// strip_metadata reads in small blocks, whatever the size. JPEG keeps JFIF, ICC profile and Adobe
// segments; PNG the chunks that colours, transparency and animation need. Bytes behind the end of
// the image are left out. Errors: malformed_input (a damaged JPEG or PNG), input_too_large (in too
// many pieces), those of the port.
Result<StrippedImage> strip_metadata(FilePort& files, const std::string& source,
                                     uint64_t size_bytes);

// opus_duration_ms gives the length of a voice memo, Opus in Ogg (RFC 7845), at least 1. Errors:
// malformed_input (something else), those of the port.
Result<uint32_t> opus_duration_ms(FilePort& files, const std::string& source, uint64_t size_bytes);

}  // namespace mayfly::core
