// deps: wire
// max_len: 4096
//
// What a client reads from a relay: an answer or delivery that decodes encodes to the same bytes
// again, and every status has an error code for it.
#include "wire/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly;
    const BytesView input(data, size_bytes);
    const auto frame = wire::decode_relay_frame(input);
    if (!frame.ok()) return 0;
    MAYFLY_ASSERT(equal(wire::encode_frame(*frame), input));
    if (const auto* failed = std::get_if<wire::Failed>(&frame->body)) {
        if (failed->status == wire::ReplyStatus::ok) return 0;
        MAYFLY_ASSERT(wire::from_error_code(wire::to_error_code(failed->status)) == failed->status);
    }
    return 0;
}
