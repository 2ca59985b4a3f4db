// The help a person asks for: an overview, or one verb.
#pragma once

#include <span>
#include <string_view>

namespace mayfly::cli {

struct HelpPage {
    std::string_view verb;
    std::string_view text;
};
// trust_help_pages: of the verbs about trust, secrets and leaving.
std::span<const HelpPage> trust_help_pages();

// help_text of a verb as it is typed ("contact add"); else the overview.
std::string_view help_text(std::string_view verb);

}  // namespace mayfly::cli
