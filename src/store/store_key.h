// The store key: what every row is encrypted under, and how it is wrapped in a home.
// docs/spec/store-file.md sections 2 and 3.
//
// A home holds `store.header` with the store key, wrapped by Argon2id of a passphrase or, without
// one, by the random bytes in `store.key` beside it.
#pragma once

#include <optional>
#include <string>

#include "crypto/password.h"
#include "util/entropy.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::store {

using StoreKey = SecretArray<32>;

enum class Protection : uint8_t { passphrase = 1, key_file = 2 };

// What a passphrase opens. duress: the passphrase that gives up the account; the host must then
// call begin_decoy. decoy: that was done, and the decoy's store is still to be made.
enum class SlotKind : uint8_t { own = 1, duress = 2, decoy = 3 };
constexpr bool is_known(SlotKind kind) { return kind >= SlotKind::own && kind <= SlotKind::decoy; }
// What a decoy account shall be: five relay addresses, a name.
constexpr size_t profile_size_bytes_max = 2048;

// Bounds on what a header may ask for, so that a hostile one cannot stall or starve the process.
constexpr uint32_t argon2_passes_max = 64;
constexpr uint32_t argon2_memory_kib_max = 1U << 20;  // 1 GiB, 16 times what we write

// Unlocked is what a passphrase gives: the key, and the right to change how it is wrapped.
struct Unlocked {
    StoreKey key;
    SlotKind kind = SlotKind::own;
    SecretBuffer profile;
    size_t slot = 0;
    SecretArray<32> wrapping_key;
};

// store_exists: some file of a store is there, whole or not.
bool store_exists(const std::string& home);

// create_store_key writes the header (and the key file when there is no passphrase) of a new
// store. Errors: account_exists, storage_full, storage_failed.
Result<StoreKey> create_store_key(const std::string& home, std::optional<BytesView> passphrase,
                                  crypto::Argon2Cost cost, Entropy& entropy);

// Errors of the next two: no_account (no store), store_corrupt, store_newer, storage_failed.
Result<Protection> store_protection(const std::string& home);
// unlock_store also gives passphrase_required and wrong_passphrase; a passphrase that a home does
// not need is not looked at.
Result<Unlocked> unlock_store(const std::string& home, std::optional<BytesView> passphrase);

std::string header_path(const std::string& home);
std::string key_file_path(const std::string& home);
std::string database_path(const std::string& home);

// A file that says of itself whether it is whole ends with the SHA-256 of all before it.
Bytes with_checksum(Bytes body);
Result<BytesView> without_checksum(BytesView content);

}  // namespace mayfly::store
