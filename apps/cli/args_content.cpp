// Options of the verbs about what is said besides plain texts.
#include <charconv>

#include "args.h"
#include "i18n/tr.h"

namespace mayfly::cli {
namespace {

std::optional<UsageError> set_number(const std::string& name, const std::string& value,
                                     std::optional<uint32_t>& out) {
    uint32_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || stop != end) {
        return UsageError{tr("--{1} wants a whole number", name), tr("as in --{1} 20", name)};
    }
    out = number;
    return std::nullopt;
}

}  // namespace

std::optional<UsageError> set_content_option(const std::string& name, const std::string& value,
                                             Command& command, bool& handled) {
    handled = true;
    if (name == "remove") {
        command.remove = true;
    } else if (name == "multiple") {
        command.multiple = true;
    } else if (name == "off") {
        command.off = true;
    } else if (name == "clear") {
        command.clear = true;
    } else if (name == "option") {
        command.choices.push_back(value);
    } else if (name == "label") {
        command.label = value;
    } else if (name == "text") {
        command.draft_text = value;
    } else if (name == "in") {
        command.in = value;
    } else if (name == "accuracy") {
        return set_number(name, value, command.accuracy_m);
    } else if (name == "limit") {
        return set_number(name, value, command.limit);
    } else {
        handled = false;
    }
    return std::nullopt;
}

}  // namespace mayfly::cli
