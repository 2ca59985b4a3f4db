#include "crypto/seeded_entropy.h"

#include "crypto/hash.h"

namespace mayfly::crypto {
namespace {

void store_u64(uint64_t value, uint8_t* to) {
    for (int i = 7; i >= 0; --i) {
        to[i] = static_cast<uint8_t>(value);
        value >>= 8;
    }
}

}  // namespace

SeededEntropy::SeededEntropy(uint64_t seed) { store_u64(seed, input_.data()); }

SeededEntropy::SeededEntropy(BytesView seed) {
    const auto digest = sha256(seed);
    std::copy(digest.begin(), digest.end(), input_.begin());
}

void SeededEntropy::next_block() {
    store_u64(blocks_++, input_.data() + 32);
    block_ = sha256(input_);
    used_bytes_ = 0;
}

void SeededEntropy::fill(MutableBytesView out) {
    for (uint8_t& byte : out) {
        if (used_bytes_ == block_.size()) next_block();
        byte = block_[used_bytes_++];
    }
}

}  // namespace mayfly::crypto
