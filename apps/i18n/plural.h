// PluralRule says which form a count wants, as a catalogue's header writes it:
// "nplurals=2; plural=(n != 1);" ("Additional functions for plural forms" in gettext's manual).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"

namespace mayfly::i18n {

// Arabic has six; no language of the Unicode CLDR has more.
constexpr uint64_t plural_forms_max = 6;
// The longest in gettext's manual has 120 characters.
constexpr size_t plural_expression_size_bytes_max = 512;
// Parentheses and what follows a question mark; gettext's manual needs 4.
constexpr int plural_expression_depth_max = 32;

class PluralRule {
  public:
    // Without a rule: English, and German.
    PluralRule() = default;
    // Errors: malformed_input.
    static Result<PluralRule> parse(std::string_view text);
    // form counts from 0 and is less than the number of forms.
    size_t form(uint64_t count) const;

  private:
    uint64_t forms_ = 2;
    std::string expression_ = "n!=1";
};

}  // namespace mayfly::i18n
