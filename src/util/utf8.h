// UTF-8, one code point at a time, and what may be shown of it.
#pragma once

#include "util/bytes.h"

namespace mayfly {

struct CodePoint {
    uint32_t value = 0;
    size_t size_bytes = 1;
    bool valid = false;
};

// code_point_at reads one (RFC 3629 section 4: no overlong forms, no surrogates, nothing above
// U+10FFFF). What is not valid takes one byte.
CodePoint code_point_at(BytesView text, size_t at);

// is_control: C0, DEL and C1, which steer terminals.
bool is_control(uint32_t code_point);
// is_deceptive: marks that turn the direction of text around and so can make one line read as
// another, and separators that some terminals treat as line ends.
bool is_deceptive(uint32_t code_point);

}  // namespace mayfly
