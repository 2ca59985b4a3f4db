// Damage to the files: found at opening, named, and nothing is changed by looking.
#include <sqlite3.h>

#include <random>

#include "store/test_home.h"

namespace mayfly::store {
namespace {

std::map<std::string, std::string> fill(TestHome& home) {
    auto store = home.create();
    for (int round = 0; round < 3; round++) {
        core::WriteBatch batch;
        batch.shred = round == 2;
        for (int i = 0; i < 40; i++) {
            const auto size = static_cast<size_t>(i * i * (round + 1) * 2);
            batch.put(key_of("row " + std::to_string(i)), SecretBuffer(size));
        }
        batch.erase(key_of("row 39"));
        EXPECT_TRUE(store->apply(batch).ok());
    }
    return all_rows(*store);
}

void change_database(const TestHome& home, const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(database_path(home.path()).c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
}

size_t random_offset(std::mt19937& random, const std::string& content, int round) {
    // The first page (header and schema) in full over time, the rest by chance.
    return round % 3 == 0 ? random() % 512 : random() % content.size();
}

void flip(std::string& content, size_t at, std::mt19937& random) {
    content[at] = static_cast<char>(content[at] ^ (1 << random() % 8));
}

TEST(damage, every_flipped_bit_is_found_after_a_clean_close) {
    TestHome home;
    fill(home);
    const std::string path = database_path(home.path());
    const std::string good = TestHome::read(path);
    const unsigned seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 600; round++) {
        const size_t at = random_offset(random, good, round);
        std::string bad = good;
        flip(bad, at, random);
        TestHome::write(path, bad);
        const auto before = home.files();
        auto store = home.open();
        ASSERT_FALSE(store.ok()) << at;
        EXPECT_EQ(store.code(), ErrorCode::store_corrupt) << at;
        EXPECT_EQ(home.files(), before) << at;
    }
    TestHome::write(path, good);
    EXPECT_TRUE(home.open().ok());
}

TEST(damage, sum_that_a_crash_left_behind_or_that_is_damaged_is_out_of_date_and_no_more) {
    TestHome home;
    const auto rows = fill(home);
    const std::string sum_path = home.path() + "/store.sum";
    const std::string old_sum = TestHome::read(sum_path);
    {
        auto store = home.open();
        ASSERT_TRUE(store.ok());
        core::WriteBatch batch;
        batch.put(key_of("new"), value_of("1"));
        ASSERT_TRUE((*store)->apply(batch).ok());
    }
    EXPECT_NE(TestHome::read(sum_path), old_sum);
    for (const std::string& sum : {old_sum, std::string(), std::string("garbage")}) {
        TestHome::write(sum_path, sum);
        auto store = home.open();
        ASSERT_TRUE(store.ok());
        EXPECT_EQ((*store)->row_count(), rows.size() + 1);
    }
}

// After a crash there is no sum: rows and tree are checked all the same.
TEST(damage, flipped_bytes_are_found_or_harmless_and_change_nothing) {
    TestHome home;
    const auto rows = fill(home);
    const std::string path = database_path(home.path());
    const std::string good = TestHome::read(path);
    const unsigned seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937 random(seed);
    int found = 0;
    for (int round = 0; round < 400; round++) {
        const size_t at = random_offset(random, good, round);
        std::string bad = good;
        flip(bad, at, random);
        TestHome::write(path, bad);
        std::filesystem::remove(home.path() + "/store.sum");
        const auto before = home.files();
        auto store = home.open();
        if (!store.ok()) {
            EXPECT_EQ(store.code(), ErrorCode::store_corrupt) << at;
            EXPECT_EQ(home.files(), before) << at;
            found++;
            continue;
        }
        EXPECT_EQ(all_rows(**store), rows) << at;
        core::WriteBatch batch;
        for (int k = 0; k < 20; k++)
            batch.put(key_of("new" + std::to_string(k)), SecretBuffer(900));
        if (!(*store)->apply(batch).ok()) continue;  // refused later, but refused
        std::move(store).value().reset();
        auto again = home.open();
        ASSERT_TRUE(again.ok()) << at;
        EXPECT_EQ((*again)->row_count(), rows.size() + 20) << at;
    }
    std::printf("%d of 400 flips stopped the opening\n", found);
    EXPECT_GT(found, 100);
}

TEST(damage, every_truncation_is_found) {
    TestHome home;
    fill(home);
    const std::string path = database_path(home.path());
    const std::string good = TestHome::read(path);
    for (size_t size = 0; size < good.size(); size += 1021) {
        TestHome::write(path, good.substr(0, size));
        const auto before = home.files();
        auto store = home.open();
        ASSERT_FALSE(store.ok()) << size;
        EXPECT_EQ(store.code(), ErrorCode::store_corrupt) << size;
        EXPECT_EQ(home.files(), before) << size;
    }
    TestHome::write(path, "this is not a database at all, whatever its name says it is");
    EXPECT_EQ(home.open().code(), ErrorCode::store_corrupt);
    std::filesystem::remove(path);
    EXPECT_EQ(home.open().code(), ErrorCode::store_corrupt);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(damage, swapped_removed_and_added_rows_are_found) {
    const char* const attacks[] = {
        "UPDATE kv SET value = (SELECT max(value) FROM kv)",
        "DELETE FROM kv WHERE key = (SELECT max(key) FROM kv)",
        "DELETE FROM kv WHERE key = (SELECT min(key) FROM kv)",
        "DELETE FROM kv",
        "INSERT INTO kv SELECT 4711, value FROM kv LIMIT 1",
        "INSERT INTO kv VALUES(4711, 'text')",
        "INSERT INTO kv VALUES(4711, NULL)",
        "INSERT INTO kv SELECT -1, value FROM kv LIMIT 1",
        "DROP TABLE kv",
        "ALTER TABLE kv RENAME TO other",
    };
    for (const char* attack : attacks) {
        TestHome home;
        fill(home);
        change_database(home, attack);
        const auto before = home.files();
        auto store = home.open();
        ASSERT_FALSE(store.ok()) << attack;
        EXPECT_EQ(store.code(), ErrorCode::store_corrupt) << attack;
        EXPECT_EQ(home.files(), before) << attack;
    }
}

TEST(damage, single_row_put_back_to_an_older_version_is_found) {
    TestHome home;
    TestHome old;
    {
        auto store = home.create();
        core::WriteBatch batch;
        batch.put(key_of("ratchet"), value_of("generation 1"));
        batch.put(key_of("other"), value_of("1"));
        ASSERT_TRUE(store->apply(batch).ok());
    }
    TestHome::write(old.path() + "/old.db", TestHome::read(database_path(home.path())));
    {
        auto store = home.open();
        ASSERT_TRUE(store.ok());
        core::WriteBatch batch;
        batch.put(key_of("ratchet"), value_of("generation 2"));
        batch.put(key_of("other"), value_of("2"));
        ASSERT_TRUE((*store)->apply(batch).ok());
    }
    const std::string attach = "ATTACH '" + old.path() +
                               "/old.db' AS old; UPDATE kv SET value = (SELECT value FROM old.kv o "
                               "WHERE o.key = kv.key) WHERE key = (SELECT max(key) FROM kv)";
    change_database(home, attach.c_str());
    EXPECT_EQ(home.open().code(), ErrorCode::store_corrupt);
}

TEST(damage, another_stores_database_is_refused) {
    TestHome home;
    TestHome other;
    fill(home);
    fill(other);
    TestHome::write(database_path(home.path()), TestHome::read(database_path(other.path())));
    EXPECT_EQ(home.open().code(), ErrorCode::store_corrupt);
}

}  // namespace
}  // namespace mayfly::store
