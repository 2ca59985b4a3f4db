#include "relay/limits.h"

#include <gtest/gtest.h>

#include "relay/memory_store.h"
#include "relay/rows.h"

namespace mayfly::relay {
namespace {

TEST(limits, a_bucket_gives_its_burst_at_once_and_its_rate_in_the_long_run) {
    const RateLimit limit{10, 3};
    Bucket bucket;
    Time now{1'000'000};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(limit, now));
    EXPECT_FALSE(bucket.take(limit, now));
    EXPECT_FALSE(bucket.full(limit, now));
    int taken = 0;
    for (int i = 0; i < 1'000; ++i) {
        now = now + Duration::milliseconds(10);
        if (bucket.take(limit, now)) ++taken;
    }
    EXPECT_EQ(taken, 100);
    EXPECT_TRUE(bucket.full(limit, now + Duration::seconds(1)));
}

TEST(limits, a_clock_that_is_set_back_or_far_ahead_does_no_harm) {
    const RateLimit limit{4'000'000'000, 1};
    Bucket bucket;
    EXPECT_TRUE(bucket.take(limit, Time{1'000'000}));
    EXPECT_FALSE(bucket.take(limit, Time{500}));
    EXPECT_TRUE(bucket.take(limit, Time{INT64_MAX}));
}

TEST(limits, buckets_forget_what_is_full_again) {
    const RateLimit limit{1, 1};
    Buckets buckets;
    const Bytes key = {1, 2, 3};
    EXPECT_TRUE(buckets.take(key, limit, Time{0}));
    EXPECT_FALSE(buckets.take(key, limit, Time{0}));
    for (uint32_t i = 0; i < 3 * Buckets::size_max; ++i) {
        buckets.take(codec::encode(i), limit, Time{0});
    }
    EXPECT_TRUE(buckets.take(key, limit, Time{10'000}));
}

// --- what a step sees of its own writes

Bytes row(std::initializer_list<uint8_t> bytes) { return bytes; }

TEST(transaction, reads_see_its_own_writes_in_order) {
    MemoryStore store;
    StoreBatch batch;
    for (uint8_t i = 0; i < 10; i += 2) batch.put({i}, {i});
    ASSERT_TRUE(store.apply(batch).ok());
    Transaction transaction(store);
    transaction.put({1}, {11});
    transaction.put({4}, {44});
    transaction.erase({2});
    transaction.erase({3});
    EXPECT_EQ(**transaction.get(row({4})), row({44}));
    EXPECT_FALSE(transaction.get(row({2}))->has_value());
    const auto keys = [&](uint8_t first, uint8_t last, size_t limit) {
        Bytes out;
        const auto rows = transaction.range(row({first}), row({last}), limit);
        for (const StoreRow& found : *rows) out.push_back(found.key[0]);
        return out;
    };
    EXPECT_EQ(keys(0, 255, 100), row({0, 1, 4, 6, 8}));
    EXPECT_EQ(keys(0, 255, 3), row({0, 1, 4}));
    EXPECT_EQ(keys(1, 6, 100), row({1, 4}));
    EXPECT_EQ(keys(2, 4, 100), row({}));
    ASSERT_TRUE(store.apply(transaction.take()).ok());
    EXPECT_EQ(keys(0, 255, 100), row({0, 1, 4, 6, 8}));
    EXPECT_TRUE(transaction.take().empty());
}

TEST(transaction, a_row_that_does_not_decode_is_a_corrupt_store) {
    MemoryStore store;
    StoreBatch batch;
    batch.put({1}, {row_version});
    batch.put({2}, {row_version + 1, 0, 0, 0, 0});
    batch.put({3}, {row_version, 0, 0, 0, 0, 0});
    ASSERT_TRUE(store.apply(batch).ok());
    Transaction transaction(store);
    for (uint8_t i = 1; i <= 3; ++i) {
        EXPECT_EQ(transaction.load<ReferencesRow>(row({i})).code(), ErrorCode::store_corrupt);
    }
    EXPECT_FALSE(transaction.load<ReferencesRow>(row({4}))->has_value());
}

TEST(memory_store, a_crash_loses_what_was_not_synced) {
    MemoryStore store;
    StoreBatch first;
    first.put({1}, {1});
    StoreBatch second;
    second.put({2}, {2});
    ASSERT_TRUE(store.apply(first).ok());
    ASSERT_TRUE(store.sync().ok());
    ASSERT_TRUE(store.apply(second).ok());
    EXPECT_TRUE(store.get(row({2}))->has_value());
    store.crash();
    EXPECT_TRUE(store.get(row({1}))->has_value());
    EXPECT_FALSE(store.get(row({2}))->has_value());
    ASSERT_TRUE(store.sync().ok());
    EXPECT_EQ(store.snapshot().size(), 1U);
}

TEST(memory_store, faults_come_when_they_were_asked_for) {
    MemoryStore store;
    StoreBatch batch;
    batch.put({1}, {1});
    store.fail_apply(1, MAYFLY_ERROR(storage_full));
    EXPECT_TRUE(store.apply(batch).ok());
    EXPECT_EQ(store.apply(batch).code(), ErrorCode::storage_full);
    EXPECT_TRUE(store.apply(batch).ok());
    store.fail_sync(0, MAYFLY_ERROR(storage_failed), true);
    EXPECT_FALSE(store.sync().ok());
    EXPECT_FALSE(store.sync().ok());
    store.heal();
    EXPECT_TRUE(store.sync().ok());
    store.fail_read(0, MAYFLY_ERROR(storage_failed));
    EXPECT_FALSE(store.get(row({1})).ok());
    EXPECT_TRUE(store.range(row({1}), row({2}), 1).ok());
}

TEST(rows, the_key_after_a_prefix_is_behind_all_that_start_with_it) {
    EXPECT_EQ(key_after({1, 2}), row({1, 3}));
    EXPECT_EQ(key_after({1, 0xff, 0xff}), row({2}));
    EXPECT_TRUE(KeyLess{}(entry_key({}, {255}), entry_key({}, {256})));
}

}  // namespace
}  // namespace mayfly::relay
