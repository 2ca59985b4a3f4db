// The recovery kit: 128 random bits that a person can write down and read aloud, and the keys that
// open the account vault with them. Specification: docs/spec/identity.md.
#pragma once

#include <string_view>

#include "util/bytes.h"
#include "util/entropy.h"
#include "util/result.h"
#include "util/secret.h"
#include "wire/types.h"

namespace mayfly::core {

constexpr size_t recovery_kit_size_bytes = 16;
// Eight words of 16 bits and a ninth that checks them.
constexpr size_t recovery_kit_words = 9;

using RecoveryKit = SecretArray<recovery_kit_size_bytes>;

RecoveryKit make_recovery_kit(Entropy& entropy);
// format_recovery_kit gives nine pronounceable words (proquints: consonants and vowels in turn)
// with spaces between.
SecretBuffer format_recovery_kit(const RecoveryKit& kit);
// parse_recovery_kit takes the words in either case, separated by spaces, line ends or hyphens.
// invalid_argument when a letter or the number of words is wrong, or the check does not fit.
Result<RecoveryKit> parse_recovery_kit(BytesView text);

// VaultKeys are what a device keeps of the kit: enough to renew the vault and to read it.
struct VaultKeys {
    SecretArray<32> signing_seed;  // Ed25519; its public key names the vault at the relays
    SecretArray<32> content_key;   // ChaCha20-Poly1305

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.signing_seed, self.content_key);
    }
};
VaultKeys derive_vault_keys(const RecoveryKit& kit);

}  // namespace mayfly::core
