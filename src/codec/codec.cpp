#include "codec/codec.h"

namespace mayfly::codec {

void Writer::integer(uint64_t value, size_t size_bytes) {
    std::array<uint8_t, 8> bytes{};
    for (size_t i = 0; i < size_bytes; ++i) {
        bytes[i] = static_cast<uint8_t>(value >> (8 * (size_bytes - 1 - i)));
    }
    raw(BytesView(bytes).first(size_bytes));
}

void Writer::varint(uint64_t value) {
    MAYFLY_ASSERT(value <= varint_max);
    if (value < (1U << 6)) {
        integer(value, 1);
    } else if (value < (1U << 14)) {
        integer(value | (1U << 14), 2);
    } else {
        integer(value | (2U << 30), 4);
    }
}

void Writer::raw(BytesView bytes) {
    if (buffer_.size() + bytes.size() > buffer_.capacity()) {
        // Grown by hand, because a vector frees its old memory without wiping it.
        Bytes grown;
        grown.reserve(std::max(buffer_.size() + bytes.size(), 2 * buffer_.capacity() + 32));
        append(grown, buffer_);
        wipe(buffer_.data(), buffer_.size());
        buffer_ = std::move(grown);
    }
    append(buffer_, bytes);
}

SecretBuffer Writer::take_secret() {
    SecretBuffer out{BytesView(buffer_)};
    wipe(buffer_.data(), buffer_.size());
    buffer_.clear();
    return out;
}

uint64_t Reader::integer(size_t size_bytes) {
    uint64_t value = 0;
    for (uint8_t byte : raw(size_bytes)) value = (value << 8) | byte;
    return value;
}

uint64_t Reader::varint() {
    if (rest_.empty()) {
        fail(MAYFLY_ERROR(truncated_input));
        return 0;
    }
    const unsigned prefix = rest_.front() >> 6;
    if (prefix == 3) {
        fail(MAYFLY_ERROR(malformed_input));
        return 0;
    }
    const size_t size_bytes = size_t{1} << prefix;
    const uint64_t value = integer(size_bytes) & ((uint64_t{1} << (8 * size_bytes - 2)) - 1);
    const bool shortest = prefix == 0 || value >= (uint64_t{1} << (8 * (size_bytes / 2) - 2));
    if (ok() && !shortest) fail(MAYFLY_ERROR(malformed_input));
    return ok() ? value : 0;
}

BytesView Reader::raw(size_t size_bytes) {
    if (size_bytes > rest_.size()) {
        fail(MAYFLY_ERROR(truncated_input));
        return {};
    }
    const BytesView out = rest_.first(size_bytes);
    rest_ = rest_.subspan(size_bytes);
    return out;
}

bool Reader::presence() {
    const uint8_t value = u8();
    if (value > 1) fail(MAYFLY_ERROR(malformed_input));
    return value == 1;
}

Status Reader::finish() const {
    if (error_) return *error_;
    ENSURE(rest_.empty(), trailing_input);
    return {};
}

}  // namespace mayfly::codec
