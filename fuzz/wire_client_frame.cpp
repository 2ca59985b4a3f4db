// deps: wire
// max_len: 4096
//
// What a relay reads from a stranger: a request that decodes encodes to the same bytes again, has
// the id that peeking sees, and is within the limits of the protocol.
#include "wire/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly;
    const BytesView input(data, size_bytes);
    const auto frame = wire::decode_client_frame(input);
    const auto peeked = wire::peek_request_id(input);
    MAYFLY_ASSERT(peeked.has_value() == (size_bytes >= 4));
    if (!frame.ok()) return 0;
    MAYFLY_ASSERT(equal(wire::encode_frame(*frame), input));
    MAYFLY_ASSERT(peeked == frame->request_id);
    return 0;
}
