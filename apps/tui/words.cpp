#include "tui/words.h"

#include <time.h>

#include <algorithm>

namespace mayfly::tui {
namespace {

std::string local_text(Time at, const char* form) {
    const time_t seconds = static_cast<time_t>(at.ms / 1000);
    tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[32];
    return {text, ::strftime(text, sizeof text, form, &parts)};
}

}  // namespace

std::string timer_text(Duration left) {
    const int64_t seconds = std::max<int64_t>(0, (left.ms + 999) / 1000);
    const auto part = [&](int64_t unit, int64_t of) { return seconds % of / unit; };
    if (seconds < 60) return tr("{1}s", seconds);
    if (seconds < 3600) {
        const int64_t small = part(1, 60);
        return small == 0 ? tr("{1}m", seconds / 60) : tr("{1}m {2}s", seconds / 60, small);
    }
    if (seconds < 86'400) {
        const int64_t small = part(60, 3600);
        return small == 0 ? tr("{1}h", seconds / 3600) : tr("{1}h {2}m", seconds / 3600, small);
    }
    const int64_t small = part(3600, 86'400);
    return small == 0 ? tr("{1}d", seconds / 86'400) : tr("{1}d {2}h", seconds / 86'400, small);
}

std::string off_or_timer(Duration span) { return span.ms == 0 ? tr("off") : timer_text(span); }

std::string size_text(uint64_t size_bytes) {
    constexpr const char* units[] = {"B", "kB", "MB", "GB"};
    uint64_t tenths = size_bytes * 10;
    size_t unit = 0;
    while (tenths >= 10'000 && unit + 1 < std::size(units)) {
        tenths = (tenths + 500) / 1000;
        unit++;
    }
    std::string out = std::to_string(tenths / 10);
    if (unit != 0) out += "." + std::to_string(tenths % 10);
    return out + " " + units[unit];
}

std::string clock_text(Time at) { return local_text(at, "%H:%M"); }
std::string date_text(Time at) { return local_text(at, "%Y-%m-%d %H:%M"); }

std::string on_off(bool on) { return on ? tr("on") : tr("off"); }

std::string name_of(const std::string& display_name, const std::string& handle,
                    const core::AccountId& account) {
    if (!display_name.empty()) return display_name;
    const size_t at = handle.find('@');
    if (at != std::string::npos && at > 0) return handle.substr(0, at);
    return core::text_of(account).substr(0, core::account_prefix_size_min);
}

std::string short_address(const std::string& address) {
    return address.substr(0, address.find('#'));
}

std::string agreed_text(const core::ConversationSettings& settings) {
    const Duration lives = Duration::milliseconds(static_cast<int64_t>(settings.expiration_ms));
    return tr("messages live {1}; burn after reading: {2}; receipts: {3}; typing: {4}",
              timer_text(lives), off_or_timer(Duration::seconds(settings.burn_seconds)),
              on_off(settings.receipts), on_off(settings.typing));
}

std::string alarm_text(core::Alarm alarm, const std::string& name) {
    switch (alarm) {
        case core::Alarm::none: return "";
        case core::Alarm::handle_moved:
            return tr(
                "WARNING: the address of {1} leads to somebody else now. Ask in person before you "
                "write anything.",
                name);
        case core::Alarm::record_forked:
            return tr(
                "WARNING: somebody may pose as {1}. Compare the safety numbers before you write "
                "anything.",
                name);
        case core::Alarm::rules_broken:
            return tr(
                "WARNING: a device of {1} tried a change that nobody may make. It was refused, and "
                "the conversation began anew. Ask {1} to look at their devices.",
                name);
    }
    return "";
}

}  // namespace mayfly::tui
