#include "relay_store/rocksdb_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace mayfly::relay_store {
namespace {

namespace fs = std::filesystem;

class Directory {
  public:
    Directory() {
        std::string pattern = (fs::temp_directory_path() / "mayfly-store-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~Directory() { fs::remove_all(path_); }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

std::unique_ptr<RocksDbStore> open_store(const std::string& directory,
                                         RocksDbOptions options = {}) {
    auto store = RocksDbStore::open(directory, options);
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : error_name(store.code()));
    return store.ok() ? std::move(store).value() : nullptr;
}

Bytes key(std::string_view text) { return to_bytes(as_bytes("\x01" + std::string(text))); }

Status put(RocksDbStore& store, std::string_view name, Bytes value) {
    relay::StoreBatch batch;
    batch.put(key(name), std::move(value));
    TRY(store.apply(batch));
    return store.sync();
}

// The files of the store that hold these bytes.
std::vector<std::string> files_with(const std::string& directory, std::string_view needle) {
    std::vector<std::string> out;
    for (const auto& file : fs::recursive_directory_iterator(directory)) {
        if (!file.is_regular_file()) continue;
        std::ifstream in(file.path(), std::ios::binary);
        const std::string content((std::istreambuf_iterator<char>(in)), {});
        if (content.find(needle) != std::string::npos) out.push_back(file.path().filename());
    }
    return out;
}

std::string error_of_opening(const std::string& directory) {
    const auto store = RocksDbStore::open(directory);
    return store.ok() ? "ok" : error_name(store.code());
}

TEST(rocksdb_store, rows_are_read_back_in_order_and_within_bounds) {
    const Directory directory;
    const auto store = open_store(directory.path());
    relay::StoreBatch batch;
    for (const char* name : {"c", "a", "d", "b"}) batch.put(key(name), to_bytes(as_bytes(name)));
    ASSERT_TRUE(store->apply(batch).ok());
    EXPECT_EQ(**store->get(key("b")), to_bytes(as_bytes("b")));
    EXPECT_FALSE(store->get(key("x"))->has_value());
    const auto rows = store->range(key("b"), key("d"), 10);
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].key, key("b"));
    EXPECT_EQ((*rows)[1].key, key("c"));
    EXPECT_EQ(store->range(key("a"), key("z"), 3)->size(), 3U);
}

TEST(rocksdb_store, a_batch_puts_and_erases_at_once) {
    const Directory directory;
    const auto store = open_store(directory.path());
    ASSERT_TRUE(put(*store, "a", {1}).ok());
    relay::StoreBatch batch;
    batch.erase(key("a"));
    batch.put(key("b"), {2});
    ASSERT_TRUE(store->apply(batch).ok());
    EXPECT_FALSE(store->get(key("a"))->has_value());
    EXPECT_TRUE(store->get(key("b"))->has_value());
}

TEST(rocksdb_store, synced_rows_are_there_after_reopening) {
    const Directory directory;
    ASSERT_TRUE(put(*open_store(directory.path()), "a", {1, 2}).ok());
    EXPECT_EQ(**open_store(directory.path())->get(key("a")), (Bytes{1, 2}));
}

TEST(rocksdb_store, a_killed_process_loses_nothing_that_was_synced) {
    const Directory directory;
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        auto store = RocksDbStore::open(directory.path());
        for (uint32_t i = 0; store.ok(); ++i) {
            if (!put(**store, std::to_string(i), Bytes(1000, 7)).ok()) break;
            if (write(pipe_ends[1], &i, sizeof i) != sizeof i) break;
        }
        _exit(1);
    }
    close(pipe_ends[1]);
    uint32_t last = 0;
    while (last < 200 && read(pipe_ends[0], &last, sizeof last) == sizeof last) {
    }
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &last, sizeof last) == sizeof last) {
    }
    close(pipe_ends[0]);
    waitpid(child, nullptr, 0);
    ASSERT_GE(last, 200U);
    const auto store = open_store(directory.path());
    for (uint32_t i = 0; i <= last; ++i) {
        ASSERT_TRUE(store->get(key(std::to_string(i)))->has_value()) << i << " of " << last;
    }
}

