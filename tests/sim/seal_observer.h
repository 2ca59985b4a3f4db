// Sees every AEAD encryption of the process, so that the simulator can prove that no key and nonce
// is used twice. It needs no hook in the product: the linker puts it in front of crypto::aead_seal
// (--wrap, see CMakeLists.txt).
#pragma once

#include <vector>

#include "util/bytes.h"

namespace mayfly::sim {

struct Seal {
    Bytes key_hash;  // SHA-256, so that the simulator holds no keys
    Bytes nonce;
    size_t key_size_bytes = 0;
    Bytes content_hash;  // of associated data and plaintext
};

// drain_seals gives what this thread sealed since the last call.
std::vector<Seal> drain_seals();

}  // namespace mayfly::sim
