// The help a person asks for: an overview, or one verb.
#pragma once

#include <span>
#include <string_view>

namespace mayfly::cli {

struct HelpPage {
    std::string_view verb;
    const char* text;
};
// content_help_pages: of the verbs about what is said besides plain texts.
std::span<const HelpPage> content_help_pages();
// group_help_pages: of the verbs about groups and rooms; trust_help_pages: about trust, secrets and
// leaving.
std::span<const HelpPage> group_help_pages();
std::span<const HelpPage> trust_help_pages();

// help_text gives the help of one verb ("contact add"), or the whole program's for anything else,
// in the person's language.
std::string_view help_text(std::string_view verb);

// device_help_text: of the verbs for devices and recovery; nullptr for any other.
const char* device_help_text(std::string_view verb);

}  // namespace mayfly::cli
