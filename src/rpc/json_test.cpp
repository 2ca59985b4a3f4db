#include "rpc/json.h"

#include <gtest/gtest.h>

namespace mayfly::rpc {
namespace {

TEST(json, nesting_is_bounded_before_anything_is_built) {
    const auto nested = [](size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse_json(as_bytes(nested(request_depth_max))).ok());
    EXPECT_EQ(parse_json(as_bytes(nested(request_depth_max + 1))).code(),
              ErrorCode::input_too_large);
    // Brackets in strings do not nest, whatever is escaped there.
    EXPECT_TRUE(parse_json(as_bytes(R"(["\"[[[[[[[[[[[[[[[[[[[[[[[[[[","]\\"])")).ok());
}

TEST(json, size_is_bounded) {
    const std::string fits = "\"" + std::string(request_size_bytes_max - 2, 'x') + "\"";
    EXPECT_TRUE(parse_json(as_bytes(fits)).ok());
    EXPECT_EQ(parse_json(as_bytes(fits + " ")).code(), ErrorCode::input_too_large);
}

TEST(json, what_is_no_json_is_refused) {
    for (const char* text : {"", "{", "{]", "nul", "1 2", "\"\xff\"", "{\"a\":}", "\"\x01\""}) {
        EXPECT_EQ(parse_json(as_bytes(text)).code(), ErrorCode::malformed_input) << text;
    }
}

TEST(json, written_lines_hold_no_line_end_and_only_utf8) {
    const Json value{{"text", json_text("one\ntwo \xff\xfe three \x1b[31m")}};
    const WipedString line = write_json(value);
    EXPECT_EQ(line.find('\n'), WipedString::npos);
    EXPECT_EQ(line.find('\x1b'), WipedString::npos);
    EXPECT_TRUE(parse_json(as_bytes(view_of(line))).ok());
}

}  // namespace
}  // namespace mayfly::rpc
