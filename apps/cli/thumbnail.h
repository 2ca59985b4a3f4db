// Small previews of images, made with the system's decoders from files that the person sends.
#pragma once

#include <string>

#include "util/bytes.h"
#include "util/secret.h"

namespace mayfly::cli {

// Both sides of a preview fit into a square of this many pixels.
constexpr uint32_t thumbnail_side_max = 160;
// Decoding a larger image would take more memory than a preview is worth: 40 megapixels are 120 MB.
constexpr uint64_t thumbnail_source_pixels_max = 40'000'000;

// make_thumbnail gives a JPEG of at most `size_bytes_max`, turned upright after `orientation` (1 to
// 8, as EXIF counts). Empty: the image is damaged, too large or of another kind.
SecretBuffer make_thumbnail(const std::string& path, const std::string& type, uint8_t orientation,
                            size_t size_bytes_max);

}  // namespace mayfly::cli
