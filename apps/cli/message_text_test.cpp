#include "message_text.h"

#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

std::string shown(std::string_view text, bool styled) {
    OutputText out;
    append_text(out, as_bytes(text), styled);
    return std::string(out.view());
}

TEST(MessageText, marks_become_the_terminals_and_text_stays) {
    EXPECT_EQ(shown("a **b** *c* `d`", true),
              "a \x1b[1mb\x1b[22m \x1b[3mc\x1b[23m \x1b[36md\x1b[39m");
    EXPECT_EQ(shown("> q\n- x", true), "| q\n    - x");
    EXPECT_EQ(shown("a **b**", false), "a **b**");
}

TEST(MessageText, link_says_where_it_leads) {
    EXPECT_EQ(shown("[bank](https://evil.example)", true),
              "\x1b[4mbank\x1b[24m <https://evil.example>");
    EXPECT_EQ(shown("https://a.example", true), "\x1b[4mhttps://a.example\x1b[24m");
}

TEST(MessageText, text_cannot_steer_the_terminal_through_marks) {
    EXPECT_EQ(shown("**so \x1b[31mred** [a\x1b](https://b\xe2\x80\xae.example)", true),
              "\x1b[1mso \xef\xbf\xbd[31mred\x1b[22m \x1b[4ma\xef\xbf\xbd\x1b[24m "
              "<https://b\xef\xbf\xbd.example>");
}

}  // namespace
}  // namespace mayfly::cli
