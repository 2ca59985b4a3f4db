#include "mls/key_index.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "codec/codec.h"

namespace mayfly::mls {
namespace {

Bytes key(uint32_t n) { return codec::encode(n); }

TEST(KeyIndex, agrees_with_a_multiset_over_random_changes) {
    std::mt19937 random(4);
    KeyIndex index;
    std::multiset<uint32_t> model;
    for (int step = 0; step < 20000; ++step) {
        const auto n = static_cast<uint32_t>(random() % 1000);
        if (random() % 2 == 0) {
            index.insert(key(n));
            model.insert(n);
        } else if (const auto found = model.find(n); found != model.end()) {
            index.erase(key(n));
            model.erase(found);
        }
        EXPECT_EQ(index.may_contain(key(n)), model.count(n) > 0);
    }
    while (!model.empty()) {
        const std::set<uint32_t> distinct(model.begin(), model.end());
        EXPECT_EQ(index.may_hold_duplicates(), distinct.size() != model.size());
        index.erase(key(*model.begin()));
        model.erase(model.begin());
    }
    EXPECT_FALSE(index.may_hold_duplicates());
}

TEST(KeyIndex, change_of_a_copy_leaves_the_original) {
    KeyIndex original;
    for (uint32_t n = 0; n < 500; ++n) original.insert(key(n));
    KeyIndex copy = original;
    for (uint32_t n = 0; n < 500; n += 2) copy.erase(key(n));
    copy.insert(key(1));
    for (uint32_t n = 0; n < 500; ++n) {
        EXPECT_TRUE(original.may_contain(key(n)));
        EXPECT_EQ(copy.may_contain(key(n)), n % 2 == 1);
    }
    EXPECT_FALSE(original.may_hold_duplicates());
    EXPECT_TRUE(copy.may_hold_duplicates());
}

TEST(KeyIndex, empty_index_holds_nothing) {
    EXPECT_FALSE(KeyIndex().may_contain(key(1)));
    EXPECT_FALSE(KeyIndex().may_hold_duplicates());
}

}  // namespace
}  // namespace mayfly::mls
