// Options of the verbs about groups.
#include <algorithm>
#include <charconv>

#include "args.h"
#include "core/conversation_state.h"
#include "i18n/tr.h"
#include "util/duration.h"

namespace mayfly::cli {
namespace {

using Error = std::optional<UsageError>;

Error set_switch(const std::string& name, const std::string& value, std::string_view yes,
                 std::string_view no, std::optional<bool>& out) {
    if (value != yes && value != no) {
        return UsageError{tr("--{1} wants {2} or {3}", name, yes, no), "mayfly group set --help"};
    }
    out = value == yes;
    return std::nullopt;
}

Error set_uses(const std::string& value, std::optional<uint32_t>& out) {
    uint32_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, failed] = std::from_chars(value.data(), end, number);
    if (failed != std::errc() || stop != end || number == 0 || number > core::members_max) {
        return UsageError{tr("--{1} {2} is out of range", "uses", value),
                          tr("{1} to {2}", 1, core::members_max)};
    }
    out = number;
    return std::nullopt;
}

Error set_span(const std::string& name, const std::string& value, Duration least,
               std::optional<Duration>& out) {
    const auto parsed = parse_duration(value);
    if (!parsed.ok()) {
        return UsageError{tr("--{1} {2} is no duration", name, value),
                          tr("durations are written 3s, 10m, 6h, 6d, 1y")};
    }
    if (*parsed < least || *parsed > core::expiration_max) {
        return UsageError{tr("--{1} {2} is out of range", name, value),
                          tr("{1} to {2}", format_duration(least), "1y")};
    }
    out = *parsed;
    return std::nullopt;
}

}  // namespace

Error set_group_option(const std::string& name, const std::string& value, Command& command,
                       bool& handled) {
    handled = true;
    if (name == "topic") {
        command.topic = value;
    } else if (name == "avatar") {
        command.avatar = value;
    } else if (name == "uses") {
        return set_uses(value, command.uses);
    } else if (name == "expires") {
        return set_span(name, value, core::expiration_min, command.expires);
    } else if (name == "max-expire") {
        return set_span(name, value, core::expiration_min, command.max_expire);
    } else if (name == "max-burn" && value == "off") {
        command.max_burn = Duration{};
    } else if (name == "max-burn") {
        return set_span(name, value, Duration::seconds(1), command.max_burn);
    } else if (name == "receipts") {
        return set_switch(name, value, "on", "off", command.receipts);
    } else if (name == "typing") {
        return set_switch(name, value, "on", "off", command.typing);
    } else if (name == "writers") {
        return set_switch(name, value, "moderators", "all", command.moderators_write_only);
    } else {
        handled = false;
    }
    return std::nullopt;
}

}  // namespace mayfly::cli
