#include "tui/layout.h"

namespace mayfly::tui {
namespace {

void draw_title(const App& app, Screen& screen) {
    const std::string state = app.desk().online() ? tr("online") : tr("offline");
    const int room = screen.columns() - width_of(state) - 3;
    screen.fill(0, 0, screen.columns(), reverse);
    screen.put(0, 1, "mayfly  " + app.page().title(), reverse | bold, room);
    screen.put(0, screen.columns() - width_of(state) - 1, state, reverse);
}

// draw_banner gives how many rows it took.
int draw_banner(const App& app, Screen& screen) {
    const std::string text = app.banner();
    if (text.empty()) return 0;
    int row = 1;
    for (const Text& line : wrap(text, screen.columns() - 2)) {
        // It must not be overlooked, and not hide everything either.
        if (row > 1 && row > screen.rows() / 3) break;
        screen.fill(row, 0, screen.columns(), alert | bold);
        screen.put(row++, 1, rpc::view_of(line), alert | bold);
    }
    return row - 1;
}

}  // namespace

void draw_app(App& app, Screen& screen, Time now) {
    app.set_now(now);
    screen.clear();
    const int banner = draw_banner(app, screen);
    Area area{1 + banner, 0, screen.rows() - 2 - banner, screen.columns()};
    if (app.desk().is_open() && area.rows > 0) app.page().draw(screen, area);
    draw_title(app, screen);
    const std::string& notice = app.desk().notice();
    const std::string& question = app.desk().question();
    std::string line = keys_line(app.page().where(), screen.columns());
    uint8_t style = dim;
    if (!question.empty()) {
        line = question;
        style = bold;
    } else if (!notice.empty()) {
        line = notice;
        style = bold;
    }
    // What is said may be longer than a line.
    const auto lines = wrap(line, screen.columns());
    const int count = std::min<int>(static_cast<int>(lines.size()), screen.rows() / 3 + 1);
    for (int i = 0; i < count; i++) {
        const int row = screen.rows() - count + i;
        if (count > 1) screen.put(row, 0, std::string(static_cast<size_t>(screen.columns()), ' '));
        screen.put(row, 0, rpc::view_of(lines[static_cast<size_t>(i)]), style);
    }
}

}  // namespace mayfly::tui
