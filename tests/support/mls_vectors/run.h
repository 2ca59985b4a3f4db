// Runs files of the MLS working group's vectors: recognises the type, then every case.
#pragma once

#include "tests/support/mls_vectors/case.h"

namespace mayfly::vectors {

struct Totals {
    size_t passed = 0;
    size_t failed = 0;
    size_t skipped = 0;  // cases of a cipher suite that we do not have
    // What failed and what was skipped, a line each; the first explain_max of them.
    Failures explanations;

    bool all_passed() const { return failed == 0 && skipped == 0 && passed > 0; }
};

// How many failures of a file are explained: after these there is seldom news.
constexpr size_t explain_max = 10;

// type_of recognises a case by its fields; nothing if it is of no known type.
std::optional<std::string_view> type_of(const Json& vector);
// run_vectors runs a parsed file, a list of cases of one type. A file that is none fails as one.
Totals run_vectors(const Json& vectors);
// run_text parses first.
Totals run_text(std::string_view text);

}  // namespace mayfly::vectors
