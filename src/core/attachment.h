// Attachments: how a file is cut into chunks, sealed and padded, and what its message says of it.
// Specification: docs/spec/content.md section 6.
#pragma once

#include "core/content.h"

namespace mayfly::core {

constexpr uint64_t file_size_bytes_max = uint64_t{5} << 30;
constexpr size_t file_name_size_bytes_max = 255;  // what file systems take
constexpr size_t file_type_size_bytes_max = 127;  // RFC 6838 section 4.2
constexpr size_t thumbnail_size_bytes_max =
    24'576;  // some 160 x 160 pixels; travels in the message
constexpr uint32_t voice_duration_ms_max = 3'600'000;

// A sealed chunk is what one BlobPut carries. Four are under way at a time, and each must come
// through within request_timeout, so the slowest usable network has 35 kB/s.
constexpr size_t file_chunk_sealed_size_bytes = size_t{256} << 10;
constexpr size_t file_chunk_overhead_size_bytes = 12 + 16;  // nonce, tag
constexpr size_t file_chunk_size_bytes =
    file_chunk_sealed_size_bytes - file_chunk_overhead_size_bytes;

// On the wire: never renumber. Both have keys of 32 bytes.
enum class FileCipher : uint8_t { chacha20_poly1305 = 1, aes_256_gcm = 2 };
constexpr bool is_known(FileCipher cipher) {
    return cipher == FileCipher::chacha20_poly1305 || cipher == FileCipher::aes_256_gcm;
}
// preferred_file_cipher is the one that this machine seals faster.
FileCipher preferred_file_cipher();

// FileContent is the body of a message of type file or voice.
struct FileContent {
    std::string name;
    std::string type;  // media type, as the sender says
    uint64_t size_bytes = 0;
    uint32_t duration_ms = 0;  // voice only
    FileCipher cipher = FileCipher::chacha20_poly1305;
    std::string relay;  // that holds the blob
    wire::BlobId blob;
    SecretArray<32> key;
    wire::Hash digest;
    SecretBuffer thumbnail;  // JPEG; empty: none
    MAYFLY_FIELDS(self.name, self.type, self.size_bytes, self.duration_ms, self.cipher, self.relay,
                  self.blob, self.key, self.digest, self.thumbnail)
};
constexpr bool is_file(ContentType type) {
    return type == ContentType::file || type == ContentType::voice;
}
// decode_file checks all bounds. Errors: those of codec, malformed_input, input_too_large.
Result<FileContent> decode_file(ContentType type, BytesView body);

// --- sizes: the file is padded with zeros to a Padmé size, then cut
uint64_t file_chunk_count(uint64_t size_bytes);
// file_chunk_size: of the plaintext of a chunk, padding and all.
size_t file_chunk_size(uint64_t size_bytes, uint64_t index);
uint64_t file_blob_size(uint64_t size_bytes);

// --- chunks
// A chunk may have to be sealed again after a crash, when the file may have changed: so its nonce
// is random, and its place is in the associated data.
struct FileChunk {
    FileCipher cipher;
    const SecretArray<32>& key;
    uint64_t index = 0;
    bool last = false;
};
Bytes seal_chunk(const FileChunk& chunk, BytesView plaintext, Entropy& entropy);
// Errors: decryption_failed.
Result<SecretBuffer> open_chunk(const FileChunk& chunk, BytesView sealed);
// The digest of a file is a chain over its chunks, so that it can go on where a crash left it. It
// binds the message, which is signed, to one file.
wire::Hash extend_digest(const wire::Hash& digest, BytesView plaintext);

}  // namespace mayfly::core
