#include "tui/screen.h"

#include <algorithm>

#include "util/secret.h"
#include "util/utf8.h"

namespace mayfly::tui {
namespace {

constexpr uint32_t replacement = 0xfffd;

struct Range {
    uint32_t first;
    uint32_t last;
};

// Combining characters and joiners of the scripts that terminals meet (Unicode 15, categories Mn,
// Me and Cf).
constexpr Range zero_width[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489},   {0x0591, 0x05bd},  {0x05bf, 0x05bf}, {0x05c1, 0x05c2},
    {0x05c4, 0x05c5}, {0x0610, 0x061a},   {0x064b, 0x065f},  {0x0670, 0x0670}, {0x06d6, 0x06dc},
    {0x06df, 0x06e4}, {0x06e7, 0x06e8},   {0x06ea, 0x06ed},  {0x0900, 0x0902}, {0x093a, 0x093a},
    {0x093c, 0x093c}, {0x0941, 0x0948},   {0x094d, 0x094d},  {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff},  {0x200b, 0x200d}, {0x2060, 0x2064},
    {0x20d0, 0x20f0}, {0x302a, 0x302d},   {0x3099, 0x309a},  {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef}};

// East Asian Wide and Fullwidth (Unicode 15 annex 11), and emoji shown in two columns.
constexpr Range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26a1, 0x26a1},   {0x26bd, 0x26be},
    {0x26d4, 0x26d4},   {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},
    {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2b50, 0x2b50},
    {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
    {0xa000, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335},
    {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3e0, 0x1f3f0},
    {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d},
    {0x1f550, 0x1f567}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f},
    {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6ff}, {0x1f7e0, 0x1f7eb},
    {0x1f90c, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}};

template <size_t N>
bool is_in(const Range (&ranges)[N], uint32_t value) {
    return std::any_of(std::begin(ranges), std::end(ranges), [&](const Range& range) {
        return value >= range.first && value <= range.last;
    });
}

// Each code point that is shown, with its bytes.
template <class Visit>
void each_shown(std::string_view text, const Visit& visit) {
    const BytesView bytes = as_bytes(text);
    for (size_t at = 0; at < bytes.size();) {
        const CodePoint point = code_point_at(bytes, at);
        const bool hidden = !point.valid || is_control(point.value) || is_deceptive(point.value);
        if (hidden) {
            visit(replacement, std::string_view("\xef\xbf\xbd"));
        } else {
            visit(point.value, text.substr(at, point.size_bytes));
        }
        at += point.size_bytes;
    }
}

