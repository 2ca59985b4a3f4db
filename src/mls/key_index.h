// KeyIndex: which public keys a tree holds, so that "this key is nowhere else" (RFC 9420
// sections 7.3 and 12.4.2) costs O(log N). A copy is one pointer; changing a copy leaves the other
// as it was.
#pragma once

#include <memory>

#include "util/bytes.h"

namespace mayfly::mls {

// It keeps 64 bits of each key's SHA-256. Two different keys with equal 64 bits exist for whoever
// searches 2^32 of them: "no" is certain, "yes" must be confirmed by looking at the keys.
class KeyIndex {
  public:
    void insert(BytesView key);
    void erase(BytesView key);  // the key must have been inserted
    bool may_contain(BytesView key) const;
    bool may_hold_duplicates() const { return duplicates_ != 0; }

  private:
    struct Node;
    using NodePtr = std::shared_ptr<Node>;

    static bool insert(NodePtr& at, uint64_t print, uint32_t depth);
    static bool erase(NodePtr& at, uint64_t print, uint32_t depth);

    NodePtr top_;
    size_t duplicates_ = 0;
};

}  // namespace mayfly::mls
