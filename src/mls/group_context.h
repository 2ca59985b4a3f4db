// The group context: RFC 9420 section 8.1.
#pragma once

#include "mls/cipher_suite.h"
#include "mls/extension.h"

namespace mayfly::mls {

struct GroupContext {
    ProtocolVersion version = ProtocolVersion::mls10;
    CipherSuiteId cipher_suite{};
    GroupId group_id;
    Epoch epoch;
    Bytes tree_hash;
    Bytes confirmed_transcript_hash;
    Extensions extensions;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.version, self.cipher_suite, self.group_id, self.epoch, self.tree_hash,
                self.confirmed_transcript_hash, self.extensions);
    }
    bool operator==(const GroupContext&) const = default;
};

}  // namespace mayfly::mls
