#include "store/store_key.h"

#include <unistd.h>

#include "crypto/hash.h"
#include "store/files.h"
#include "store/store_header.h"

namespace mayfly::store {
namespace {

constexpr std::array<uint8_t, 8> key_file_magic{'m', 'a', 'y', 'f', 'l', 'y', 'k', 'f'};
constexpr size_t key_file_size_bytes = 8 + 32 + 32;

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
    SlotContent content;
    entropy.fill(content.key.expose_mutable());
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
    // Either slot may be the one in use: its place says nothing about the other.
    const size_t slot = random_array<1>(entropy)[0] % key_slot_count;
    fill_slot(header, 1 - slot, entropy);
    seal_slot(header, slot, wrapping, content, entropy);
    const Status written = create_file(header_path(home), encode_header(header));
    if (!written.ok()) {
        if (!passphrase) ::unlink(key_file_path(home).c_str());
        return written.error();
    }
    return std::move(content.key);
}

Result<Protection> store_protection(const std::string& home) {
    TRY_ASSIGN(const Header header, read_header(home));
    return header.fields_.protection;
}

Result<Unlocked> unlock_store(const std::string& home, std::optional<BytesView> passphrase) {
    TRY_ASSIGN(const Header header, read_header(home));
    const HeaderFields& fields = header.fields_;
    const bool wants_passphrase = fields.protection == Protection::passphrase;
    Unlocked out;
    if (wants_passphrase) {
        ENSURE(passphrase.has_value(), passphrase_required);
        TRY_ASSIGN(out.wrapping_key, wrapping_key(fields, *passphrase));
    } else {
        TRY_ASSIGN(const SecretArray<32> file_key, read_key_file(home));
        TRY_ASSIGN(out.wrapping_key, wrapping_key(fields, file_key.expose()));
    }
    bool found = false;
    // Both are tried whatever the first gives: the time says nothing.
    for (size_t slot = 0; slot < key_slot_count; ++slot) {
        auto content = open_slot(header, slot, out.wrapping_key);
        if (!content || found) continue;
        found = true;
        out.slot = slot;
        out.kind = content->kind;
        out.key = std::move(content->key);
        out.profile = std::move(content->profile);
    }
    if (!found) {
        return wants_passphrase ? MAYFLY_ERROR(wrong_passphrase) : MAYFLY_ERROR(store_corrupt);
    }
    return out;
}

}  // namespace mayfly::store
