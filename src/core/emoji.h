// What counts as one emoji: a grapheme after the grammar of Unicode Technical Standard 51.
#pragma once

#include "util/bytes.h"

namespace mayfly::core {

// is_emoji accepts exactly one emoji sequence: a flag, a keycap, or elements joined by ZWJ, each
// with an optional variation selector, skin tone or tag sequence. Base characters are told by the
// blocks that hold emoji, so that a later Unicode version's are accepted as well.
bool is_emoji(BytesView text);

// next_code_point takes one character off well-formed UTF-8; 0 if there is none or it is broken.
uint32_t next_code_point(BytesView& text);

}  // namespace mayfly::core
