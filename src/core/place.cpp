#include "core/place.h"

namespace mayfly::core {
namespace {

constexpr size_t fraction_digits = 7;
constexpr int64_t degree_e7 = 10'000'000;

// Without floating point, so that every device writes the same.
std::string degrees_text(uint32_t value_e7, uint32_t span_e7) {
    const int64_t value = int64_t{value_e7} - int64_t{span_e7} / 2;
    const int64_t size = value < 0 ? -value : value;
    std::string fraction = std::to_string(size % degree_e7);
    fraction.insert(0, fraction_digits - fraction.size(), '0');
    return (value < 0 ? "-" : "") + std::to_string(size / degree_e7) + "." + fraction;
}

std::optional<uint32_t> parse_degrees(std::string_view text, uint32_t span_e7) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const size_t point = std::min(text.find('.'), text.size());
    std::string digits(text.substr(0, point));
    const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
    constexpr size_t whole_digits_max = 3;
    if (digits.empty() || digits.size() > whole_digits_max) return std::nullopt;
    if (point < text.size() && fraction.empty()) return std::nullopt;
    for (const char c : fraction) {
        if (c < '0' || c > '9') return std::nullopt;
    }
    digits += fraction.substr(0, fraction_digits);
    digits.append(fraction_digits - std::min(fraction.size(), fraction_digits), '0');
    int64_t value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    const int64_t half = int64_t{span_e7} / 2;
    if (value > half) return std::nullopt;
    return static_cast<uint32_t>(half + (negative ? -value : value));
}

}  // namespace

std::string latitude_text(const Location& place) {
    return degrees_text(place.latitude_e7, latitude_span_e7);
}
std::string longitude_text(const Location& place) {
    return degrees_text(place.longitude_e7, longitude_span_e7);
}

Status parse_place(std::string_view latitude, std::string_view longitude, Location& place) {
    const auto north = parse_degrees(latitude, latitude_span_e7);
    const auto east = parse_degrees(longitude, longitude_span_e7);
    ENSURE(north && east, invalid_argument);
    place.latitude_e7 = *north;
    place.longitude_e7 = *east;
    return {};
}

}  // namespace mayfly::core