void append_utf8(Text& out, uint32_t value) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (value >> shift & 0x3f)); };
    if (value < 0x80) {
        out += static_cast<char>(value);
    } else if (value < 0x800) {
        out += static_cast<char>(0xc0 | value >> 6);
        tail(0);
    } else if (value < 0x10000) {
        out += static_cast<char>(0xe0 | value >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | value >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

void append_number(Text& out, int value) { out += std::string_view(std::to_string(value)); }

// wrap_line breaks one line that has no line end in it.
void wrap_line(std::string_view line, int width, std::vector<Text>& out) {
    Text current;
    int columns = 0;
    size_t space_at = Text::npos;  // after the last space in `current`
    each_shown(line, [&](uint32_t value, std::string_view bytes) {
        const int size = width_of(value);
        if (columns + size > width && columns > 0) {
            Text rest;
            if (value != ' ' && space_at != Text::npos && space_at < current.size()) {
                rest = current.substr(space_at);
                current.resize(space_at);
            }
            out.push_back(std::move(current));
            current = std::move(rest);
            columns = width_of(rpc::view_of(current));
            space_at = Text::npos;
            if (value == ' ') return;
        }
        current += bytes;
        columns += size;
        if (value == ' ') space_at = current.size();
    });
    out.push_back(std::move(current));
}

}  // namespace

int width_of(uint32_t code_point) {
    if (code_point < 0x300) return 1;
    if (is_in(zero_width, code_point)) return 0;
    return is_in(wide, code_point) ? 2 : 1;
}

int width_of(std::string_view text) {
    int width = 0;
    each_shown(text, [&](uint32_t value, std::string_view) { width += width_of(value); });
    return width;
}

std::vector<Text> wrap(std::string_view text, int width) {
    std::vector<Text> out;
    size_t at = 0;
    while (true) {
        const size_t end = text.find('\n', at);
        wrap_line(text.substr(at, end == std::string_view::npos ? end : end - at),
                  std::max(width, 2), out);
        if (end == std::string_view::npos) return out;
        at = end + 1;
    }
}

void Screen::forget() {
    wipe(cells_.data(), cells_.size() * sizeof(Cell));
    wipe(shown_.data(), shown_.size() * sizeof(Cell));
}

void Screen::resize(int rows, int columns) {
    forget();
    rows_ = std::max(rows, 1);
    columns_ = std::max(columns, 1);
    const auto count = static_cast<size_t>(rows_) * static_cast<size_t>(columns_);
    cells_.assign(count, Cell());
    shown_.assign(count, Cell());
    paint_all_ = true;
    hide_cursor();
}

void Screen::clear() {
    std::fill(cells_.begin(), cells_.end(), Cell());
    hide_cursor();
}

int Screen::put(int row, int column, std::string_view text, uint8_t style, int width) {
    if (row < 0 || row >= rows_ || column < 0) return column;
    const int room = std::max(0, columns_ - column);
    const int end = column + std::clamp(width, 0, room);
    bool full = false;
    int last = -1;
    each_shown(text, [&](uint32_t value, std::string_view) {
        const int size = width_of(value);
        if (size == 0) {
            if (last >= 0 && at(row, last).mark == 0) at(row, last).mark = value;
            return;
        }
        full = full || column + size > end;
        if (full) return;
        // Half of a wide character does not stay.
        if (at(row, column).width == 0 && column > 0) at(row, column - 1) = {' ', 0, 1, style};
        const int after = column + size;
        if (after < columns_ && at(row, after).width == 0) at(row, after) = {' ', 0, 1, style};
        at(row, column) = {value, 0, static_cast<uint8_t>(size), style};
        if (size == 2) at(row, column + 1) = {' ', 0, 0, style};
        last = column;
        column += size;
    });
    return column;
}

void Screen::fill(int row, int column, int width, uint8_t style) {
    if (row < 0 || row >= rows_) return;
    const int end = std::min(columns_, column + width);
    for (int i = std::max(column, 0); i < end; i++) at(row, i).style = style;
}

void Screen::draw(Text& out) {
    out += "\x1b[?25l";
    if (paint_all_) out += "\x1b[0m\x1b[2J";
    int style = -1;
    for (int row = 0; row < rows_; row++) {
        int pen = -1;  // where the terminal's cursor is in this row
        for (int column = 0; column < columns_; column++) {
            const auto index = static_cast<size_t>(row * columns_ + column);
            const Cell& cell = cells_[index];
            if (cell.width == 0 || (!paint_all_ && cell == shown_[index])) continue;
            if (pen != column) {
                out += "\x1b[";
                append_number(out, row + 1);
                out += ';';
                append_number(out, column + 1);
                out += 'H';
            }
            if (style != cell.style) {
                style = cell.style;
                out += "\x1b[0";
                if (style & bold) out += ";1";
                if (style & dim) out += ";2";
                if (style & reverse) out += ";7";
                if (style & alert) out += ";97;41";  // white on red
                out += 'm';
            }
            append_utf8(out, cell.code_point);
            if (cell.mark != 0) append_utf8(out, cell.mark);
            pen = column + cell.width;
        }
    }
    out += "\x1b[0m";
    if (cursor_row_ >= 0) {
        out += "\x1b[";
        append_number(out, cursor_row_ + 1);
        out += ';';
        append_number(out, std::min(cursor_column_, columns_ - 1) + 1);
        out += "H\x1b[?25h";
    }
    std::copy(cells_.begin(), cells_.end(), shown_.begin());
    paint_all_ = false;
}

std::string Screen::row_text(int row) const {
    Text out;
    for (int column = 0; column < columns_; column++) {
        const Cell& cell = cells_[static_cast<size_t>(row * columns_ + column)];
        if (cell.width == 0) continue;
        append_utf8(out, cell.code_point);
        if (cell.mark != 0) append_utf8(out, cell.mark);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return std::string(rpc::view_of(out));
}

}  // namespace mayfly::tui
