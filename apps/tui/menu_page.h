// MenuPage: lines of text, some of which can be chosen. It scrolls, and is also how longer texts
// are read.
#pragma once

#include "tui/desk.h"

namespace mayfly::tui {

struct Row {
    Text text;
    std::function<void()> choose = {};  // none: it is only read
    uint8_t style = plain;
    bool whole = false;  // is cut and not wrapped
    size_t indent = 0;   // of what follows on further lines; the first so many bytes are ASCII

    Row(std::string_view words, std::function<void()> chosen = {}, uint8_t as = plain)
        : text(words.data(), words.size()), choose(std::move(chosen)), style(as) {}
};
using Rows = std::vector<Row>;
// add_qr adds the QR code of a text, and how many lines the terminal needs for it.
void add_qr(Rows& rows, std::string_view text);

class MenuPage : public Page {
  public:
    using Build = std::function<Rows()>;
    MenuPage(Desk& desk, std::string title, Build build);
    // begin shows the first rows; only then is everything of a derived page there.
    void begin();

    Where where() const override { return Where::menu; }
    std::string title() const override { return title_; }
    void refresh() override;
    bool on_action(Action action) override;
    void draw(Screen& screen, const Area& area) override;

  protected:
    Desk& desk_;

  private:
    struct Line {
        size_t row = 0;
        Text text;
    };
    void lay_out();
    void go_home();  // to the first line that can be chosen
    void move(int by);
    void step_down();
    void step_up();
    void choose();
    bool can_choose(size_t line) const;
    std::vector<size_t> choices() const;
    bool is_visible(size_t line) const { return line >= top_ && line < top_ + height_; }

    std::string title_;
    Build build_;
    Rows rows_;
    std::vector<Line> lines_;
    size_t top_ = 0;
    size_t cursor_ = 0;  // a line
    size_t height_ = 20;
    int width_ = 76;
};

std::unique_ptr<Page> make_menu(Desk& desk, std::string title, MenuPage::Build build);

}  // namespace mayfly::tui
