#include "tui/screen.h"

#include <gtest/gtest.h>

namespace mayfly::tui {
namespace {

std::vector<std::string> wrapped(std::string_view text, int width) {
    std::vector<std::string> out;
    for (const Text& line : wrap(text, width)) out.emplace_back(rpc::view_of(line));
    return out;
}

std::string drawn(Screen& screen) {
    Text out;
    screen.draw(out);
    return std::string(rpc::view_of(out));
}

TEST(screen, width_counts_columns) {
    EXPECT_EQ(width_of("abc"), 3);
    EXPECT_EQ(width_of("Grüße"), 5);
    EXPECT_EQ(width_of("你好"), 4);
    EXPECT_EQ(width_of("e\xcc\x81"), 1);  // e and a combining acute accent
    EXPECT_EQ(width_of("👋"), 2);
    EXPECT_EQ(width_of("\xff\x1b"), 2);
}

TEST(screen, text_is_wrapped_at_spaces_and_cut_where_there_are_none) {
    using Lines = std::vector<std::string>;
    EXPECT_EQ(wrapped("one two three", 8), (Lines{"one two ", "three"}));
    EXPECT_EQ(wrapped("abcdefghij", 4), (Lines{"abcd", "efgh", "ij"}));
    EXPECT_EQ(wrapped("a\n\nb", 10), (Lines{"a", "", "b"}));
    EXPECT_EQ(wrapped("", 10), (Lines{""}));
    EXPECT_EQ(wrapped("你好吗", 5), (Lines{"你好", "吗"}));
    EXPECT_EQ(wrapped("x y", 0), (Lines{"x ", "y"}));
    for (const std::string& line : wrapped("some words of several lengths, 你好 👋👋👋", 7)) {
        EXPECT_LE(width_of(line), 7 + 1) << line;  // a space may hang over
    }
}

TEST(screen, only_what_changed_is_drawn) {
    Screen screen(3, 10);
    screen.put(1, 2, "hello");
    EXPECT_NE(drawn(screen).find("\x1b[2;1H  hello"), std::string::npos);
    EXPECT_EQ(drawn(screen), "\x1b[?25l\x1b[0m");
    screen.clear();
    screen.put(1, 2, "hexlo", bold);
    screen.clear();
    screen.put(1, 2, "hexlo");
    EXPECT_EQ(drawn(screen), "\x1b[?25l\x1b[2;5H\x1b[0mx\x1b[0m");
}

TEST(screen, text_cannot_steer_the_terminal) {
    Screen screen(1, 20);
    screen.put(0, 0, "a\x1b[2J\r\n\x07\xe2\x80\xae");
    const std::string out = drawn(screen);
    EXPECT_EQ(screen.row_text(0), "a\ufffd[2J\ufffd\ufffd\ufffd\ufffd");
    EXPECT_EQ(out.find("[2J\r"), std::string::npos);
    EXPECT_EQ(out.find('\x07'), std::string::npos);
}

TEST(screen, what_does_not_fit_is_cut) {
    Screen screen(2, 6);
    EXPECT_EQ(screen.put(0, 0, "你好吗你好"), 6);
    EXPECT_EQ(screen.row_text(0), "你好吗");
    EXPECT_EQ(screen.put(1, 3, "你好"), 5);
    EXPECT_EQ(screen.row_text(1), "   你");
    EXPECT_EQ(screen.put(1, 0, "abcdef", plain, 2), 2);
    EXPECT_EQ(screen.put(7, 0, "below"), 0);
    EXPECT_EQ(screen.put(0, 9, "right"), 9);
    screen.fill(0, -3, 100, reverse);
    screen.fill(9, 0, 1, reverse);
}

TEST(screen, half_of_a_wide_character_does_not_stay) {
    Screen screen(1, 6);
    screen.put(0, 0, "你好");
    screen.put(0, 1, "x");
    EXPECT_EQ(screen.row_text(0), " x好");
    screen.put(0, 2, "y");
    EXPECT_EQ(screen.row_text(0), " xy");
}

TEST(screen, other_size_paints_everything_anew) {
    Screen screen(2, 10);
    screen.put(0, 0, "one");
    drawn(screen);
    screen.resize(3, 5);
    screen.put(0, 0, "one");
    EXPECT_NE(drawn(screen).find("\x1b[2J"), std::string::npos);
    screen.resize(0, -4);
    EXPECT_EQ(screen.rows(), 1);
    EXPECT_EQ(screen.columns(), 1);
    screen.put(0, 0, "你");
    drawn(screen);
}

}  // namespace
}  // namespace mayfly::tui
