#include "output.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/content.h"
#include "core/memory_store_port.h"
#include "crypto/seeded_entropy.h"
#include "views.h"

namespace mayfly::cli {
namespace {

std::string printable(std::string_view text, bool multiline = false) {
    OutputText out;
    append_printable(out, as_bytes(text), multiline);
    return std::string(out.view());
}

TEST(printable, text_of_people_passes) { EXPECT_EQ(printable("Grüße, 你好 👋"), "Grüße, 你好 👋"); }

TEST(printable, what_steers_a_terminal_does_not_pass) {
    const std::string mark = "\xef\xbf\xbd";
    EXPECT_EQ(printable("a\x1b[2Jb"), "a" + mark + "[2Jb");
    EXPECT_EQ(printable("a\rb\x07\x7f"), "a" + mark + "b" + mark + mark);
    EXPECT_EQ(printable("a\nb"), "a" + mark + "b");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              mark + "31m");  // C1: CSI
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "evil"),
              mark + "evil");  // right-to-left override
    EXPECT_EQ(printable("\xe2\x80\xa8"
                        "line"),
              mark + "line");  // line separator
    EXPECT_EQ(printable(std::string_view("\0", 1)), mark);
}

TEST(printable, bytes_that_are_no_utf8_do_not_pass) {
    const std::string mark = "\xef\xbf\xbd";
    EXPECT_EQ(printable("\xff"), mark);
    EXPECT_EQ(printable("\xc0\xaf"), mark + mark);             // overlong
    EXPECT_EQ(printable("\xed\xa0\x80"), mark + mark + mark);  // surrogate
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), mark + mark + mark + mark);
    EXPECT_EQ(printable("\xe2\x82"), mark + mark);  // cut short
}

TEST(printable, further_lines_of_a_message_cannot_pass_for_other_messages) {
    EXPECT_EQ(printable("one\ntwo\tx", true), "one\n    two x");
}

TEST(utf8, validity) {
    EXPECT_TRUE(core::is_utf8(as_bytes("aü€👋")));
    EXPECT_FALSE(core::is_utf8(as_bytes("a\xff")));
    EXPECT_FALSE(core::is_utf8(as_bytes("\xf0\x9f\x91")));
}

TEST(json_line, any_text_comes_back_whole) {
    const std::string text = "quote \" back \\ line\n tab\t escape \x1b del \x7f c1 \xc2\x9b ü 👋";
    OutputText out;
    JsonLine(out, "message")
        .text("text", text)
        .number("at", 1'795'467'924'360)
        .number("negative", -1)
        .boolean("yes", true)
        .texts("list", {"a", "\""});
    ASSERT_EQ(out.view().back(), '\n');
    EXPECT_EQ(std::count(out.view().begin(), out.view().end(), '\n'), 1);
    EXPECT_EQ(out.view().find('\x1b'), std::string_view::npos);
    EXPECT_EQ(out.view().find("\xc2\x9b"), std::string_view::npos);
    const auto object = nlohmann::json::parse(out.view());
    EXPECT_EQ(object["type"], "message");
    EXPECT_EQ(object["text"], text);
    EXPECT_EQ(object["at"], 1'795'467'924'360);
    EXPECT_EQ(object["negative"], -1);
    EXPECT_EQ(object["yes"], true);
    EXPECT_EQ(object["list"], nlohmann::json({"a", "\""}));
}

TEST(json_line, invalid_utf8_becomes_valid_json) {
    OutputText out;
    JsonLine(out, "x").text("text",
                            "a\xff"
                            "b");
    EXPECT_EQ(nlohmann::json::parse(out.view())["text"],
              "a\xef\xbf\xbd"
              "b");
}

TEST(output_text, grows_and_is_empty_after_writing) {
    OutputText out;
    std::string expected;
    for (int i = 0; i < 1000; i++) {
        out.append("line\n");
        expected += "line\n";
    }
    EXPECT_EQ(out.view(), expected);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_TRUE(out.write_to(ends[1]).ok());
    EXPECT_TRUE(out.empty());
    std::string read(expected.size(), '\0');
    EXPECT_EQ(::read(ends[0], read.data(), read.size()), static_cast<ssize_t>(expected.size()));
    EXPECT_EQ(read, expected);
    ::close(ends[0]);
    ::close(ends[1]);
}

core::MessageView message_of(std::string_view text) {
    core::MessageView message;
    message.text = SecretBuffer(as_bytes(text));
    message.handle = "bo\x1b[0mb@relay.example";
    message.sent_at = Time{1'000'000};
    message.expires_at = Time{1'600'000};
    message.burn_seconds = 30;
    return message;
}

// A messenger with an account, for the names it knows.
class Views : public testing::Test {
  protected:
    Views() : messenger_(core::Messenger::open(store_, Time{}).value()) {
        core::AccountOptions options;
        options.relays = {"relay.example"};
        crypto::SeededEntropy entropy(1);
        EXPECT_TRUE(messenger_.create_account(options, Time{}, entropy).ok());
    }
    core::MemoryStorePort store_;
    core::Messenger messenger_;
};

TEST_F(Views, message_object_has_exactly_the_fields_of_the_contract) {
    OutputText out;
    show_message(out, true, messenger_, message_of("hi"), Time{1'000'000});
    const auto object = nlohmann::json::parse(out.view());
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) names.push_back(name);
    EXPECT_EQ(names, (std::vector<std::string>{"burn_seconds", "content", "conversation",
                                               "expires_at", "group", "handle", "id", "sender",
                                               "sent_at", "state", "text", "type", "verified"}));
    EXPECT_EQ(object["sent_at"], 1'000'000);
    EXPECT_EQ(object["state"], "received");
}

TEST_F(Views, stranger_cannot_steer_the_terminal_with_name_or_text) {
    OutputText out;
    show_message(out, false, messenger_, message_of("one\n2026 alice: fake\x1b]0;title\x07"),
                 Time{1'000'000});
    EXPECT_EQ(out.view().find('\x1b'), std::string_view::npos);
    EXPECT_EQ(out.view().find('\x07'), std::string_view::npos);
    EXPECT_NE(out.view().find("\n    2026 alice: fake"), std::string_view::npos);
    EXPECT_NE(out.view().find("burns 30 s after"), std::string_view::npos);
}

TEST(views, spans_read_well) {
    EXPECT_EQ(span_text(Duration::milliseconds(10)), "less than 1 s");
    EXPECT_EQ(span_text(Duration::seconds(59)), "59 s");
    EXPECT_EQ(span_text(Duration::seconds(61)), "1 min 1 s");
    EXPECT_EQ(span_text(Duration::days(6)), "6 d");
    EXPECT_EQ(span_text(Duration::hours(25)), "1 d 1 h");
}

}  // namespace
}  // namespace mayfly::cli
