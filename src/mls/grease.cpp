#include "mls/grease.h"

namespace mayfly::mls {

namespace {

// How many values section 13.5 reserves: 0x0a0a, 0x1a1a, ... 0xeaea.
constexpr uint8_t grease_values = 15;
// The random data of an extension: long enough to be seen, too short to matter.
constexpr uint8_t grease_data_bytes_max = 15;

uint8_t below(uint8_t bound, Entropy& entropy) { return random_array<1>(entropy)[0] % bound; }

uint16_t random_value(Entropy& entropy) {
    return static_cast<uint16_t>(0x0a0a + 0x1010 * below(grease_values, entropy));
}

template <class T>
void add_value(std::vector<T>& list, Entropy& entropy) {
    const auto at = list.begin() + below(static_cast<uint8_t>(list.size() % 255 + 1), entropy);
    list.insert(at, static_cast<T>(random_value(entropy)));
}

}  // namespace

void add_grease(Extensions& extensions, Entropy& entropy) {
    const auto type = static_cast<ExtensionType>(random_value(entropy));
    Bytes data(below(grease_data_bytes_max + 1, entropy));
    entropy.fill(data);
    set_extension(extensions, Extension{type, std::move(data)});
}

void add_grease(LeafNode& leaf, Entropy& entropy) {
    Capabilities& capabilities = leaf.capabilities;
    add_value(capabilities.cipher_suites, entropy);
    add_value(capabilities.extensions, entropy);
    add_value(capabilities.proposals, entropy);
    add_value(capabilities.credentials, entropy);
    add_grease(leaf.extensions, entropy);
    // Section 7.2: what the leaf holds is listed.
    const ExtensionType type = leaf.extensions.back().type;
    if (!capabilities.supports(type)) capabilities.extensions.push_back(type);
}

}  // namespace mayfly::mls
