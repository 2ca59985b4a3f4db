#include "relay/store_invariants.h"

#include <set>

#include "relay/rows.h"

namespace mayfly::relay {
namespace {

struct QueueTotals {
    uint64_t entry_count = 0;
    uint64_t size_bytes = 0;
    uint64_t address_count = 0;
    uint64_t key_package_count = 0;
};

struct Checker {
    explicit Checker(const MemoryStore::Rows& rows_in) : rows(rows_in) {}

    const MemoryStore::Rows& rows;
    std::string broken;
    std::map<wire::QueueId, QueueRow> queues;
    std::map<wire::QueueId, QueueTotals> totals;
    std::map<wire::ChannelId, uint32_t> fan_out_sizes;
    std::map<Bytes, uint32_t, KeyLess> references;  // by payload key
    std::set<Bytes, KeyLess> expiries;              // that must be there
    uint64_t blob_total_bytes = 0;

    void require(bool holds, const char* rule) {
        if (!holds && broken.empty()) broken = rule;
    }
    template <class Row>
    std::optional<Row> read(BytesView value) {
        auto row = Transaction::decode_row<Row>(value);
        require(row.ok(), "every row decodes");
        if (!row.ok()) return std::nullopt;
        return std::move(*row);
    }
    template <class Row>
    std::optional<Row> find(const Bytes& key) {
        const auto found = rows.find(key);
        if (found == rows.end()) return std::nullopt;
        return read<Row>(found->second);
    }
    template <class... Part>
    bool read_key(BytesView key, Part&... parts) {
        codec::Reader reader(key.subspan(1));
        reader(parts...);
        require(reader.finish().ok(), "every key decodes");
        return reader.ok();
    }

