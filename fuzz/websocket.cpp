// deps: wire
// max_len: 65536
//
// However bytes are cut into pieces, the same messages come out, no larger than allowed; and what
// came out and is sent again comes out again.
#include "wire/websocket.h"

#include <cstdint>

namespace mayfly::wire {
namespace {

constexpr size_t message_size_bytes_max = 4096;

struct Outcome {
    std::vector<WebSocketMessage> messages;
    std::optional<ErrorCode> error;
};

Outcome decode_in_pieces(WebSocketRole role, BytesView input, size_t piece_size_bytes) {
    Outcome out;
    WebSocketDecoder decoder(role, message_size_bytes_max);
    while (!input.empty()) {
        BytesView piece = input.first(std::min(piece_size_bytes, input.size()));
        input = input.subspan(piece.size());
        while (true) {
            WebSocketMessage message;
            const auto more = decoder.next(piece, message);
            if (!more.ok()) {
                out.error = more.code();
                return out;
            }
            if (!*more) break;
            MAYFLY_ASSERT(message.payload.size() <= message_size_bytes_max);
            out.messages.push_back(std::move(message));
        }
        MAYFLY_ASSERT(piece.empty());
    }
    return out;
}

void check_same(const Outcome& one, const Outcome& other) {
    MAYFLY_ASSERT(one.error == other.error && one.messages.size() == other.messages.size());
    for (size_t i = 0; i < one.messages.size(); ++i) {
        MAYFLY_ASSERT(one.messages[i].kind == other.messages[i].kind);
        MAYFLY_ASSERT(one.messages[i].payload == other.messages[i].payload);
        MAYFLY_ASSERT(one.messages[i].close_code == other.messages[i].close_code);
    }
}

void check_again(WebSocketRole role, const Outcome& outcome) {
    std::optional<WebSocketMask> mask;
    if (role == WebSocketRole::server) mask = WebSocketMask{0xa5, 0, 0xff, 0x11};
    for (const WebSocketMessage& message : outcome.messages) {
        Bytes wire;
        append_websocket_frame(wire, message.kind, message.payload, mask);
        const Outcome again = decode_in_pieces(role, wire, wire.size());
        MAYFLY_ASSERT(!again.error && again.messages.size() == 1);
        MAYFLY_ASSERT(again.messages[0].payload == message.payload);
    }
}

}  // namespace
}  // namespace mayfly::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly::wire;
    const mayfly::BytesView input(data, size_bytes);
    for (const WebSocketRole role : {WebSocketRole::client, WebSocketRole::server}) {
        const Outcome whole = decode_in_pieces(role, input, size_bytes);
        check_same(whole, decode_in_pieces(role, input, 1));
        check_same(whole, decode_in_pieces(role, input, 7));
        check_again(role, whole);
    }
    return 0;
}
