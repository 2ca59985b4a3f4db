// The account vault: what a recovery kit gives back (design section 4). Home relays hold it; only
// the kit's keys open it. Specification: docs/spec/identity.md.
#pragma once

#include "core/rows.h"

namespace mayfly::core {

// Bounded by vault_size_bytes_max of the wire; a contact takes about 150 bytes with its relays.
constexpr size_t vault_contacts_max = 1'000;
constexpr size_t vault_blocked_max = 1'000;
constexpr size_t vault_conversations_max = 60;  // about 1 kB each with their peers

struct VaultContact {
    AccountId account;
    std::vector<std::string> relays;
    uint64_t record_number = 0;
    wire::Hash record_hash;
    bool verified = false;
    MAYFLY_FIELDS(self.account, self.relays, self.record_number, self.record_hash, self.verified)
};
// A group that the recovered account asks to be taken into again, through one of these.
struct VaultConversation {
    ConversationInfo info;
    std::vector<Person> peers;
    MAYFLY_FIELDS(self.info, self.peers)
};
struct VaultContent {
    uint16_t version = 1;
    SecretArray<32> account_seed;
    std::vector<std::string> relays;
    uint64_t record_number = 0;
    std::vector<VaultContact> contacts;
    std::vector<VaultConversation> conversations;
    std::vector<AccountId> blocked;  // none of them is among the contacts
    MAYFLY_FIELDS(self.version, self.account_seed, self.relays, self.record_number, self.contacts,
                  self.conversations, self.blocked)
};

wire::PublicKey vault_public_key(const VaultKeys& keys);
// seal_vault draws a fresh nonce, so that two devices may seal the same version.
Bytes seal_vault(const VaultKeys& keys, uint64_t version, const VaultContent& content,
                 Entropy& entropy);
// Errors: decryption_failed, unsupported_version, malformed_input.
Result<VaultContent> open_vault(const VaultKeys& keys, uint64_t version, BytesView ciphertext);
// make_vault_put signs what open_vault will read.
wire::VaultPut make_vault_put(const VaultKeys& keys, uint64_t version, Bytes ciphertext);

}  // namespace mayfly::core
