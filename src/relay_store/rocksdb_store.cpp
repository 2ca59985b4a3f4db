#include "relay_store/rocksdb_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_manager.h>
#include <rocksdb/table.h>
#include <sys/statvfs.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "relay_store/blob_files.h"
#include "relay_store/rocksdb_status.h"

namespace mayfly::relay_store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr uint8_t schema_version = 1;
// Table 0 is the store's own; the relay's begin at 1.
const std::string schema_key(1, '\0');
// A store that failed is tried again this often at most.
constexpr auto recovery_interval = std::chrono::seconds(1);
// What a batch may write for each row it erases and still count as freeing space: the counters of
// the queue that the row was in.
constexpr size_t written_per_erased_row_bytes_max = 128;
// How the disk is cut up. Flushing and compacting need room for copies: some write buffers and one
// compaction. All of it must fit the reserve, or a disk full of messages could not be emptied.
constexpr uint64_t reserve_fraction = 4;
constexpr uint64_t write_buffer_fraction = 128;
constexpr uint64_t write_buffer_size_bytes_min = uint64_t{512} << 10;
constexpr uint64_t level_base_write_buffers = 4;
constexpr uint64_t compaction_write_buffers_max = 8;
constexpr uint64_t log_write_buffers_max = 4;
constexpr double filter_bits_per_key = 10;  // 1 % false positives
constexpr int open_files_max = 512;

rocksdb::Slice slice(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
Bytes bytes_of(const rocksdb::Slice& from) {
    return to_bytes(as_bytes(std::string_view(from.data(), from.size())));
}

struct Disk {
    uint64_t total_bytes = 0;
    uint64_t free_bytes = 0;
};
Result<Disk> disk_of(const std::string& directory) {
    struct statvfs disk {};
    ENSURE(statvfs(directory.c_str(), &disk) == 0, storage_failed);
    return Disk{uint64_t{disk.f_blocks} * disk.f_frsize, uint64_t{disk.f_bavail} * disk.f_frsize};
}

rocksdb::Options database_options(const RocksDbOptions& options, const Disk& disk) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(options.block_cache_size_bytes);
    table.cache_index_and_filter_blocks = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(filter_bits_per_key));

    rocksdb::Options out;
    out.create_if_missing = true;
    out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    out.compression = rocksdb::kNoCompression;  // ciphertext does not compress
    out.bottommost_compression = rocksdb::kNoCompression;
    const uint64_t fitting =
        std::max(write_buffer_size_bytes_min, disk.total_bytes / write_buffer_fraction);
    out.write_buffer_size = std::min<uint64_t>(options.write_buffer_size_bytes, fitting);
    out.target_file_size_base = out.write_buffer_size;
    out.max_bytes_for_level_base = level_base_write_buffers * out.write_buffer_size;
    out.max_compaction_bytes = compaction_write_buffers_max * out.write_buffer_size;
    out.max_total_wal_size = log_write_buffers_max * out.write_buffer_size;
    out.max_write_buffer_number = 3;
    out.level_compaction_dynamic_level_bytes = true;
    out.max_open_files = open_files_max;
    out.max_background_jobs = 2;
    // The log is written out by sync only: a group of steps costs one write and one fsync.
    out.manual_wal_flush = true;
    // Reserving the log's full size ahead would fill a small disk before its time.
    out.allow_fallocate = false;
    // After a power failure the log may end in anything; all before that was synced is read.
    out.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    out.track_and_verify_wals_in_manifest = true;
    // No old log survives its use: it holds what may have been erased since.
    out.recycle_log_file_num = 0;
    out.WAL_ttl_seconds = 0;
    out.WAL_size_limit_MB = 0;
    out.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
    out.keep_log_file_num = 2;
    out.max_log_file_size = size_t{1} << 20;
    out.stats_dump_period_sec = 0;
    out.stats_persist_period_sec = 0;
    // Refuses compactions that would not fit, and goes on by itself when space is back.
    out.sst_file_manager.reset(rocksdb::NewSstFileManager(rocksdb::Env::Default()));
    return out;
}

// RocksDB makes a new database where CURRENT is missing. Beside the files of an old one that would
// be silent loss.
Status check_directory(const std::string& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        if (error == std::errc::no_space_on_device) return MAYFLY_ERROR(storage_full);
        return MAYFLY_ERROR(storage_failed);
    }
    if (std::filesystem::exists(directory + "/CURRENT", error)) return {};
    for (auto file = std::filesystem::directory_iterator(directory, error);
         !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
        const std::string name = file->path().filename().string();
        const bool old = name.starts_with("MANIFEST-") || name.ends_with(".sst");
        ENSURE(!old, store_corrupt);
    }
    ENSURE(!error, storage_failed);
    return {};
}

