// Time as the sans-IO code sees it: milliseconds since the Unix epoch, handed in by the caller.
#pragma once

#include <compare>
#include <cstdint>

namespace mayfly {

struct Duration {
    int64_t ms = 0;

    auto operator<=>(const Duration&) const = default;
    static constexpr Duration milliseconds(int64_t n) { return {n}; }
    static constexpr Duration seconds(int64_t n) { return {n * 1000}; }
    static constexpr Duration minutes(int64_t n) { return {n * 60'000}; }
    static constexpr Duration hours(int64_t n) { return {n * 3'600'000}; }
    static constexpr Duration days(int64_t n) { return {n * 86'400'000}; }
};

struct Time {
    int64_t ms = 0;  // since 1970-01-01T00:00:00Z

    auto operator<=>(const Time&) const = default;
    constexpr Time operator+(Duration d) const { return {ms + d.ms}; }
    constexpr Time operator-(Duration d) const { return {ms - d.ms}; }
    constexpr Duration operator-(Time other) const { return {ms - other.ms}; }
};

class Clock {
  public:
    virtual ~Clock() = default;
    virtual Time now() = 0;
};

}  // namespace mayfly
