// Identifiers of pre-shared keys: RFC 9420 section 8.4.
#pragma once

#include "mls/types.h"

namespace mayfly::mls {

enum class PskType : uint8_t { external = 1, resumption = 2 };
constexpr bool is_known(PskType type) {
    return type == PskType::external || type == PskType::resumption;
}

enum class ResumptionPskUsage : uint8_t { application = 1, reinit = 2, branch = 3 };
constexpr bool is_known(ResumptionPskUsage usage) {
    return usage >= ResumptionPskUsage::application && usage <= ResumptionPskUsage::branch;
}

struct PreSharedKeyId {
    PskType type = PskType::external;
    Bytes psk_id;                                                // external
    ResumptionPskUsage usage = ResumptionPskUsage::application;  // resumption
    GroupId psk_group_id;                                        // resumption
    Epoch psk_epoch;                                             // resumption
    Bytes psk_nonce;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.type);
        if (self.type == PskType::external) {
            archive(self.psk_id);
        } else {
            archive(self.usage, self.psk_group_id, self.psk_epoch);
        }
        archive(self.psk_nonce);
    }
    bool operator==(const PreSharedKeyId&) const = default;
};

}  // namespace mayfly::mls
