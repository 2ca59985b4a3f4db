#include "i18n/tr.h"

#include "i18n/language.h"

namespace mayfly {
namespace i18n {
namespace {

// Set once, before anything is said, and only read from then on.
std::optional<Catalogue>& spoken() {
    static std::optional<Catalogue> catalogue;
    return catalogue;
}

}  // namespace

void speak(std::optional<Catalogue> catalogue) { spoken() = std::move(catalogue); }

const char* translate(const char* english) {
    const char* found = spoken() ? spoken()->find(english) : nullptr;
    return found == nullptr ? english : found;
}

const char* translate_plural(const char* one, const char* many, uint64_t count) {
    const char* found = spoken() ? spoken()->find_plural(one, count) : nullptr;
    if (found != nullptr) return found;
    return count == 1 ? one : many;
}

Piece next_piece(std::string_view& pattern) {
    const auto is_place = [&](size_t at) {
        return at + 2 < pattern.size() && pattern[at] == '{' && pattern[at + 1] >= '1' &&
               pattern[at + 1] <= '9' && pattern[at + 2] == '}';
    };
    size_t size = 0;
    while (size < pattern.size() && !is_place(size)) ++size;
    Piece piece{pattern.substr(0, size), 0};
    if (size == 0) {
        piece.argument = static_cast<size_t>(pattern[1] - '0');
        size = 3;
    }
    pattern.remove_prefix(size);
    return piece;
}

std::string fill(std::string_view pattern, std::initializer_list<std::string> arguments) {
    std::string out;
    while (!pattern.empty()) {
        const Piece piece = next_piece(pattern);
        out += piece.text;
        if (piece.argument > 0 && piece.argument <= arguments.size()) {
            out += arguments.begin()[piece.argument - 1];
        }
    }
    return out;
}

}  // namespace i18n

const char* trc(const char* context, const char* english) {
    // As gettext writes a key with a context.
    const std::string key = std::string(context) + '\4' + english;
    const char* found = i18n::translate(key.c_str());
    return found == key.c_str() ? english : found;
}

}  // namespace mayfly
