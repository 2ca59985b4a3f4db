// The small types that every structure of RFC 9420 shares.
#pragma once

#include <type_traits>

#include "codec/codec.h"
#include "util/bytes.h"

namespace mayfly::mls {

// RFC 9420 section 6. Other values decode (capabilities list them, GREASE among them); the checks
// of key packages, group contexts and messages refuse them.
enum class ProtocolVersion : uint16_t { mls10 = 1 };

// Keys and hashes have sizes that depend on the suite, so they are byte strings.
using HpkePublicKey = Bytes;
using SignaturePublicKey = Bytes;
using GroupId = Bytes;
using KeyPackageRef = Bytes;  // RFC 9420 section 5.2
using ProposalRef = Bytes;    // RFC 9420 section 5.2

struct Epoch {
    uint64_t value = 0;

    auto operator<=>(const Epoch&) const = default;
    constexpr Epoch next() const { return {value + 1}; }
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.value);
    }
};

// is_grease: RFC 9420 section 13.5. Such values are carried and never acted upon.
constexpr bool is_grease(uint16_t value) {
    return (value & 0x0f0f) == 0x0a0a && (value >> 8) == (value & 0xff) && value != 0xfafa;
}

// refuse_unknown ends a `fields` description at a selector that has no known structure: a peer's
// bytes are refused, and we never write such a value.
template <class Archive>
void refuse_unknown(Archive& archive) {
    if constexpr (std::is_same_v<Archive, codec::Reader>) {
        archive.fail(MAYFLY_ERROR(malformed_input));
    } else {
        assertion_failed("structure has a known selector", MAYFLY_HERE);
    }
}

}  // namespace mayfly::mls