Result<std::unique_ptr<rocksdb::DB>> open_database(const std::string& directory,
                                                   const RocksDbOptions& options) {
    TRY(check_directory(directory));
    TRY_ASSIGN(const Disk disk, disk_of(directory));
    rocksdb::DB* raw = nullptr;
    bool locked = false;
    const Status status = guarded([&] {
        auto opened = rocksdb::DB::Open(database_options(options, disk), directory, &raw);
        locked = opened.IsIOError() && opened.ToString().find("LOCK") != std::string::npos;
        return opened;
    });
    std::unique_ptr<rocksdb::DB> database(raw);
    if (!status.ok() && locked) return MAYFLY_ERROR(store_locked);
    TRY(status);

    std::string version;
    rocksdb::Status found;
    TRY(guarded([&] {
        found = database->Get({}, schema_key, &version);
        return found.IsNotFound() ? rocksdb::Status::OK() : found;
    }));
    if (found.IsNotFound()) {
        rocksdb::WriteOptions synced;
        synced.sync = true;
        TRY(guarded([&] {
            const std::unique_ptr<rocksdb::Iterator> rows(database->NewIterator({}));
            rows->SeekToFirst();
            if (rows->Valid()) return rocksdb::Status::Corruption();
            return database->Put(synced, schema_key, std::string(1, char{schema_version}));
        }));
        return database;
    }
    ENSURE(version.size() == 1, store_corrupt);
    ENSURE(static_cast<uint8_t>(version[0]) <= schema_version, store_newer);
    return database;
}

}  // namespace

struct RocksDbStore::State {
    std::string directory;
    RocksDbOptions options;
    std::unique_ptr<rocksdb::DB> database;
    std::optional<BlobFiles> blobs;
    std::vector<relay::BlobFileId> blob_erasures;  // whose rows are not erased durably yet

    bool unsynced = false;
    std::optional<Error> failure;
    Steady::time_point tried_at;

    // The eraser: a thread that compacts when rows were erased.
    std::thread eraser;
    std::mutex mutex;
    std::condition_variable wake;
    bool stopping = false;
    bool erased_rows = false;

    void start_eraser();
    void stop_eraser();
    void run_eraser();
    void close();
    Status usable();
    Status recover();
    Status check_space(const relay::StoreBatch& batch) const;
    Status failed(Status status);
};

void RocksDbStore::State::start_eraser() {
    stopping = false;
    eraser = std::thread([this] { run_eraser(); });
}

void RocksDbStore::State::stop_eraser() {
    if (!eraser.joinable()) return;
    {
        const std::lock_guard lock(mutex);
        stopping = true;
    }
    wake.notify_all();
    database->DisableManualCompaction();
    eraser.join();
    database->EnableManualCompaction();
}

namespace {

// Memory goes to tables and the old log away; then every table is rewritten, so that erased rows
// meet what erased them on the last level and both are dropped.
rocksdb::Status compact_all(rocksdb::DB& database) {
    const rocksdb::Status flushed = database.Flush({});
    if (!flushed.ok()) return flushed;
    rocksdb::CompactRangeOptions compact;
    compact.exclusive_manual_compaction = false;
    compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    return database.CompactRange(compact, nullptr, nullptr);
}

}  // namespace

void RocksDbStore::State::run_eraser() {
    std::unique_lock lock(mutex);
    while (true) {
        const auto interval = std::chrono::milliseconds(options.erase_interval.ms);
        if (wake.wait_for(lock, interval, [&] { return stopping; })) return;
        if (!std::exchange(erased_rows, false)) continue;
        lock.unlock();
        const Status status = guarded([&] { return compact_all(*database); });
        lock.lock();
        if (!status.ok()) erased_rows = true;  // again after the next interval
    }
}

void RocksDbStore::State::close() {
    if (!database) return;
    stop_eraser();
    (void)guarded([&] { return database->Close(); });
    database.reset();
}

Status RocksDbStore::State::failed(Status status) {
    if (!status.ok()) failure = status.error();
    return status;
}

// usable gives the failure of before until the store has recovered from it.
Status RocksDbStore::State::usable() {
    if (!failure) return {};
    const auto now = Steady::now();
    if (now - tried_at < recovery_interval) return *failure;
    tried_at = now;
    const Status status = recover();
    if (status.ok()) {
        failure.reset();
    } else {
        failure = status.error();
    }
    return status;
}

// Either way all that is visible afterwards is durable: Resume writes memory to synced tables, and
// opening does the same with what it finds in the log.
Status RocksDbStore::State::recover() {
    if (database) {
        if (guarded([&] { return database->Resume(); }).ok() &&
            guarded([&] { return database->Flush({}); }).ok()) {
            unsynced = false;
            return {};
        }
        TRY_ASSIGN(const Disk disk, disk_of(directory));
        // Opening needs space too; reads go on while there is none.
        ENSURE(disk.free_bytes > 0, storage_full);
        close();
    }
    TRY_ASSIGN(database, open_database(directory, options));
    unsynced = false;
    start_eraser();
    return {};
}

