#include "util/duration.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

TEST(duration, units_mean_what_people_think) {
    EXPECT_EQ(parse_duration("3s")->ms, 3'000);
    EXPECT_EQ(parse_duration("10m")->ms, 600'000);
    EXPECT_EQ(parse_duration("6h")->ms, 21'600'000);
    EXPECT_EQ(parse_duration("6d")->ms, 518'400'000);
    EXPECT_EQ(parse_duration("1y")->ms, 31'536'000'000);
}

TEST(duration, everything_else_is_refused) {
    for (const char* text : {"", "s", "3", "0s", "-3s", "+3s", " 3s", "3s ", "3S", "1.5h", "3w",
                             "1h30m", "101y", "9999999999d", "99999999999s", "3\0s"}) {
        const auto parsed = parse_duration(text);
        ASSERT_FALSE(parsed.ok()) << text;
        EXPECT_EQ(parsed.code(), ErrorCode::bad_duration);
    }
    EXPECT_EQ(parse_duration("100y").value(), duration_text_max);
}

TEST(duration, text_is_the_shortest_that_reads_back) {
    EXPECT_EQ(format_duration(Duration::seconds(90)), "90s");
    EXPECT_EQ(format_duration(Duration::minutes(120)), "2h");
    EXPECT_EQ(format_duration(Duration::days(365)), "1y");
    EXPECT_EQ(format_duration(Duration::days(366)), "366d");
    EXPECT_EQ(format_duration(Duration::milliseconds(999)), "0s");
    for (const char* text : {"1s", "59m", "23h", "6d", "100y"}) {
        EXPECT_EQ(format_duration(*parse_duration(text)), text);
    }
}

}  // namespace
}  // namespace mayfly
