// GREASE: RFC 9420 section 13.5. Values that mean nothing go where a receiver must ignore what it
// does not know, so that one that does not is found. Received ones take the way of all unknown
// values; `is_grease` (mls/types.h) only keeps them out of what all members seem to support.
#pragma once

#include "mls/leaf_node.h"
#include "util/entropy.h"

namespace mayfly::mls {

// add_grease to a list of extensions (of a key package or a GroupInfo): one more, with random data.
void add_grease(Extensions& extensions, Entropy& entropy);
// add_grease to a leaf: to each list of its capabilities that may hold some, and to its extensions,
// whose type the capabilities list as well. Before it is signed.
void add_grease(LeafNode& leaf, Entropy& entropy);

}  // namespace mayfly::mls
