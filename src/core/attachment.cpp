#include "core/attachment.h"

#include "crypto/aead.h"
#include "crypto/hash.h"

namespace mayfly::core {
namespace {

crypto::AeadId aead_of(FileCipher cipher) {
    return cipher == FileCipher::aes_256_gcm ? crypto::AeadId::aes_256_gcm
                                             : crypto::AeadId::chacha20_poly1305;
}

Bytes place_of(const FileChunk& chunk) {
    codec::Writer writer;
    writer.raw(as_bytes("Mayfly 1 file chunk"));
    writer(chunk.index, chunk.last);
    return writer.take();
}

bool is_media_type(std::string_view type) {
    return std::all_of(type.begin(), type.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

FileCipher preferred_file_cipher() {
    return crypto::aes_is_fast() ? FileCipher::aes_256_gcm : FileCipher::chacha20_poly1305;
}

Result<FileContent> decode_file(ContentType type, BytesView body) {
    TRY_ASSIGN(FileContent file, codec::decode<FileContent>(body));
    ENSURE(!file.name.empty() && file.name.size() <= file_name_size_bytes_max, malformed_input);
    ENSURE(is_utf8(as_bytes(file.name)), malformed_input);
    ENSURE(file.type.size() <= file_type_size_bytes_max && is_media_type(file.type),
           malformed_input);
    ENSURE(file.size_bytes <= file_size_bytes_max, input_too_large);
    ENSURE(file.relay.size() <= wire::relay_address_size_max, malformed_input);
    ENSURE(file.thumbnail.size() <= thumbnail_size_bytes_max, input_too_large);
    const bool voice = type == ContentType::voice;
    ENSURE(voice == (file.duration_ms != 0), malformed_input);
    ENSURE(file.duration_ms <= voice_duration_ms_max, malformed_input);
    return file;
}

uint64_t file_chunk_count(uint64_t size_bytes) {
    const uint64_t padded = padded_size(size_bytes);
    return std::max<uint64_t>(1, (padded + file_chunk_size_bytes - 1) / file_chunk_size_bytes);
}

size_t file_chunk_size(uint64_t size_bytes, uint64_t index) {
    const uint64_t start = index * file_chunk_size_bytes;
    const uint64_t padded = padded_size(size_bytes);
    return static_cast<size_t>(
        std::min<uint64_t>(file_chunk_size_bytes, padded - std::min(padded, start)));
}

uint64_t file_blob_size(uint64_t size_bytes) {
    return padded_size(size_bytes) + file_chunk_count(size_bytes) * file_chunk_overhead_size_bytes;
}

Bytes seal_chunk(const FileChunk& chunk, BytesView plaintext, Entropy& entropy) {
    Bytes out(crypto::aead_nonce_size_bytes + plaintext.size() + crypto::aead_tag_size_bytes);
    const MutableBytesView nonce = MutableBytesView(out).first(crypto::aead_nonce_size_bytes);
    entropy.fill(nonce);
    crypto::aead_seal(aead_of(chunk.cipher), chunk.key.expose(), nonce, place_of(chunk), plaintext,
                      MutableBytesView(out).subspan(crypto::aead_nonce_size_bytes));
    return out;
}

Result<SecretBuffer> open_chunk(const FileChunk& chunk, BytesView sealed) {
    ENSURE(sealed.size() >= file_chunk_overhead_size_bytes, decryption_failed);
    return crypto::aead_open(aead_of(chunk.cipher), chunk.key.expose(),
                             sealed.first(crypto::aead_nonce_size_bytes), place_of(chunk),
                             sealed.subspan(crypto::aead_nonce_size_bytes));
}

wire::Hash extend_digest(const wire::Hash& digest, BytesView plaintext) {
    crypto::Hasher hasher(crypto::HashId::sha256);
    hasher.update(digest.view());
    hasher.update(plaintext);
    return *wire::Hash::from(hasher.finish());
}

}  // namespace mayfly::core
