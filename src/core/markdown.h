// Markdown: the safe subset of a text that clients may show with form. The text itself stays what
// was typed; a parser gives spans over it, so that what is shown never says anything else than what
// was sent. No HTML, no images, no hidden link targets. Specification: docs/spec/content.md
// section 10.
#pragma once

#include <vector>

#include "util/bytes.h"

namespace mayfly::core {

enum class SpanKind : uint8_t {
    emphasis,    // *text* or _text_
    strong,      // **text** or __text__
    code,        // `text`
    code_block,  // lines between lines of ```
    quote,       // a line that begins with >
    list_item,   // a line that begins with -, * or a number and a full stop
    link,        // [text](https://target), or a bare https://target
};

// The marks are the bytes of [begin, content_begin) and [content_end, end); a client that shows the
// form leaves them out.
struct Span {
    SpanKind kind = SpanKind::emphasis;
    size_t begin = 0;
    size_t content_begin = 0;
    size_t content_end = 0;
    size_t end = 0;
    // Of a link: where it leads. A client shows it whenever it differs from the link's text.
    size_t target_begin = 0;
    size_t target_end = 0;
    bool operator==(const Span&) const = default;
};

// More than this is shown as it is.
constexpr size_t markdown_spans_max = 2000;

// parse_markdown gives the spans of a text (UTF-8) by where they begin, an outer one before those
// inside it. Two spans lie apart or one inside the other. Takes time linear in the text's size.
std::vector<Span> parse_markdown(BytesView text);

}  // namespace mayfly::core
