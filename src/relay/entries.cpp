#include "relay/context.h"

namespace mayfly::relay {

void Context::expire(uint64_t expires_at_ms, BytesView key) {
    transaction.save(expiry_key(expires_at_ms, key), EmptyRow{});
    first_expiry_ms = std::min(first_expiry_ms, expires_at_ms);
}

Result<uint64_t> expiry_of(const Context& context, uint64_t wanted_ms) {
    const auto ttl_max_ms = static_cast<uint64_t>(context.config.ttl_max.ms);
    const auto ttl_default_ms = static_cast<uint64_t>(wire::message_ttl_default.ms);
    const uint64_t now_ms = context.now_ms();
    if (wanted_ms == 0) return now_ms + std::min(ttl_default_ms, ttl_max_ms);
    ENSURE(wanted_ms > now_ms, expired);
    return std::min(wanted_ms, now_ms + ttl_max_ms);
}

namespace {

Bytes seen_key(BytesView scope, const wire::MessageId& id) {
    Bytes key = table_key(Table::seen);
    append(key, scope);
    append(key, id.view());
    return key;
}

}  // namespace

Result<bool> was_seen(Context& context, BytesView scope, const wire::MessageId& id) {
    TRY_ASSIGN(const auto found, context.transaction.get(seen_key(scope, id)));
    return found.has_value();
}

void mark_seen(Context& context, BytesView scope, const wire::MessageId& id,
               uint64_t expires_at_ms) {
    Bytes key = seen_key(scope, id);
    context.expire(expires_at_ms, key);
    context.transaction.save(std::move(key), EmptyRow{});
}

Result<Append> append_entry(Context& context, const wire::TokenHash& address,
                            const EntryRow& entry) {
    Transaction& transaction = context.transaction;
    TRY_ASSIGN(const auto owner, transaction.load<AddressRow>(table_key(Table::address, address)));
    if (!owner) return Append::unknown_address;
    TRY_ASSIGN(auto queue, transaction.load<QueueRow>(table_key(Table::queue, owner->queue)));
    ENSURE(queue.has_value(), store_corrupt);
    if (queue->entry_count >= queue_entries_max ||
        queue->size_bytes + entry.payload_size_bytes > queue_size_bytes_max) {
        return Append::full;
    }
    EntryRow row = entry;
    row.address = address;
    Bytes key = entry_key(owner->queue, {queue->next_sequence});
    ++queue->next_sequence;
    ++queue->entry_count;
    queue->size_bytes += entry.payload_size_bytes;
    context.expire(row.expires_at_ms, key);
    if (wakes_device(row)) {
        uint64_t& until_ms = context.arrivals[owner->queue];
        until_ms = std::max(until_ms, row.expires_at_ms);
    }
    transaction.save(std::move(key), row);
    transaction.save(table_key(Table::queue, owner->queue), *queue);
    context.touched.insert(owner->queue);
    return Append::done;
}

void store_payload(Context& context, const EntryRow& entry, const Bytes& payload,
                   size_t reference_count) {
    if (reference_count == 0) return;
    context.transaction.save(payload_key(entry), PayloadRow{payload});
    if (reference_count == 1) return;
    context.transaction.save(references_key(entry),
                             ReferencesRow{static_cast<uint32_t>(reference_count)});
}

Status erase_entry(Transaction& transaction, const Bytes& key, const EntryRow& entry) {
    transaction.erase(key);
    transaction.erase(expiry_key(entry.expires_at_ms, key));
    TRY_ASSIGN(auto references, transaction.load<ReferencesRow>(references_key(entry)));
    if (!references) {
        transaction.erase(payload_key(entry));
        return {};
    }
    if (--references->count > 1) {
        transaction.save(references_key(entry), *references);
    } else {
        transaction.erase(references_key(entry));
    }
    return {};
}

void subtract_entry(QueueRow& queue, const EntryRow& entry) {
    queue.entry_count -= std::min<uint64_t>(queue.entry_count, 1);
    queue.size_bytes -= std::min<uint64_t>(queue.size_bytes, entry.payload_size_bytes);
}

}  // namespace mayfly::relay
