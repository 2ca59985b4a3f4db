// The names of the rows that a group is stored in. docs/spec/mls.md lists what each holds.
#pragma once

#include <set>

#include "mls/types.h"

namespace mayfly::mls {

enum class RecordKind : uint8_t {
    epoch = 1,           // the current epoch with its tree; one
    pending_commit = 2,  // one or none
    proposal = 3,        // one for each proposal that waits for a commit
    past_epoch = 4,      // one for each epoch that is still readable
    tree_node = 5,       // a secret of a secret tree
    ratchet = 6,         // a sender's ratchet
    skipped_key = 7,     // the key of a message that has not come yet
    previous_epoch = 8,  // one or none; its secret tree has rows of its own
    abandoned = 9,       // one or none: the epochs that were gone back from
    exporter_node = 10,  // a secret of the exporter tree
};
constexpr bool is_known(RecordKind kind) {
    return kind >= RecordKind::epoch && kind <= RecordKind::exporter_node;
}

enum class RatchetType : uint8_t { handshake = 0, application = 1 };
constexpr bool is_known(RatchetType type) {
    return type == RatchetType::handshake || type == RatchetType::application;
}

// Parts that a kind does not use are zero.
struct RecordKey {
    RecordKind kind{};
    Epoch epoch;
    uint32_t index = 0;  // proposal: position; *_node: node; ratchet, skipped_key: leaf
    RatchetType ratchet{};
    uint32_t generation = 0;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.kind, self.epoch, self.index, self.ratchet, self.generation);
    }
    auto operator<=>(const RecordKey&) const = default;
};
using RecordKeys = std::set<RecordKey>;

}  // namespace mayfly::mls
