#include "core/markdown.h"

#include <gtest/gtest.h>

namespace mayfly::core {
namespace {

// show writes each span as its kind's letter around what it shows, in the order of the text.
std::string show(std::string_view text) {
    constexpr std::string_view letters = "escbqil";
    std::string out;
    for (const Span& span : parse_markdown(as_bytes(text))) {
        if (!out.empty()) out += "|";
        out += letters[static_cast<size_t>(span.kind)];
        out += ":";
        out += text.substr(span.content_begin, span.content_end - span.content_begin);
        if (span.kind == SpanKind::link) {
            out += ">";
            out += text.substr(span.target_begin, span.target_end - span.target_begin);
        }
    }
    return out;
}

TEST(Markdown, emphasis_strong_and_code) {
    EXPECT_EQ(show("a *b* c"), "e:b");
    EXPECT_EQ(show("**b** and __c__ and _d_"), "s:b|s:c|e:d");
    EXPECT_EQ(show("**a *b* c**"), "s:a *b* c|e:b");
    EXPECT_EQ(show("`*not*` *yes*"), "c:*not*|e:yes");
}

TEST(Markdown, marks_inside_words_and_alone_are_letters) {
    for (const std::string_view plain :
         {"snake_case_name", "2*3*4", "*", "**", "a * b * c", "*open", "_", "``", "`", "f(*x)"}) {
        EXPECT_EQ(show(plain), "") << plain;
    }
}

TEST(Markdown, quotes_lists_and_code_blocks) {
    EXPECT_EQ(show("> said\nno"), "q:said");
    EXPECT_EQ(show("- one\n* *two*\n12. three\n1234. no"), "i:one|i:*two*|e:two|i:three");
    EXPECT_EQ(show("```c\nint *a, *b;\n```\n*x*"), "b:int *a, *b;\n|e:x");
    EXPECT_EQ(show("```\n*x*"), "e:x");
    EXPECT_EQ(show("```\n```"), "b:");
}

TEST(Markdown, links_show_their_target) {
    EXPECT_EQ(show("see [this](https://a.example/x) now"), "l:this>https://a.example/x");
    EXPECT_EQ(show("(https://a.example/x)."), "l:https://a.example/x>https://a.example/x");
    EXPECT_EQ(show("https://a.example/"), "l:https://a.example/>https://a.example/");
}

TEST(Markdown, what_could_run_or_load_something_is_text) {
    for (const std::string_view plain :
         {"<b>x</b>", "[x](javascript:alert)", "[x](data:text/html,x)", "[x](file:///etc)",
          "[](javascript:x)", "https://", "xhttps://a.example"}) {
        EXPECT_EQ(show(plain), "") << plain;
    }
    // An image is a mark of exclamation and a link that says where it leads.
    EXPECT_EQ(show("![x](https://a.example/i.png)"), "l:x>https://a.example/i.png");
}

TEST(Markdown, hostile_texts_take_linear_time_and_bounded_memory) {
    for (const std::string_view part :
         {"*", "_a", "[", "`", "```\n", "> ", "- ", "*a _b ", "[a](https://", "**a *b ", "http"}) {
        std::string text;
        while (text.size() < 65'536) text += part;
        EXPECT_LE(parse_markdown(as_bytes(text)).size(), markdown_spans_max);
    }
}

}  // namespace
}  // namespace mayfly::core
