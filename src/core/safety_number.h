// The safety number of two accounts: equal on both sides exactly if both see the same two account
// keys. Specification: docs/spec/trust.md section 1.
#pragma once

#include "core/messenger.h"

namespace mayfly::core {

constexpr size_t safety_number_groups = 12;
constexpr size_t safety_number_digits = 5 * safety_number_groups;

// The digits without spaces. Either order of the keys gives the same.
std::string safety_digits(const wire::PublicKey& one, const wire::PublicKey& other);
// format_safety_digits puts a space behind each group of five.
std::string format_safety_digits(std::string_view digits);
// safety_code is what a QR code holds; parse_safety gives the digits of a code, or of digits as a
// person writes them. invalid_argument when it is neither.
std::string safety_code(std::string_view digits);
Result<std::string> parse_safety(std::string_view text);

}  // namespace mayfly::core
