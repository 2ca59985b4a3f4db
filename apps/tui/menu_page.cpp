#include "tui/menu_page.h"

#include <algorithm>

#include "util/qr_code.h"

namespace mayfly::tui {

void add_qr(Rows& rows, std::string_view text) {
    const auto code = QrCode::encode(as_bytes(text));
    if (!code.ok()) return;
    const std::string drawn = qr_text(*code);
    const std::string_view all = drawn;
    size_t count = 0;
    const size_t first = rows.size();
    for (size_t at = 0; at < all.size();) {
        const size_t end = std::min(all.find('\n', at), all.size());
        rows.emplace_back(all.substr(at, end - at));
        rows.back().whole = true;
        count++;
        at = end + 1;
    }
    Row hint(trn("To scan it all at once the window needs {1} line.",
                 "To scan it all at once the window needs {1} lines.", count + 2),
             {}, dim);
    rows.insert(rows.begin() + static_cast<int64_t>(first), std::move(hint));
}

MenuPage::MenuPage(Desk& desk, std::string title, Build build)
    : desk_(desk), title_(std::move(title)), build_(std::move(build)) {}

std::vector<size_t> MenuPage::choices() const {
    std::vector<size_t> found;
    for (size_t line = 0; line < lines_.size(); line++) {
        if (can_choose(line)) found.push_back(line);
    }
    return found;
}

// What was pointed at stays so where rows come and go above it: by its text or, where that has
// changed, by its place among what can be chosen.
void MenuPage::refresh() {
    const auto before = choices();
    const auto here = std::find(before.begin(), before.end(), cursor_);
    const bool pointed = here != before.end();
    const Text text = pointed ? rows_[lines_[cursor_].row].text : Text();
    const bool seen = is_visible(cursor_);
    const size_t below_top = cursor_ - std::min(top_, cursor_);
    rows_ = build_();
    lay_out();
    const auto after = choices();
    if (!pointed || after.empty()) return;
    const auto says_it = [&](size_t line) { return rows_[lines_[line].row].text == text; };
    cursor_ = after[std::min(static_cast<size_t>(here - before.begin()), after.size() - 1)];
    const auto same = std::find_if(after.begin(), after.end(), says_it);
    if (!says_it(cursor_) && same != after.end()) cursor_ = *same;
    if (seen && !is_visible(cursor_)) top_ = cursor_ - std::min({below_top, cursor_, height_ - 1});
}

void MenuPage::lay_out() {
    lines_.clear();
    for (size_t i = 0; i < rows_.size(); i++) {
        if (rows_[i].whole) {
            lines_.push_back({i, rows_[i].text});
            continue;
        }
        const std::string_view text = rpc::view_of(rows_[i].text);
        const size_t indent = std::min(rows_[i].indent, text.size());
        Text beginning(text.data(), indent);
        for (const Text& part : wrap(text.substr(indent), width_ - static_cast<int>(indent))) {
            lines_.push_back({i, beginning + part});
            beginning.assign(indent, ' ');
        }
    }
    const size_t last = lines_.empty() ? 0 : lines_.size() - 1;
    cursor_ = std::min(cursor_, last);
    top_ = std::min(top_, lines_.size() > height_ ? lines_.size() - height_ : 0);
}

// A line can be chosen where its row begins.
bool MenuPage::can_choose(size_t line) const {
    if (line >= lines_.size() || !rows_[lines_[line].row].choose) return false;
    return line == 0 || lines_[line - 1].row != lines_[line].row;
}

void MenuPage::begin() {
    refresh();
    go_home();
}

void MenuPage::go_home() {
    top_ = 0;
    cursor_ = 0;
    while (cursor_ + 1 < lines_.size() && !can_choose(cursor_)) cursor_++;
    if (!can_choose(cursor_)) cursor_ = 0;
    if (!is_visible(cursor_)) cursor_ = 0;
}

// The next line that can be chosen, if it is on the screen; else the text moves on by a line.
void MenuPage::step_down() {
    for (size_t line = std::max(cursor_ + 1, top_); line < lines_.size(); line++) {
        if (line >= top_ + height_) break;
        if (!can_choose(line)) continue;
        cursor_ = line;
        return;
    }
    if (top_ + height_ >= lines_.size()) return;
    top_++;
    if (can_choose(top_ + height_ - 1)) cursor_ = top_ + height_ - 1;
}

void MenuPage::step_up() {
    for (size_t line = std::min(cursor_, top_ + height_); line-- > top_;) {
        if (!can_choose(line)) continue;
        cursor_ = line;
        return;
    }
    if (top_ == 0) return;
    top_--;
    if (can_choose(top_)) cursor_ = top_;
}

void MenuPage::move(int by) {
    for (; by > 0; by--) step_down();
    for (; by < 0; by++) step_up();
}

void MenuPage::choose() {
    if (!is_visible(cursor_) || !can_choose(cursor_)) return;
    // A copy: what is chosen may build the rows anew.
    const auto chosen = rows_[lines_[cursor_].row].choose;
    chosen();
}

bool MenuPage::on_action(Action action) {
    const int page = std::max(1, static_cast<int>(height_) - 1);
    switch (action) {
        case Action::up: move(-1); return true;
        case Action::down: move(1); return true;
        case Action::page_up: move(-page); return true;
        case Action::page_down: move(page); return true;
        case Action::first: go_home(); return true;
        case Action::last: move(static_cast<int>(lines_.size())); return true;
        case Action::choose: choose(); return true;
        case Action::back: desk_.back(); return true;
        default: return false;
    }
}

void MenuPage::draw(Screen& screen, const Area& area) {
    const bool resized = width_ != area.columns - 4 || height_ != static_cast<size_t>(area.rows);
    width_ = std::max(area.columns - 4, 2);
    height_ = static_cast<size_t>(std::max(area.rows, 1));
    if (resized) {
        lay_out();
        if (cursor_ >= top_ + height_) top_ = cursor_ - height_ + 1;
    }
    for (size_t i = 0; i < height_ && top_ + i < lines_.size(); i++) {
        const Line& line = lines_[top_ + i];
        const Row& row = rows_[line.row];
        const bool here =
            row.choose && lines_[std::min(cursor_, lines_.size() - 1)].row == line.row;
        const int at = area.row + static_cast<int>(i);
        if (here) screen.fill(at, area.column, area.columns, reverse);
        const uint8_t style = here ? static_cast<uint8_t>(reverse | row.style) : row.style;
        if (row.choose && can_choose(top_ + i))
            screen.put(at, area.column, here ? ">" : "-", style);
        const int column = area.column + (row.whole && !row.choose ? 0 : 2);
        screen.put(at, column, rpc::view_of(line.text), style, area.columns - column);
    }
    if (top_ + height_ < lines_.size()) {
        screen.put(area.row + area.rows - 1, area.column + area.columns - 2, "v", bold | reverse);
    }
    if (top_ > 0) screen.put(area.row, area.column + area.columns - 2, "^", bold | reverse);
}

std::unique_ptr<Page> make_menu(Desk& desk, std::string title, MenuPage::Build build) {
    auto page = std::make_unique<MenuPage>(desk, std::move(title), std::move(build));
    page->begin();
    return page;
}

}  // namespace mayfly::tui
