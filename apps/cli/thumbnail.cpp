#include "thumbnail.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

// jpeglib.h wants stdio.h before it.
#include <jpeglib.h>

#include <memory>
#include <optional>

namespace mayfly::cli {
namespace {

constexpr int channels = 3;
constexpr int jpeg_quality = 70;

struct Picture {
    uint32_t width = 0;
    uint32_t height = 0;
    Bytes pixels;  // RGB
    const uint8_t* at(uint32_t x, uint32_t y) const {
        return &pixels[(size_t{y} * width + x) * channels];
    }
};

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

// libjpeg reports errors by a call that must not return.
struct JpegErrors {
    jpeg_error_mgr manager;
    jmp_buf out;
};
void leave(j_common_ptr common) { longjmp(reinterpret_cast<JpegErrors*>(common->err)->out, 1); }
void say_nothing(j_common_ptr) {}
jpeg_error_mgr* quiet(JpegErrors& errors) {
    jpeg_std_error(&errors.manager);
    errors.manager.error_exit = leave;
    errors.manager.output_message = say_nothing;
    return &errors.manager;
}

// Nothing in here has a destructor: longjmp passes it by.
bool read_jpeg(FILE* file, Picture& out) {
    jpeg_decompress_struct jpeg;
    JpegErrors errors;
    jpeg.err = quiet(errors);
    if (setjmp(errors.out) != 0) {
        jpeg_destroy_decompress(&jpeg);
        return false;
    }
    jpeg_create_decompress(&jpeg);
    jpeg_stdio_src(&jpeg, file);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_RGB;
    jpeg.scale_num = 1;
    // The decoder scales while it decodes.
    for (jpeg.scale_denom = 8; jpeg.scale_denom > 1; jpeg.scale_denom /= 2) {
        const uint32_t smaller = std::min(jpeg.image_width, jpeg.image_height) / jpeg.scale_denom;
        if (smaller >= thumbnail_side_max) break;
    }
    jpeg_calc_output_dimensions(&jpeg);
    const uint64_t pixels = uint64_t{jpeg.image_width} * jpeg.image_height;
    // What is progressive is held whole, whatever the scale.
    if (pixels > thumbnail_source_pixels_max || jpeg.output_components != channels) {
        jpeg_destroy_decompress(&jpeg);
        return false;
    }
    out.width = jpeg.output_width;
    out.height = jpeg.output_height;
    out.pixels.resize(size_t{out.width} * out.height * channels);
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = &out.pixels[size_t{jpeg.output_scanline} * out.width * channels];
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return true;
}

bool read_png(FILE* file, Picture& out) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_stdio(&image, file) == 0) return false;
    image.format = PNG_FORMAT_RGB;
    const uint64_t pixels = uint64_t{image.width} * image.height;
    if (pixels == 0 || pixels > thumbnail_source_pixels_max) {
        png_image_free(&image);
        return false;
    }
    out.width = image.width;
    out.height = image.height;
    out.pixels.resize(PNG_IMAGE_SIZE(image));
    const png_color white{255, 255, 255};  // behind what is transparent
    return png_image_finish_read(&image, &white, out.pixels.data(), 0, nullptr) != 0;
}

// Each pixel is the mean of those it stands for.
Picture scaled(const Picture& from) {
    const uint32_t longer = std::max(from.width, from.height);
    if (longer <= thumbnail_side_max) return from;
    Picture out;
    const auto scale = [&](uint32_t side) {
        return std::max<uint32_t>(
            1, static_cast<uint32_t>(uint64_t{side} * thumbnail_side_max / longer));
    };
    out.width = scale(from.width);
    out.height = scale(from.height);
    out.pixels.reserve(size_t{out.width} * out.height * channels);
    for (uint32_t y = 0; y < out.height; ++y) {
        const auto y_from = static_cast<uint32_t>(uint64_t{y} * from.height / out.height);
        const auto y_to = static_cast<uint32_t>(uint64_t{y + 1} * from.height / out.height);
        for (uint32_t x = 0; x < out.width; ++x) {
            const auto x_from = static_cast<uint32_t>(uint64_t{x} * from.width / out.width);
            const auto x_to = static_cast<uint32_t>(uint64_t{x + 1} * from.width / out.width);
            uint64_t sums[channels] = {};
            for (uint32_t sy = y_from; sy < y_to; ++sy) {
                for (uint32_t sx = x_from; sx < x_to; ++sx) {
                    for (int c = 0; c < channels; ++c) sums[c] += from.at(sx, sy)[c];
                }
            }
            const uint64_t count = uint64_t{y_to - y_from} * (x_to - x_from);
            for (const uint64_t sum : sums) out.pixels.push_back(static_cast<uint8_t>(sum / count));
        }
    }
    return out;
}

// EXIF 2.32 section 4.6.4 A: where the first row and column of the stored image belong.
Picture upright(const Picture& from, uint8_t orientation) {
    if (orientation <= 1 || orientation > 8) return from;
    const bool turned = orientation >= 5;
    const bool flip_x =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool flip_y =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    Picture out;
    out.width = turned ? from.height : from.width;
    out.height = turned ? from.width : from.height;
    out.pixels.reserve(from.pixels.size());
    for (uint32_t y = 0; y < out.height; ++y) {
        for (uint32_t x = 0; x < out.width; ++x) {
            uint32_t sx = turned ? y : x;
            uint32_t sy = turned ? x : y;
            if (flip_x) sx = from.width - 1 - sx;
            if (flip_y) sy = from.height - 1 - sy;
            const uint8_t* pixel = from.at(sx, sy);
            out.pixels.insert(out.pixels.end(), pixel, pixel + channels);
        }
    }
    return out;
}

bool write_jpeg(const Picture& picture, unsigned char*& bytes, unsigned long& size_bytes) {
    jpeg_compress_struct jpeg;
    JpegErrors errors;
    jpeg.err = quiet(errors);
    if (setjmp(errors.out) != 0) {
        jpeg_destroy_compress(&jpeg);
        return false;
    }
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size_bytes);
    jpeg.image_width = picture.width;
    jpeg.image_height = picture.height;
    jpeg.input_components = channels;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, jpeg_quality, TRUE);
    jpeg.optimize_coding = TRUE;
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = const_cast<uint8_t*>(picture.at(0, jpeg.next_scanline));
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return true;
}

}  // namespace

SecretBuffer make_thumbnail(const std::string& path, const std::string& type, uint8_t orientation,
                            size_t size_bytes_max) {
    const File file(::fopen(path.c_str(), "rbe"), ::fclose);
    Picture picture;
    if (!file) return {};
    const bool read = type == "image/jpeg"  ? read_jpeg(file.get(), picture)
                      : type == "image/png" ? read_png(file.get(), picture)
                                            : false;
    if (!read || picture.width == 0 || picture.height == 0) return {};
    const Picture small = upright(scaled(picture), orientation);
    unsigned char* bytes = nullptr;
    unsigned long size_bytes = 0;
    const bool written = write_jpeg(small, bytes, size_bytes);
    SecretBuffer out;
    if (written && size_bytes <= size_bytes_max) out = SecretBuffer(BytesView(bytes, size_bytes));
    ::free(bytes);
    return out;
}

}  // namespace mayfly::cli
