// MemoryStore: a RelayStore for unit tests and the simulator. It tells what is visible from what is
// durable, so that a crash loses what a crash would lose, and fails when it is told to.
#pragma once

#include <map>

#include "relay/relay_store.h"

namespace mayfly::relay {

class MemoryStore : public RelayStore {
  public:
    using Rows = std::map<Bytes, Bytes, KeyLess>;

    Result<std::optional<Bytes>> get(BytesView key) override;
    Result<std::vector<StoreRow>> range(BytesView first, BytesView last, size_t limit) override;
    Status apply(const StoreBatch& batch) override;
    Status sync() override;
    Result<Bytes> read_blob(const BlobFileId& file, uint64_t offset, size_t size_bytes) override;
    Result<std::vector<BlobFileId>> blob_files(uint8_t shard) override;

    // crash drops what was applied since the last good sync.
    void crash() { restore(durable_); }
    // snapshot gives what is durable; restore makes it all there is.
    const Rows& snapshot() const { return durable_; }
    void restore(Rows rows);

    // The nth call from now on (0: the next) fails once with `why`; all from then on when
    // `lasting`.
    void fail_apply(size_t nth, Error why, bool lasting = false) { apply_ = {nth, why, lasting}; }
    void fail_sync(size_t nth, Error why, bool lasting = false) { sync_ = {nth, why, lasting}; }
    void fail_read(size_t nth, Error why, bool lasting = false) { read_ = {nth, why, lasting}; }
    void heal() { apply_ = sync_ = read_ = {}; }

    const Rows& visible() const { return visible_; }
    const std::map<BlobFileId, Bytes>& blobs() const { return blobs_; }
    size_t sync_count() const { return sync_count_; }

  private:
    struct Fault {
        size_t after = 0;
        std::optional<Error> why;
        bool lasting = false;
        Status next();
    };

    Rows visible_;
    Rows durable_;
    StoreBatch unsynced_;
    std::map<BlobFileId, Bytes> blobs_;  // durable as soon as they are written
    Fault apply_;
    Fault sync_;
    Fault read_;
    size_t sync_count_ = 0;
};

}  // namespace mayfly::relay
