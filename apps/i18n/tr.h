// What people read, in their language. The English literal is the key: tr("sent") gives its
// translation, or itself where there is none.
//
// A sentence stands in one literal; what changes in it is {1} to {9}, so that a translation may
// order it as its grammar wants. What comes from outside goes in as an argument and is never read
// as a pattern. docs/using.md says how the language is chosen; CONTRIBUTING.md how to add one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

// MAYFLY_N marks a literal of a constant table for the catalogue; tr translates it where it is
// shown.
#define MAYFLY_N(literal) literal

namespace mayfly {
namespace i18n {

// Piece is a part of a pattern: plain text, or the number of an argument, from 1 on.
struct Piece {
    std::string_view text;
    size_t argument = 0;  // 0: it is text
};

// next_piece takes the first piece off a pattern that is not empty.
Piece next_piece(std::string_view& pattern);

// fill puts the arguments in their places; places without an argument stay empty.
std::string fill(std::string_view pattern, std::initializer_list<std::string> arguments);

const char* translate(const char* english);
const char* translate_plural(const char* one, const char* many, uint64_t count);

inline std::string argument(std::string_view text) { return std::string(text); }
template <class Number>
requires std::is_integral_v<Number> std::string argument(Number number) {
    return std::to_string(number);
}

}  // namespace i18n

// tr gives the text for a literal, with {1} and so on replaced by the arguments if there are any.
// What it gives without arguments lives as long as the program.
inline const char* tr(const char* english) { return i18n::translate(english); }
template <class... Args>
requires(sizeof...(Args) > 0) std::string tr(const char* english, const Args&... arguments) {
    return i18n::fill(i18n::translate(english), {i18n::argument(arguments)...});
}

// trc is tr for a word that means different things in different places: the context says which.
const char* trc(const char* context, const char* english);

// trn gives the form that the count wants; {1} is the count, the arguments are {2} and so on.
template <class... Args>
std::string trn(const char* one, const char* many, uint64_t count, const Args&... arguments) {
    return i18n::fill(i18n::translate_plural(one, many, count),
                      {std::to_string(count), i18n::argument(arguments)...});
}

}  // namespace mayfly