TEST(rocksdb_store, erased_bytes_leave_every_file) {
    const Directory directory;
    const auto store = open_store(directory.path());
    const std::string secret = "ciphertext that must not stay on this disk";
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(put(*store, "keep" + std::to_string(i), Bytes(500, 1)).ok());
    }
    ASSERT_TRUE(put(*store, "gone", to_bytes(as_bytes(secret))).ok());
    EXPECT_FALSE(files_with(directory.path(), secret).empty());
    ASSERT_TRUE(store->erase_now().ok());  // it lies in a table of the last level now
    EXPECT_FALSE(files_with(directory.path(), secret).empty());
    relay::StoreBatch batch;
    batch.erase(key("gone"));
    ASSERT_TRUE(store->apply(batch).ok());
    ASSERT_TRUE(store->sync().ok());
    ASSERT_TRUE(store->erase_now().ok());
    EXPECT_TRUE(files_with(directory.path(), secret).empty());
    EXPECT_TRUE(store->get(key("keep99"))->has_value());
}

TEST(rocksdb_store, erased_bytes_leave_by_themselves_after_the_interval) {
    const Directory directory;
    RocksDbOptions options;
    options.erase_interval = Duration::milliseconds(50);
    const auto store = open_store(directory.path(), options);
    const std::string secret = "ciphertext that must not stay on this disk";
    ASSERT_TRUE(put(*store, "gone", to_bytes(as_bytes(secret))).ok());
    relay::StoreBatch batch;
    batch.erase(key("gone"));
    ASSERT_TRUE(store->apply(batch).ok());
    ASSERT_TRUE(store->sync().ok());
    for (int i = 0; i < 200 && !files_with(directory.path(), secret).empty(); ++i) usleep(50'000);
    EXPECT_TRUE(files_with(directory.path(), secret).empty());
}

TEST(rocksdb_store, a_second_process_is_kept_out) {
    const Directory directory;
    const auto store = open_store(directory.path());
    EXPECT_EQ(error_of_opening(directory.path()), "store_locked");
}

TEST(rocksdb_store, damage_is_told_and_not_overwritten) {
    const auto damaged = [](auto damage) {
        const Directory directory;
        {
            const auto store = open_store(directory.path());
            EXPECT_TRUE(put(*store, "a", Bytes(10'000, 1)).ok());
            EXPECT_TRUE(store->erase_now().ok());
        }
        for (const auto& file : fs::directory_iterator(directory.path())) damage(file.path());
        return error_of_opening(directory.path());
    };
    EXPECT_EQ(damaged([](const fs::path&) {}), "ok");
    EXPECT_EQ(damaged([](const fs::path& file) {
                  if (file.extension() == ".sst") fs::resize_file(file, 100);
              }),
              "store_corrupt");
    EXPECT_EQ(damaged([](const fs::path& file) {
                  if (file.extension() == ".sst") fs::remove(file);
              }),
              "store_corrupt");
    EXPECT_EQ(damaged([](const fs::path& file) {
                  if (file.filename() == "CURRENT") fs::remove(file);
              }),
              "store_corrupt");
    EXPECT_EQ(damaged([](const fs::path& file) {
                  if (file.filename() == "CURRENT") fs::resize_file(file, 3);
              }),
              "store_corrupt");
    EXPECT_EQ(damaged([](const fs::path& file) {
                  if (file.filename().string().starts_with("MANIFEST")) fs::resize_file(file, 0);
              }),
              "store_corrupt");
}

TEST(rocksdb_store, a_store_of_a_newer_relay_is_refused) {
    const Directory directory;
    {
        const auto store = open_store(directory.path());
        relay::StoreBatch batch;
        batch.put({0}, {2});
        ASSERT_TRUE(store->apply(batch).ok());
        ASSERT_TRUE(store->sync().ok());
    }
    EXPECT_EQ(error_of_opening(directory.path()), "store_newer");
}

TEST(rocksdb_store, a_directory_that_cannot_be_made_is_a_storage_failure) {
    EXPECT_EQ(error_of_opening("/proc/mayfly"), "storage_failed");
}

// SmallDisk is a file system of its own, where the tests may mount one.
class SmallDisk {
  public:
    explicit SmallDisk(const char* options)
        : mounted_(mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, options) == 0) {}
    ~SmallDisk() {
        if (mounted_) umount(directory_.path().c_str());
    }
    bool mounted() const { return mounted_; }
    const std::string& path() const { return directory_.path(); }

  private:
    Directory directory_;
    bool mounted_;
};

TEST(rocksdb_store, on_a_full_disk_only_batches_that_free_space_are_taken) {
    const SmallDisk disk("size=40m");
    if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
    const auto store = open_store(disk.path());
    ASSERT_TRUE(put(*store, "first", Bytes(1000, 1)).ok());
    Status status;
    int count = 0;
    for (; status.ok() && count < 1000; ++count) {
        status = put(*store, std::to_string(count), Bytes(100'000, 1));
    }
    ASSERT_LT(count, 1000);
    EXPECT_GT(count, 100);
    EXPECT_EQ(status.code(), ErrorCode::storage_full);
    EXPECT_TRUE(store->get(key("first"))->has_value());

    relay::StoreBatch acknowledgement;
    acknowledgement.erase(key("first"));
    acknowledgement.put(key("counter"), {1});
    EXPECT_TRUE(store->apply(acknowledgement).ok());
    for (int i = 0; i + 1 < count; ++i) {
        relay::StoreBatch batch;
        batch.erase(key(std::to_string(i)));
        ASSERT_TRUE(store->apply(batch).ok()) << i;
    }
    EXPECT_TRUE(store->sync().ok());
    EXPECT_TRUE(store->erase_now().ok());
    EXPECT_TRUE(put(*store, "again", Bytes(100'000, 1)).ok());
}

// fill writes a file that takes all there is.
std::string fill(const std::string& directory) {
    std::string filler = directory + "/filler";
    std::ofstream out(filler, std::ios::binary);
    const std::string block(64 << 10, 'x');
    while (out.write(block.data(), std::streamsize(block.size())).flush()) {
    }
    return filler;
}

TEST(rocksdb_store, a_full_disk_does_not_keep_the_store_from_closing) {
    const SmallDisk disk("size=40m");
    if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
    RocksDbOptions options;
    options.erase_interval = Duration::milliseconds(100);
    auto store = open_store(disk.path(), options);
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(put(*store, std::to_string(i), Bytes(100'000, 1)).ok());
    }
    fill(disk.path());
    relay::StoreBatch batch;
    batch.erase(key("1"));
    (void)store->apply(batch);
    (void)store->sync();
    usleep(500'000);  // the eraser meets the full disk
    store.reset();
}

TEST(rocksdb_store, a_store_that_ran_into_the_end_of_the_disk_goes_on_when_there_is_space) {
    const SmallDisk disk("size=40m");
    if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
    RocksDbOptions options;
    options.reserve_size_bytes = 0;
    const auto store = open_store(disk.path(), options);
    ASSERT_TRUE(put(*store, "first", Bytes(1000, 1)).ok());
    const std::string filler = fill(disk.path());
    // Memory takes what the disk then refuses.
    relay::StoreBatch batch;
    for (int i = 0; i < 20; ++i) batch.erase(key(std::string(60'000, 'k') + std::to_string(i)));
    Status status = store->apply(batch);
    if (status.ok()) status = store->sync();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.code(), ErrorCode::storage_full);
    EXPECT_TRUE(store->get(key("first"))->has_value());
    EXPECT_FALSE(store->sync().ok()) << "what is not durable must not be released";

    fs::remove(filler);
    for (int i = 0; i < 50 && !status.ok(); ++i) {
        usleep(100'000);
        status = put(*store, "second", {2});
    }
    EXPECT_TRUE(status.ok());
    EXPECT_TRUE(store->get(key("first"))->has_value());
}

}  // namespace
}  // namespace mayfly::relay_store
