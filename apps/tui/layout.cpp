#include "tui/layout.h"

#include <time.h>

#include <algorithm>

#include "tui/message_words.h"

namespace mayfly::tui {
namespace {

constexpr int timer_width = 9;
constexpr int name_width_max = 14;
constexpr int name_column = 8;  // after mark and clock
constexpr int compose_rows_max = 5;

struct Area {
    int row = 0;
    int column = 0;
    int rows = 0;
    int columns = 0;
};

std::string clock_text(Time at) {
    const time_t seconds = static_cast<time_t>(at.ms / 1000);
    tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[16];
    return {text, ::strftime(text, sizeof text, "%H:%M", &parts)};
}

std::string choice_text(Duration choice) { return choice.ms == 0 ? "off" : timer_text(choice); }

void draw_title(const App& app, Screen& screen) {
    screen.fill(0, 0, screen.columns(), reverse);
    screen.put(0, 1, "mayfly  " + app.address(), reverse | bold, screen.columns() - 12);
    const std::string state = app.online() ? "online" : "offline";
    screen.put(0, screen.columns() - static_cast<int>(state.size()) - 1, state, reverse);
}

void draw_list(const App& app, Screen& screen, const Area& area) {
    const auto& entries = app.entries();
    if (entries.empty()) {
        screen.put(area.row, area.column, "nobody yet", dim, area.columns);
        screen.put(area.row + 1, area.column, "a: add", dim, area.columns);
        return;
    }
    const int selected = static_cast<int>(app.selected_index().value_or(0));
    const int first = std::max(0, selected - area.rows + 1);
    for (int i = 0; i < area.rows && first + i < static_cast<int>(entries.size()); i++) {
        const Entry& entry = entries[static_cast<size_t>(first + i)];
        uint8_t style = entry.unread.empty() && !entry.is_request ? plain : bold;
        if (first + i == selected) style |= app.focus() == Focus::list ? reverse : bold;
        const char* mark = first + i == selected ? ">" : " ";
        const int row = area.row + i;
        if (first + i == selected) screen.fill(row, area.column, area.columns, style);
        int column = screen.put(row, area.column, mark, style);
        if (entry.is_request) column = screen.put(row, column, "? ", style);
        std::string suffix;
        if (!entry.unread.empty()) suffix = " (" + std::to_string(entry.unread.size()) + ")";
        if (!entry.is_request && !entry.established) suffix = " ...";
        const int room = area.column + area.columns - column - static_cast<int>(suffix.size());
        column = screen.put(row, column, entry.name, style, room);
        screen.put(row, column, suffix, style, area.column + area.columns - column);
    }
}

// Block: a message as lines, before it has a place.
struct Block {
    const core::MessageView* message = nullptr;
    std::vector<Text> lines;
};

int name_width(const Entry& entry) {
    return std::clamp(width_of(entry.name), width_of("you"), name_width_max);
}

Block block_of(const core::MessageView& message, int width) {
    Block block{&message, {}};
    if (App::is_hidden(message)) {
        block.lines = wrap("[burns " + timer_text(Duration::seconds(message.burn_seconds)) +
                               " after it is opened; Enter opens it]",
                           width);
    } else if (message.needs_newer) {
        block.lines = wrap("[this needs a newer Mayfly]", width);
    } else {
        block.lines = wrap(rpc::view_of(words_of(message)), width);
    }
    return block;
}

const char* state_mark(const core::MessageView& message) {
    if (!message.outgoing) return message.state == core::MessageState::received ? "*" : " ";
    return message.state == core::MessageState::queued ? "~" : " ";
}

void draw_block(const App& app, const Block& block, const std::string& name, Screen& screen,
                const Area& area, int row, Time now) {
    const core::MessageView& message = *block.message;
    const bool pointed = app.focus() == Focus::messages && app.pointed() == &message;
    const uint8_t style = pointed ? reverse : App::is_hidden(message) ? dim : plain;
    const int text_column = area.column + name_column + name_width(*app.selected()) + 1;
    for (size_t i = 0; i < block.lines.size(); i++) {
        const int line_row = row + static_cast<int>(i);
        if (line_row < area.row) continue;
        if (pointed) screen.fill(line_row, area.column, area.columns, style);
        screen.put(line_row, text_column, rpc::view_of(block.lines[i]), style);
        if (i != 0) continue;
        screen.put(line_row, area.column, state_mark(message), style | bold);
        screen.put(line_row, area.column + 2, clock_text(message.sent_at), style | dim);
        screen.put(line_row, area.column + name_column, message.outgoing ? "you" : name,
                   style | bold, name_width_max);
        std::string timer = timer_text(message.expires_at - now);
        if (message.burn_seconds != 0) timer = "^" + timer;
        screen.put(line_row, area.column + area.columns - static_cast<int>(timer.size()), timer,
                   style | dim);
    }
}

void draw_messages(const App& app, Screen& screen, const Area& area, Time now) {
    const Entry* entry = app.selected();
    if (entry == nullptr || area.rows <= 0) return;
    if (entry->is_request) {
        screen.put(area.row, area.column, entry->name + " wants to write to you.", bold,
                   area.columns);
        screen.put(area.row + 1, area.column, "This is what they call themselves, no more.", dim,
                   area.columns);
        screen.put(area.row + 2, area.column, "Enter or y: accept    x: drop", plain, area.columns);
        return;
    }
    const auto& messages = app.messages();
    const int width = area.columns - name_column - name_width(*entry) - 1 - timer_width;
    // From the last one that is to be seen upwards.
    size_t last = messages.size();
    if (app.focus() == Focus::messages && app.pointed() != nullptr) {
        const auto pointed = static_cast<size_t>(app.pointed() - messages.data());
        last = std::min(messages.size(), std::max(pointed + 1, last > 3 ? pointed + 3 : last));
    }
    int row = area.row + area.rows;
    for (size_t i = last; i-- > 0 && row > area.row;) {
        const Block block = block_of(messages[i], width);
        row -= static_cast<int>(block.lines.size());
        draw_block(app, block, entry->name, screen, area, row, now);
    }
    if (messages.empty()) {
        screen.put(area.row, area.column,
                   entry->established ? "no messages" : "has not accepted yet; you may write", dim,
                   area.columns);
    }
}

int compose_rows(const App& app, const Screen& screen) {
    const auto lines = wrap(app.compose().text(), screen.columns() - 3);
    return std::clamp<int>(static_cast<int>(lines.size()), 1, compose_rows_max);
}

// draw_editor shows the lines around the cursor and places it.
void draw_editor(const Editor& editor, Screen& screen, const Area& area, bool active) {
    const auto before = wrap(editor.before_cursor(), area.columns - 1);
    const auto lines = wrap(editor.text(), area.columns - 1);
    const int cursor_line = static_cast<int>(before.size()) - 1;
    const int first = std::max(0, cursor_line - area.rows + 1);
    for (int i = 0; i < area.rows && first + i < static_cast<int>(lines.size()); i++) {
        screen.put(area.row + i, area.column, rpc::view_of(lines[static_cast<size_t>(first + i)]));
    }
    if (!active) return;
    screen.place_cursor(area.row + cursor_line - first,
                        area.column + width_of(rpc::view_of(before.back())));
}

void draw_bottom(const App& app, Screen& screen, int rows) {
    const int top = screen.rows() - rows - 2;
    const std::string picks = " expires " + timer_text(app.expire()) + " (^E)  burns " +
                              choice_text(app.burn()) + " (^B) ";
    for (int i = 0; i < screen.columns(); i++) screen.put(top, i, "-", dim);
    screen.put(top, 2, picks, app.focus() == Focus::compose ? bold : dim);
    screen.put(top + 1, 0, app.focus() == Focus::compose ? "> " : "  ", bold);
    draw_editor(app.compose(), screen, {top + 1, 2, rows, screen.columns() - 2},
                app.focus() == Focus::compose && app.page() == Page::main);
    const char* hint = "Tab: next part  F1: help  ^L: lock  ^Q: quit";
    switch (app.focus()) {
        case Focus::list:
            hint = "Enter: write  a: add  x: remove  s: you  F1: help  ^L: lock  ^Q: quit";
            break;
        case Focus::messages:
            hint = "Enter: open  b: burn  r: recall  Tab: write  F1: help  ^Q: quit";
            break;
        case Focus::compose:
            hint = "Enter: send  Esc: list  Up: messages  F1: help  ^L: lock  ^Q: quit";
            break;
    }
    std::string line = app.notice().empty() ? hint : app.notice();
    if (app.confirming()) line = "Remove it with all messages? y: yes, any other key: no";
    screen.put(screen.rows() - 1, 0, line, app.notice().empty() && !app.confirming() ? dim : bold);
}

constexpr const char* help_lines[] = {
    "Tab, Shift-Tab   next part: list, messages, text",
    "Up, Down         move; Enter in the list: write to them",
    "Enter            send; on a message: open it, which starts its burn timer",
    "Ctrl-E, Ctrl-B   how long the next message lives; burns so long after opening",
    "b, r             on a message: burn it here; recall yours everywhere",
    "a, x, s          in the list: add a contact; remove; your own address",
    "Enter or y, x    on a request (?): accept; drop",
    "Ctrl-L           lock; so does a while without keys",
    "Ctrl-Q           quit",
    "",
    "*: not read   ~: waits for the relay   ^: burns after opening",
    "Right of a message stands what is left of it.",
};

void draw_page(const App& app, Screen& screen) {
    const int width = screen.columns() - 4;
    int row = 2;
    const auto line = [&](std::string_view text, uint8_t style = plain) {
        for (const Text& part : wrap(text, width)) screen.put(row++, 2, rpc::view_of(part), style);
    };
    if (app.page() == Page::help) {
        line("Keys", bold);
        for (const char* text : help_lines) line(text);
    } else if (app.page() == Page::account) {
        line("You", bold);
        line("address  " + app.address());
        line("link     " + app.link());
        for (const std::string& relay : app.relays()) line("relay    " + relay);
    } else {
        line("Add a contact", bold);
        line("Their address (name@relay) or link (mayfly:...), then Enter:");
        draw_editor(app.new_contact(), screen, {row + 1, 2, 4, width}, true);
    }
    screen.put(screen.rows() - 1, 0, "Esc: back", dim);
}

}  // namespace

std::string timer_text(Duration left) {
    const int64_t seconds = std::max<int64_t>(0, (left.ms + 999) / 1000);
    const auto two = [](int64_t a, const char* unit, int64_t b, const char* small) {
        std::string out = std::to_string(a) + unit;
        if (b != 0) out += " " + std::to_string(b) + small;
        return out;
    };
    if (seconds < 60) return std::to_string(seconds) + "s";
    if (seconds < 3600) return two(seconds / 60, "m", seconds % 60, "s");
    if (seconds < 86'400) return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
    return two(seconds / 86'400, "d", seconds % 86'400 / 3600, "h");
}

void draw_app(const App& app, Screen& screen, Time now) {
    screen.clear();
    draw_title(app, screen);
    if (app.page() != Page::main) return draw_page(app, screen);
    const int bottom_rows = compose_rows(app, screen);
    const int rows = screen.rows() - bottom_rows - 3;
    const bool both = screen.columns() >= both_columns_min;
    const int list_columns = both ? std::clamp(screen.columns() / 4, 14, 28) : screen.columns();
    if (both || app.focus() == Focus::list) {
        draw_list(app, screen, {1, 0, rows, list_columns - 1});
    }
    if (both) {
        for (int row = 1; row <= rows; row++) screen.put(row, list_columns - 1, "|", dim);
        draw_messages(app, screen, {1, list_columns, rows, screen.columns() - list_columns}, now);
    } else if (app.focus() != Focus::list) {
        draw_messages(app, screen, {1, 0, rows, screen.columns()}, now);
    }
    draw_bottom(app, screen, bottom_rows);
}

}  // namespace mayfly::tui
