#include "store/block.h"

#include <random>

#include "store/test_home.h"

namespace mayfly::store {
namespace {

std::vector<RowView> rows_of(const std::vector<std::pair<std::string, std::string>>& from) {
    std::vector<RowView> rows;
    for (const auto& [key, value] : from) rows.push_back({as_bytes(key), as_bytes(value)});
    return rows;
}

TEST(block, rows_come_back_and_anything_else_is_refused) {
    const std::vector<std::pair<std::string, std::string>> content = {
        {"a", "1"}, {"b", ""}, {"c", std::string(5000, 'x')}};
    BlockSecret secret{};
    secret.fill(7);
    const SecretBuffer plain = encode_block(secret, rows_of(content));
    BlockSecret found{};
    const auto rows = decode_block(plain.expose(), found);
    ASSERT_TRUE(rows.ok());
    EXPECT_EQ(found, secret);
    ASSERT_EQ(rows->size(), 3U);
    EXPECT_EQ(as_text((*rows)[2].value), content[2].second);
    for (const size_t size : {0U, 15U, 16U, 17U, 21U, 23U, 25U}) {
        EXPECT_EQ(decode_block(plain.expose().first(size), found).code(), ErrorCode::store_corrupt)
            << size;
    }
    for (const auto& bad : {rows_of({{"b", "1"}, {"a", "1"}}), rows_of({{"a", "1"}, {"a", "1"}}),
                            rows_of({{"", "1"}})}) {
        EXPECT_EQ(decode_block(encode_block(secret, bad).expose(), found).code(),
                  ErrorCode::store_corrupt);
    }
}

TEST(block, pieces_fit_a_page_and_are_about_equal) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> values;
        for (size_t i = 0; i < 1 + random() % 60; ++i) {
            const bool large = random() % 30 == 0;
            values.emplace_back(random() % (large ? 20'000 : 300), 'v');
        }
        std::vector<RowView> rows;
        for (const std::string& value : values) rows.push_back({as_bytes("key"), as_bytes(value)});
        size_t begin = 0;
        for (const size_t end : split_rows(rows)) {
            ASSERT_GT(end, begin);
            size_t size = sizeof(BlockSecret);
            for (size_t i = begin; i < end; ++i) size += rows[i].size_bytes();
            EXPECT_TRUE(size <= block_size_bytes_max || end == begin + 1) << size;
            begin = end;
        }
        EXPECT_EQ(begin, rows.size());
    }
    EXPECT_TRUE(split_rows({}).empty());
}

// The store against a map, through blocks that split, join and empty.
TEST(block, store_holds_what_a_map_would) {
    const unsigned seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937 random(seed);
    TestHome home;
    auto store = home.create();
    std::map<std::string, std::string> model;
    for (int round = 0; round < 150; ++round) {
        core::WriteBatch batch;
        const bool shrinks = round % 50 > 30;
        for (size_t i = 0; i < 1 + random() % 60; ++i) {
            const std::string key = std::to_string(random() % 900);
            if (random() % 10 < (shrinks ? 8U : 2U)) {
                batch.erase(key_of(key));
                model.erase(key);
            } else {
                const std::string value(random() % (random() % 40 == 0 ? 9000 : 200), 'v');
                batch.put(key_of(key), value_of(value));
                model[key] = value;
            }
        }
        ASSERT_TRUE(store->apply(batch).ok());
        ASSERT_EQ(store->row_count(), model.size());
        if (round % 10 == 9) {
            store.reset();
            auto opened = home.open();
            ASSERT_TRUE(opened.ok());
            store = std::move(opened).value();
        }
        ASSERT_EQ(all_rows(*store), model) << round;
        for (int i = 0; i < 20; ++i) {
            const std::string key = std::to_string(random() % 900);
            const auto value = store->get(as_bytes(key));
            ASSERT_TRUE(value.ok());
            ASSERT_EQ(value->has_value(), model.contains(key));
        }
    }
    core::WriteBatch empty;
    for (const auto& [key, value] : model) empty.erase(key_of(key));
    ASSERT_TRUE(store->apply(empty).ok());
    EXPECT_EQ(store->row_count(), 0U);
    EXPECT_TRUE(all_rows(*store).empty());
}

}  // namespace
}  // namespace mayfly::store
