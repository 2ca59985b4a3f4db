#include "mls/key_index.h"

#include "crypto/hash.h"
#include "mls/copy_on_write.h"

namespace mayfly::mls {
namespace {

// A bucket with more entries than this is split. Small enough to copy in one go, large enough that
// pointers are a small part of the index.
constexpr size_t bucket_entries_max = 32;
constexpr uint32_t print_bits = 64;

uint64_t print_of(BytesView key) {
    const std::array<uint8_t, 32> digest = crypto::sha256(key);
    uint64_t print = 0;
    for (size_t i = 0; i < sizeof(print); ++i) print = (print << 8) | digest[i];
    return print;
}

size_t side_of(uint64_t print, uint32_t depth) {
    return static_cast<size_t>((print >> (print_bits - 1 - depth)) & 1);
}

}  // namespace

// A binary radix trie: either two children, or a bucket of fingerprints in order.
struct KeyIndex::Node {
    std::array<NodePtr, 2> children;
    std::vector<uint64_t> prints;

    bool is_bucket() const { return children[0] == nullptr; }

    void split(uint32_t depth) {
        for (NodePtr& child : children) child = std::make_shared<Node>();
        for (const uint64_t print : prints)
            children[side_of(print, depth)]->prints.push_back(print);
        prints = {};
    }
};

bool KeyIndex::insert(NodePtr& at, uint64_t print, uint32_t depth) {
    Node& node = own(at);
    if (!node.is_bucket()) return insert(node.children[side_of(print, depth)], print, depth + 1);
    const auto place = std::lower_bound(node.prints.begin(), node.prints.end(), print);
    const bool was_there = place != node.prints.end() && *place == print;
    node.prints.insert(place, print);
    if (node.prints.size() > bucket_entries_max && depth < print_bits) node.split(depth);
    return was_there;
}

bool KeyIndex::erase(NodePtr& at, uint64_t print, uint32_t depth) {
    Node& node = own(at);
    if (!node.is_bucket()) return erase(node.children[side_of(print, depth)], print, depth + 1);
    const auto place = std::lower_bound(node.prints.begin(), node.prints.end(), print);
    MAYFLY_ASSERT(place != node.prints.end() && *place == print);
    const auto next = node.prints.erase(place);
    return next != node.prints.end() && *next == print;
}

void KeyIndex::insert(BytesView key) {
    if (!top_) top_ = std::make_shared<Node>();
    if (insert(top_, print_of(key), 0)) ++duplicates_;
}

void KeyIndex::erase(BytesView key) {
    MAYFLY_ASSERT(top_ != nullptr);
    if (erase(top_, print_of(key), 0)) --duplicates_;
}

bool KeyIndex::may_contain(BytesView key) const {
    const uint64_t print = print_of(key);
    const Node* node = top_.get();
    for (uint32_t depth = 0; node != nullptr; ++depth) {
        if (node->is_bucket()) {
            return std::binary_search(node->prints.begin(), node->prints.end(), print);
        }
        node = node->children[side_of(print, depth)].get();
    }
    return false;
}

}  // namespace mayfly::mls