Status RocksDbStore::State::check_space(const relay::StoreBatch& batch) const {
    size_t written_bytes = 0;
    size_t erased_rows_count = 0;
    for (const relay::StoreBatch::Change& change : batch.changes) {
        if (change.value) {
            written_bytes += change.key.size() + change.value->size();
        } else {
            ++erased_rows_count;
        }
    }
    if (batch.blob_writes.empty() &&
        written_bytes <= erased_rows_count * written_per_erased_row_bytes_max) {
        return {};
    }
    TRY_ASSIGN(const Disk disk, disk_of(directory));
    uint64_t reserve = std::min(options.reserve_size_bytes, disk.total_bytes / reserve_fraction);
    if (!batch.blob_writes.empty()) reserve *= 2;
    for (const auto& write : batch.blob_writes) written_bytes += write.bytes.size();
    ENSURE(disk.free_bytes >= reserve + written_bytes, storage_full);
    return {};
}

RocksDbStore::RocksDbStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
RocksDbStore::~RocksDbStore() { state_->close(); }

Result<std::unique_ptr<RocksDbStore>> RocksDbStore::open(const std::string& directory,
                                                         RocksDbOptions options) {
    auto state = std::make_unique<State>();
    state->directory = directory;
    state->options = options;
    TRY_ASSIGN(state->database, open_database(directory, options));
    TRY_ASSIGN(state->blobs, BlobFiles::open(directory + ".blobs"));
    // What was erased just before the last end may still be in the files.
    state->erased_rows = true;
    state->start_eraser();
    return std::unique_ptr<RocksDbStore>(new RocksDbStore(std::move(state)));
}

Result<std::optional<Bytes>> RocksDbStore::get(BytesView key) {
    if (!state_->database) TRY(state_->usable());
    rocksdb::PinnableSlice value;
    rocksdb::Status found;
    TRY(guarded([&] {
        found =
            state_->database->Get({}, state_->database->DefaultColumnFamily(), slice(key), &value);
        return found.IsNotFound() ? rocksdb::Status::OK() : found;
    }));
    if (found.IsNotFound()) return std::optional<Bytes>();
    return std::optional<Bytes>(bytes_of(value));
}

Result<std::vector<relay::StoreRow>> RocksDbStore::range(BytesView first, BytesView last,
                                                         size_t limit) {
    if (!state_->database) TRY(state_->usable());
    std::vector<relay::StoreRow> out;
    TRY(guarded([&] {
        const rocksdb::Slice end = slice(last);
        rocksdb::ReadOptions read;
        read.iterate_upper_bound = &end;
        const std::unique_ptr<rocksdb::Iterator> rows(state_->database->NewIterator(read));
        for (rows->Seek(slice(first)); rows->Valid() && out.size() < limit; rows->Next()) {
            out.push_back({bytes_of(rows->key()), bytes_of(rows->value())});
        }
        return rows->status();
    }));
    return out;
}

Status RocksDbStore::apply(const relay::StoreBatch& batch) {
    TRY(state_->usable());
    if (batch.empty()) return {};
    TRY(state_->check_space(batch));
    for (const auto& write : batch.blob_writes) TRY(state_->blobs->write(write));
    bool erases = false;
    TRY(state_->failed(guarded([&] {
        rocksdb::WriteBatch rows;
        for (const relay::StoreBatch::Change& change : batch.changes) {
            erases = erases || !change.value;
            const rocksdb::Status status = change.value
                                               ? rows.Put(slice(change.key), slice(*change.value))
                                               : rows.Delete(slice(change.key));
            if (!status.ok()) return status;
        }
        return state_->database->Write({}, &rows);
    })));
    state_->unsynced = true;
    for (const relay::BlobFileId& file : batch.blob_erasures) {
        state_->blob_erasures.push_back(file);
    }
    if (erases) {
        const std::lock_guard lock(state_->mutex);
        state_->erased_rows = true;
    }
    return {};
}

Status RocksDbStore::sync() {
    TRY(state_->usable());
    if (!state_->unsynced) return {};
    TRY(state_->failed(guarded([&] { return state_->database->FlushWAL(true); })));
    state_->unsynced = false;
    for (const relay::BlobFileId& file : std::exchange(state_->blob_erasures, {})) {
        state_->blobs->erase(file);
    }
    return {};
}

Result<Bytes> RocksDbStore::read_blob(const relay::BlobFileId& file, uint64_t offset,
                                      size_t size_bytes) {
    return state_->blobs->read(file, offset, size_bytes);
}

Result<std::vector<relay::BlobFileId>> RocksDbStore::blob_files(uint8_t shard) {
    return state_->blobs->list(shard);
}

Status RocksDbStore::erase_now() {
    TRY(state_->usable());
    return guarded([&] { return compact_all(*state_->database); });
}

}  // namespace mayfly::relay_store
