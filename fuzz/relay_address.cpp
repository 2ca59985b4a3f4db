// deps: wire
// max_len: 512
//
// What is read as an address has one canonical text, which reads back as the same address; and its
// encoding reads back too.
#include "wire/relay_address.h"

#include <cstdint>

#include "util/duration.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly;
    const std::string_view text = as_text({data, size_bytes});
    const auto address = wire::parse_relay_address(text);
    if (address.ok()) {
        const std::string canonical = wire::format_relay_address(*address);
        MAYFLY_ASSERT(canonical.size() <= wire::relay_address_text_size_bytes_max);
        const auto again = wire::parse_relay_address(canonical);
        MAYFLY_ASSERT(again.ok() && *again == *address);
        MAYFLY_ASSERT(wire::is_canonical_relay_host(address->host));
        const auto decoded = codec::decode<wire::RelayAddress>(codec::encode(*address));
        MAYFLY_ASSERT(decoded.ok() && *decoded == *address);
    }
    const auto decoded = codec::decode<wire::RelayAddress>({data, size_bytes});
    if (decoded.ok()) {
        const auto parsed = wire::parse_relay_address(wire::format_relay_address(*decoded));
        MAYFLY_ASSERT(parsed.ok() && *parsed == *decoded);
    }
    const auto duration = parse_duration(text);
    if (duration.ok()) MAYFLY_ASSERT(*parse_duration(format_duration(*duration)) == *duration);
    return 0;
}
