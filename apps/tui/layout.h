// layout: the frame around a page: title, what must not be overlooked, and the line at the bottom.
#pragma once

#include "tui/app.h"

namespace mayfly::tui {

void draw_app(App& app, Screen& screen, Time now);

}  // namespace mayfly::tui
