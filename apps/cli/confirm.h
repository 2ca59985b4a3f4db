// Asking before something that cannot be taken back.
#pragma once

#include "verbs.h"

namespace mayfly::cli {

// confirm is content with --yes, or with a person at the terminal who types yes.
Outcome confirm(const Context& context, std::string_view question);

}  // namespace mayfly::cli
