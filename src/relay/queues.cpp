#include "crypto/hash.h"
#include "crypto/signature.h"
#include "relay/context.h"

namespace mayfly::relay {
namespace {

Bytes queue_key(const wire::QueueId& queue) { return table_key(Table::queue, queue); }

InviteHash invite_hash(BytesView code) {
    InviteHash out;
    out.bytes = crypto::sha256(code);
    return out;
}

// register_queue lets a new queue in, or not: the host's policy.
Status register_queue(Context& context, BytesView invite) {
    switch (context.config.registration) {
        case wire::Registration::open: return {};
        case wire::Registration::closed: return MAYFLY_ERROR(registration_closed);
        case wire::Registration::invite: break;
    }
    Bytes key = table_key(Table::invite, invite_hash(invite));
    TRY_ASSIGN(const auto found, context.transaction.get(key));
    ENSURE(found.has_value(), invite_required);
    context.transaction.erase(std::move(key));
    return {};
}

// Erases entries up to `up_to` from the queue and its counters.
Status erase_entries(Context& context, const wire::QueueId& queue, wire::Sequence up_to,
                     QueueRow& row) {
    constexpr size_t rows_per_read = 256;
    const Bytes last = key_after(entry_key(queue, up_to));
    Bytes first = entry_key(queue, {row.first_sequence});
    while (true) {
        TRY_ASSIGN(const auto rows, context.transaction.range(first, last, rows_per_read));
        for (const StoreRow& found : rows) {
            const auto entry = Transaction::decode_row<EntryRow>(found.value);
            if (!entry.ok()) {  // one damaged row must not hold up the others
                context.transaction.erase(found.key);
                continue;
            }
            TRY(erase_entry(context.transaction, found.key, *entry));
            subtract_entry(row, *entry);
        }
        if (rows.size() < rows_per_read) break;
        first = key_after(rows.back().key);
    }
    if (up_to.value >= row.first_sequence) {
        row.first_sequence = std::min(up_to.value, row.next_sequence - 1) + 1;
    }
    return {};
}

// A window is its connection's: room that one queue gave up is for the others too.
void touch_held_back(Context& context, const Connection& connection) {
    for (const auto& entry : connection.queues) {
        if (entry.second.held_back) context.touched.insert(entry.first);
    }
}

Status erase_all(Transaction& transaction, const Bytes& prefix) {
    TRY_ASSIGN(const auto rows, transaction.range(prefix, key_after(prefix), SIZE_MAX / 2));
    for (const StoreRow& row : rows) transaction.erase(row.key);
    return {};
}

}  // namespace

std::string Relay::create_invite(StoreBatch& batch, Entropy& entropy) {
    std::string code = to_base32(random_array<16>(entropy));
    batch.put(table_key(Table::invite, invite_hash(as_bytes(code))), Bytes{row_version});
    return code;
}

Result<QueueRow> opened_queue(Context& context, const wire::QueueId& queue) {
    ENSURE(context.connection.queues.contains(queue), not_authenticated);
    TRY_ASSIGN(const auto row, context.transaction.load<QueueRow>(queue_key(queue)));
    ENSURE(row.has_value(), unknown_queue);
    return *row;
}

Reply handle(Context& context, const wire::QueueOpen& request) {
    const wire::QueueId queue = wire::queue_id_of(request.queue_key);
    Connection& connection = context.connection;
    ENSURE(
        connection.queues.contains(queue) || connection.queues.size() < queues_per_connection_max,
        quota_exceeded);
    const Bytes signed_bytes = wire::queue_proof_to_sign(connection.nonce, request.queue_key);
    ENSURE(crypto::verify(crypto::SignatureId::ed25519, request.queue_key.view(), signed_bytes,
                          request.proof.view())
               .ok(),
           not_authorized);
    TRY_ASSIGN(auto row, context.transaction.load<QueueRow>(queue_key(queue)));
    if (!row) {
        ENSURE(
            connection.creations.take(context.config.rates.creations_per_connection, context.now),
            rate_limited);
        TRY(register_queue(context, request.invite));
        row.emplace();
        context.transaction.save(queue_key(queue), *row);
    }
    const auto before = context.connections.open(
        context.connection_id, queue, {row->first_sequence - 1}, {row->next_sequence - 1});
    if (before) {
        context.notices.push_back(
            {*before, wire::encode_frame(wire::RelayFrame{0, wire::QueueLost{queue}})});
        touch_held_back(context, *context.connections.find(*before));
    }
    context.touched.insert(queue);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::QueueAck& request) {
    TRY_ASSIGN(auto row, opened_queue(context, request.queue));
    const uint64_t first_sequence = row.first_sequence;
    TRY(erase_entries(context, request.queue, request.up_to, row));
    if (row.first_sequence != first_sequence) {
        context.transaction.save(queue_key(request.queue), row);
    }

    Connection& connection = context.connection;
    OpenQueue& open = connection.queues.find(request.queue)->second;
    connection.acknowledge(open, request.up_to);
    touch_held_back(context, connection);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::QueueDelete& request) {
    const wire::QueueId& queue = request.queue;
    TRY_ASSIGN(auto row, opened_queue(context, queue));
    TRY(erase_entries(context, queue, {UINT64_MAX}, row));
    const Bytes owned = table_key(Table::queue_address, queue);
    TRY_ASSIGN(const auto addresses,
               context.transaction.range(owned, key_after(owned), wire::addresses_per_queue_max));
    for (const StoreRow& address : addresses) {
        const BytesView token_hash = BytesView(address.key).subspan(owned.size());
        Bytes key = table_key(Table::address);
        append(key, token_hash);
        context.transaction.erase(std::move(key));
        context.transaction.erase(address.key);
    }
    TRY(erase_all(context.transaction, table_key(Table::key_package, queue)));
    context.transaction.erase(table_key(Table::last_resort, queue));
    context.transaction.erase(table_key(Table::push, queue));
    context.transaction.erase(queue_key(queue));
    context.connections.close(context.connection_id, queue);
    touch_held_back(context, context.connection);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::AddressAdd& request) {
    TRY_ASSIGN(auto row, opened_queue(context, request.queue));
    Bytes key = table_key(Table::address, request.token_hash);
    TRY_ASSIGN(const auto found, context.transaction.load<AddressRow>(key));
    if (found) {
        ENSURE(found->queue == request.queue, already_exists);
        return wire::ReplyBody(wire::Done{});
    }
    ENSURE(row.address_count < wire::addresses_per_queue_max, quota_exceeded);
    ++row.address_count;
    context.transaction.save(std::move(key), AddressRow{request.queue});
    context.transaction.save(table_key(Table::queue_address, request.queue, request.token_hash),
                             EmptyRow{});
    context.transaction.save(queue_key(request.queue), row);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::AddressRemove& request) {
    TRY_ASSIGN(auto row, opened_queue(context, request.queue));
    Bytes key = table_key(Table::address, request.token_hash);
    TRY_ASSIGN(const auto found, context.transaction.load<AddressRow>(key));
    // Another queue's address is none of this one's: nothing to remove, and nothing to tell.
    if (!found || found->queue != request.queue) return wire::ReplyBody(wire::Done{});
    --row.address_count;
    context.transaction.erase(std::move(key));
    context.transaction.erase(table_key(Table::queue_address, request.queue, request.token_hash));
    context.transaction.save(queue_key(request.queue), row);
    return wire::ReplyBody(wire::Done{});
}

}  // namespace mayfly::relay
