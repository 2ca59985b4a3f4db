#include "store/store_key.h"

#include <unistd.h>

#include "codec/codec.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "store/files.h"

namespace mayfly::store {
namespace {

constexpr uint16_t format_version = 1;
constexpr std::array<uint8_t, 8> header_magic{'m', 'a', 'y', 'f', 'l', 'y', 's', 't'};
constexpr std::array<uint8_t, 8> key_file_magic{'m', 'a', 'y', 'f', 'l', 'y', 'k', 'f'};
constexpr size_t checksum_size_bytes = 32;
// A header has about 150 bytes; a later version may say more.
constexpr size_t header_size_bytes_max = 4096;
constexpr size_t key_file_size_bytes = 8 + 32 + checksum_size_bytes;
constexpr crypto::AeadId wrap_aead = crypto::AeadId::chacha20_poly1305;

// What the wrapped key's tag covers too.
struct HeaderFields {
    std::array<uint8_t, 8> magic = header_magic;
    uint16_t version = format_version;
    Protection protection = Protection::passphrase;
    uint32_t argon2_passes = 0;
    uint32_t argon2_memory_kib = 0;
    std::array<uint8_t, crypto::argon2_salt_size_bytes> salt{};
    std::array<uint8_t, crypto::aead_nonce_size_bytes> nonce{};
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.magic, self.version, self.protection, self.argon2_passes,
                self.argon2_memory_kib, self.salt, self.nonce);
    }
};
struct Header {
    HeaderFields fields_;
    std::array<uint8_t, 32 + crypto::aead_tag_size_bytes> wrapped_key{};
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.fields_, self.wrapped_key);
    }
};

Bytes with_checksum(Bytes body) {
    const auto checksum = crypto::sha256(body);
    append(body, checksum);
    return body;
}

// The checksum is no secret: it tells damage from a wrong passphrase.
Result<BytesView> without_checksum(BytesView content) {
    ENSURE(content.size() >= checksum_size_bytes, store_corrupt);
    const BytesView body = content.first(content.size() - checksum_size_bytes);
    ENSURE(equal(crypto::sha256(body), content.last(checksum_size_bytes)), store_corrupt);
    return body;
}

Result<Header> read_header(const std::string& home) {
    auto content = read_file(header_path(home), header_size_bytes_max);
    if (!content.ok() && content.code() == ErrorCode::input_too_large) {
        return MAYFLY_ERROR(store_corrupt);
    }
    TRY(content);
    if (!content->has_value()) {
        return store_exists(home) ? MAYFLY_ERROR(store_corrupt) : MAYFLY_ERROR(no_account);
    }
    TRY_ASSIGN(const BytesView body, without_checksum((*content)->expose()));
    codec::Reader reader(body);
    ENSURE(equal(reader.raw(header_magic.size()), header_magic), store_corrupt);
    const uint16_t version = reader.u16();
    ENSURE(reader.ok() && version != 0, store_corrupt);
    ENSURE(version <= format_version, store_newer);
    auto header = codec::decode<Header>(body);
    ENSURE(header.ok(), store_corrupt);
    const HeaderFields& fields = header->fields_;
    if (fields.protection == Protection::passphrase) {
        ENSURE(fields.argon2_passes >= 1 && fields.argon2_passes <= argon2_passes_max &&
                   fields.argon2_memory_kib >= 8 &&
                   fields.argon2_memory_kib <= argon2_memory_kib_max,
               store_corrupt);
    } else {
        ENSURE(fields.protection == Protection::key_file, store_corrupt);
    }
    return header;
}

Result<SecretArray<32>> wrapping_key(const HeaderFields& fields, BytesView from) {
    if (fields.protection == Protection::passphrase) {
        return crypto::argon2id(from, fields.salt,
                                {fields.argon2_passes, fields.argon2_memory_kib});
    }
    const Secret extracted = crypto::hkdf_extract(crypto::HashId::sha256, fields.salt, from);
    const Secret key = crypto::hkdf_expand(crypto::HashId::sha256, extracted.expose(),
                                           as_bytes("mayfly store 1 key file"), 32);
    return SecretArray<32>(key.expose().first<32>());
}

