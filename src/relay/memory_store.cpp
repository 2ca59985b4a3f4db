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
    TRY(apply_.next());
    carry_out(visible_, batch);
    unsynced_.changes.insert(unsynced_.changes.end(), batch.changes.begin(), batch.changes.end());
    return {};
}

Status MemoryStore::sync() {
    TRY(sync_.next());
    carry_out(durable_, unsynced_);
    unsynced_.changes.clear();
    ++sync_count_;
    return {};
}

void MemoryStore::restore(Rows rows) {
    durable_ = std::move(rows);
    visible_ = durable_;
    unsynced_.changes.clear();
}

}  // namespace mayfly::relay
