#include "relay/context.h"

namespace mayfly::relay {
namespace {

struct Pump {
    Transaction& transaction;
    Time now;
    ConnectionId id;
    Connection& connection;
    const wire::QueueId& queue;
    OpenQueue& open;
    std::vector<Send>& sends;

    void push(wire::ReplyBody body) {
        sends.push_back({id, wire::encode_frame(wire::RelayFrame{0, std::move(body)})});
    }
    void caught_up() {
        if (open.caught_up) return;
        open.caught_up = true;
        push(wire::QueueCaughtUp{queue});
    }
    Status entry(wire::Sequence sequence, const StoreRow& row);
};

Status Pump::entry(wire::Sequence sequence, const StoreRow& row) {
    TRY_ASSIGN(const auto entry, Transaction::decode_row<EntryRow>(row.value));
    // Hidden from the moment it expires; the sweep erases it.
    if (entry.expires_at_ms > static_cast<uint64_t>(std::max<int64_t>(now.ms, 0))) {
        TRY_ASSIGN(auto stored, transaction.load<PayloadRow>(payload_key(entry)));
        ENSURE(stored.has_value(), store_corrupt);
        push(wire::Delivery{queue, sequence, entry.address, entry.source, entry.channel,
                            entry.epoch, entry.message_id, entry.expires_at_ms,
                            std::move(stored->payload)});
        connection.extend_window(open, sequence, entry.payload_size_bytes);
    }
    return {};
}

}  // namespace

Status deliver(Transaction& transaction, Time now, ConnectionId id, Connection& connection,
               const wire::QueueId& queue, std::vector<Send>& sends) {
    const auto found = connection.queues.find(queue);
    if (found == connection.queues.end()) return {};
    Pump pump{transaction, now, id, connection, queue, found->second, sends};
    OpenQueue& open = found->second;
    const Bytes last = key_after(table_key(Table::entry, queue));
    if (open.last_sent >= open.waiting_up_to) pump.caught_up();
    open.held_back = true;
    while (!connection.window_is_full()) {
        const size_t room = window_entries_max - connection.window_entries;
        const Bytes first = entry_key(queue, {open.last_sent.value + 1});
        TRY_ASSIGN(const auto rows, transaction.range(first, last, room));
        for (const StoreRow& row : rows) {
            if (connection.window_is_full()) return {};
            codec::Reader reader(BytesView(row.key).subspan(1 + wire::QueueId::size_bytes));
            const wire::Sequence sequence{reader.u64()};
            ENSURE(reader.finish().ok(), store_corrupt);
            if (sequence > open.waiting_up_to) pump.caught_up();
            const Status status = pump.entry(sequence, row);
            // A damaged entry must not keep the ones behind it from their device.
            if (!status.ok() && status.code() != ErrorCode::store_corrupt) return status;
            open.last_sent = sequence;
            if (sequence >= open.waiting_up_to) pump.caught_up();
        }
        if (rows.size() < room) {
            pump.caught_up();
            open.held_back = false;
            return {};
        }
    }
    return {};
}

}  // namespace mayfly::relay
