// LabeledExtract and LabeledExpand of RFC 9180 section 4, shared by the KEMs and the key schedule.
#pragma once

#include <string_view>

#include "crypto/hash.h"

namespace mayfly::crypto {

Secret hpke_labeled_extract(HashId id, BytesView suite_id, BytesView salt, std::string_view label,
                            BytesView input_key);
Secret hpke_labeled_expand(HashId id, BytesView suite_id, BytesView pseudo_random_key,
                           std::string_view label, BytesView info, size_t length_bytes);

}  // namespace mayfly::crypto
