#include "tests/support/mls_vectors/generate.h"

namespace mayfly::vectors {

namespace {

struct Maker {
    std::string_view type;
    Json (*make)(const mls::CipherSuite& suite, Dice& dice);
};

constexpr Maker makers[] = {
    {"tree-math", make_tree_math},
    {"deserialization", make_deserialization},
    {"crypto-basics", make_crypto_basics},
    {"messages", make_messages},
    {"message-protection", make_message_protection},
    {"secret-tree", make_secret_tree},
    {"key-schedule", make_key_schedule},
    {"psk_secret", make_psk_secret},
    {"transcript-hashes", make_transcript_hashes},
    {"welcome", make_welcome},
    {"tree-operations", make_tree_operations},
    {"tree-validation", make_tree_validation},
    {"treekem", make_treekem},
    {"passive-client-welcome", make_passive_client_welcome},
    {"passive-client-handling-commit", make_passive_client_handling_commit},
    {"passive-client-random", make_passive_client_random},
    {"safe-exporter", make_safe_exporter},
};

}  // namespace

std::vector<std::string_view> generated_types() {
    std::vector<std::string_view> out;
    for (const Maker& maker : makers) out.push_back(maker.type);
    return out;
}

std::optional<Json> generate(std::string_view type, const mls::CipherSuite& suite, size_t count,
                             uint64_t seed) {
    for (const Maker& maker : makers) {
        if (maker.type != type) continue;
        Json out = Json::array();
        for (size_t i = 0; i < count; ++i) {
            Dice dice(seed, i);
            out.push_back(maker.make(suite, dice));
        }
        return out;
    }
    return std::nullopt;
}

}  // namespace mayfly::vectors
