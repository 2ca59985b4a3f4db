#include "core/grouped_store.h"

#include <gtest/gtest.h>

#include "core/memory_store_port.h"

namespace mayfly::core {
namespace {

WriteBatch batch_of(
    std::initializer_list<std::pair<std::string_view, std::optional<std::string_view>>> rows) {
    WriteBatch batch;
    for (const auto& [key, value] : rows) {
        if (value) {
            batch.put(to_bytes(as_bytes(key)), SecretBuffer(as_bytes(*value)));
        } else {
            batch.erase(to_bytes(as_bytes(key)));
        }
    }
    return batch;
}

std::string all_of(StorePort& store, std::string_view prefix, size_t limit = 100) {
    std::string out;
    const Status done = store.scan(as_bytes(prefix), [&](BytesView key, const SecretBuffer& value) {
        out += std::string(as_text(key)) + "=" + std::string(as_text(value.expose())) + " ";
        return --limit > 0;
    });
    EXPECT_TRUE(done.ok());
    return out;
}

std::string row_of(StorePort& store, std::string_view key) {
    const auto value = store.get(as_bytes(key));
    return *value ? std::string(as_text((*value)->expose())) : "none";
}

TEST(GroupedStore, a_group_is_seen_at_once_and_durable_as_one) {
    MemoryStorePort disk;
    GroupedStore store(disk);
    ASSERT_TRUE(store.apply(batch_of({{"a1", "x"}, {"a3", "x"}, {"a5", "x"}, {"b1", "x"}})).ok());
    const uint64_t before = disk.applied();
    store.begin_group();
    ASSERT_TRUE(store.apply(batch_of({{"a0", "y"}, {"a3", "y"}, {"a5", std::nullopt}})).ok());
    ASSERT_TRUE(store.apply(batch_of({{"a4", "z"}, {"a3", "z"}, {"a9", "z"}, {"c", "z"}})).ok());
    EXPECT_EQ(all_of(store, "a"), "a0=y a1=x a3=z a4=z a9=z ");
    EXPECT_EQ(all_of(store, "a", 3), "a0=y a1=x a3=z ");
    EXPECT_EQ(all_of(store, "c"), "c=z ");
    EXPECT_EQ(all_of(store, "d"), "");
    EXPECT_EQ(row_of(store, "a3"), "z");
    EXPECT_EQ(row_of(store, "a5"), "none");
    EXPECT_EQ(row_of(store, "b1"), "x");
    EXPECT_EQ(all_of(disk, "a"), "a1=x a3=x a5=x ");
    EXPECT_EQ(disk.applied(), before);
    ASSERT_TRUE(store.end_group().ok());
    EXPECT_EQ(disk.applied(), before + 1);
    EXPECT_EQ(all_of(disk, "a"), "a0=y a1=x a3=z a4=z a9=z ");
    EXPECT_EQ(all_of(store, ""), all_of(disk, ""));
}

TEST(GroupedStore, one_step_that_shreds_shreds_its_group) {
    MemoryStorePort disk;
    GroupedStore store(disk);
    WriteBatch burns = batch_of({{"a", std::nullopt}});
    burns.shred = true;
    store.begin_group();
    ASSERT_TRUE(store.apply(burns).ok());
    ASSERT_TRUE(store.apply(batch_of({{"b", "x"}})).ok());
    ASSERT_TRUE(store.end_group().ok());
    EXPECT_EQ(disk.shredded(), 1U);
    store.begin_group();
    ASSERT_TRUE(store.apply(batch_of({{"b", "y"}})).ok());
    ASSERT_TRUE(store.end_group().ok());
    EXPECT_EQ(disk.shredded(), 1U);
}

TEST(GroupedStore, a_disk_that_refuses_takes_nothing_of_the_group) {
    MemoryStorePort disk;
    GroupedStore store(disk);
    ASSERT_TRUE(store.apply(batch_of({{"a", "x"}})).ok());
    store.begin_group();
    ASSERT_TRUE(store.apply(batch_of({{"a", "y"}})).ok());
    ASSERT_TRUE(store.apply(batch_of({{"b", "y"}})).ok());
    disk.fail_apply(1);
    EXPECT_EQ(store.end_group().code(), ErrorCode::storage_failed);
    EXPECT_EQ(all_of(store, ""), "a=x ");
    store.begin_group();
    EXPECT_TRUE(store.end_group().ok()) << "an empty group asks nothing of the disk";
}

}  // namespace
}  // namespace mayfly::core
