#include "tui/form_page.h"

#include <algorithm>

namespace mayfly::tui {
namespace {

constexpr int field_rows_max = 4;
// What fits below a field and can be taken in.
constexpr size_t candidates_max = 12;

// What was pasted often has an end of line behind it.
std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \n";
    const size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string common_beginning(const std::vector<std::string>& names) {
    std::string out = names.front();
    for (const std::string& name : names) {
        const auto [mine, theirs] = std::mismatch(out.begin(), out.end(), name.begin(), name.end());
        out.erase(mine, out.end());
    }
    // Not half of a character.
    const auto is_continuation = [](char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; };
    const std::string& whole = names.front();
    while (!out.empty() && out.size() < whole.size() && is_continuation(whole[out.size()])) {
        out.pop_back();
    }
    return out;
}

}  // namespace

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

FormPage::FormPage(Desk& desk, Form form) : desk_(desk), form_(std::move(form)) {
    for (size_t i = 0; i < form_.fields.size(); i++) editors_.emplace_back(field_size_bytes_max);
    editors_.front().put(rpc::view_of(form_.first_value));
}

bool FormPage::on_action(Action action) {
    const size_t count = editors_.size();
    switch (action) {
        case Action::choose: choose(); return true;
        case Action::back: desk_.back(); return true;
        case Action::next_field: active_ = (active_ + 1) % count; return true;
        case Action::previous_field: active_ = (active_ + count - 1) % count; return true;
        default: return false;
    }
}

void FormPage::choose() {
    if (active_ + 1 < editors_.size()) {
        active_++;
        return;
    }
    Fields values;
    for (const Editor& editor : editors_) values.add(trimmed(editor.text()));
    if (form_.done(values)) desk_.close(this);
}

void FormPage::on_key(const Key& key) { field().on_key(key); }

int FormPage::draw_field(Screen& screen, const Area& area, int row, size_t index) {
    const Editor& editor = editors_[index];
    const bool active = index == active_;
    screen.put(row, area.column, form_.fields[index], active ? bold : plain, area.columns);
    const auto lines = static_cast<int>(wrap(editor.text(), area.columns - 3).size());
    const int rows = std::clamp(lines, 1, field_rows_max);
    screen.put(row + 1, area.column, ">", active ? bold : dim);
    draw_editor(editor, screen, {row + 1, area.column + 2, rows, area.columns - 2}, active);
    return row + 1 + rows;
}

void FormPage::draw(Screen& screen, const Area& area) {
    const int width = std::max(area.columns - 2, 2);
    const auto intro = wrap(form_.intro, width);
    const auto fields = static_cast<int>(editors_.size());
    int row = area.row;
    // The fields are more important than what explains them.
    if (static_cast<int>(intro.size()) + 2 * fields <= area.rows) {
        for (const Text& line : intro) screen.put(row++, 1, rpc::view_of(line));
    }
    const int fit = std::max(1, (area.row + area.rows - row) / 2);
    const int first = std::max(0, static_cast<int>(active_) - fit + 1);
    for (int i = first; i < fields && row + 1 < area.row + area.rows; i++) {
        row = draw_field(screen, {row, 1, area.rows, width}, row, static_cast<size_t>(i));
    }
    for (const std::string& hint : hints()) {
        if (row >= area.row + area.rows) break;
        screen.put(row++, 3, hint, dim, width);
    }
}

bool PathPage::on_action(Action action) {
    if (action != Action::complete) return FormPage::on_action(action);
    complete();
    return true;
}

void PathPage::on_key(const Key& key) {
    candidates_.clear();
    FormPage::on_key(key);
}

void PathPage::complete() {
    const std::string typed(field().text());
    const size_t slash = typed.rfind('/');
    const size_t begin = slash == std::string::npos ? 0 : slash + 1;
    const std::string beginning = typed.substr(begin);
    std::vector<std::string> names;
    for (std::string& name : desk_.files().names_in(typed.substr(0, begin))) {
        const bool hidden = name.starts_with('.') && beginning.empty();
        if (name.starts_with(beginning) && !hidden) names.push_back(std::move(name));
    }
    candidates_.clear();
    if (names.empty()) return desk_.say(tr("No file begins like that"));
    std::sort(names.begin(), names.end());
    field().put(typed.substr(0, begin) + common_beginning(names));
    if (names.size() == 1) return;
    candidates_ = std::move(names);
    if (candidates_.size() <= candidates_max) return;
    const size_t more = candidates_.size() - candidates_max;
    candidates_.resize(candidates_max);
    candidates_.push_back(trn("and {1} more", "and {1} more", more));
}

void open_form(Desk& desk, Form form) {
    desk.open(std::make_unique<FormPage>(desk, std::move(form)));
}
void open_path(Desk& desk, Form form) {
    desk.open(std::make_unique<PathPage>(desk, std::move(form)));
}

}  // namespace mayfly::tui
