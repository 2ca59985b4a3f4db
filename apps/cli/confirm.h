// Asking before something that cannot be taken back.
#pragma once

#include "verbs.h"

namespace mayfly::cli {

// says_yes: the word as it is said in English, or in the person's language.
bool says_yes(std::string_view answer);

// confirm is content with --yes, or with a person at the terminal who types yes.
Outcome confirm(const Context& context, std::string_view question);

}  // namespace mayfly::cli
