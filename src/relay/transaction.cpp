#include "relay/transaction.h"

namespace mayfly::relay {

Result<std::optional<Bytes>> Transaction::get(BytesView key) {
    const auto found = changes_.find(key);
    if (found != changes_.end()) return found->second;
    return store_.get(key);
}

Result<std::vector<StoreRow>> Transaction::range(BytesView first, BytesView last, size_t limit) {
    const auto begin = changes_.lower_bound(first);
    const auto end = changes_.lower_bound(last);
    const auto change_count = static_cast<size_t>(std::distance(begin, end));
    // Each change hides one stored row at most.
    TRY_ASSIGN(auto stored, store_.range(first, last, limit + change_count));
    if (change_count == 0) return stored;

    std::vector<StoreRow> out;
    const KeyLess less;
    auto change = begin;
    auto row = stored.begin();
    while (out.size() < limit && (change != end || row != stored.end())) {
        if (change == end || (row != stored.end() && less(row->key, change->first))) {
            out.push_back(std::move(*row++));
            continue;
        }
        if (row != stored.end() && equal(row->key, change->first)) ++row;
        if (change->second) out.push_back({change->first, *change->second});
        ++change;
    }
    return out;
}

StoreBatch Transaction::take() {
    StoreBatch batch;
    batch.changes.reserve(changes_.size());
    while (!changes_.empty()) {
        auto node = changes_.extract(changes_.begin());
        batch.changes.push_back({std::move(node.key()), std::move(node.mapped())});
    }
    batch.blob_writes = std::exchange(blob_writes_, {});
    batch.blob_erasures = std::exchange(blob_erasures_, {});
    return batch;
}

}  // namespace mayfly::relay
