#include "core/markdown.h"

#include <array>
#include <string_view>

namespace mayfly::core {
namespace {

constexpr size_t link_size_max = 2000;     // how far the end of a link is looked for
constexpr size_t emphasis_size_max = 500;  // and that of emphasis
constexpr std::string_view fence = "```";

bool is_space(uint8_t byte) { return byte <= ' '; }
bool is_word(uint8_t byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte >= 0x80;
}

class Parser {
  public:
    explicit Parser(BytesView text) : text_(text) {}

    std::vector<Span> parse() {
        size_t at = 0;
        while (at < text_.size() && !is_full()) at = line(at);
        std::stable_sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
        });
        return std::move(spans_);
    }

  private:
    bool is_full() const { return spans_.size() >= markdown_spans_max; }
    std::string_view view() const { return as_text(text_); }
    size_t end_of_line(size_t at) const {
        const size_t found = view().find('\n', at);
        return found == std::string_view::npos ? text_.size() : found;
    }
    size_t after_line(size_t end) const { return std::min(end + 1, text_.size()); }
    void add(SpanKind kind, size_t begin, size_t content_begin, size_t content_end, size_t end) {
        if (!is_full()) spans_.push_back({kind, begin, content_begin, content_end, end, 0, 0});
    }

    size_t line(size_t begin) {
        const size_t end = end_of_line(begin);
        const std::string_view words = view().substr(begin, end - begin);
        if (words.starts_with(fence)) {
            if (const size_t after = code_block(begin, end); after != 0) return after;
        }
        size_t content = begin;
        if (words.starts_with(">")) {
            content = begin + (words.starts_with("> ") ? 2 : 1);
            add(SpanKind::quote, begin, content, end, end);
        } else if (const size_t mark = list_mark(words); mark != 0) {
            content = begin + mark;
            add(SpanKind::list_item, begin, content, end, end);
        }
        inline_spans(content, end);
        return after_line(end);
    }

    // A block that nothing closes is no block; that is looked for once in a text.
    size_t code_block(size_t begin, size_t first_line_end) {
        if (unclosed_fence_) return 0;
        const size_t content = after_line(first_line_end);
        for (size_t at = content; at < text_.size();) {
            const size_t end = end_of_line(at);
            if (view().substr(at, end - at) == fence) {
                add(SpanKind::code_block, begin, content, std::max(content, at), end);
                return after_line(end);
            }
            at = end + 1;
        }
        unclosed_fence_ = true;
        return 0;
    }

    static size_t list_mark(std::string_view words) {
        if (words.starts_with("- ") || words.starts_with("* ")) return 2;
        size_t digits = 0;
        while (digits < words.size() && digits < 3 && words[digits] >= '0' &&
               words[digits] <= '9') {
            ++digits;
        }
        return digits > 0 && words.substr(digits).starts_with(". ") ? digits + 2 : 0;
    }

    void inline_spans(size_t begin, size_t end) {
        for (size_t at = begin; at < end && !is_full();) {
            const uint8_t byte = text_[at];
            size_t after = 0;
            if (byte == '`') {
                after = code(at, end);
            } else if (byte == '[') {
                after = labelled_link(at, end);
            } else if (byte == 'h' && (at == begin || !is_word(text_[at - 1]))) {
                after = bare_link(at, end);
            } else if (byte == '*' || byte == '_') {
                after = emphasis(at, begin, end);
            }
            at = after == 0 ? at + 1 : after;
        }
    }

    size_t code(size_t at, size_t end) {
        const size_t limit = std::min(end, at + link_size_max);
        for (size_t close = at + 1; close < limit; ++close) {
            if (text_[close] != '`') continue;
            if (close == at + 1) return close + 1;
            add(SpanKind::code, at, at + 1, close, close + 1);
            return close + 1;
        }
        return 0;
    }

    bool starts_link(size_t at, size_t end) const {
        const std::string_view rest = view().substr(at, end - at);
        return rest.starts_with("https://") || rest.starts_with("http://");
    }

    size_t labelled_link(size_t at, size_t end) {
        const size_t limit = std::min(end, at + link_size_max);
        size_t middle = at + 1;
        while (middle < limit && text_[middle] != ']' && text_[middle] != '[') ++middle;
        if (middle + 1 >= limit || middle == at + 1 || text_[middle] != ']') return 0;
        if (text_[middle + 1] != '(' || !starts_link(middle + 2, end)) return 0;
        size_t close = middle + 2;
        while (close < limit && text_[close] != ')' && !is_space(text_[close])) ++close;
        if (close == limit || text_[close] != ')') return 0;
        add(SpanKind::link, at, at + 1, middle, close + 1);
        spans_.back().target_begin = middle + 2;
        spans_.back().target_end = close;
        return close + 1;
    }

    size_t bare_link(size_t at, size_t end) {
        if (!starts_link(at, end)) return 0;
        size_t close = at;
        while (close < end && close - at < link_size_max && !is_space(text_[close])) ++close;
        constexpr std::string_view sentence_ends = ".,;:!?)'\"*_";
        while (sentence_ends.find(static_cast<char>(text_[close - 1])) != std::string_view::npos) {
            --close;
        }
        // Nothing behind the scheme, or too long to tell where it ends.
        const size_t scheme = view().substr(at).starts_with("https://") ? 8 : 7;
        if (close - at <= scheme || close - at >= link_size_max || is_full()) return close;
        add(SpanKind::link, at, at, close, close);
        spans_.back().target_begin = at;
        spans_.back().target_end = close;
        return close;
    }

    // What a mark opens must close on its line. Inside words, _ and * are letters.
    size_t emphasis(size_t at, size_t begin, size_t end) {
        const uint8_t mark = text_[at];
        const size_t size = at + 1 < end && text_[at + 1] == mark ? 2 : 1;
        const size_t content = at + size;
        if (content >= end || is_space(text_[content]) || text_[content] == mark) return content;
        if (at > begin && is_word(text_[at - 1])) return content;
        const size_t limit = std::min(end, at + emphasis_size_max);
        for (size_t close = content + 1; close + size <= limit; ++close) {
            if (text_[close] != mark) continue;
            size_t run = 1;
            while (close + run < end && text_[close + run] == mark) ++run;
            const bool ends_word = close + run >= end || !is_word(text_[close + run]);
            if (run != size || is_space(text_[close - 1]) || !ends_word) {
                close += run - 1;
                continue;
            }
            add(size == 2 ? SpanKind::strong : SpanKind::emphasis, at, content, close,
                close + size);
            if (depth_ < depth_max) {
                ++depth_;
                inline_spans(content, close);
                --depth_;
            }
            return close + size;
        }
        return content;
    }

    static constexpr size_t depth_max = 2;  // strong in emphasis or the other way round

    BytesView text_;
    std::vector<Span> spans_;
    size_t depth_ = 0;
    bool unclosed_fence_ = false;
};

}  // namespace

std::vector<Span> parse_markdown(BytesView text) { return Parser(text).parse(); }

}  // namespace mayfly::core
