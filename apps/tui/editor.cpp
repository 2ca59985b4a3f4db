#include "tui/editor.h"

namespace mayfly::tui {
namespace {

bool is_continuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

}  // namespace

size_t Editor::before(size_t at) const {
    if (at > 0) at--;
    while (at > 0 && is_continuation(text_[at])) at--;
    return at;
}

size_t Editor::after(size_t at) const {
    if (at < text_.size()) at++;
    while (at < text_.size() && is_continuation(text_[at])) at++;
    return at;
}

bool Editor::on_key(const Key& key) {
    switch (key.kind) {
        case Key::Kind::text:
            if (text_.size() + key.text.size() > size_bytes_max_) return true;
            text_.insert(cursor_, key.text);
            cursor_ += key.text.size();
            return true;
        case Key::Kind::backspace: {
            const size_t from = before(cursor_);
            text_.erase(from, cursor_ - from);
            cursor_ = from;
            return true;
        }
        case Key::Kind::erase: text_.erase(cursor_, after(cursor_) - cursor_); return true;
        case Key::Kind::left: cursor_ = before(cursor_); return true;
        case Key::Kind::right: cursor_ = after(cursor_); return true;
        case Key::Kind::home: cursor_ = 0; return true;
        case Key::Kind::end: cursor_ = text_.size(); return true;
        case Key::Kind::control: break;
        default: return false;
    }
    if (key.letter == 'a') {
        cursor_ = 0;
    } else if (key.letter == 'u') {
        text_.erase(0, cursor_);
        cursor_ = 0;
    } else if (key.letter == 'k') {
        text_.erase(cursor_);
    } else if (key.letter == 'w') {
        size_t from = cursor_;
        while (from > 0 && text_[from - 1] == ' ') from--;
        while (from > 0 && text_[from - 1] != ' ') from--;
        text_.erase(from, cursor_ - from);
        cursor_ = from;
    } else {
        return false;
    }
    return true;
}

}  // namespace mayfly::tui
