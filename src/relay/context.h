// Context: what one request may use, and the functions that carry requests out. They read and write
// through the transaction; when one gives an error, the transaction is dropped and nothing changed.
// Changes to memory therefore come last in each. The order of checks is that of docs/spec/relay.md.
#pragma once

#include <set>

#include "relay/connections.h"
#include "relay/rows.h"

namespace mayfly::relay {

struct RateBuckets {
    Buckets ip_prefixes;
    Buckets tokens;
    Buckets channels;
    Buckets blob_queues;
    Buckets blob_prefixes;
};

struct Context {
    const RelayConfig& config;
    Transaction& transaction;
    Time now;
    Entropy& entropy;
    RateBuckets& rates;
    Connections& connections;
    ConnectionId connection_id;
    Connection& connection;

    // Outcomes besides the reply.
    std::set<wire::QueueId> touched{};  // queues that may have something to deliver
    // Queues that something arrived in for which a device may be woken, and until when.
    std::map<wire::QueueId, uint64_t> arrivals{};
    std::vector<Send> notices{};  // to other connections
    uint64_t first_expiry_ms = UINT64_MAX;
    bool close = false;

    uint64_t now_ms() const { return static_cast<uint64_t>(std::max<int64_t>(now.ms, 0)); }
    // expire marks the row at `key` for the sweep at that time.
    void expire(uint64_t expires_at_ms, BytesView key);
};

using Reply = Result<wire::ReplyBody>;

Reply handle(Context& context, const wire::Hello& request);
Reply handle(Context& context, const wire::QueueOpen& request);
Reply handle(Context& context, const wire::QueueAck& request);
Reply handle(Context& context, const wire::QueueDelete& request);
Reply handle(Context& context, const wire::AddressAdd& request);
Reply handle(Context& context, const wire::AddressRemove& request);
Reply handle(Context& context, const wire::Put& request);
Reply handle(Context& context, const wire::ChannelCreate& request);
Reply handle(Context& context, const wire::ChannelCommit& request);
Reply handle(Context& context, const wire::ChannelSend& request);
Reply handle(Context& context, const wire::ChannelQuery& request);
Reply handle(Context& context, const wire::ChannelDelete& request);
Reply handle(Context& context, const wire::RecordPut& request);
Reply handle(Context& context, const wire::RecordGet& request);
Reply handle(Context& context, const wire::HandleGet& request);
Reply handle(Context& context, const wire::KeyPackagesPut& request);
Reply handle(Context& context, const wire::KeyPackageTake& request);
Reply handle(Context& context, const wire::KeyPackageQuery& request);
Reply handle(Context& context, const wire::VaultPut& request);
Reply handle(Context& context, const wire::VaultGet& request);
Reply handle(Context& context, const wire::BlobBegin& request);
Reply handle(Context& context, const wire::BlobPut& request);
Reply handle(Context& context, const wire::BlobGet& request);
Reply handle(Context& context, const wire::BlobDelete& request);
Reply handle(Context& context, const wire::RecordDelete& request);
Reply handle(Context& context, const wire::PushSet& request);
Reply handle(Context& context, const wire::PushRemove& request);
Reply handle(Context& context, const wire::PushQuery& request);

// --- shared by several requests

bool is_own_relay(const RelayConfig& config, const std::string& relay);
// opened_queue gives the row of a queue that this connection has opened. Errors: not_authenticated,
// unknown_queue.
Result<QueueRow> opened_queue(Context& context, const wire::QueueId& queue);
// expiry_of gives the time a payload dies. Errors: expired.
Result<uint64_t> expiry_of(const Context& context, uint64_t wanted_ms);

// was_seen tells whether this message id was carried out in `scope` (a token hash, a channel id);
// mark_seen remembers it.
Result<bool> was_seen(Context& context, BytesView scope, const wire::MessageId& id);
void mark_seen(Context& context, BytesView scope, const wire::MessageId& id,
               uint64_t expires_at_ms);

enum class Append : uint8_t { done, unknown_address, full };
// append_entry adds one entry behind `address`; `entry` holds all but the address. The payload is
// stored by store_payload once for all entries that refer to it.
Result<Append> append_entry(Context& context, const wire::TokenHash& address,
                            const EntryRow& entry);
void store_payload(Context& context, const EntryRow& entry, const Bytes& payload,
                   size_t reference_count);
// erase_entry erases the entry, its place in the expiry index and, with the last reference, the
// payload. The queue's counters are the caller's.
Status erase_entry(Transaction& transaction, const Bytes& key, const EntryRow& entry);
void subtract_entry(QueueRow& queue, const EntryRow& entry);

// deliver sends what the queue holds and the connection's window allows.
Status deliver(Transaction& transaction, Time now, ConnectionId id, Connection& connection,
               const wire::QueueId& queue, std::vector<Send>& sends);

// erase_blob erases a blob's rows and, once that is durable, its file.
Status erase_blob(Transaction& transaction, const Bytes& key, const AttachmentRow& row);
// sweep_blob_files removes files of blobs that have no row, from `shard` on and some at a time;
// `shard` is blob_shards when all were looked at.
Status sweep_blob_files(Transaction& transaction, size_t& shard);

// wakes_device: commits are the group's own business; a person is woken for messages and welcomes.
inline bool wakes_device(const EntryRow& entry) {
    return entry.source != wire::Source::channel_commit;
}
// forget_push drops the subscription of a queue if it still is the one with that endpoint.
Status forget_push(Transaction& transaction, const wire::QueueId& queue, std::string_view endpoint);

struct Swept {
    bool more = false;                      // rows that are due are left
    uint64_t first_expiry_ms = UINT64_MAX;  // of what is left
};
// sweep erases rows that are due, sweep_rows_max at most. No row is due before `first_expiry_ms`.
Result<Swept> sweep(Transaction& transaction, uint64_t first_expiry_ms, Time now);

}  // namespace mayfly::relay
