// Disks that fail and processes that die, at every write.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "store/shred_vfs.h"
#include "store/test_home.h"

namespace mayfly::store {
namespace {

constexpr int rows_per_batch = 12;

core::WriteBatch batch_of(int generation, bool shred) {
    core::WriteBatch batch;
    batch.shred = shred;
    for (int i = 0; i < rows_per_batch; i++) {
        const std::string text = std::to_string(generation);
        batch.put(key_of("row " + std::to_string(i)),
                  value_of(text + std::string(static_cast<size_t>(generation % 7) * 400, ' ')));
    }
    const std::string own = "only in " + std::to_string(generation);
    batch.put(key_of(own), value_of("x"));
    if (generation > 0) batch.erase(key_of("only in " + std::to_string(generation - 1)));
    return batch;
}

// generation_of checks that all rows are of one batch and gives its number.
int generation_of(SqliteStore& store) {
    const auto rows = all_rows(store, "row ");
    EXPECT_EQ(rows.size(), static_cast<size_t>(rows_per_batch));
    const int generation = std::atoi(rows.begin()->second.c_str());
    for (const auto& [key, value] : rows) EXPECT_EQ(std::atoi(value.c_str()), generation);
    EXPECT_EQ(all_rows(store, "only in ").size(), 1U);
    EXPECT_EQ(all_rows(store, "only in ").begin()->first, "only in " + std::to_string(generation));
    return generation;
}

struct FaultCase {
    bool shred;
    bool sticky;
    bool full;
};

// Fails each write, sync, truncation and deletion of one apply in turn.
void fail_every_operation(const FaultCase& wanted) {
    VfsFaults& faults = vfs_faults_for_testing();
    int64_t failures = 0;
    bool finished = false;
    for (int64_t nth = 0; !finished; nth++) {
        TestHome home;
        auto store = home.create();
        ASSERT_TRUE(store->apply(batch_of(1, false)).ok());
        faults = {nth, wanted.sticky, wanted.full, 0};
        const Status status = store->apply(batch_of(2, wanted.shred));
        finished = faults.operations_seen <= nth;
        if (!status.ok()) {
            failures++;
            // SQLite reports a failed sync or truncation as an I/O error whatever its cause.
            EXPECT_TRUE(status.code() == ErrorCode::storage_full ||
                        status.code() == ErrorCode::storage_failed);
            EXPECT_EQ(store->apply(batch_of(3, false)).code(), ErrorCode::storage_failed);
        }
        store.reset();
        faults = {};
        auto reopened = home.open();
        ASSERT_TRUE(reopened.ok()) << nth;
        const int generation = generation_of(**reopened);
        if (status.ok()) {
            EXPECT_EQ(generation, 2) << nth;
        } else if (!wanted.shred && !wanted.sticky) {
            EXPECT_EQ(generation, 1) << nth;  // reported as failed, and nothing has changed
        }
        EXPECT_EQ(home.files()["store.db-wal"].size(), 0U);
        EXPECT_TRUE((*reopened)->apply(batch_of(generation + 1, true)).ok());
    }
    EXPECT_GT(failures, 1);
}

TEST(disk_faults, each_write_failing_once) {
    fail_every_operation({false, false, false});
    fail_every_operation({true, false, false});
}
TEST(disk_faults, disk_dying_at_each_write) {
    fail_every_operation({false, true, false});
    fail_every_operation({true, true, false});
}
TEST(disk_faults, disk_full_at_each_write) {
    fail_every_operation({false, false, true});
    fail_every_operation({true, true, true});
}

TEST(disk_faults, failed_creation_says_so) {
    VfsFaults& faults = vfs_faults_for_testing();
    for (int64_t nth = 0; nth < 3; nth++) {
        TestHome home;
        auto key = create_store_key(home.path(), std::nullopt, {}, home.entropy());
        ASSERT_TRUE(key.ok());
        faults = {nth, true, true, 0};
        EXPECT_FALSE(SqliteStore::create(home.path(), *key, home.entropy()).ok());
        faults = {};
    }
}

// The child applies batches and tells the number of each once apply returned.
[[noreturn]] void write_until_killed(TestHome& home, int generation, int acknowledge) {
    auto store = home.open();
    if (!store.ok()) ::_exit(1);
    while (true) {
        generation++;
        if (!(*store)->apply(batch_of(generation, generation % 2 == 0)).ok()) ::_exit(1);
        if (::write(acknowledge, &generation, sizeof generation) < 0) ::_exit(1);
    }
}

TEST(kill, process_killed_while_applying_leaves_the_last_batch_or_the_next) {
    const unsigned seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937 random(seed);
    TestHome home;
    ASSERT_TRUE(home.create()->apply(batch_of(0, false)).ok());
    int generation = 0;
    for (int round = 0; round < 60; round++) {
        int pipe_ends[2];
        ASSERT_EQ(::pipe(pipe_ends), 0);
        const pid_t child = ::fork();
        if (child == 0) write_until_killed(home, generation, pipe_ends[1]);
        ::close(pipe_ends[1]);
        int acknowledged = generation;
        if (round % 2 == 0) {
            ASSERT_EQ(::read(pipe_ends[0], &acknowledged, sizeof acknowledged),
                      static_cast<ssize_t>(sizeof acknowledged));
        }
        ::usleep(static_cast<useconds_t>(random() % 15'000));
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
        while (::read(pipe_ends[0], &acknowledged, sizeof acknowledged) > 0) {
        }
        ::close(pipe_ends[0]);
        auto store = home.open();
        ASSERT_TRUE(store.ok()) << error_name(store.code());
        generation = generation_of(**store);
        EXPECT_GE(generation, acknowledged);
        EXPECT_LE(generation, acknowledged + 1);
    }
    std::printf("%d batches in 60 lives\n", generation);
}

}  // namespace
}  // namespace mayfly::store
