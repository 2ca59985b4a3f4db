#include "crypto/hash.h"
#include "relay/context.h"

namespace mayfly::relay {
namespace {

Bytes channel_key(const wire::ChannelId& channel) { return table_key(Table::channel, channel); }

Bytes fan_out_key(const wire::ChannelId& channel, uint32_t leaf_index) {
    return table_key(Table::fan_out, channel, leaf_index);
}

wire::ReplyBody stale(wire::ChannelEpoch current) {
    return wire::Failed{wire::ReplyStatus::stale_epoch, current};
}

Result<ChannelRow> known_channel(Context& context, const wire::ChannelId& channel) {
    TRY_ASSIGN(const auto row, context.transaction.load<ChannelRow>(channel_key(channel)));
    ENSURE(row.has_value(), unknown_channel);
    return *row;
}

Status check_token(const ChannelRow& row, const wire::Token& write_token) {
    const wire::TokenHash hash = wire::token_hash_of(write_token);
    ENSURE(constant_time_equal(hash.view(), row.write_token_hash.view()), not_authorized);
    return {};
}

Status check_rate(Context& context, const wire::ChannelId& channel) {
    ENSURE(
        context.rates.channels.take(channel.view(), context.config.rates.per_channel, context.now),
        rate_limited);
    return {};
}

// fan_out puts one copy of the payload where the whole list refers to it. An address that was
// removed is passed over: its owner left or blocks this conversation, which is nobody's business. A
// full queue is passed over too: one dead device must not stop a conversation.
Status fan_out(Context& context, const wire::ChannelId& channel, EntryRow entry,
               const Bytes& payload) {
    const Bytes prefix = table_key(Table::fan_out, channel);
    TRY_ASSIGN(const auto rows,
               context.transaction.range(prefix, key_after(prefix), wire::fan_out_size_max));
    entry.channel = channel;
    entry.payload.bytes = random_array<PayloadId::size_bytes>(context.entropy);
    entry.payload_size_bytes = static_cast<uint32_t>(payload.size());
    size_t reference_count = 0;
    for (const StoreRow& row : rows) {
        TRY_ASSIGN(const auto to, Transaction::decode_row<FanOutRow>(row.value));
        TRY_ASSIGN(const auto outcome, append_entry(context, to.token_hash, entry));
        if (outcome == Append::done) ++reference_count;
    }
    store_payload(context, entry, payload, reference_count);
    return {};
}

// welcome puts the one copy of a welcome behind the addresses of those who join. An address that
// is gone or full is passed over, as in a fan-out.
Status welcome(Context& context, const wire::ChannelCommit& request, uint64_t expires_at_ms) {
    if (request.welcome_tokens.empty()) return {};
    EntryRow entry;
    entry.source = wire::Source::direct;
    entry.message_id = request.message_id;
    entry.expires_at_ms = expires_at_ms;
    entry.payload.bytes = random_array<PayloadId::size_bytes>(context.entropy);
    entry.payload_size_bytes = static_cast<uint32_t>(request.welcome.size());
    size_t reference_count = 0;
    for (const wire::Token& token : request.welcome_tokens) {
        TRY_ASSIGN(const auto outcome, append_entry(context, wire::token_hash_of(token), entry));
        if (outcome == Append::done) ++reference_count;
    }
    store_payload(context, entry, request.welcome, reference_count);
    return {};
}

Status change_list(Context& context, const wire::ChannelCommit& request, ChannelRow& row) {
    for (const wire::FanOutChange& change : request.changes) {
        Bytes key = fan_out_key(request.channel, change.leaf_index);
        TRY_ASSIGN(const auto before, context.transaction.get(key));
        if (before) --row.fan_out_size;
        if (change.address) {
            ++row.fan_out_size;
            context.transaction.save(std::move(key),
                                     FanOutRow{wire::token_hash_of(change.address->token)});
        } else {
            context.transaction.erase(std::move(key));
        }
    }
    ENSURE(row.fan_out_size <= wire::fan_out_size_max, quota_exceeded);
    return {};
}

}  // namespace

bool is_own_relay(const RelayConfig& config, const std::string& relay) {
    const auto& own = config.own_addresses;
    return relay.empty() || std::find(own.begin(), own.end(), relay) != own.end();
}

Reply handle(Context& context, const wire::ChannelCreate& request) {
    wire::Hash created_by;
    created_by.bytes = crypto::sha256(codec::encode(request));
    TRY_ASSIGN(const auto found,
               context.transaction.load<ChannelRow>(channel_key(request.channel)));
    if (found) {
        ENSURE(found->created_by == created_by, already_exists);
        return wire::ReplyBody(wire::Done{});
    }
    ENSURE(context.connection.creations.take(context.config.rates.creations_per_connection,
                                             context.now),
           rate_limited);
    std::set<uint32_t> leaves;
    for (const wire::FanOutEntry& entry : request.fan_out) {
        ENSURE(leaves.insert(entry.leaf_index).second, malformed_input);
        ENSURE(is_own_relay(context.config, entry.address.relay), other_relay);
        context.transaction.save(fan_out_key(request.channel, entry.leaf_index),
                                 FanOutRow{wire::token_hash_of(entry.address.token)});
    }
    ChannelRow row;
    row.epoch = request.epoch;
    row.write_token_hash = request.write_token_hash;
    row.fan_out_size = static_cast<uint32_t>(request.fan_out.size());
    row.created_by = created_by;
    context.transaction.save(channel_key(request.channel), row);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::ChannelCommit& request) {
    TRY_ASSIGN(const bool seen, was_seen(context, request.channel.view(), request.message_id));
    if (seen) return wire::ReplyBody(wire::Done{});
    TRY_ASSIGN(auto row, known_channel(context, request.channel));
    if (request.epoch != row.epoch) return stale(row.epoch);
    TRY(check_token(row, request.write_token));
    TRY(check_rate(context, request.channel));
    TRY_ASSIGN(const uint64_t expires_at_ms, expiry_of(context, request.expires_at_ms));
    for (const wire::FanOutChange& change : request.changes) {
        ENSURE(!change.address || is_own_relay(context.config, change.address->relay), other_relay);
    }
    ENSURE(request.epoch.value != UINT64_MAX, malformed_input);

    EntryRow entry;
    entry.source = wire::Source::channel_commit;
    entry.epoch = request.epoch;
    entry.message_id = request.message_id;
    entry.expires_at_ms = expires_at_ms;
    TRY(fan_out(context, request.channel, entry, request.payload));
    TRY(welcome(context, request, expires_at_ms));
    TRY(change_list(context, request, row));
    ++row.epoch.value;
    row.write_token_hash = request.next_write_token_hash;
    context.transaction.save(channel_key(request.channel), row);
    mark_seen(context, request.channel.view(), request.message_id, expires_at_ms);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::ChannelSend& request) {
    TRY_ASSIGN(const bool seen, was_seen(context, request.channel.view(), request.message_id));
    if (seen) return wire::ReplyBody(wire::Done{});
    TRY_ASSIGN(const auto row, known_channel(context, request.channel));
    if (request.epoch != row.epoch) return stale(row.epoch);
    TRY(check_token(row, request.write_token));
    TRY(check_rate(context, request.channel));
    TRY_ASSIGN(const uint64_t expires_at_ms, expiry_of(context, request.expires_at_ms));

    EntryRow entry;
    entry.source = wire::Source::channel_message;
    entry.epoch = request.epoch;
    entry.message_id = request.message_id;
    entry.expires_at_ms = expires_at_ms;
    TRY(fan_out(context, request.channel, entry, request.payload));
    mark_seen(context, request.channel.view(), request.message_id, expires_at_ms);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::ChannelQuery& request) {
    TRY_ASSIGN(const auto row, known_channel(context, request.channel));
    return wire::ReplyBody(wire::ChannelState{row.epoch});
}

Reply handle(Context& context, const wire::ChannelDelete& request) {
    TRY_ASSIGN(const auto row, known_channel(context, request.channel));
    if (request.epoch != row.epoch) return stale(row.epoch);
    TRY(check_token(row, request.write_token));
    const Bytes prefix = table_key(Table::fan_out, request.channel);
    TRY_ASSIGN(const auto rows,
               context.transaction.range(prefix, key_after(prefix), wire::fan_out_size_max));
    for (const StoreRow& entry : rows) context.transaction.erase(entry.key);
    context.transaction.erase(channel_key(request.channel));
    return wire::ReplyBody(wire::Done{});
}

}  // namespace mayfly::relay
