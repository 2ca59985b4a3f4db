// DatabaseSum: the hash of the whole database file as the last clean close left it, authenticated
// under a key of the store.
//
// Blocks are authenticated one by one; this finds damage in the bytes that no block uses, which
// would otherwise show later or never. It names the store's generation, so a sum that a crash left
// behind is merely out of date. docs/spec/store-file.md section 4.
#pragma once

#include <string>

#include "util/bytes.h"
#include "util/result.h"

namespace mayfly::store {

struct DatabaseSum {
    uint64_t generation = 0;
    std::array<uint8_t, 32> hash{};
    bool operator==(const DatabaseSum&) const = default;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.generation, self.hash);
    }
};

// hash_file reads the file once, in pieces. Not while SQLite has it open: closing a descriptor
// would drop SQLite's locks.
Result<std::array<uint8_t, 32>> hash_file(const std::string& path);

// read_sum gives nullopt when there is none, or none that was written whole and with the key.
std::optional<DatabaseSum> read_sum(const std::string& home, BytesView key);
// write_sum is for the next opening only: nothing is lost if it does not reach the disk.
void write_sum(const std::string& home, BytesView key, const DatabaseSum& sum);

}  // namespace mayfly::store
