#include "core/memory_store_port.h"

namespace mayfly::core {

Result<std::optional<SecretBuffer>> MemoryStorePort::get(BytesView key) {
    ENSURE(!fail_reads_, storage_failed);
    const auto found = rows_.find(to_bytes(key));
    if (found == rows_.end()) return std::optional<SecretBuffer>();
    return std::optional<SecretBuffer>(found->second.clone());
}

Status MemoryStorePort::scan(BytesView prefix, const Visitor& visit) {
    ENSURE(!fail_reads_, storage_failed);
    for (auto row = rows_.lower_bound(to_bytes(prefix)); row != rows_.end(); ++row) {
        const BytesView key = row->first;
        if (key.size() < prefix.size() || !equal(key.first(prefix.size()), prefix)) break;
        if (!visit(key, row->second.clone())) break;
    }
    return {};
}

Status MemoryStorePort::apply(const WriteBatch& batch) {
    ENSURE(fail_at_ == 0 || applied_ + 1 < fail_at_, storage_failed);
    ++applied_;
    if (batch.shred) ++shredded_;
    for (const WriteBatch::Change& change : batch.changes) {
        if (change.value) {
            rows_.insert_or_assign(change.key, change.value->clone());
        } else {
            rows_.erase(change.key);
        }
    }
    return {};
}

MemoryStorePort MemoryStorePort::snapshot() const {
    MemoryStorePort copy;
    for (const auto& [key, value] : rows_) copy.rows_.emplace(key, value.clone());
    return copy;
}

bool MemoryStorePort::contains(BytesView needle) const {
    const auto holds = [needle](BytesView hay) {
        return std::search(hay.begin(), hay.end(), needle.begin(), needle.end()) != hay.end();
    };
    return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) {
        return holds(row.first) || holds(row.second.expose());
    });
}

}  // namespace mayfly::core
