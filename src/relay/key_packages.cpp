#include "crypto/hash.h"
#include "relay/context.h"

namespace mayfly::relay {
namespace {

Bytes key_package_key(const wire::QueueId& queue, uint64_t number) {
    return table_key(Table::key_package, queue, number);
}
Bytes last_resort_key(const wire::QueueId& queue) { return table_key(Table::last_resort, queue); }

// The request's content is its id: a repetition must not hand out a key package twice.
wire::MessageId id_of(const wire::KeyPackagesPut& request) {
    const auto hash = crypto::sha256(codec::encode(request));
    wire::MessageId id;
    std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

}  // namespace

Reply handle(Context& context, const wire::KeyPackagesPut& request) {
    TRY_ASSIGN(auto row, opened_queue(context, request.queue));
    const wire::MessageId id = id_of(request);
    TRY_ASSIGN(const bool seen, was_seen(context, request.queue.view(), id));
    if (seen) return wire::ReplyBody(wire::Done{});
    const uint64_t count = row.key_package_next - row.key_package_first;
    ENSURE(count + request.key_packages.size() <= key_packages_per_queue_max, quota_exceeded);
    for (const Bytes& key_package : request.key_packages) {
        ENSURE(!key_package.empty(), malformed_input);
        context.transaction.save(key_package_key(request.queue, row.key_package_next++),
                                 BlobRow{key_package});
    }
    if (!request.last_resort.empty()) {
        context.transaction.save(last_resort_key(request.queue), BlobRow{request.last_resort});
    }
    context.transaction.save(table_key(Table::queue, request.queue), row);
    mark_seen(context, request.queue.view(), id,
              context.now_ms() + static_cast<uint64_t>(request_memory.ms));
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::KeyPackageTake& request) {
    const wire::TokenHash address = wire::token_hash_of(request.token);
    ENSURE(context.rates.tokens.take(address.view(), context.config.rates.per_token, context.now),
           rate_limited);
    TRY_ASSIGN(const auto owner,
               context.transaction.load<AddressRow>(table_key(Table::address, address)));
    ENSURE(owner.has_value(), unknown_address);
    Bytes queue_key = table_key(Table::queue, owner->queue);
    TRY_ASSIGN(auto row, context.transaction.load<QueueRow>(queue_key));
    ENSURE(row.has_value(), store_corrupt);
    if (row->key_package_first == row->key_package_next) {
        TRY_ASSIGN(auto last_resort,
                   context.transaction.load<BlobRow>(last_resort_key(owner->queue)));
        ENSURE(last_resort.has_value(), no_key_package);
        return wire::ReplyBody(wire::KeyPackageReply{std::move(last_resort->bytes)});
    }
    Bytes key = key_package_key(owner->queue, row->key_package_first);
    TRY_ASSIGN(auto key_package, context.transaction.load<BlobRow>(key));
    ENSURE(key_package.has_value(), store_corrupt);
    ++row->key_package_first;
    context.transaction.erase(std::move(key));
    context.transaction.save(std::move(queue_key), *row);
    return wire::ReplyBody(wire::KeyPackageReply{std::move(key_package->bytes)});
}

Reply handle(Context& context, const wire::KeyPackageQuery& request) {
    TRY_ASSIGN(const auto row, opened_queue(context, request.queue));
    TRY_ASSIGN(const auto last_resort, context.transaction.get(last_resort_key(request.queue)));
    const uint64_t count = row.key_package_next - row.key_package_first;
    return wire::ReplyBody(
        wire::KeyPackageCount{static_cast<uint32_t>(count), last_resort.has_value()});
}

}  // namespace mayfly::relay
