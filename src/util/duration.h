// Durations as people write them: "3s", "10m", "6h", "6d", "1y".
#pragma once

#include <string>
#include <string_view>

#include "util/result.h"
#include "util/time.h"

namespace mayfly {

// No span that a person means is longer; it also keeps `now + duration` far from overflow.
constexpr Duration duration_text_max = Duration::days(100 * 365);

// parse_duration reads a decimal number and one unit: s, m, h, d (24 h) or y (365 d). Anything
// else, zero, and more than duration_text_max give bad_duration. Ranges are the caller's.
Result<Duration> parse_duration(std::string_view text);

// format_duration writes the shortest text that parse_duration reads back as the same duration,
// with parts of a second dropped; less than a second is "0s".
std::string format_duration(Duration duration);

}  // namespace mayfly
