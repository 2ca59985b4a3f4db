// layout: the picture of an App.
#pragma once

#include "tui/app.h"
#include "tui/screen.h"

namespace mayfly::tui {

// Below this many columns list and messages do not fit side by side: the focus decides.
constexpr int both_columns_min = 50;

void draw_app(const App& app, Screen& screen, Time now);

// timer_text is what is left of a message: "5d 23h", "4m 09s", "12s".
std::string timer_text(Duration left);

}  // namespace mayfly::tui
