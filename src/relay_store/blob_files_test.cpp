#include "relay_store/blob_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "relay_store/rocksdb_store.h"

namespace mayfly::relay_store {
namespace {

namespace fs = std::filesystem;

class blob_files : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "mayfly-blobs-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(path_); }
    static relay::BlobFileId id(uint8_t number) {
        relay::BlobFileId out;
        out.bytes.fill(number);
        return out;
    }
    size_t file_count() const {
        size_t count = 0;
        for (const auto& file : fs::recursive_directory_iterator(path_ + "/store.blobs")) {
            if (file.is_regular_file()) ++count;
        }
        return count;
    }
    std::string path_;
};

TEST_F(blob_files, what_is_written_is_read_listed_and_erased) {
    const auto files = BlobFiles::open(path_ + "/b");
    ASSERT_TRUE(files.ok());
    EXPECT_TRUE(files->list(7)->empty());
    ASSERT_TRUE(files->write({id(7), 0, {1, 2, 3}}).ok());
    ASSERT_TRUE(files->write({id(7), 3, {4, 5}}).ok());
    EXPECT_EQ(*files->read(id(7), 1, 4), (Bytes{2, 3, 4, 5}));
    EXPECT_EQ(files->read(id(7), 1, 5).code(), ErrorCode::store_corrupt);
    EXPECT_EQ(files->read(id(8), 0, 1).code(), ErrorCode::store_corrupt);
    EXPECT_EQ(*files->list(7), std::vector<relay::BlobFileId>{id(7)});
    EXPECT_TRUE(files->list(8)->empty());
    struct stat status {};
    ASSERT_EQ(stat((path_ + "/b").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
    files->erase(id(7));
    files->erase(id(7));
    EXPECT_TRUE(files->list(7)->empty());
}

TEST_F(blob_files, a_write_never_leaves_a_hole_and_may_be_repeated) {
    const auto files = BlobFiles::open(path_ + "/b");
    ASSERT_TRUE(files.ok());
    EXPECT_FALSE(files->write({id(7), 1, {1}}).ok()) << "there is no file";
    ASSERT_TRUE(files->write({id(7), 0, {1, 2, 3}}).ok());
    EXPECT_EQ(files->write({id(7), 4, {1}}).code(), ErrorCode::storage_failed);
    ASSERT_TRUE(files->write({id(7), 1, {8, 9}}).ok());
    EXPECT_EQ(*files->read(id(7), 0, 3), (Bytes{1, 8, 9}));
    ASSERT_TRUE(files->write({id(7), 0, {6}}).ok());
    EXPECT_EQ(files->read(id(7), 0, 3).code(), ErrorCode::store_corrupt) << "begun anew";
}

TEST_F(blob_files, a_file_outlives_the_process_and_goes_after_the_sync) {
    relay::StoreBatch batch;
    batch.blob_writes.push_back({id(7), 0, {1, 2, 3}});
    batch.put({1, 1}, {1});
    {
        const auto store = RocksDbStore::open(path_ + "/store");
        ASSERT_TRUE(store.ok());
        ASSERT_TRUE((*store)->apply(batch).ok());
        ASSERT_TRUE((*store)->sync().ok());
    }
    const auto store = RocksDbStore::open(path_ + "/store");
    ASSERT_TRUE(store.ok());
    EXPECT_EQ(*(*store)->read_blob(id(7), 0, 3), (Bytes{1, 2, 3}));
    EXPECT_EQ((*store)->blob_files(7)->size(), 1U);
    relay::StoreBatch erase;
    erase.blob_erasures.push_back(id(7));
    erase.erase({1, 1});
    ASSERT_TRUE((*store)->apply(erase).ok());
    EXPECT_EQ(file_count(), 1U);
    ASSERT_TRUE((*store)->sync().ok());
    EXPECT_EQ(file_count(), 0U);
}

TEST_F(blob_files, blobs_leave_room_for_messages) {
    RocksDbOptions options;
    // Half of what is free now: messages fit, blobs that leave twice as much do not.
    options.reserve_size_bytes = fs::space(path_).available / 2 + (uint64_t{1} << 30);
    if (options.reserve_size_bytes > fs::space(path_).capacity / 4) GTEST_SKIP() << "disk too full";
    const auto store = RocksDbStore::open(path_ + "/store", options);
    ASSERT_TRUE(store.ok());
    relay::StoreBatch message;
    message.put({1, 1}, {1});
    EXPECT_TRUE((*store)->apply(message).ok());
    relay::StoreBatch blob;
    blob.blob_writes.push_back({id(7), 0, {1}});
    blob.put({1, 2}, {1});
    EXPECT_EQ((*store)->apply(blob).code(), ErrorCode::storage_full);
    EXPECT_EQ(file_count(), 0U);
}

}  // namespace
}  // namespace mayfly::relay_store
