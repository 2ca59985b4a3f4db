// Case folding for search.
#pragma once

#include "util/bytes.h"
#include "util/secret.h"

namespace mayfly::core {

// fold_case makes texts that differ in case alone equal: simple folding after Unicode's
// CaseFolding.txt (status C and S) for Latin, Greek, Cyrillic, Armenian and fullwidth letters, and
// "ss" for sharp s. `text` is well-formed UTF-8.
SecretBuffer fold_case(BytesView text);

}  // namespace mayfly::core
