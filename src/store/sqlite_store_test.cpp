#include "store/sqlite_store.h"

#include <chrono>

#include "store/test_home.h"

namespace mayfly::store {
namespace {

core::WriteBatch put(std::string_view key, std::string_view value) {
    core::WriteBatch batch;
    batch.put(key_of(key), value_of(value));
    return batch;
}

TEST(sqlite_store, rows_survive_reopening) {
    TestHome home;
    {
        auto store = home.create();
        ASSERT_TRUE(store->apply(put("a1", "one")).ok());
        ASSERT_TRUE(store->apply(put("a2", "two")).ok());
        ASSERT_TRUE(store->apply(put("a1", "one again")).ok());
        core::WriteBatch batch = put("b1", "three");
        batch.erase(key_of("a2"));
        batch.erase(key_of("never there"));
        ASSERT_TRUE(store->apply(batch).ok());
    }
    auto store = home.open();
    ASSERT_TRUE(store.ok());
    const std::map<std::string, std::string> expected{{"a1", "one again"}, {"b1", "three"}};
    EXPECT_EQ(all_rows(**store), expected);
    const auto absent = (*store)->get(as_bytes("a2"));
    ASSERT_TRUE(absent.ok());
    EXPECT_FALSE(absent.value().has_value());
}

TEST(sqlite_store, scan_gives_the_prefix_in_key_order_and_stops_when_told) {
    TestHome home;
    auto store = home.create();
    core::WriteBatch batch;
    for (const char* key : {"m\x02z", "m\x01y", "m\x01x", "n", "l\xff", "m"}) {
        batch.put(key_of(key), value_of(key));
    }
    ASSERT_TRUE(store->apply(batch).ok());
    std::vector<std::string> seen;
    const auto collect = [&](BytesView key, SecretBuffer) {
        seen.emplace_back(as_text(key));
        return seen.size() < 3;
    };
    ASSERT_TRUE(store->scan(as_bytes("m"), collect).ok());
    EXPECT_EQ(seen, (std::vector<std::string>{"m", "m\x01x", "m\x01y"}));
    EXPECT_EQ(all_rows(*store, "m\x01").size(), 2U);
    EXPECT_EQ(all_rows(*store, "zz").size(), 0U);
}

TEST(sqlite_store, last_change_of_a_key_in_a_batch_wins) {
    TestHome home;
    {
        auto store = home.create();
        core::WriteBatch batch;
        batch.put(key_of("k"), value_of("1"));
        batch.put(key_of("k"), value_of("2"));
        batch.put(key_of("gone"), value_of("1"));
        batch.erase(key_of("gone"));
        batch.put(key_of("back"), value_of("1"));
        batch.erase(key_of("back"));
        batch.put(key_of("back"), value_of("2"));
        ASSERT_TRUE(store->apply(batch).ok());
    }
    auto store = home.open();
    ASSERT_TRUE(store.ok());
    const std::map<std::string, std::string> expected{{"back", "2"}, {"k", "2"}};
    EXPECT_EQ(all_rows(**store), expected);
}

TEST(sqlite_store, sizes_from_nothing_to_a_megabyte_come_back) {
    TestHome home;
    std::map<std::string, std::string> expected;
    {
        auto store = home.create();
        for (size_t size : {0U, 1U, 900U, 1100U, 4096U, 70'000U, 1'048'576U}) {
            const std::string key = "size " + std::to_string(size);
            expected[key] = std::string(size, static_cast<char>('a' + size % 26));
            ASSERT_TRUE(store->apply(put(key, expected[key])).ok());
        }
    }
    auto store = home.open();
    ASSERT_TRUE(store.ok());
    EXPECT_EQ(all_rows(**store), expected);
}

TEST(sqlite_store, bad_batches_are_refused_whole) {
    TestHome home;
    auto store = home.create();
    core::WriteBatch batch = put("good", "1");
    batch.put({}, value_of("no key"));
    EXPECT_EQ(store->apply(batch).code(), ErrorCode::invalid_argument);
    core::WriteBatch long_key = put(std::string(key_size_bytes_max + 1, 'k'), "1");
    EXPECT_EQ(store->apply(long_key).code(), ErrorCode::invalid_argument);
    EXPECT_EQ(store->row_count(), 0U);
    EXPECT_TRUE(store->apply(put("good", "1")).ok());
}

TEST(sqlite_store, files_show_neither_keys_nor_values_and_are_private) {
    TestHome home;
    auto store = home.create();
    ASSERT_TRUE(store->apply(put("contact alice", "the text of a message")).ok());
    EXPECT_FALSE(home.contains("alice"));
    EXPECT_FALSE(home.contains("text of a"));
    for (const auto& entry : std::filesystem::directory_iterator(home.path())) {
        const auto rights = entry.status().permissions();
        EXPECT_EQ(rights & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
                  std::filesystem::perms::none)
            << entry.path();
    }
    EXPECT_FALSE(std::filesystem::exists(database_path(home.path()) + "-shm"));
}

TEST(sqlite_store, second_opening_at_once_is_refused) {
    TestHome home;
    auto store = home.create();
    ASSERT_TRUE(store->apply(put("a", "1")).ok());
    // One process may lock a file twice under POSIX rules; SQLite itself tells the two apart.
    EXPECT_EQ(home.open().code(), ErrorCode::store_locked);
    EXPECT_TRUE(store->apply(put("a", "2")).ok());
}

TEST(sqlite_store, hundred_thousand_rows_open_fast) {
    TestHome home;
    {
        auto store = home.create();
        core::WriteBatch batch;
        for (uint32_t i = 0; i < 100'000; i++) {
            batch.put(key_of("row " + std::to_string(i)), value_of(std::string(250, 'v')));
        }
        ASSERT_TRUE(store->apply(batch).ok());
    }
    const auto before = std::chrono::steady_clock::now();
    auto store = home.open();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - before;
    ASSERT_TRUE(store.ok());
    EXPECT_EQ((*store)->row_count(), 100'000U);
    std::printf("opened 100,000 rows in %.3f s\n", taken.count());
    EXPECT_LT(taken.count(), 20.0);  // a guard against quadratic work, not a measurement
}

}  // namespace
}  // namespace mayfly::store
