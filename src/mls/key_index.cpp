#include "mls/key_index.h"

#include "crypto/hash.h"
#include "mls/copy_on_write.h"

namespace mayfly::mls {
namespace {

// A bucket with more entries than this is split. Small enough to copy in one go (1 KB), large
// enough that pointers are a small part of the index.
constexpr size_t bucket_entries_max = 128;
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

    // replace gives the bucket another content, without the room that a vector grows by.
    template <class... Range>
    void replace(Range... ranges) {
        std::vector<uint64_t> next;
        next.reserve((ranges.size() + ...));
        (next.insert(next.end(), ranges.begin(), ranges.end()), ...);
        prints = std::move(next);
    }

    void split(uint32_t depth) {
        for (NodePtr& child : children) child = std::make_shared<Node>();
        const auto middle =
            std::partition_point(prints.begin(), prints.end(),
                                 [depth](uint64_t print) { return side_of(print, depth) == 0; });
        children[0]->replace(std::span(prints.begin(), middle));
        children[1]->replace(std::span(middle, prints.end()));
        prints = {};
    }
};

bool KeyIndex::insert(NodePtr& at, uint64_t print, uint32_t depth) {
    Node& node = own(at);
    if (!node.is_bucket()) return insert(node.children[side_of(print, depth)], print, depth + 1);
    const auto place = std::lower_bound(node.prints.begin(), node.prints.end(), print);
    const bool was_there = place != node.prints.end() && *place == print;
    node.replace(std::span(node.prints.begin(), place), std::span(&print, 1),
                 std::span(place, node.prints.end()));
    if (node.prints.size() > bucket_entries_max && depth < print_bits) node.split(depth);
    return was_there;
}

bool KeyIndex::erase(NodePtr& at, uint64_t print, uint32_t depth) {
    Node& node = own(at);
    if (!node.is_bucket()) return erase(node.children[side_of(print, depth)], print, depth + 1);
    const auto place = std::lower_bound(node.prints.begin(), node.prints.end(), print);
    MAYFLY_ASSERT(place != node.prints.end() && *place == print);
    const bool is_twice = place + 1 != node.prints.end() && *(place + 1) == print;
    node.replace(std::span(node.prints.begin(), place), std::span(place + 1, node.prints.end()));
    return is_twice;
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
