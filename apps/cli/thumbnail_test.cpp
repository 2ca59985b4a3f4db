#include "thumbnail.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cstdio>
#include <filesystem>

// jpeglib.h wants stdio.h before it.
#include <jpeglib.h>

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

class thumbnail : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "mayfly-thumb-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        path_ = folder_ + "/image";
    }
    void TearDown() override { fs::remove_all(folder_); }

    // A PNG whose left half is red and whose right half is blue.
    void write_png(uint32_t width, uint32_t height) const {
        png_image image{};
        image.version = PNG_IMAGE_VERSION;
        image.width = width;
        image.height = height;
        image.format = PNG_FORMAT_RGB;
        Bytes pixels(size_t{width} * height * 3, 0);
        for (uint32_t y = 0; y < height; ++y) {
            for (uint32_t x = 0; x < width; ++x) {
                pixels[(size_t{y} * width + x) * 3 + (x < width / 2 ? 0 : 2)] = 255;
            }
        }
        ASSERT_NE(png_image_write_to_file(&image, path_.c_str(), 0, pixels.data(), 0, nullptr), 0);
    }
    struct Decoded {
        uint32_t width = 0;
        uint32_t height = 0;
        Bytes pixels;
        // 'r' or 'b': which colour is stronger there.
        char at(uint32_t x, uint32_t y) const {
            const size_t i = (size_t{y} * width + x) * 3;
            return pixels[i] > pixels[i + 2] ? 'r' : 'b';
        }
    };
    static Decoded decode(const SecretBuffer& bytes) {
        jpeg_decompress_struct jpeg;
        jpeg_error_mgr errors;
        jpeg.err = jpeg_std_error(&errors);
        jpeg_create_decompress(&jpeg);
        jpeg_mem_src(&jpeg, bytes.expose().data(), bytes.size());
        jpeg_read_header(&jpeg, TRUE);
        jpeg_start_decompress(&jpeg);
        Decoded out{jpeg.output_width, jpeg.output_height,
                    Bytes(size_t{jpeg.output_width} * jpeg.output_height * 3)};
        while (jpeg.output_scanline < jpeg.output_height) {
            JSAMPROW row = &out.pixels[size_t{jpeg.output_scanline} * out.width * 3];
            jpeg_read_scanlines(&jpeg, &row, 1);
        }
        jpeg_finish_decompress(&jpeg);
        jpeg_destroy_decompress(&jpeg);
        return out;
    }

    std::string folder_;
    std::string path_;
};

TEST_F(thumbnail, a_large_image_becomes_a_small_one_of_its_shape) {
    write_png(1600, 400);
    const SecretBuffer bytes = make_thumbnail(path_, "image/png", 1, 24'576);
    ASSERT_FALSE(bytes.empty());
    const Decoded small = decode(bytes);
    EXPECT_EQ(small.width, 160U);
    EXPECT_EQ(small.height, 40U);
    EXPECT_EQ(small.at(10, 20), 'r');
    EXPECT_EQ(small.at(150, 20), 'b');
}

TEST_F(thumbnail, it_is_turned_upright) {
    write_png(320, 160);
    // What is at the left of the stored image is shown at the top, right, bottom.
    const Decoded clockwise = decode(make_thumbnail(path_, "image/png", 6, 24'576));
    EXPECT_EQ(clockwise.width, 80U);
    EXPECT_EQ(clockwise.height, 160U);
    EXPECT_EQ(clockwise.at(40, 10), 'r');
    EXPECT_EQ(clockwise.at(40, 150), 'b');
    const Decoded around = decode(make_thumbnail(path_, "image/png", 3, 24'576));
    EXPECT_EQ(around.at(10, 40), 'b');
    const Decoded back = decode(make_thumbnail(path_, "image/png", 8, 24'576));
    EXPECT_EQ(back.at(40, 10), 'b');
    EXPECT_EQ(back.at(40, 150), 'r');
}

TEST_F(thumbnail, a_jpeg_is_read_as_well) {
    write_png(640, 320);
    const SecretBuffer small = make_thumbnail(path_, "image/png", 1, 24'576);
    std::FILE* file = std::fopen(path_.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    std::fwrite(small.expose().data(), 1, small.size(), file);
    std::fclose(file);
    const Decoded again = decode(make_thumbnail(path_, "image/jpeg", 1, 24'576));
    EXPECT_EQ(again.width, 160U);
    EXPECT_EQ(again.at(10, 40), 'r');
}

TEST_F(thumbnail, damaged_or_unknown_images_have_none) {
    write_png(64, 64);
    EXPECT_TRUE(make_thumbnail(path_, "image/jpeg", 1, 24'576).empty());
    EXPECT_TRUE(make_thumbnail(path_, "image/gif", 1, 24'576).empty());
    EXPECT_TRUE(make_thumbnail(path_ + "no", "image/png", 1, 24'576).empty());
    EXPECT_TRUE(make_thumbnail(path_, "image/png", 1, 10).empty()) << "too large for the message";
    fs::resize_file(path_, 60);
    EXPECT_TRUE(make_thumbnail(path_, "image/png", 1, 24'576).empty());
}

}  // namespace
}  // namespace mayfly::cli
