// Help, written by hand.
#pragma once

#include <string_view>

namespace mayfly::cli {

// help_text gives the help of one verb ("contact add"), or the whole program's for anything else.
std::string_view help_text(std::string_view verb);

}  // namespace mayfly::cli
