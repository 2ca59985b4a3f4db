// KeyDecoder: what a terminal sends, as keys. ECMA-48 sequences as xterm and its kin send them, and
// bracketed paste.
#pragma once

#include <string_view>
#include <vector>

#include "rpc/json.h"

namespace mayfly::tui {

struct Key {
    enum class Kind : uint8_t {
        text,     // `text` is one code point, or what was pasted
        control,  // `letter` with Ctrl
        enter,
        tab,
        back_tab,
        backspace,
        erase,
        escape,
        up,
        down,
        left,
        right,
        home,
        end,
        page_up,
        page_down,
        help,
    };
    Kind kind = Kind::text;
    char letter = 0;
    rpc::WipedString text;
};

// What a paste may have; a text has no more.
constexpr size_t paste_size_bytes_max = 65'536;

class KeyDecoder {
  public:
    // feed takes bytes and gives the keys that are complete. What begins a sequence waits.
    std::vector<Key> feed(std::string_view bytes);
    // flush: nothing has followed for a while, so a waiting ESC was the key.
    std::vector<Key> flush();
    bool waits() const { return !input_.empty() && !pasting_; }

  private:
    // take_one takes one key off the input; false: it is not complete. A key of kind text with no
    // text stands for nothing.
    bool take_one(Key& key);
    bool take_sequence(Key& key);
    bool take_pasted(Key& key);

    rpc::WipedString input_;
    bool pasting_ = false;
};

}  // namespace mayfly::tui
