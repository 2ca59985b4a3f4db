#include "relay/context.h"

namespace mayfly::relay {
namespace {

constexpr size_t expiry_prefix_size_bytes = 1 + 8;  // table, time

// The queue's counters change with the entry. A queue that is gone took its entries along.
Status erase_expired_entry(Transaction& transaction, const Bytes& key) {
    const auto loaded = transaction.load<EntryRow>(key);
    if (!loaded.ok() && loaded.code() == ErrorCode::store_corrupt) {
        transaction.erase(key);  // one damaged row must not stop all expiry
        return {};
    }
    TRY(loaded);
    const auto& entry = *loaded;
    if (!entry) return {};
    const BytesView queue_id = BytesView(key).subspan(1, wire::QueueId::size_bytes);
    Bytes queue_key = table_key(Table::queue);
    append(queue_key, queue_id);
    TRY_ASSIGN(auto queue, transaction.load<QueueRow>(queue_key));
    TRY(erase_entry(transaction, key, *entry));
    if (!queue) return {};
    subtract_entry(*queue, *entry);
    transaction.save(std::move(queue_key), *queue);
    return {};
}

Status erase_expired_blob(Transaction& transaction, const Bytes& key) {
    const auto row = transaction.load<AttachmentRow>(key);
    if (!row.ok() && row.code() == ErrorCode::store_corrupt) {
        transaction.erase(key);
        return {};
    }
    TRY(row);
    return *row ? erase_blob(transaction, key, **row) : Status();
}

Status erase_expired(Transaction& transaction, const Bytes& index_key) {
    Bytes key(index_key.begin() + expiry_prefix_size_bytes, index_key.end());
    ENSURE(!key.empty(), store_corrupt);
    if (key.front() == static_cast<uint8_t>(Table::entry)) {
        TRY(erase_expired_entry(transaction, key));
    } else if (key.front() == static_cast<uint8_t>(Table::blob)) {
        TRY(erase_expired_blob(transaction, key));
    } else {
        transaction.erase(std::move(key));
    }
    transaction.erase(index_key);
    return {};
}

}  // namespace

Result<Swept> sweep(Transaction& transaction, uint64_t first_expiry_ms, Time now) {
    const auto now_ms = static_cast<uint64_t>(std::max<int64_t>(now.ms, 0));
    const Bytes first = table_key(Table::expiry, std::min(first_expiry_ms, now_ms));
    const Bytes last = key_after(table_key(Table::expiry));
    TRY_ASSIGN(const auto rows, transaction.range(first, last, sweep_rows_max));
    Swept out;
    for (const StoreRow& row : rows) {
        codec::Reader reader(BytesView(row.key).subspan(1));
        const uint64_t expires_at_ms = reader.u64();
        ENSURE(reader.ok(), store_corrupt);
        if (expires_at_ms > now_ms) {
            out.first_expiry_ms = expires_at_ms;
            return out;
        }
        TRY(erase_expired(transaction, row.key));
        out.first_expiry_ms = expires_at_ms;
    }
    out.more = rows.size() == sweep_rows_max;
    if (!out.more) out.first_expiry_ms = UINT64_MAX;
    return out;
}

}  // namespace mayfly::relay
