#include "message_text.h"

#include <unistd.h>

#include <cstdlib>

#include "core/markdown.h"

namespace mayfly::cli {
namespace {

struct Style {
    const char* on;
    const char* off;
};

// ECMA-48 section 8.3.117, Select Graphic Rendition.
Style style_of(core::SpanKind kind) {
    switch (kind) {
        case core::SpanKind::emphasis: return {"\x1b[3m", "\x1b[23m"};
        case core::SpanKind::strong: return {"\x1b[1m", "\x1b[22m"};
        case core::SpanKind::code:
        case core::SpanKind::code_block: return {"\x1b[36m", "\x1b[39m"};
        case core::SpanKind::link: return {"\x1b[4m", "\x1b[24m"};
        case core::SpanKind::quote: return {"| ", ""};
        case core::SpanKind::list_item: return {"", ""};
    }
    return {"", ""};
}

class Renderer {
  public:
    Renderer(OutputText& out, BytesView text)
        : out_(out), text_(text), spans_(core::parse_markdown(text)) {}

    void render() { part(0, text_.size()); }

  private:
    void plain(size_t begin, size_t end) {
        append_printable(out_, text_.subspan(begin, end - begin), true);
    }

    void part(size_t begin, size_t end) {
        while (next_ < spans_.size() && spans_[next_].begin < end) {
            const core::Span span = spans_[next_++];
            plain(begin, span.begin);
            // A list's mark says what it is.
            if (span.kind == core::SpanKind::list_item) plain(span.begin, span.content_begin);
            const Style style = style_of(span.kind);
            out_.append(style.on);
            part(span.content_begin, span.content_end);
            out_.append(style.off);
            if (span.kind == core::SpanKind::link) target(span);
            begin = span.end;
        }
        plain(begin, end);
    }

    void target(const core::Span& span) {
        const BytesView leads =
            text_.subspan(span.target_begin, span.target_end - span.target_begin);
        const BytesView shown =
            text_.subspan(span.content_begin, span.content_end - span.content_begin);
        if (equal(leads, shown)) return;
        out_.append(" <");
        append_printable(out_, leads);
        out_.append(">");
    }

    OutputText& out_;
    BytesView text_;
    std::vector<core::Span> spans_;
    size_t next_ = 0;
};

}  // namespace

bool is_styled() {
    const char* terminal = std::getenv("TERM");
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
    return ::isatty(STDOUT_FILENO) == 1;
}

void append_text(OutputText& out, BytesView text, bool styled) {
    if (!styled) return append_printable(out, text, true);
    Renderer(out, text).render();
}

}  // namespace mayfly::cli
