// The rows of the relay's store: their keys and values. Layout: docs/spec/relay-store.md.
#pragma once

#include "relay/transaction.h"
#include "wire/protocol.h"

namespace mayfly::relay {

// The first byte of every key. The values are on disk: never renumber.
enum class Table : uint8_t {
    queue = 1,
    entry = 2,
    payload = 3,
    payload_references = 4,
    address = 5,
    queue_address = 6,
    seen = 7,
    channel = 8,
    fan_out = 9,
    account = 10,
    record = 11,
    handle = 12,
    key_package = 13,
    last_resort = 14,
    vault = 15,
    invite = 16,
    expiry = 17,
    blob = 18,
    blob_file = 19,
    blob_total = 20,
    push = 21,
};

// table_key appends the parts, big-endian, so that rows lie in the order of their parts.
template <class... Part>
Bytes table_key(Table table, const Part&... parts) {
    codec::Writer writer;
    writer(table, parts...);
    return writer.take();
}
// key_after gives the first key behind all that start with `prefix`.
Bytes key_after(Bytes prefix);

using PayloadId = FixedBytes<struct PayloadIdTag, 16>;
using InviteHash = FixedBytes<struct InviteHashTag, 32>;

// queue: queue id
struct QueueRow {
    uint64_t first_sequence = 1;  // no entry is before it: reads need not wade through erased rows
    uint64_t next_sequence = 1;
    uint64_t entry_count = 0;
    uint64_t size_bytes = 0;  // of the entries' payloads
    uint64_t address_count = 0;
    // Single-use key packages are numbered; those from first to before next are there.
    uint64_t key_package_first = 0;
    uint64_t key_package_next = 0;
    MAYFLY_FIELDS(self.first_sequence, self.next_sequence, self.entry_count, self.size_bytes,
                  self.address_count, self.key_package_first, self.key_package_next)
};
// entry: queue id, sequence
struct EntryRow {
    wire::TokenHash address;
    wire::Source source = wire::Source::direct;
    wire::ChannelId channel;
    wire::ChannelEpoch epoch;
    wire::MessageId message_id;
    uint64_t expires_at_ms = 0;
    PayloadId payload;
    uint32_t payload_size_bytes = 0;
    MAYFLY_FIELDS(self.address, self.source, self.channel, self.epoch, self.message_id,
                  self.expires_at_ms, self.payload, self.payload_size_bytes)
};
// payload: expires_at_ms, payload id. Ordered by expiry, so that what dies together lies together.
struct PayloadRow {
    Bytes payload;
    MAYFLY_FIELDS(self.payload)
};
// payload_references: as payload. Missing: one entry refers to the payload.
struct ReferencesRow {
    uint32_t count = 0;
    MAYFLY_FIELDS(self.count)
};
// address: token hash
struct AddressRow {
    wire::QueueId queue;
    MAYFLY_FIELDS(self.queue)
};
// queue_address (queue id, token hash), seen (scope, message id), invite (hash of the code), expiry
// (time, key of the row that expires)
struct EmptyRow {
    MAYFLY_FIELDS()
};
// channel: channel id
struct ChannelRow {
    wire::ChannelEpoch epoch;
    wire::TokenHash write_token_hash;
    uint32_t fan_out_size = 0;
    wire::Hash created_by;  // SHA-256 of the ChannelCreate, so that its repetition is known
    MAYFLY_FIELDS(self.epoch, self.write_token_hash, self.fan_out_size, self.created_by)
};
// fan_out: channel id, leaf index
struct FanOutRow {
    wire::TokenHash token_hash;
    MAYFLY_FIELDS(self.token_hash)
};
// account: account id
struct AccountRow {
    uint64_t latest = 0;  // number of the newest record; all from 1 on are there
    bool is_deleted() const { return latest == UINT64_MAX; }  // the tombstone: none is there
    MAYFLY_FIELDS(self.latest)
};
// record (account id, number), key_package (queue id, number), last_resort (queue id)
struct BlobRow {
    Bytes bytes;
    MAYFLY_FIELDS(self.bytes)
};
// handle: name
struct HandleRow {
    wire::AccountId account;
    MAYFLY_FIELDS(self.account)
};
// vault: vault id
struct VaultRow {
    uint64_t version = 0;
    Bytes ciphertext;
    MAYFLY_FIELDS(self.version, self.ciphertext)
};

// blob: SHA-256 of the blob's id
using BlobKey = FixedBytes<struct BlobKeyTag, 32>;
struct AttachmentRow {
    uint64_t size_bytes = 0;  // as declared
    uint64_t received_bytes = 0;
    uint64_t expires_at_ms = 0;
    BlobFileId file;
    MAYFLY_FIELDS(self.size_bytes, self.received_bytes, self.expires_at_ms, self.file)
};
// blob_file: file id. A file without this row is left over from a crash.
struct BlobFileRow {
    BlobKey blob;
    MAYFLY_FIELDS(self.blob)
};
// blob_total: the declared sizes of all blobs
struct BlobTotalRow {
    uint64_t size_bytes = 0;
    MAYFLY_FIELDS(self.size_bytes)
};

// push: queue id
struct PushRow {
    std::string endpoint;
    wire::PushKey p256dh;
    wire::PushAuth auth;
    bool operator==(const PushRow&) const = default;
    MAYFLY_FIELDS(self.endpoint, self.p256dh, self.auth)
};

Bytes entry_key(const wire::QueueId& queue, wire::Sequence sequence);
Bytes payload_key(const EntryRow& entry);
Bytes references_key(const EntryRow& entry);
// expiry_key: `key` is the row that expires.
Bytes expiry_key(uint64_t expires_at_ms, BytesView key);

}  // namespace mayfly::relay
