#include "core/attachment.h"

#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"

namespace mayfly::core {
namespace {

FileContent some_file() {
    FileContent file;
    file.name = "notes.txt";
    file.type = "text/plain";
    file.size_bytes = 12;
    file.relay = "relay.example";
    return file;
}
Status check(ContentType type, const FileContent& file) {
    const auto decoded = decode_file(type, codec::encode_secret(file).expose());
    return decoded.ok() ? Status() : Status(decoded.error());
}

TEST(attachment, a_description_out_of_bounds_is_refused) {
    EXPECT_TRUE(check(ContentType::file, some_file()).ok());
    const auto refused = [](auto change, ErrorCode why, ContentType type = ContentType::file) {
        FileContent file = some_file();
        change(file);
        EXPECT_EQ(check(type, file).code(), why);
    };
    const auto malformed = ErrorCode::malformed_input;
    refused([](auto& file) { file.name.clear(); }, malformed);
    refused([](auto& file) { file.name = std::string(256, 'a'); }, malformed);
    refused([](auto& file) { file.name = "\xff"; }, malformed);
    refused([](auto& file) { file.type = std::string(128, 'a'); }, malformed);
    refused([](auto& file) { file.type = "a b"; }, malformed);
    refused([](auto& file) { file.size_bytes = file_size_bytes_max + 1; },
            ErrorCode::input_too_large);
    refused([](auto& file) { file.cipher = static_cast<FileCipher>(3); }, malformed);
    refused([](auto& file) { file.thumbnail = SecretBuffer(thumbnail_size_bytes_max + 1); },
            ErrorCode::input_too_large);
    refused([](auto& file) { file.duration_ms = 5; }, malformed);
    refused([](auto&) {}, malformed, ContentType::voice);
    FileContent voice = some_file();
    voice.duration_ms = voice_duration_ms_max;
    EXPECT_TRUE(check(ContentType::voice, voice).ok());
}

TEST(attachment, sizes_cut_pad_and_add_up) {
    for (const uint64_t size :
         {uint64_t{0}, uint64_t{1}, uint64_t{1000}, uint64_t{file_chunk_size_bytes},
          uint64_t{file_chunk_size_bytes} + 1, uint64_t{10} << 20, file_size_bytes_max}) {
        const uint64_t count = file_chunk_count(size);
        uint64_t sum = 0;
        for (uint64_t i = 0; i < count; ++i) {
            EXPECT_LE(file_chunk_size(size, i), file_chunk_size_bytes);
            sum += file_chunk_size(size, i) + file_chunk_overhead_size_bytes;
        }
        EXPECT_EQ(sum, file_blob_size(size));
        EXPECT_LE(sum, wire::blob_size_bytes_max);
        EXPECT_GE(sum, size);
        EXPECT_LE(static_cast<double>(sum), 1.13 * static_cast<double>(size) + 64);
        EXPECT_EQ(file_chunk_size(size, count), 0U);
    }
    static_assert(file_chunk_sealed_size_bytes <= wire::blob_part_size_bytes_max);
}

TEST(attachment, a_chunk_opens_only_at_its_place) {
    crypto::SeededEntropy entropy(1);
    SecretArray<32> key;
    entropy.fill(key.expose_mutable());
    SecretArray<32> other;
    const Bytes text = {1, 2, 3};
    for (const FileCipher cipher : {FileCipher::chacha20_poly1305, FileCipher::aes_256_gcm}) {
        const Bytes sealed = seal_chunk({cipher, key, 5, false}, text, entropy);
        EXPECT_EQ(sealed.size(), text.size() + file_chunk_overhead_size_bytes);
        const auto opened = open_chunk({cipher, key, 5, false}, sealed);
        ASSERT_TRUE(opened.ok());
        EXPECT_TRUE(equal(opened->expose(), text));
        EXPECT_FALSE(open_chunk({cipher, key, 6, false}, sealed).ok()) << "moved";
        EXPECT_FALSE(open_chunk({cipher, key, 5, true}, sealed).ok()) << "cut off behind it";
        EXPECT_FALSE(open_chunk({cipher, other, 5, false}, sealed).ok());
        EXPECT_FALSE(open_chunk({cipher, key, 5, false}, BytesView(sealed).first(27)).ok());
        Bytes damaged = sealed;
        damaged.back() ^= 1;
        EXPECT_FALSE(open_chunk({cipher, key, 5, false}, damaged).ok());
    }
}

TEST(attachment, sealing_a_changed_chunk_again_uses_no_nonce_twice) {
    crypto::SeededEntropy entropy(1);
    const SecretArray<32> key;
    const FileChunk place{FileCipher::aes_256_gcm, key, 0, true};
    const Bytes first = seal_chunk(place, Bytes{1}, entropy);
    const Bytes second = seal_chunk(place, Bytes{2}, entropy);
    EXPECT_FALSE(equal(BytesView(first).first(12), BytesView(second).first(12)));
}

}  // namespace
}  // namespace mayfly::core
