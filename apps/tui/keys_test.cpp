#include "tui/keys.h"

#include <gtest/gtest.h>

#include "tui/editor.h"

namespace mayfly::tui {
namespace {

using Kind = Key::Kind;

std::vector<Kind> kinds(std::string_view bytes) {
    KeyDecoder decoder;
    std::vector<Kind> out;
    for (const Key& key : decoder.feed(bytes)) out.push_back(key.kind);
    for (const Key& key : decoder.flush()) out.push_back(key.kind);
    return out;
}

TEST(keys, sequences_of_terminals_are_keys) {
    EXPECT_EQ(kinds("\x1b[A\x1bOB\x1b[5~\x1b[3~\x1bOP\x1b[Z"),
              (std::vector<Kind>{Kind::up, Kind::down, Kind::page_up, Kind::erase, Kind::help,
                                 Kind::back_tab}));
    EXPECT_EQ(kinds("\r\t\x7f\x08"),
              (std::vector<Kind>{Kind::enter, Kind::tab, Kind::backspace, Kind::backspace}));
}

TEST(keys, sequence_that_comes_in_pieces_is_one_key) {
    KeyDecoder decoder;
    EXPECT_TRUE(decoder.feed("\x1b").empty());
    EXPECT_TRUE(decoder.waits());
    EXPECT_TRUE(decoder.feed("[").empty());
    const auto keys = decoder.feed("A");
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].kind, Kind::up);
    EXPECT_TRUE(decoder.feed("\xc3").empty());
    const auto letter = decoder.feed("\xbc");
    ASSERT_EQ(letter.size(), 1U);
    EXPECT_EQ(letter[0].text, "ü");
}

TEST(keys, escape_is_a_key_when_nothing_follows) {
    EXPECT_EQ(kinds("\x1b"), (std::vector<Kind>{Kind::escape}));
    EXPECT_EQ(kinds("\x1b\r"), (std::vector<Kind>{Kind::escape, Kind::enter}));
    EXPECT_EQ(kinds("\x1b\x1b"), (std::vector<Kind>{Kind::escape, Kind::escape}));
    EXPECT_EQ(kinds("\x1bx"), (std::vector<Kind>{Kind::escape, Kind::text}));
}

TEST(keys, unknown_sequences_and_broken_bytes_are_passed_over) {
    EXPECT_EQ(kinds("\x1b[1;5Cx"), (std::vector<Kind>{Kind::text}));
    EXPECT_EQ(kinds("\x1b[38;5;200my"), (std::vector<Kind>{Kind::text}));
    EXPECT_EQ(kinds("\xff\xfe\x80z"), (std::vector<Kind>{Kind::text}));
    kinds("\x1b[" + std::string(1000, ';'));
}

TEST(keys, pasted_text_is_one_key_and_sends_nothing) {
    KeyDecoder decoder;
    EXPECT_TRUE(decoder.feed("\x1b[200~one\rtwo\x1b[").empty());
    const auto keys = decoder.feed("201~\r");
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[0].kind, Kind::text);
    EXPECT_EQ(keys[0].text, "one\ntwo");
    EXPECT_EQ(keys[1].kind, Kind::enter);
}

TEST(keys, paste_without_end_is_bounded) {
    KeyDecoder decoder;
    decoder.feed("\x1b[200~");
    for (int i = 0; i < 100; i++) {
        EXPECT_TRUE(decoder.feed(std::string(10'000, 'x')).empty());
    }
    const auto keys = decoder.feed("\x1b[201~");
    for (const Key& key : keys) EXPECT_LE(key.text.size(), paste_size_bytes_max);
}

void type(Editor& editor, std::string_view bytes) {
    KeyDecoder decoder;
    for (const Key& key : decoder.feed(bytes)) editor.on_key(key);
}

TEST(editor, edits_by_code_points) {
    Editor editor(100);
    type(editor, "Grüße\x1b[D\x1b[D\x7f");
    EXPECT_EQ(editor.text(), "Grße");
    type(editor, "ü\x1b[F!");
    EXPECT_EQ(editor.text(), "Grüße!");
    type(editor, "\x1b[Hx\x1b[3~");
    EXPECT_EQ(editor.text(), "xrüße!");
    EXPECT_EQ(editor.before_cursor(), "x");
    type(editor, "\x0b");
    EXPECT_EQ(editor.text(), "x");
    type(editor, " two words\x17\x17");
    EXPECT_EQ(editor.text(), "x ");
    type(editor, "\x15\x7f\x1b[3~\x1b[D");
    EXPECT_TRUE(editor.empty());
}

TEST(editor, takes_no_more_than_fits) {
    Editor editor(5);
    type(editor, "abcdef\x1b[200~long\x1b[201~");
    EXPECT_EQ(editor.text(), "abcde");
    editor.clear();
    EXPECT_EQ(editor.text(), "");
}

}  // namespace
}  // namespace mayfly::tui
