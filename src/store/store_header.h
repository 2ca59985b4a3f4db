// The file `store.header`: how a home's store key is wrapped. docs/spec/store-file.md sections
// 2, 3.
//
// It always holds two key slots of the same size. One holds the store key; the other holds either a
// duress passphrase's secret or random bytes, and nobody without a passphrase can tell which.
#pragma once

#include "codec/codec.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "store/store_key.h"

namespace mayfly::store {

constexpr size_t key_slot_count = 2;
constexpr size_t slot_payload_size_bytes = 3072;
// Two slots have about 6.3 KB; a later version may say more.
constexpr size_t header_size_bytes_max = 32'768;
static_assert(slot_payload_size_bytes > 1 + 32 + 2 + profile_size_bytes_max);

struct HeaderFields {
    std::array<uint8_t, 8> magic{'m', 'a', 'y', 'f', 'l', 'y', 's', 't'};
    uint16_t version = 1;
    Protection protection = Protection::passphrase;
    uint32_t argon2_passes = 0;
    uint32_t argon2_memory_kib = 0;
    std::array<uint8_t, crypto::argon2_salt_size_bytes> salt{};
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.magic, self.version, self.protection, self.argon2_passes,
                self.argon2_memory_kib, self.salt);
    }
};
struct KeySlot {
    std::array<uint8_t, crypto::aead_nonce_size_bytes> nonce{};
    std::array<uint8_t, slot_payload_size_bytes + crypto::aead_tag_size_bytes> sealed{};
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.nonce, self.sealed);
    }
};
struct Header {
    HeaderFields fields_;
    std::array<KeySlot, key_slot_count> slots;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.fields_, self.slots[0], self.slots[1]);
    }
};

// read_header checks everything that needs no secret. Errors: no_account, store_corrupt,
// store_newer, storage_failed.
Result<Header> read_header(const std::string& home);
Bytes encode_header(const Header& header);

struct SlotContent {
    SlotKind kind = SlotKind::own;
    StoreKey key;
    SecretBuffer profile;  // of duress and decoy: what the decoy account shall be
};
// seal_slot draws a fresh nonce. fill_slot makes a slot that opens for nobody.
void seal_slot(Header& header, size_t slot, const SecretArray<32>& wrapping_key,
               const SlotContent& content, Entropy& entropy);
void fill_slot(Header& header, size_t slot, Entropy& entropy);
// open_slot gives nothing when the key does not open the slot.
std::optional<SlotContent> open_slot(const Header& header, size_t slot,
                                     const SecretArray<32>& wrapping_key);

// wrapping_key is of a passphrase or of the bytes in the key file, as the header says.
Result<SecretArray<32>> wrapping_key(const HeaderFields& fields, BytesView from);

}  // namespace mayfly::store
