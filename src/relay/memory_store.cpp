#include "relay/memory_store.h"

namespace mayfly::relay {
namespace {

void carry_out(MemoryStore::Rows& rows, const StoreBatch& batch) {
    for (const StoreBatch::Change& change : batch.changes) {
        if (change.value) {
            rows.insert_or_assign(change.key, *change.value);
        } else {
            rows.erase(change.key);
        }
    }
}

}  // namespace

Status MemoryStore::Fault::next() {
    if (!why) return {};
    if (after > 0) {
        --after;
        return {};
    }
    const Error error = *why;
    if (!lasting) why.reset();
    return error;
}

Result<std::optional<Bytes>> MemoryStore::get(BytesView key) {
    TRY(read_.next());
    const auto found = visible_.find(key);
    if (found == visible_.end()) return std::optional<Bytes>();
    return std::optional<Bytes>(found->second);
}

Result<std::vector<StoreRow>> MemoryStore::range(BytesView first, BytesView last, size_t limit) {
    TRY(read_.next());
    std::vector<StoreRow> out;
    const auto end = visible_.lower_bound(last);
    for (auto row = visible_.lower_bound(first); row != end && out.size() < limit; ++row) {
        out.push_back({row->first, row->second});
    }
    return out;
}

Status MemoryStore::apply(const StoreBatch& batch) {
    for (const StoreBatch::BlobWrite& write : batch.blob_writes) {
        Bytes& file = blobs_[write.file];
        ENSURE(file.size() >= write.offset, storage_failed);
        file.resize(static_cast<size_t>(write.offset));  // what no row counts is written again
        append(file, write.bytes);
    }
    TRY(apply_.next());  // as late as a real one can fail
    carry_out(visible_, batch);
    unsynced_.blob_erasures.insert(unsynced_.blob_erasures.end(), batch.blob_erasures.begin(),
                                   batch.blob_erasures.end());
    unsynced_.changes.insert(unsynced_.changes.end(), batch.changes.begin(), batch.changes.end());
    return {};
}

Status MemoryStore::sync() {
    TRY(sync_.next());
    carry_out(durable_, unsynced_);
    for (const BlobFileId& file : unsynced_.blob_erasures) blobs_.erase(file);
    unsynced_ = {};
    ++sync_count_;
    return {};
}

Result<Bytes> MemoryStore::read_blob(const BlobFileId& file, uint64_t offset, size_t size_bytes) {
    TRY(read_.next());
    const auto found = blobs_.find(file);
    ENSURE(found != blobs_.end() && offset + size_bytes <= found->second.size(), store_corrupt);
    return to_bytes(BytesView(found->second).subspan(static_cast<size_t>(offset), size_bytes));
}

Result<std::vector<BlobFileId>> MemoryStore::blob_files(uint8_t shard) {
    TRY(read_.next());
    std::vector<BlobFileId> out;
    for (const auto& [file, bytes] : blobs_) {
        if (file.bytes[0] == shard) out.push_back(file);
    }
    return out;
}

void MemoryStore::restore(Rows rows) {
    durable_ = std::move(rows);
    visible_ = durable_;
    unsynced_ = {};
}

}  // namespace mayfly::relay