    void collect(const Bytes& key, const Bytes& value);
    void entry(const Bytes& key, const Bytes& value);
    void address(const Bytes& key, const Bytes& value);
    void queue_address(const Bytes& key);
    void record(const Bytes& key, const Bytes& value);
    void blob(const Bytes& key, const Bytes& value);
    void compare();
};

void Checker::entry(const Bytes& key, const Bytes& value) {
    wire::QueueId queue;
    wire::Sequence sequence;
    const auto row = read<EntryRow>(value);
    if (!read_key(key, queue, sequence) || !row) return;
    const auto owner = queues.find(queue);
    require(owner != queues.end(), "an entry is in a queue");
    if (owner != queues.end()) {
        require(sequence.value >= owner->second.first_sequence, "no entry is before the first");
        require(sequence.value < owner->second.next_sequence, "no entry is behind the next");
    }
    ++totals[queue].entry_count;
    totals[queue].size_bytes += row->payload_size_bytes;
    ++references[payload_key(*row)];
    expiries.insert(expiry_key(row->expires_at_ms, key));
    const auto payload = find<PayloadRow>(payload_key(*row));
    require(payload && payload->payload.size() == row->payload_size_bytes,
            "an entry has its payload");
}

void Checker::address(const Bytes& key, const Bytes& value) {
    wire::TokenHash hash;
    const auto row = read<AddressRow>(value);
    if (!read_key(key, hash) || !row) return;
    require(queues.contains(row->queue), "an address leads to a queue");
    require(rows.contains(table_key(Table::queue_address, row->queue, hash)),
            "a queue lists its addresses");
}

void Checker::queue_address(const Bytes& key) {
    wire::QueueId queue;
    wire::TokenHash hash;
    if (!read_key(key, queue, hash)) return;
    ++totals[queue].address_count;
    const auto row = find<AddressRow>(table_key(Table::address, hash));
    require(row && row->queue == queue, "a listed address leads to the queue");
}

void Checker::record(const Bytes& key, const Bytes& value) {
    wire::AccountId account;
    const auto row = read<AccountRow>(value);
    if (!read_key(key, account) || !row || row->is_deleted()) return;
    for (uint64_t number = 1; number <= row->latest; ++number) {
        require(rows.contains(table_key(Table::record, account, number)), "no record is missing");
    }
}

void Checker::blob(const Bytes& key, const Bytes& value) {
    const auto row = read<AttachmentRow>(value);
    if (!row) return;
    require(row->received_bytes <= row->size_bytes, "a blob holds no more than it declared");
    const auto file = find<BlobFileRow>(table_key(Table::blob_file, row->file));
    require(file && table_key(Table::blob, file->blob) == key, "a blob's file leads to the blob");
    expiries.insert(expiry_key(row->expires_at_ms, key));
    blob_total_bytes += row->size_bytes;
}

void Checker::collect(const Bytes& key, const Bytes& value) {
    switch (static_cast<Table>(key.front())) {
        case Table::entry: entry(key, value); break;
        case Table::address: address(key, value); break;
        case Table::queue_address: queue_address(key); break;
        case Table::account: record(key, value); break;
        case Table::blob: blob(key, value); break;
        case Table::key_package: {
            wire::QueueId queue;
            uint64_t number = 0;
            if (read_key(key, queue, number)) ++totals[queue].key_package_count;
            break;
        }
        case Table::fan_out: {
            wire::ChannelId channel;
            uint32_t leaf_index = 0;
            if (read_key(key, channel, leaf_index)) ++fan_out_sizes[channel];
            break;
        }
        case Table::push: {
            wire::QueueId queue;
            const auto row = read<PushRow>(value);
            require(read_key(key, queue) && row && queues.contains(queue),
                    "a push subscription is that of a queue");
            break;
        }
        case Table::handle: {
            const auto row = read<HandleRow>(value);
            require(row && rows.contains(table_key(Table::account, row->account)),
                    "a handle leads to an account");
            break;
        }
        default: break;
    }
}

void Checker::compare() {
    for (const auto& [id, row] : queues) {
        const QueueTotals& total = totals[id];
        require(row.entry_count == total.entry_count, "a queue counts its entries");
        require(row.size_bytes == total.size_bytes, "a queue counts its bytes");
        require(row.address_count == total.address_count, "a queue counts its addresses");
        require(row.key_package_next - row.key_package_first == total.key_package_count,
                "a queue counts its key packages");
    }
    require(totals.size() <= queues.size(), "nothing is left of a queue that is gone");
    for (const auto& [key, value] : rows) {
        switch (static_cast<Table>(key.front())) {
            case Table::payload: {
                Bytes references_at = key;
                references_at[0] = static_cast<uint8_t>(Table::payload_references);
                const auto stated = find<ReferencesRow>(references_at);
                const auto counted = references.find(key);
                require(counted != references.end(), "a payload goes with its last entry");
                if (counted == references.end()) break;
                require((stated ? stated->count : 1) == counted->second,
                        "a payload counts its entries");
                break;
            }
            case Table::payload_references: {
                Bytes payload_at = key;
                payload_at[0] = static_cast<uint8_t>(Table::payload);
                require(rows.contains(payload_at), "references go with their payload");
                break;
            }
            case Table::channel: {
                wire::ChannelId channel;
                const auto row = read<ChannelRow>(value);
                if (!read_key(key, channel) || !row) break;
                require(row->fan_out_size == fan_out_sizes[channel], "a channel counts its list");
                break;
            }
            case Table::expiry: {
                const Bytes target(key.begin() + 9, key.end());
                require(rows.contains(target), "an expiry is that of a row");
                if (target.front() == static_cast<uint8_t>(Table::entry) ||
                    target.front() == static_cast<uint8_t>(Table::blob)) {
                    require(expiries.erase(key) == 1, "an entry or blob has one expiry");
                }
                break;
            }
            case Table::blob_file: {
                const auto row = read<BlobFileRow>(value);
                require(row && rows.contains(table_key(Table::blob, row->blob)),
                        "a blob's file row goes with the blob");
                break;
            }
            default: break;
        }
    }
    const auto total = find<BlobTotalRow>(table_key(Table::blob_total));
    require((total ? total->size_bytes : 0) == blob_total_bytes, "the total is that of all blobs");
    require(expiries.empty(), "every entry and blob expires");
}

}  // namespace

std::string broken_invariant(const MemoryStore::Rows& rows) {
    Checker checker(rows);
    for (const auto& [key, value] : rows) {
        if (key.front() != static_cast<uint8_t>(Table::queue)) continue;
        wire::QueueId queue;
        const auto row = checker.read<QueueRow>(value);
        if (checker.read_key(key, queue) && row) checker.queues[queue] = *row;
    }
    for (const auto& [key, value] : rows) checker.collect(key, value);
    if (checker.broken.empty()) checker.compare();
    return checker.broken;
}

}  // namespace mayfly::relay
