// A message in the words of the terminal interface, with what was said about it.
#pragma once

#include "core/messenger.h"
#include "tui/screen.h"

namespace mayfly::tui {

Text words_of(const core::MessageView& message);

}  // namespace mayfly::tui
