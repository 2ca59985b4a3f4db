// A message's text on a terminal: Markdown's marks become the terminal's, or stay as they were.
#pragma once

#include "output.h"

namespace mayfly::cli {

// is_styled tells whether the standard output is a terminal that wants colours and the like
// (no-color.org).
bool is_styled();

// append_text appends a message's text so that it cannot steer a terminal (append_printable). With
// `styled`, marks are shown as the terminal's own; a link always shows where it leads.
void append_text(OutputText& out, BytesView text, bool styled);

}  // namespace mayfly::cli
