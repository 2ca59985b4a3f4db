// Editor: a text being typed. Its memory is wiped.
#pragma once

#include "rpc/json.h"
#include "tui/keys.h"

namespace mayfly::tui {

class Editor {
  public:
    explicit Editor(size_t size_bytes_max) : size_bytes_max_(size_bytes_max) {}

    std::string_view text() const { return rpc::view_of(text_); }
    std::string_view before_cursor() const { return text().substr(0, cursor_); }
    bool empty() const { return text_.empty(); }
    void clear() {
        rpc::WipedString().swap(text_);  // gives the memory back, which wipes it
        cursor_ = 0;
    }
    // put replaces the text; the cursor is behind it.
    void put(std::string_view text) {
        clear();
        text_ = text.substr(0, size_bytes_max_);
        cursor_ = text_.size();
    }
    // on_key edits; false if the key means nothing here. What does not fit is not taken.
    bool on_key(const Key& key);

  private:
    size_t before(size_t at) const;  // the beginning of the code point that ends at `at`
    size_t after(size_t at) const;

    size_t size_bytes_max_;
    rpc::WipedString text_;
    size_t cursor_ = 0;
};

}  // namespace mayfly::tui
