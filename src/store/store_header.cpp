#include "store/store_header.h"

#include "crypto/hash.h"
#include "store/files.h"

namespace mayfly::store {
namespace {

constexpr uint16_t format_version = 1;
constexpr size_t checksum_size_bytes = 32;
constexpr crypto::AeadId slot_aead = crypto::AeadId::chacha20_poly1305;

// The tag of a slot covers its place and all that the header says in the clear.
Bytes associated_data(const Header& header, size_t slot) {
    codec::Writer writer;
    writer(header.fields_, static_cast<uint8_t>(slot));
    return writer.take();
}

Status check_fields(const HeaderFields& fields) {
    if (fields.protection == Protection::passphrase) {
        ENSURE(fields.argon2_passes >= 1 && fields.argon2_passes <= argon2_passes_max &&
                   fields.argon2_memory_kib >= 8 &&
                   fields.argon2_memory_kib <= argon2_memory_kib_max,
               store_corrupt);
    } else {
        ENSURE(fields.protection == Protection::key_file, store_corrupt);
    }
    return {};
}

}  // namespace

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
    const HeaderFields expected;
    ENSURE(equal(reader.raw(expected.magic.size()), expected.magic), store_corrupt);
    const uint16_t version = reader.u16();
    ENSURE(reader.ok() && version != 0, store_corrupt);
    ENSURE(version <= format_version, store_newer);
    auto header = codec::decode<Header>(body);
    ENSURE(header.ok(), store_corrupt);
    TRY(check_fields(header->fields_));
    return header;
}

Bytes encode_header(const Header& header) { return with_checksum(codec::encode(header)); }

void seal_slot(Header& header, size_t slot, const SecretArray<32>& wrapping_key,
               const SlotContent& content, Entropy& entropy) {
    codec::Writer writer;
    writer(content.kind, content.key, content.profile);
    MAYFLY_ASSERT(writer.size() <= slot_payload_size_bytes);
    SecretBuffer payload(slot_payload_size_bytes);
    std::copy(writer.view().begin(), writer.view().end(), payload.expose_mutable().begin());
    KeySlot& out = header.slots[slot];
    entropy.fill(out.nonce);
    crypto::aead_seal(slot_aead, wrapping_key.expose(), out.nonce, associated_data(header, slot),
                      payload.expose(), out.sealed);
}

void fill_slot(Header& header, size_t slot, Entropy& entropy) {
    entropy.fill(header.slots[slot].nonce);
    entropy.fill(header.slots[slot].sealed);
}

std::optional<SlotContent> open_slot(const Header& header, size_t slot,
                                     const SecretArray<32>& wrapping_key) {
    const KeySlot& from = header.slots[slot];
    const auto payload = crypto::aead_open(slot_aead, wrapping_key.expose(), from.nonce,
                                           associated_data(header, slot), from.sealed);
    if (!payload.ok()) return std::nullopt;
    codec::Reader reader(payload->expose());
    SlotContent content;
    reader(content.kind, content.key, content.profile);
    if (!reader.ok()) return std::nullopt;
    return content;
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

}  // namespace mayfly::store
