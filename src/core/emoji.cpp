#include "core/emoji.h"

namespace mayfly::core {
namespace {

constexpr uint32_t zero_width_joiner = 0x200d;
constexpr uint32_t variation_selector_16 = 0xfe0f;
constexpr uint32_t enclosing_keycap = 0x20e3;
constexpr uint32_t tag_end = 0xe007f;
constexpr size_t elements_max = 10;  // the longest family that fonts draw has four

struct Range {
    uint32_t first;
    uint32_t last;
};
// Unicode 15 emoji-data.txt, property Emoji, widened to the blocks around it.
constexpr Range base_ranges[] = {
    {0xa9, 0xa9},       {0xae, 0xae},       {0x203c, 0x203c},   {0x2049, 0x2049},
    {0x2122, 0x2122},   {0x2139, 0x2139},   {0x2194, 0x21aa},   {0x231a, 0x23ff},
    {0x24c2, 0x24c2},   {0x25aa, 0x27bf},   {0x2934, 0x2935},   {0x2b05, 0x2b55},
    {0x3030, 0x3030},   {0x303d, 0x303d},   {0x3297, 0x3297},   {0x3299, 0x3299},
    {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f170, 0x1f19a}, {0x1f201, 0x1f251},
    {0x1f300, 0x1f3fa}, {0x1f400, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb},
    {0x1f7f0, 0x1f7f0}, {0x1f900, 0x1faff},
};

bool is_base(uint32_t point) {
    for (const Range& range : base_ranges) {
        if (point >= range.first && point <= range.last) return true;
    }
    return false;
}
bool is_regional(uint32_t point) { return point >= 0x1f1e6 && point <= 0x1f1ff; }
bool is_skin_tone(uint32_t point) { return point >= 0x1f3fb && point <= 0x1f3ff; }
bool is_tag(uint32_t point) { return point >= 0xe0020 && point <= 0xe007e; }
bool is_keycap_base(uint32_t point) {
    return (point >= '0' && point <= '9') || point == '#' || point == '*';
}

uint32_t peek(BytesView text) { return next_code_point(text); }
bool take_if(BytesView& text, uint32_t point) {
    if (text.empty() || peek(text) != point) return false;
    next_code_point(text);
    return true;
}

bool take_element(BytesView& text) {
    if (!is_base(next_code_point(text))) return false;
    if (!text.empty() && is_skin_tone(peek(text))) {
        next_code_point(text);
    } else {
        take_if(text, variation_selector_16);
    }
    if (text.empty() || !is_tag(peek(text))) return true;
    while (!text.empty() && is_tag(peek(text))) next_code_point(text);
    return take_if(text, tag_end);
}

}  // namespace

uint32_t next_code_point(BytesView& text) {
    if (text.empty()) return 0;
    const uint8_t lead = text[0];
    const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xc0) || text.size() < size) {
        text = {};
        return 0;
    }
    uint32_t point = size == 1 ? lead : lead & (0x7fU >> size);
    for (size_t i = 1; i < size; ++i) point = point << 6 | (text[i] & 0x3fU);
    text = text.subspan(size);
    return point;
}

bool is_emoji(BytesView text) {
    if (text.empty()) return false;
    if (is_regional(peek(text))) {
        next_code_point(text);
        return !text.empty() && is_regional(next_code_point(text)) && text.empty();
    }
    if (is_keycap_base(peek(text))) {
        next_code_point(text);
        take_if(text, variation_selector_16);
        return take_if(text, enclosing_keycap) && text.empty();
    }
    for (size_t i = 0; i < elements_max; ++i) {
        if (!take_element(text)) return false;
        if (text.empty()) return true;
        if (!take_if(text, zero_width_joiner)) return false;
    }
    return false;
}

}  // namespace mayfly::core
