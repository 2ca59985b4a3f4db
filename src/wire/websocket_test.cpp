#include "wire/websocket.h"

#include <gtest/gtest.h>

namespace mayfly::wire {
namespace {

constexpr size_t size_max = 100'000;
const WebSocketMask mask{0x11, 0x22, 0x33, 0x44};

Bytes masked(WebSocketOpcode opcode, BytesView payload) {
    Bytes out;
    append_websocket_frame(out, opcode, payload, mask);
    return out;
}

Bytes pattern(size_t size_bytes) {
    Bytes out(size_bytes);
    for (size_t i = 0; i < size_bytes; ++i) out[i] = static_cast<uint8_t>(i * 7 + i / 256);
    return out;
}

// One frame with chosen first byte, masked with zeros.
Bytes raw_frame(uint8_t first_byte, BytesView payload) {
    Bytes out{first_byte, static_cast<uint8_t>(0x80 | payload.size()), 0, 0, 0, 0};
    append(out, payload);
    return out;
}

ErrorCode server_error(BytesView input) {
    WebSocketDecoder decoder(WebSocketRole::server, size_max);
    WebSocketMessage message;
    while (true) {
        const auto more = decoder.next(input, message);
        if (!more.ok()) return more.code();
        if (!*more) return ErrorCode::internal;  // no error found
    }
}

TEST(websocket, messages_of_every_length_form_survive_any_split) {
    for (size_t size_bytes : {0UL, 1UL, 125UL, 126UL, 65'535UL, 65'536UL, size_max}) {
        const Bytes payload = pattern(size_bytes);
        const Bytes wire = masked(WebSocketOpcode::binary, payload);
        for (size_t step : {1UL, 7UL, 1000UL, wire.size()}) {
            WebSocketDecoder decoder(WebSocketRole::server, size_max);
            WebSocketMessage message;
            size_t messages = 0;
            for (size_t at = 0; at < wire.size(); at += step) {
                BytesView piece = BytesView(wire).subspan(at, std::min(step, wire.size() - at));
                while (*decoder.next(piece, message)) ++messages;
            }
            EXPECT_EQ(messages, 1U);
            EXPECT_EQ(message.payload, payload);
        }
    }
}

TEST(websocket, server_frames_are_not_masked_and_read_by_a_client) {
    const Bytes payload = pattern(300);
    Bytes wire;
    append_websocket_frame(wire, WebSocketOpcode::binary, payload, std::nullopt);
    EXPECT_EQ(wire.size(), payload.size() + 4);
    WebSocketDecoder decoder(WebSocketRole::client, size_max);
    WebSocketMessage message;
    BytesView input = wire;
    ASSERT_TRUE(*decoder.next(input, message));
    EXPECT_EQ(message.payload, payload);
    EXPECT_EQ(server_error(wire), ErrorCode::malformed_input);
    WebSocketDecoder strict_client(WebSocketRole::client, size_max);
    const Bytes from_client = masked(WebSocketOpcode::binary, payload);
    input = from_client;
    EXPECT_EQ(strict_client.next(input, message).code(), ErrorCode::malformed_input);
}

TEST(websocket, fragments_are_joined_and_control_frames_may_come_between) {
    Bytes wire = raw_frame(0x02, as_bytes("one "));
    append(wire, raw_frame(0x89, as_bytes("ping")));
    append(wire, raw_frame(0x00, as_bytes("two ")));
    append(wire, raw_frame(0x80, as_bytes("three")));
    append(wire, raw_frame(0x8a, {}));
    WebSocketDecoder decoder(WebSocketRole::server, size_max);
    WebSocketMessage message;
    BytesView input = wire;
    ASSERT_TRUE(*decoder.next(input, message));
    EXPECT_EQ(message.kind, WebSocketOpcode::ping);
    EXPECT_EQ(as_text(message.payload), "ping");
    ASSERT_TRUE(*decoder.next(input, message));
    EXPECT_EQ(message.kind, WebSocketOpcode::binary);
    EXPECT_EQ(as_text(message.payload), "one two three");
    ASSERT_TRUE(*decoder.next(input, message));
    EXPECT_EQ(message.kind, WebSocketOpcode::pong);
    EXPECT_FALSE(*decoder.next(input, message));
}

TEST(websocket, broken_frames_are_refused) {
    const Bytes some = pattern(3);
    for (uint8_t first_byte : Bytes{0x81, 0xc2, 0xa2, 0x92, 0x83, 0x8b, 0x80, 0x09, 0x08}) {
        EXPECT_EQ(server_error(raw_frame(first_byte, some)), ErrorCode::malformed_input)
            << int{first_byte};
    }
    Bytes twice = raw_frame(0x02, some);
    append(twice, raw_frame(0x82, some));
    EXPECT_EQ(server_error(twice), ErrorCode::malformed_input);
    EXPECT_EQ(server_error(Bytes{0x82, 0xfe, 0, 125, 0, 0, 0, 0}), ErrorCode::malformed_input);
    EXPECT_EQ(server_error(Bytes{0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0}),
              ErrorCode::malformed_input);
    EXPECT_EQ(server_error(Bytes{0x89, 0xfe, 0, 126, 0, 0, 0, 0}), ErrorCode::malformed_input);
}

TEST(websocket, size_limit_counts_all_fragments) {
    EXPECT_EQ(server_error(masked(WebSocketOpcode::binary, pattern(size_max + 1))),
              ErrorCode::input_too_large);
    EXPECT_EQ(server_error(Bytes{0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
              ErrorCode::input_too_large);
    Bytes wire = masked(WebSocketOpcode::binary, pattern(size_max));
    wire[0] = 0x02;
    append(wire, raw_frame(0x80, pattern(1)));
    EXPECT_EQ(server_error(wire), ErrorCode::input_too_large);
}

TEST(websocket, close_codes_are_checked) {
    Bytes wire;
    append_websocket_close(wire, WebSocketClose::too_big, mask);
    WebSocketDecoder decoder(WebSocketRole::server, size_max);
    WebSocketMessage message;
    BytesView input = wire;
    ASSERT_TRUE(*decoder.next(input, message));
    EXPECT_EQ(message.kind, WebSocketOpcode::close);
    EXPECT_EQ(message.close_code, 1009);
    EXPECT_EQ(server_error(raw_frame(0x88, {})), ErrorCode::internal);
    EXPECT_EQ(server_error(raw_frame(0x88, Bytes{3})), ErrorCode::malformed_input);
    for (int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
        const Bytes payload{static_cast<uint8_t>(code >> 8), static_cast<uint8_t>(code)};
        EXPECT_EQ(server_error(raw_frame(0x88, payload)), ErrorCode::malformed_input) << code;
    }
}

}  // namespace
}  // namespace mayfly::wire
