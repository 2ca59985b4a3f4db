// What mayfly-relay says when something is wrong, and the exit code that goes with it.
#pragma once

#include <string_view>

#include "util/error.h"

namespace mayfly::relay_app {

enum class Exit : int { done = 0, failed = 1, usage = 2, network = 3 };

// report prints `mayfly-relay: error:` and `mayfly-relay: hint:` lines; gives `exit` back.
Exit report(Exit exit, std::string_view error, std::string_view hint);
// report_error is for an Error whose sentence says all; `hint` may be empty.
Exit report_error(Error error, std::string_view hint);

}  // namespace mayfly::relay_app
