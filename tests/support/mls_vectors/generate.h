// Makes vectors of our own, in the working group's format: each type's maker stands beside its
// runner. The same seed gives the same file.
#pragma once

#include "crypto/seeded_entropy.h"
#include "tests/support/mls_vectors/case.h"

namespace mayfly::vectors {

// Dice: the seeded randomness of one case, and the number of the case in its file.
class Dice {
  public:
    Dice(uint64_t seed, size_t case_number)
        : number(case_number), entropy(seed * 0x9e3779b97f4a7c15ULL + case_number + 1) {}

    Bytes bytes(size_t size_bytes) {
        Bytes out(size_bytes);
        entropy.fill(out);
        return out;
    }
    // below: 0 to bound - 1.
    uint32_t below(size_t bound) {
        uint8_t four[4];
        entropy.fill(four);
        uint32_t value = 0;
        for (const uint8_t byte : four) value = (value << 8) | byte;
        return value % static_cast<uint32_t>(bound);
    }

    size_t number;
    crypto::SeededEntropy entropy;
};

std::vector<std::string_view> generated_types();
// generate makes a file of `count` cases; nothing if there is no such type.
std::optional<Json> generate(std::string_view type, const mls::CipherSuite& suite, size_t count,
                             uint64_t seed);

Json make_tree_math(const mls::CipherSuite& suite, Dice& dice);
Json make_deserialization(const mls::CipherSuite& suite, Dice& dice);
Json make_crypto_basics(const mls::CipherSuite& suite, Dice& dice);
Json make_messages(const mls::CipherSuite& suite, Dice& dice);
Json make_message_protection(const mls::CipherSuite& suite, Dice& dice);
Json make_secret_tree(const mls::CipherSuite& suite, Dice& dice);
Json make_key_schedule(const mls::CipherSuite& suite, Dice& dice);
Json make_psk_secret(const mls::CipherSuite& suite, Dice& dice);
Json make_transcript_hashes(const mls::CipherSuite& suite, Dice& dice);
Json make_welcome(const mls::CipherSuite& suite, Dice& dice);
Json make_tree_operations(const mls::CipherSuite& suite, Dice& dice);
Json make_tree_validation(const mls::CipherSuite& suite, Dice& dice);
Json make_treekem(const mls::CipherSuite& suite, Dice& dice);
Json make_passive_client_welcome(const mls::CipherSuite& suite, Dice& dice);
Json make_passive_client_handling_commit(const mls::CipherSuite& suite, Dice& dice);
Json make_passive_client_random(const mls::CipherSuite& suite, Dice& dice);
Json make_safe_exporter(const mls::CipherSuite& suite, Dice& dice);

}  // namespace mayfly::vectors
