// Help, written by hand.
#pragma once

#include <string_view>

namespace mayfly::cli {

// help_text gives the help of one verb ("contact add"), or the whole program's for anything else.
std::string_view help_text(std::string_view verb);

// device_help_text: of the verbs for devices and recovery; empty for any other.
std::string_view device_help_text(std::string_view verb);

}  // namespace mayfly::cli
