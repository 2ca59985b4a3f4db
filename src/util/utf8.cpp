#include "util/utf8.h"

namespace mayfly {

CodePoint code_point_at(BytesView text, size_t at) {
    const uint8_t first = text[at];
    if (first < 0x80) return {first, 1, true};
    size_t size = 0;
    uint32_t least = 0;
    if (first >= 0xc2 && first <= 0xdf) {
        size = 2;
        least = 0x80;
    } else if (first >= 0xe0 && first <= 0xef) {
        size = 3;
        least = 0x800;
    } else if (first >= 0xf0 && first <= 0xf4) {
        size = 4;
        least = 0x10000;
    } else {
        return {};
    }
    if (at + size > text.size()) return {};
    uint32_t value = first & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((text[at + i] & 0xc0) != 0x80) return {};
        value = value << 6 | (text[at + i] & 0x3fU);
    }
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < least || value > 0x10ffff || surrogate) return {};
    return {value, size, true};
}

bool is_control(uint32_t value) { return value < 0x20 || (value >= 0x7f && value < 0xa0); }

bool is_deceptive(uint32_t value) {
    return value == 0x061c || value == 0x200e || value == 0x200f ||
           (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069);
}

}  // namespace mayfly
