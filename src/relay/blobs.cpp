// Blobs: attachments, which clients encrypt, cut into parts and pad. A row says how much of a blob
// is there; the bytes lie in a file (relay_store.h says why, and why that is safe in a crash).
#include "crypto/hash.h"
#include "relay/context.h"

namespace mayfly::relay {
namespace {

constexpr uint64_t mib = uint64_t{1} << 20;

Bytes blob_key(const wire::BlobId& blob) {
    BlobKey key;
    key.bytes = crypto::sha256(blob.view());
    return table_key(Table::blob, key);
}

// An expired blob is hidden; the sweep erases it.
Result<AttachmentRow> living(Context& context, const Bytes& key) {
    TRY_ASSIGN(const auto row, context.transaction.load<AttachmentRow>(key));
    ENSURE(row && row->expires_at_ms > context.now_ms(), unknown_blob);
    return *row;
}

Status change_total(Transaction& transaction, uint64_t added_bytes, uint64_t removed_bytes,
                    uint64_t size_bytes_max) {
    Bytes key = table_key(Table::blob_total);
    TRY_ASSIGN(auto total, transaction.load<BlobTotalRow>(key));
    if (!total) total.emplace();
    total->size_bytes -= std::min(total->size_bytes, removed_bytes);
    ENSURE(added_bytes <= size_bytes_max && total->size_bytes <= size_bytes_max - added_bytes,
           quota_exceeded);
    total->size_bytes += added_bytes;
    transaction.save(std::move(key), *total);
    return {};
}

Status check_rates(Context& context, uint64_t size_bytes) {
    const RateLimits& rates = context.config.rates;
    Connection& connection = context.connection;
    ENSURE(connection.creations.take(rates.creations_per_connection, context.now), rate_limited);
    const auto units = static_cast<uint32_t>((size_bytes + mib - 1) / mib);
    const wire::QueueId& queue = connection.queues.begin()->first;
    ENSURE(
        context.rates.blob_queues.take(queue.view(), rates.blob_mib_per_queue, context.now, units),
        rate_limited);
    ENSURE(connection.ip_prefix.empty() ||
               context.rates.blob_prefixes.take(connection.ip_prefix, rates.blob_mib_per_ip_prefix,
                                                context.now, units),
           rate_limited);
    return {};
}

Reply state_of(const AttachmentRow& row) {
    return wire::ReplyBody(wire::BlobState{row.received_bytes, row.expires_at_ms});
}

}  // namespace

Reply handle(Context& context, const wire::BlobBegin& request) {
    Bytes key = blob_key(wire::blob_id_of(request.write_token));
    TRY_ASSIGN(const auto stored, context.transaction.load<AttachmentRow>(key));
    if (stored) {
        ENSURE(stored->expires_at_ms > context.now_ms(), expired);
        ENSURE(stored->size_bytes == request.size_bytes, already_exists);
        return state_of(*stored);
    }
    AttachmentRow row;
    row.size_bytes = request.size_bytes;
    TRY_ASSIGN(row.expires_at_ms, expiry_of(context, request.expires_at_ms));
    TRY(check_rates(context, row.size_bytes));
    TRY(change_total(context.transaction, row.size_bytes, 0,
                     context.config.blob_total_size_bytes_max));
    row.file.bytes = random_array<BlobFileId::size_bytes>(context.entropy);
    BlobFileRow file;
    file.blob = *BlobKey::from(BytesView(key).subspan(1));
    context.transaction.save(table_key(Table::blob_file, row.file), file);
    context.expire(row.expires_at_ms, key);
    context.transaction.save(std::move(key), row);
    return state_of(row);
}

Reply handle(Context& context, const wire::BlobPut& request) {
    Bytes key = blob_key(wire::blob_id_of(request.write_token));
    TRY_ASSIGN(auto row, living(context, key));
    const uint64_t size_bytes = request.bytes.size();
    ENSURE(request.offset <= row.size_bytes && size_bytes <= row.size_bytes - request.offset,
           input_too_large);
    if (request.offset != row.received_bytes) return state_of(row);
    context.transaction.write_blob(row.file, request.offset, request.bytes);
    row.received_bytes += size_bytes;
    context.transaction.save(std::move(key), row);
    return state_of(row);
}

Reply handle(Context& context, const wire::BlobGet& request) {
    TRY_ASSIGN(const auto row, living(context, blob_key(request.blob)));
    ENSURE(row.received_bytes == row.size_bytes, unknown_blob);
    ENSURE(request.offset < row.size_bytes, malformed_input);
    const auto size_bytes = static_cast<size_t>(
        std::min<uint64_t>(request.size_bytes_max, row.size_bytes - request.offset));
    wire::BlobPart part;
    part.size_bytes = row.size_bytes;
    TRY_ASSIGN(part.bytes,
               context.transaction.store().read_blob(row.file, request.offset, size_bytes));
    return wire::ReplyBody(std::move(part));
}

Reply handle(Context& context, const wire::BlobDelete& request) {
    const Bytes key = blob_key(wire::blob_id_of(request.write_token));
    TRY_ASSIGN(const auto row, context.transaction.load<AttachmentRow>(key));
    if (row) TRY(erase_blob(context.transaction, key, *row));
    return wire::ReplyBody(wire::Done{});
}

Status erase_blob(Transaction& transaction, const Bytes& key, const AttachmentRow& row) {
    TRY(change_total(transaction, 0, row.size_bytes, UINT64_MAX));
    transaction.erase(key);
    transaction.erase(expiry_key(row.expires_at_ms, key));
    transaction.erase(table_key(Table::blob_file, row.file));
    transaction.erase_blob(row.file);
    return {};
}

Status sweep_blob_files(Transaction& transaction, size_t& shard) {
    for (size_t seen = 0; shard < blob_shards && seen < sweep_rows_max; ++shard) {
        TRY_ASSIGN(const auto files, transaction.store().blob_files(static_cast<uint8_t>(shard)));
        for (const BlobFileId& file : files) {
            TRY_ASSIGN(const auto row, transaction.get(table_key(Table::blob_file, file)));
            if (!row) transaction.erase_blob(file);
        }
        seen += files.size();
    }
    return {};
}

}  // namespace mayfly::relay
