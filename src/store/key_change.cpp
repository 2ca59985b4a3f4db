#include "store/key_change.h"

#include "store/files.h"
#include "store/header_change.h"
#include "store/store_header.h"

namespace mayfly::store {
namespace {

// Who unlocks a home in a browser is alone with it, and cannot rename its files.
#ifdef __wasi__
constexpr auto change_header = copy_header;
constexpr auto finish_header_change = finish_header_copy;
#else
constexpr auto change_header = swap_header;
constexpr auto finish_header_change = finish_header_swap;
#endif

Status replace_header(const std::string& home, const Header& header) {
    TRY(change_header(home, encode_header(header)));
    return finish_key_change(home);
}

// The header as it is now, if what was unlocked still opens it.
Result<Header> current_header(const std::string& home, const Unlocked& unlocked) {
    TRY_ASSIGN(Header header, read_header(home));
    const auto content = open_slot(header, unlocked.slot, unlocked.wrapping_key);
    ENSURE(content && content->kind == unlocked.kind &&
               constant_time_equal(content->key.expose(), unlocked.key.expose()),
           wrong_passphrase);
    return header;
}

SlotContent own_content(const Unlocked& unlocked) {
    return SlotContent{SlotKind::own, unlocked.key.clone(), SecretBuffer()};
}

// From a key file to a passphrase: a new salt, and so both slots anew.
Result<Header> protect_by_passphrase(const Unlocked& unlocked, BytesView passphrase,
                                     crypto::Argon2Cost cost, Entropy& entropy) {
    Header header;
    header.fields_.argon2_passes = cost.passes;
    header.fields_.argon2_memory_kib = cost.memory_kib;
    entropy.fill(header.fields_.salt);
    TRY_ASSIGN(const SecretArray<32> wrapping, wrapping_key(header.fields_, passphrase));
    fill_slot(header, 1 - unlocked.slot, entropy);
    seal_slot(header, unlocked.slot, wrapping, own_content(unlocked), entropy);
    return header;
}

// What a home may hold besides its keys. Names, not patterns: nothing of somebody else's goes.
constexpr const char* store_files[] = {"store.db",     "store.db-wal", "store.db-journal",
                                       "store.db-shm", "store.sum",    "printing"};

}  // namespace

Status change_passphrase(const std::string& home, const Unlocked& unlocked,
                         BytesView new_passphrase, crypto::Argon2Cost cost, Entropy& entropy) {
    TRY_ASSIGN(Header header, current_header(home, unlocked));
    ENSURE(unlocked.kind == SlotKind::own, invalid_argument);
    if (header.fields_.protection == Protection::key_file) {
        TRY_ASSIGN(header, protect_by_passphrase(unlocked, new_passphrase, cost, entropy));
        return replace_header(home, header);
    }
    // Salt and cost stay: the other slot may need them.
    TRY_ASSIGN(const SecretArray<32> wrapping, wrapping_key(header.fields_, new_passphrase));
    ENSURE(!open_slot(header, 1 - unlocked.slot, wrapping), invalid_argument);
    seal_slot(header, unlocked.slot, wrapping, own_content(unlocked), entropy);
    return replace_header(home, header);
}

Status set_duress(const std::string& home, const Unlocked& unlocked,
                  std::optional<BytesView> passphrase, BytesView profile, Entropy& entropy) {
    ENSURE(profile.size() <= profile_size_bytes_max, input_too_large);
    TRY_ASSIGN(Header header, current_header(home, unlocked));
    ENSURE(unlocked.kind == SlotKind::own, invalid_argument);
    ENSURE(header.fields_.protection == Protection::passphrase, passphrase_required);
    const size_t other = 1 - unlocked.slot;
    if (!passphrase) {
        fill_slot(header, other, entropy);
        return replace_header(home, header);
    }
    TRY_ASSIGN(const SecretArray<32> wrapping, wrapping_key(header.fields_, *passphrase));
    ENSURE(!open_slot(header, unlocked.slot, wrapping), invalid_argument);
    // The key is never used: begin_decoy draws another.
    SlotContent content{SlotKind::duress, StoreKey(), SecretBuffer(profile)};
    seal_slot(header, other, wrapping, content, entropy);
    return replace_header(home, header);
}

Result<Unlocked> begin_decoy(const std::string& home, const Unlocked& duress, Entropy& entropy) {
    TRY_ASSIGN(Header header, current_header(home, duress));
    ENSURE(duress.kind == SlotKind::duress, invalid_argument);
    SlotContent content{SlotKind::decoy, StoreKey(), duress.profile.clone()};
    entropy.fill(content.key.expose_mutable());
    fill_slot(header, 1 - duress.slot, entropy);
    seal_slot(header, duress.slot, duress.wrapping_key, content, entropy);
    TRY(replace_header(home, header));
    return Unlocked{std::move(content.key), content.kind, std::move(content.profile), duress.slot,
                    duress.wrapping_key.clone()};
}

Status finish_decoy(const std::string& home, const Unlocked& decoy, Entropy& entropy) {
    TRY_ASSIGN(Header header, current_header(home, decoy));
    ENSURE(decoy.kind == SlotKind::decoy, invalid_argument);
    seal_slot(header, decoy.slot, decoy.wrapping_key, own_content(decoy), entropy);
    return replace_header(home, header);
}

Status finish_key_change(const std::string& home) {
    TRY(finish_header_change(home));
    bool removed = false;
    const auto protection = store_protection(home);
    if (protection.ok() && protection.value() == Protection::passphrase) {
        TRY_ASSIGN(removed, overwrite_and_remove(key_file_path(home)));
    }
    return removed ? sync_directory(home) : Status();
}

Status erase_store(const std::string& home) {
    for (const char* name : store_files) TRY(remove_file(home + "/" + name));
    return sync_directory(home);
}

Status destroy_keys(const std::string& home) {
    // Either is enough to make the other worthless; both go, the header first.
    for (const std::string& path :
         {header_path(home), key_file_path(home), new_header_path(home)}) {
        TRY(overwrite_file(path));
    }
    return {};
}

}  // namespace mayfly::store