Result<SecretArray<32>> read_key_file(const std::string& home) {
    auto content = read_file(key_file_path(home), key_file_size_bytes);
    if (!content.ok() && content.code() == ErrorCode::input_too_large) {
        return MAYFLY_ERROR(store_corrupt);
    }
    TRY(content);
    ENSURE(content->has_value() && (*content)->size() == key_file_size_bytes, store_corrupt);
    TRY_ASSIGN(const BytesView body, without_checksum((*content)->expose()));
    ENSURE(equal(body.first(key_file_magic.size()), key_file_magic), store_corrupt);
    return SecretArray<32>(body.last<32>());
}

Status write_key_file(const std::string& home, const SecretArray<32>& key) {
    SecretBuffer content(key_file_size_bytes);
    const MutableBytesView out = content.expose_mutable();
    std::copy(key_file_magic.begin(), key_file_magic.end(), out.begin());
    const auto bytes = key.expose();
    std::copy(bytes.begin(), bytes.end(), out.begin() + key_file_magic.size());
    const size_t body_size = key_file_magic.size() + bytes.size();
    crypto::hash(crypto::HashId::sha256, out.first(body_size), out.subspan(body_size));
    return create_file(key_file_path(home), content.expose());
}

}  // namespace

std::string header_path(const std::string& home) { return home + "/store.header"; }
std::string key_file_path(const std::string& home) { return home + "/store.key"; }
std::string database_path(const std::string& home) { return home + "/store.db"; }

bool store_exists(const std::string& home) {
    return file_exists(header_path(home)) || file_exists(key_file_path(home)) ||
           file_exists(database_path(home));
}

Result<StoreKey> create_store_key(const std::string& home, std::optional<BytesView> passphrase,
                                  crypto::Argon2Cost cost, Entropy& entropy) {
    ENSURE(!store_exists(home), account_exists);
    Header header;
    HeaderFields& fields = header.fields_;
    entropy.fill(fields.salt);
    entropy.fill(fields.nonce);
    StoreKey key;
    entropy.fill(key.expose_mutable());
    SecretArray<32> wrapping;
    if (passphrase) {
        fields.argon2_passes = cost.passes;
        fields.argon2_memory_kib = cost.memory_kib;
        TRY_ASSIGN(wrapping, wrapping_key(fields, *passphrase));
    } else {
        fields.protection = Protection::key_file;
        SecretArray<32> file_key;
        entropy.fill(file_key.expose_mutable());
        TRY_ASSIGN(wrapping, wrapping_key(fields, file_key.expose()));
        TRY(write_key_file(home, file_key));
    }
    crypto::aead_seal(wrap_aead, wrapping.expose(), fields.nonce, codec::encode(fields),
                      key.expose(), header.wrapped_key);
    const Status written = create_file(header_path(home), with_checksum(codec::encode(header)));
    if (!written.ok()) {
        if (!passphrase) ::unlink(key_file_path(home).c_str());
        return written.error();
    }
    return key;
}

Result<Protection> store_protection(const std::string& home) {
    TRY_ASSIGN(const Header header, read_header(home));
    return header.fields_.protection;
}

Result<StoreKey> unlock_store(const std::string& home, std::optional<BytesView> passphrase) {
    TRY_ASSIGN(const Header header, read_header(home));
    const HeaderFields& fields = header.fields_;
    const bool wants_passphrase = fields.protection == Protection::passphrase;
    SecretArray<32> wrapping;
    if (wants_passphrase) {
        ENSURE(passphrase.has_value(), passphrase_required);
        TRY_ASSIGN(wrapping, wrapping_key(fields, *passphrase));
    } else {
        TRY_ASSIGN(const SecretArray<32> file_key, read_key_file(home));
        TRY_ASSIGN(wrapping, wrapping_key(fields, file_key.expose()));
    }
    const auto opened = crypto::aead_open(wrap_aead, wrapping.expose(), fields.nonce,
                                          codec::encode(fields), header.wrapped_key);
    if (!opened.ok()) {
        return wants_passphrase ? MAYFLY_ERROR(wrong_passphrase) : MAYFLY_ERROR(store_corrupt);
    }
    return StoreKey(opened.value().expose().first<32>());
}

}  // namespace mayfly::store
