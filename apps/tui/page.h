// Page: a part of the interface that has the screen and the keys. Pages lie on each other; Esc goes
// back to the one below.
#pragma once

#include "tui/bindings.h"
#include "tui/screen.h"

namespace mayfly::tui {

struct Area {
    int row = 0;
    int column = 0;
    int rows = 0;
    int columns = 0;
};

class Page {
  public:
    virtual ~Page() = default;
    virtual Where where() const = 0;  // which keys of the table count
    virtual std::string title() const = 0;
    // refresh reads anew what the page shows.
    virtual void refresh() {}
    // on_action does what a key of the table stands for; false: nothing of the kind here.
    virtual bool on_action(Action action) = 0;
    // on_key takes what the table has nothing for.
    virtual void on_key(const Key&) {}
    virtual void draw(Screen& screen, const Area& area) = 0;
};

}  // namespace mayfly::tui
