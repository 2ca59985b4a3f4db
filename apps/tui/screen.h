// Screen: what the terminal shows, as cells, and the fewest bytes that change it to that.
//
// Everything it holds is wiped when it is replaced. Text of people cannot steer the terminal:
// control characters and direction marks become U+FFFD.
#pragma once

#include <string_view>
#include <vector>

#include "rpc/json.h"
#include "util/bytes.h"

namespace mayfly::tui {

enum Style : uint8_t { plain = 0, bold = 1, dim = 2, reverse = 4, alert = 8 };

using Text = rpc::WipedString;

// width_of: columns that a code point takes: 0 (combining), 1 or 2 (wide).
int width_of(uint32_t code_point);
int width_of(std::string_view text);

// wrap breaks a text into lines of at most `width` columns, at spaces where it can. Line ends
// stay; what may not be shown is U+FFFD.
std::vector<Text> wrap(std::string_view text, int width);

class Screen {
  public:
    struct Cell {
        uint32_t code_point = ' ';
        uint32_t mark = 0;  // one combining character
        uint8_t width = 1;  // 0: the right half of a wide one
        uint8_t style = plain;
        bool operator==(const Cell&) const = default;
    };

    Screen(int rows, int columns) { resize(rows, columns); }
    ~Screen() { forget(); }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    int rows() const { return rows_; }
    int columns() const { return columns_; }
    // resize also forgets what the terminal shows: the next draw paints everything.
    void resize(int rows, int columns);
    // clear begins a new picture.
    void clear();
    // put writes as much of the text as `width` columns hold and gives the column after it.
    int put(int row, int column, std::string_view text, uint8_t style = plain, int width = 10'000);
    // fill gives a part of a row a style.
    void fill(int row, int column, int width, uint8_t style);
    void place_cursor(int row, int column) { cursor_row_ = row, cursor_column_ = column; }
    void hide_cursor() { cursor_row_ = -1; }
    // draw appends what changes the terminal to this picture.
    void draw(Text& out);
    // row_text is for tests.
    std::string row_text(int row) const;

  private:
    void forget();
    Cell& at(int row, int column) { return cells_[static_cast<size_t>(row * columns_ + column)]; }

    int rows_ = 0;
    int columns_ = 0;
    int cursor_row_ = -1;
    int cursor_column_ = 0;
    std::vector<Cell> cells_;
    std::vector<Cell> shown_;
    bool paint_all_ = true;
};

}  // namespace mayfly::tui
