// RelayStore: the one port to the relay's disk. An ordered map from bytes to bytes, and files of
// blobs beside it.
//
// Blob bytes do not pass through the map: gigabytes would be written several times over by its log
// and compactions. apply writes them to their file and makes them durable there before any row of
// the batch is applied, so no row can count bytes that a crash loses; bytes that no row counts are
// written again. sync removes files only after the erasure of their rows is durable, so no row can
// be without its file; a file without its row is found at the next start and removed.
//
// apply makes a batch visible at once and atomically, and durable only with the next sync that
// returns ok. The host releases nothing to the network before that sync, so several steps share
// one. A failed apply changes nothing. After a failed sync what was applied since the last good one
// may stay visible, so nothing more may be released until a sync returns ok; sync costs nothing
// when all is durable already, so the host calls it before each release. Errors: storage_full,
// storage_failed, store_corrupt.
#pragma once

#include <optional>
#include <vector>

#include "util/bytes.h"
#include "util/result.h"

namespace mayfly::relay {

// KeyLess is the order of keys.
struct KeyLess {
    using is_transparent = void;
    bool operator()(BytesView a, BytesView b) const {
        const size_t common = std::min(a.size(), b.size());
        const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
        return order != 0 ? order < 0 : a.size() < b.size();
    }
};

using BlobFileId = FixedBytes<struct BlobFileIdTag, 16>;
constexpr size_t blob_shards = 256;  // of files, by the first byte of their id

struct StoreBatch {
    struct BlobWrite {
        BlobFileId file;
        uint64_t offset = 0;  // 0 makes the file
        Bytes bytes;
    };
    struct Change {
        Bytes key;
        std::optional<Bytes> value;  // none: delete
    };
    std::vector<Change> changes;
    std::vector<BlobWrite> blob_writes;
    std::vector<BlobFileId> blob_erasures;

    bool empty() const { return changes.empty() && blob_writes.empty() && blob_erasures.empty(); }
    void put(Bytes key, Bytes value) { changes.push_back({std::move(key), std::move(value)}); }
    void erase(Bytes key) { changes.push_back({std::move(key), std::nullopt}); }
};

struct StoreRow {
    Bytes key;
    Bytes value;
};

class RelayStore {
  public:
    virtual ~RelayStore() = default;
    virtual Result<std::optional<Bytes>> get(BytesView key) = 0;
    // range gives up to `limit` rows with first <= key < last, in order.
    virtual Result<std::vector<StoreRow>> range(BytesView first, BytesView last, size_t limit) = 0;
    virtual Status apply(const StoreBatch& batch) = 0;
    virtual Status sync() = 0;
    // read_blob gives the bytes of a file from `offset` on, `size_bytes` of them. blob_files names
    // the files of one shard. A store need not keep blobs.
    virtual Result<Bytes> read_blob(const BlobFileId&, uint64_t, size_t) {
        return MAYFLY_ERROR(storage_failed);
    }
    virtual Result<std::vector<BlobFileId>> blob_files(uint8_t) {
        return std::vector<BlobFileId>();
    }
};

}  // namespace mayfly::relay
