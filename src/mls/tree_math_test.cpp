#include "mls/tree_math.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mayfly::mls {
namespace {

constexpr LeafCount sixteen{16};

TEST(TreeMath, direct_path_and_copath_follow_parents_and_siblings) {
    EXPECT_EQ(direct_path({6}, {8}), (std::vector<NodeIndex>{{5}, {3}, {7}}));
    EXPECT_EQ(copath({6}, {8}), (std::vector<NodeIndex>{{4}, {1}, {11}}));
    EXPECT_TRUE(direct_path({0}, {1}).empty());
    EXPECT_TRUE(copath({0}, {1}).empty());
}

TEST(TreeMath, common_ancestor_is_the_first_node_on_both_ways_up) {
    for (uint32_t a = 0; a < sixteen.node_count(); ++a) {
        for (uint32_t b = 0; b < sixteen.node_count(); ++b) {
            std::optional<NodeIndex> at = NodeIndex{a};
            while (!is_in_subtree(*at, {b})) at = parent(*at, sixteen);
            EXPECT_EQ(common_ancestor({a}, {b}), *at) << a << " " << b;
        }
    }
}

TEST(TreeMath, subtree_holds_a_node_exactly_if_the_top_is_above_it) {
    for (uint32_t top = 0; top < sixteen.node_count(); ++top) {
        for (uint32_t node = 0; node < sixteen.node_count(); ++node) {
            const auto above = direct_path({node}, sixteen);
            const bool expected =
                top == node || std::find(above.begin(), above.end(), NodeIndex{top}) != above.end();
            EXPECT_EQ(is_in_subtree({top}, {node}), expected) << top << " " << node;
        }
    }
}

TEST(TreeMath, first_leaf_below_is_the_end_of_the_left_way_down) {
    for (uint32_t i = 0; i < sixteen.node_count(); ++i) {
        NodeIndex at{i};
        while (!at.is_leaf()) at = *left(at);
        EXPECT_EQ(first_leaf_below({i}), leaf_of(at)) << i;
    }
}

TEST(TreeMath, trees_have_a_power_of_two_of_leaves) {
    EXPECT_EQ(LeafCount::for_leaves(1).value, 1U);
    EXPECT_EQ(LeafCount::for_leaves(5).value, 8U);
    EXPECT_EQ(LeafCount{8}.node_count(), 15U);
    EXPECT_EQ(LeafCount{}.node_count(), 0U);
    EXPECT_FALSE(LeafCount{8}.contains(LeafIndex{8}));
    EXPECT_FALSE(LeafCount{8}.contains(NodeIndex{15}));
}

}  // namespace
}  // namespace mayfly::mls
