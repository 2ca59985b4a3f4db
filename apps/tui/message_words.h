// A message in the words of the terminal interface, with what was said about it.
#pragma once

#include "tui/desk.h"

namespace mayfly::tui {

bool is_unread(const core::MessageView& message);
// is_hidden: a message that burns is not shown before it is opened.
bool is_hidden(const core::MessageView& message);

Text words_of(const core::MessageView& message, const Desk& desk);
// first_line is enough to know which message is meant.
Text first_line(const core::MessageView& message);
// state_mark: not read, waits for the relay, has arrived, was read.
const char* state_mark(const core::MessageView& message);

}  // namespace mayfly::tui
