// WebSocket frames (RFC 6455 section 5): binary messages and control frames, no extensions. Both
// sides; no I/O. docs/spec/transport.md section 4.
#pragma once

#include <array>
#include <optional>

#include "util/bytes.h"
#include "util/result.h"

namespace mayfly::wire {

enum class WebSocketRole : uint8_t { client, server };

enum class WebSocketOpcode : uint8_t {  // RFC 6455 section 11.8
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

enum class WebSocketClose : uint16_t {  // RFC 6455 section 7.4.1 and the IANA registry
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    policy_violation = 1008,
    too_big = 1009,
    internal_error = 1011,
    try_again_later = 1013,
};

// error_of_close is what a close code from the other side means to us.
Error error_of_close(uint16_t code);

constexpr size_t websocket_control_size_bytes_max = 125;  // RFC 6455 section 5.5
constexpr size_t websocket_header_size_bytes_max = 14;

using WebSocketMask = std::array<uint8_t, 4>;

struct WebSocketMessage {
    WebSocketOpcode kind = WebSocketOpcode::binary;  // binary, ping, pong or close
    Bytes payload;                                   // close: without code and reason
    uint16_t close_code = 0;                         // close: 0 if the peer gave none
};

// WebSocketDecoder puts messages together from bytes as they come. It allocates no more than has
// arrived, whatever a length field announces, and nothing between messages.
class WebSocketDecoder {
  public:
    // `role` is our own: a server takes only masked frames and a client only unmasked ones (RFC
    // 6455 section 5.1).
    WebSocketDecoder(WebSocketRole role, size_t message_size_bytes_max)
        : message_size_bytes_max_(message_size_bytes_max), role_(role) {}

    // next takes bytes from the front of input until a message is complete (true) or input is
    // empty (false). After an error the decoder is of no further use. Errors: malformed_input,
    // input_too_large.
    Result<bool> next(BytesView& input, WebSocketMessage& out);
    // Bytes of messages that are not complete yet.
    size_t held_size_bytes() const { return message_.size() + control_.size(); }

  private:
    bool take_header(BytesView& input);
    size_t header_size_wanted() const;
    Status read_header();
    Status check_header(uint64_t payload_size_bytes) const;
    void take_payload(BytesView& input);
    Status finish_frame(WebSocketMessage& out);
    bool is_control() const { return (header_[0] & 0x08) != 0; }
    bool is_final() const { return (header_[0] & 0x80) != 0; }
    WebSocketOpcode opcode() const { return static_cast<WebSocketOpcode>(header_[0] & 0x0f); }

    size_t message_size_bytes_max_;
    Bytes message_;  // of the data frames so far
    Bytes control_;  // a control frame may come between two fragments
    uint64_t payload_left_bytes_ = 0;
    std::array<uint8_t, websocket_header_size_bytes_max> header_{};
    uint8_t header_size_ = 0;
    uint8_t mask_offset_ = 0;
    WebSocketMask mask_{};
    WebSocketRole role_;
    bool in_payload_ = false;
    bool in_message_ = false;
};

// append_websocket_frame writes one final frame; a client passes a fresh random mask for each.
void append_websocket_frame(Bytes& out, WebSocketOpcode opcode, BytesView payload,
                            const std::optional<WebSocketMask>& mask);
void append_websocket_close(Bytes& out, WebSocketClose code,
                            const std::optional<WebSocketMask>& mask);

}  // namespace mayfly::wire
