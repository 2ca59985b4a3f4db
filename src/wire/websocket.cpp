#include "wire/websocket.h"

namespace mayfly::wire {
namespace {

constexpr uint8_t final_bit = 0x80;
constexpr uint8_t reserved_bits = 0x70;
constexpr uint8_t mask_bit = 0x80;
constexpr uint8_t length_is_16_bits = 126;
constexpr uint8_t length_is_64_bits = 127;

void apply_mask(MutableBytesView bytes, const WebSocketMask& mask, size_t offset) {
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= mask[(i + offset) % mask.size()];
}

bool is_close_code(uint16_t code) {
    // RFC 6455 section 7.4: 1004 to 1006 and 1015 are never on the wire.
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

}  // namespace

Error error_of_close(uint16_t code) {
    switch (static_cast<WebSocketClose>(code)) {
        case WebSocketClose::going_away: return MAYFLY_ERROR(shutting_down);
        case WebSocketClose::protocol_error:
        case WebSocketClose::unsupported_data: return MAYFLY_ERROR(malformed_input);
        case WebSocketClose::too_big: return MAYFLY_ERROR(input_too_large);
        case WebSocketClose::try_again_later: return MAYFLY_ERROR(rate_limited);
        default: return MAYFLY_ERROR(connection_lost);
    }
}

Result<bool> WebSocketDecoder::next(BytesView& input, WebSocketMessage& out) {
    while (true) {
        if (!in_payload_) {
            if (!take_header(input)) return false;
            TRY(read_header());
        }
        take_payload(input);
        if (payload_left_bytes_ > 0) return false;
        const bool complete = is_control() || is_final();
        TRY(finish_frame(out));
        if (complete) return true;
    }
}

size_t WebSocketDecoder::header_size_wanted() const {
    if (header_size_ < 2) return 2;
    const uint8_t length = header_[1] & 0x7f;
    const size_t length_bytes = length == length_is_64_bits   ? 8
                                : length == length_is_16_bits ? 2
                                                              : 0;
    return 2 + length_bytes + ((header_[1] & mask_bit) != 0 ? 4 : 0);
}

bool WebSocketDecoder::take_header(BytesView& input) {
    while (header_size_ < header_size_wanted()) {
        if (input.empty()) return false;
        header_[header_size_++] = input.front();
        input = input.subspan(1);
    }
    return true;
}

Status WebSocketDecoder::read_header() {
    const bool masked = (header_[1] & mask_bit) != 0;
    const uint8_t short_length = header_[1] & 0x7f;
    uint64_t length = short_length;
    if (short_length >= length_is_16_bits) {
        length = 0;
        const size_t size_bytes = short_length == length_is_64_bits ? 8 : 2;
        for (size_t i = 0; i < size_bytes; ++i) length = (length << 8) | header_[2 + i];
        const uint64_t smaller_form_max = size_bytes == 8 ? 0xffff : length_is_16_bits - 1;
        ENSURE(length > smaller_form_max, malformed_input);
    }
    TRY(check_header(length));
    if (masked) std::copy_n(header_.begin() + header_size_ - 4, 4, mask_.begin());
    payload_left_bytes_ = length;
    mask_offset_ = 0;
    in_payload_ = true;
    return {};
}

Status WebSocketDecoder::check_header(uint64_t payload_size_bytes) const {
    ENSURE((header_[0] & reserved_bits) == 0, malformed_input);
    const bool masked = (header_[1] & mask_bit) != 0;
    ENSURE(masked == (role_ == WebSocketRole::server), malformed_input);
    switch (opcode()) {
        case WebSocketOpcode::binary: ENSURE(!in_message_, malformed_input); break;
        case WebSocketOpcode::continuation: ENSURE(in_message_, malformed_input); break;
        case WebSocketOpcode::ping:
        case WebSocketOpcode::pong:
        case WebSocketOpcode::close: {
            const bool good = is_final() && payload_size_bytes <= websocket_control_size_bytes_max;
            ENSURE(good, malformed_input);
            return {};
        }
        case WebSocketOpcode::text:
        default: return MAYFLY_ERROR(malformed_input);
    }
    ENSURE(payload_size_bytes <= message_size_bytes_max_ - message_.size(), input_too_large);
    return {};
}

void WebSocketDecoder::take_payload(BytesView& input) {
    const size_t size_bytes =
        static_cast<size_t>(std::min<uint64_t>(payload_left_bytes_, input.size()));
    Bytes& to = is_control() ? control_ : message_;
    const size_t start = to.size();
    append(to, input.first(size_bytes));
    if (role_ == WebSocketRole::server) {
        apply_mask(MutableBytesView(to).subspan(start), mask_, mask_offset_);
        mask_offset_ = static_cast<uint8_t>((mask_offset_ + size_bytes) % mask_.size());
    }
    payload_left_bytes_ -= size_bytes;
    input = input.subspan(size_bytes);
}

Status WebSocketDecoder::finish_frame(WebSocketMessage& out) {
    in_payload_ = false;
    header_size_ = 0;
    if (!is_control()) {
        in_message_ = !is_final();
        if (is_final()) out = {WebSocketOpcode::binary, std::exchange(message_, {}), 0};
        return {};
    }
    out = {opcode(), std::exchange(control_, {}), 0};
    if (out.kind != WebSocketOpcode::close || out.payload.empty()) return {};
    ENSURE(out.payload.size() >= 2, malformed_input);
    out.close_code = static_cast<uint16_t>(out.payload[0] << 8 | out.payload[1]);
    out.payload.clear();
    ENSURE(is_close_code(out.close_code), malformed_input);
    return {};
}

void append_websocket_frame(Bytes& out, WebSocketOpcode opcode, BytesView payload,
                            const std::optional<WebSocketMask>& mask) {
    const size_t size_bytes = payload.size();
    const uint8_t length = size_bytes < length_is_16_bits ? static_cast<uint8_t>(size_bytes)
                           : size_bytes <= 0xffff         ? length_is_16_bits
                                                          : length_is_64_bits;
    // Not when frames are gathered in one buffer: exact reservations would copy it each time.
    if (out.empty()) out.reserve(websocket_header_size_bytes_max + size_bytes);
    out.push_back(static_cast<uint8_t>(final_bit | static_cast<uint8_t>(opcode)));
    out.push_back(static_cast<uint8_t>((mask ? mask_bit : 0) | length));
    const int length_bits = length == length_is_64_bits ? 64 : length == length_is_16_bits ? 16 : 0;
    for (int shift = length_bits - 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<uint8_t>(uint64_t{size_bytes} >> shift));
    }
    if (mask) append(out, *mask);
    const size_t start = out.size();
    append(out, payload);
    if (mask) apply_mask(MutableBytesView(out).subspan(start), *mask, 0);
}

void append_websocket_close(Bytes& out, WebSocketClose code,
                            const std::optional<WebSocketMask>& mask) {
    const auto value = static_cast<uint16_t>(code);
    const std::array<uint8_t, 2> payload{static_cast<uint8_t>(value >> 8),
                                         static_cast<uint8_t>(value)};
    append_websocket_frame(out, WebSocketOpcode::close, payload, mask);
}

}  // namespace mayfly::wire
