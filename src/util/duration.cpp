#include "util/duration.h"

#include <array>

namespace mayfly {
namespace {

struct Unit {
    char letter;
    Duration length;
};
constexpr std::array<Unit, 5> units_longest_first{{{'y', Duration::days(365)},
                                                   {'d', Duration::days(1)},
                                                   {'h', Duration::hours(1)},
                                                   {'m', Duration::minutes(1)},
                                                   {'s', Duration::seconds(1)}}};
constexpr size_t digits_max = 10;  // duration_text_max in seconds has 10 digits

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    ENSURE(text.size() >= 2 && text.size() <= digits_max + 1, bad_duration);
    int64_t count = 0;
    for (char c : text.substr(0, text.size() - 1)) {
        ENSURE(c >= '0' && c <= '9', bad_duration);
        count = count * 10 + (c - '0');
    }
    for (const Unit& unit : units_longest_first) {
        if (unit.letter != text.back()) continue;
        ENSURE(count > 0 && count <= duration_text_max.ms / unit.length.ms, bad_duration);
        return Duration{count * unit.length.ms};
    }
    return MAYFLY_ERROR(bad_duration);
}

std::string format_duration(Duration duration) {
    const int64_t whole_ms = duration.ms - duration.ms % 1000;
    for (const Unit& unit : units_longest_first) {
        if (whole_ms < unit.length.ms || whole_ms % unit.length.ms != 0) continue;
        return std::to_string(whole_ms / unit.length.ms) + unit.letter;
    }
    return "0s";
}

}  // namespace mayfly
