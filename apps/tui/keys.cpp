#include "tui/keys.h"

#include <algorithm>
#include <array>

#include "util/utf8.h"

namespace mayfly::tui {
namespace {

using Kind = Key::Kind;

// No sequence that we know is longer; what goes on is not a key.
constexpr size_t sequence_size_bytes_max = 16;
constexpr std::string_view paste_end = "\x1b[201~";

struct Sequence {
    std::string_view bytes;  // after ESC
    Kind kind;
};
constexpr std::array<Sequence, 23> sequences{{
    {"[A", Kind::up},       {"OA", Kind::up},         {"[B", Kind::down},   {"OB", Kind::down},
    {"[C", Kind::right},    {"OC", Kind::right},      {"[D", Kind::left},   {"OD", Kind::left},
    {"[H", Kind::home},     {"OH", Kind::home},       {"[1~", Kind::home},  {"[7~", Kind::home},
    {"[F", Kind::end},      {"OF", Kind::end},        {"[4~", Kind::end},   {"[8~", Kind::end},
    {"[5~", Kind::page_up}, {"[6~", Kind::page_down}, {"[3~", Kind::erase}, {"[Z", Kind::back_tab},
    {"OP", Kind::help},     {"[11~", Kind::help},     {"[[A", Kind::help},
}};

bool ends_sequence(char c) { return c >= 0x40 && c <= 0x7e; }

}  // namespace

std::vector<Key> KeyDecoder::feed(std::string_view bytes) {
    input_ += bytes;
    std::vector<Key> keys;
    Key key;
    while (!input_.empty() && (pasting_ ? take_pasted(key) : take_one(key))) {
        if (key.kind != Kind::text || !key.text.empty()) keys.push_back(std::move(key));
        key = Key();
    }
    return keys;
}

std::vector<Key> KeyDecoder::flush() {
    std::vector<Key> keys;
    if (!waits()) return keys;
    if (input_[0] == '\x1b') keys.push_back({Kind::escape, 0, {}});
    const rpc::WipedString rest = input_.substr(1);
    input_.clear();
    for (Key& key : feed(rpc::view_of(rest))) keys.push_back(std::move(key));
    return keys;
}

bool KeyDecoder::take_one(Key& key) {
    const auto first = static_cast<uint8_t>(input_[0]);
    if (first == 0x1b) return take_sequence(key);
    size_t size = 1;
    if (first == '\r' || first == '\n') {
        key.kind = Kind::enter;
    } else if (first == '\t') {
        key.kind = Kind::tab;
    } else if (first == 0x7f || first == 0x08) {
        key.kind = Kind::backspace;
    } else if (first < 0x20) {
        key.kind = Kind::control;
        key.letter = static_cast<char>(first + 0x60);
    } else {
        const BytesView bytes = as_bytes(rpc::view_of(input_));
        const CodePoint point = code_point_at(bytes, 0);
        const size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
        if (!point.valid && bytes.size() < wanted) return false;
        size = point.size_bytes;
        if (point.valid && !is_control(point.value)) key.text = input_.substr(0, size);
    }
    input_.erase(0, size);
    return true;
}

bool KeyDecoder::take_sequence(Key& key) {
    const std::string_view rest = rpc::view_of(input_).substr(1);
    if (rest.starts_with("[200~")) {
        pasting_ = true;
        input_.erase(0, 6);
        return true;
    }
    for (const Sequence& sequence : sequences) {
        if (!rest.starts_with(sequence.bytes)) continue;
        key.kind = sequence.kind;
        input_.erase(0, 1 + sequence.bytes.size());
        return true;
    }
    if (rest.empty()) return false;
    if (rest[0] != '[' && rest[0] != 'O') {
        key.kind = Kind::escape;
        input_.erase(0, 1);
        return true;
    }
    // A sequence that means nothing to us is passed over as a whole.
    const auto last = std::find_if(rest.begin() + 1, rest.end(), ends_sequence);
    const auto size = static_cast<size_t>(last - rest.begin());
    if (last == rest.end() && size < sequence_size_bytes_max) return false;
    input_.erase(0, std::min(input_.size(), size + 2));
    return true;
}

bool KeyDecoder::take_pasted(Key& key) {
    const size_t end = input_.find(paste_end);
    if (end == rpc::WipedString::npos) {
        // The end may be cut in two; of a paste without end nothing is kept.
        if (input_.size() > paste_size_bytes_max + paste_end.size()) input_.clear();
        return false;
    }
    key.text = input_.substr(0, std::min(end, paste_size_bytes_max));
    std::replace(key.text.begin(), key.text.end(), '\r', '\n');
    input_.erase(0, end + paste_end.size());
    pasting_ = false;
    return true;
}

}  // namespace mayfly::tui
