#include "relay/context.h"

namespace mayfly::relay {

Reply handle(Context& context, const wire::Put& request) {
    const wire::TokenHash address = wire::token_hash_of(request.token);
    TRY_ASSIGN(const bool seen, was_seen(context, address.view(), request.message_id));
    if (seen) return wire::ReplyBody(wire::Done{});
    ENSURE(context.rates.tokens.take(address.view(), context.config.rates.per_token, context.now),
           rate_limited);
    TRY_ASSIGN(const uint64_t expires_at_ms, expiry_of(context, request.expires_at_ms));

    EntryRow entry;
    entry.source = wire::Source::direct;
    entry.message_id = request.message_id;
    entry.expires_at_ms = expires_at_ms;
    entry.payload.bytes = random_array<PayloadId::size_bytes>(context.entropy);
    entry.payload_size_bytes = static_cast<uint32_t>(request.payload.size());
    TRY_ASSIGN(const Append outcome, append_entry(context, address, entry));
    ENSURE(outcome != Append::unknown_address, unknown_address);
    ENSURE(outcome != Append::full, quota_exceeded);
    store_payload(context, entry, request.payload, 1);
    mark_seen(context, address.view(), request.message_id, expires_at_ms);
    return wire::ReplyBody(wire::Done{});
}

}  // namespace mayfly::relay
