// RocksDbStore: the relay's disk, an embedded RocksDB, and files of blobs in
// `directory`.blobs. docs/spec/relay-store.md says what it keeps
// and how soon erased bytes leave its files.
//
// One thread at a time may call it. A thread of its own erases.
#pragma once

#include <memory>
#include <string>

#include "relay/relay_store.h"
#include "util/time.h"

namespace mayfly::relay_store {

struct RocksDbOptions {
    // Index, filter and data blocks; with the write buffers it bounds the store's memory.
    size_t block_cache_size_bytes = size_t{64} << 20;
    size_t write_buffer_size_bytes = size_t{16} << 20;  // each of up to three; less on small disks
    // Erased bytes leave the files within this time and that of one compaction of the whole store.
    Duration erase_interval = Duration::hours(1);
    // Below this much free space only batches that free space are taken, so that a full disk never
    // stops acknowledgements, expiry and compaction. At most a quarter of the file system. Blobs
    // leave twice as much, so that messages still fit where files no longer do.
    uint64_t reserve_size_bytes = uint64_t{256} << 20;
};

class RocksDbStore : public relay::RelayStore {
  public:
    // open makes the directory and the store in it where there is none. Errors: store_corrupt,
    // store_newer, store_locked, storage_full, storage_failed.
    static Result<std::unique_ptr<RocksDbStore>> open(const std::string& directory,
                                                      RocksDbOptions options = {});
    ~RocksDbStore() override;

    Result<std::optional<Bytes>> get(BytesView key) override;
    Result<std::vector<relay::StoreRow>> range(BytesView first, BytesView last,
                                               size_t limit) override;
    Status apply(const relay::StoreBatch& batch) override;
    Status sync() override;
    Result<Bytes> read_blob(const relay::BlobFileId& file, uint64_t offset,
                            size_t size_bytes) override;
    Result<std::vector<relay::BlobFileId>> blob_files(uint8_t shard) override;

    // erase_now does at once what happens each erase_interval: when it returns ok, no file holds
    // what was erased before.
    Status erase_now();

  private:
    struct State;
    explicit RocksDbStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace mayfly::relay_store
