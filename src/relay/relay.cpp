#include "relay/relay.h"

#include "relay/context.h"
#include "relay/push_pacer.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

Send failed(ConnectionId id, uint32_t request_id, ReplyStatus status) {
    return {id, wire::encode_frame(wire::RelayFrame{request_id, wire::Failed{status, {}}})};
}

// What a mere Hello is good for; all else needs a queue that this connection has opened.
template <class Body>
constexpr bool needs_queue =
    !(std::is_same_v<Body, wire::Hello> || std::is_same_v<Body, wire::QueueOpen> ||
      std::is_same_v<Body, wire::Put> || std::is_same_v<Body, wire::RecordGet> ||
      std::is_same_v<Body, wire::HandleGet> || std::is_same_v<Body, wire::KeyPackageTake> ||
      std::is_same_v<Body, wire::VaultGet> || std::is_same_v<Body, wire::BlobGet>);

Reply dispatch(Context& context, const wire::RequestBody& request) {
    return std::visit(
        [&](const auto& body) -> Reply {
            using Body = std::decay_t<decltype(body)>;
            if constexpr (!std::is_same_v<Body, wire::Hello>) {
                ENSURE(context.connection.greeted, not_authenticated);
            }
            if constexpr (needs_queue<Body>) {
                ENSURE(!context.connection.queues.empty(), not_authenticated);
            }
            return handle(context, body);
        },
        request);
}

}  // namespace

struct Relay::State {
    RelayStore& store;
    RelayConfig config;
    Connections connections;
    RateBuckets rates;
    PushPacer pacer;
    // No row expires before it. Zero: not known, look at the whole index.
    uint64_t first_expiry_ms = 0;
    bool sweep_again = true;       // rows that are due may be left
    bool deliver_again = false;    // some delivery was not made
    std::set<wire::QueueId> owed;  // queues whose deliveries did not fit a step any more
    size_t blob_shard = 0;         // files before it have their rows
    Time last_now;
    std::optional<Time> last_tick;

    State(RelayStore& store_in, RelayConfig config_in)
        : store(store_in), config(std::move(config_in)) {}
    void frame(const Input& input, Time now, Entropy& entropy, Effects& effects);
    void tick(Time now, Effects& effects);
    void disconnected(ConnectionId id, Time now, Effects& effects);
    void push_gone(const Input& input, Effects& effects);
    void wake(Transaction& transaction, const wire::QueueId& queue, uint64_t until_ms, Time now,
              std::vector<Push>& pushes);
    bool within_rates(Connection& connection, Time now);
    void deliver_all(Transaction& transaction, Time now, const std::set<wire::QueueId>& queues,
                     std::vector<Send>& sends);
};

bool Relay::State::within_rates(Connection& connection, Time now) {
    if (!connection.requests.take(config.rates.per_connection, now)) return false;
    return connection.ip_prefix.empty() ||
           rates.ip_prefixes.take(connection.ip_prefix, config.rates.per_ip_prefix, now);
}

void Relay::State::deliver_all(Transaction& transaction, Time now,
                               const std::set<wire::QueueId>& queues, std::vector<Send>& sends) {
    size_t size_bytes = 0;
    size_t counted = sends.size();
    for (const wire::QueueId& queue : queues) {
        const auto owner = connections.owner(queue);
        if (!owner) continue;
        if (size_bytes >= deliveries_per_step_size_bytes_max) {
            owed.insert(queue);
            continue;
        }
        Connection* connection = connections.find(*owner);
        if (!deliver(transaction, now, *owner, *connection, queue, sends).ok()) {
            deliver_again = true;
        }
        for (; counted < sends.size(); ++counted) size_bytes += sends[counted].frame.size();
    }
}

// Asks for a push to the device of a queue that holds something until then.
void Relay::State::wake(Transaction& transaction, const wire::QueueId& queue, uint64_t until_ms,
                        Time now, std::vector<Push>& pushes) {
    const auto soonest_ms = static_cast<uint64_t>((now + push_lifetime_min).ms);
    if (!config.push_key || until_ms < soonest_ms || connections.owner(queue)) return;
    if (pacer.must_wait(queue, until_ms, now)) return;
    auto row = transaction.load<PushRow>(table_key(Table::push, queue));
    // An error of the store costs a notification, not the message.
    if (!row.ok() || !row->has_value() || !pacer.start(queue, now)) return;
    PushRow& push = **row;
    pushes.push_back({queue, std::move(push.endpoint), push.p256dh, push.auth, until_ms});
}

// What a connection took along unacknowledged waits for its device again.
void Relay::State::disconnected(ConnectionId id, Time now, Effects& effects) {
    std::map<wire::QueueId, uint64_t> left;
    Transaction reading(store);
    const Connection* connection = config.push_key ? connections.find(id) : nullptr;
    if (connection != nullptr) {
        for (const auto& [queue, open] : connection->queues) {
            if (open.window.empty()) continue;
            const auto entry =
                reading.load<EntryRow>(entry_key(queue, open.window.back().sequence));
            if (entry.ok() && *entry && wakes_device(**entry)) {
                left[queue] = (*entry)->expires_at_ms;
            }
        }
    }
    connections.remove(id);
    for (const auto& [queue, until_ms] : left) wake(reading, queue, until_ms, now, effects.pushes);
}

void Relay::State::push_gone(const Input& input, Effects& effects) {
    Transaction transaction(store);
    const Status forgotten = forget_push(transaction, input.queue, as_text(input.frame));
    if (forgotten.ok()) effects.writes = transaction.take();
}

void Relay::State::frame(const Input& input, Time now, Entropy& entropy, Effects& effects) {
    const ConnectionId id = input.connection;
    Connection* connection = connections.find(id);
    const auto request_id = wire::peek_request_id(input.frame);
    if (connection == nullptr || !request_id) {
        effects.sends.push_back({id, {}, true});
        return;
    }
    if (*request_id == 0) {  // would be mistaken for a push
        effects.sends.push_back(failed(id, 0, ReplyStatus::malformed));
        effects.sends.back().close = true;
        return;
    }
    if (!within_rates(*connection, now)) {
        effects.sends.push_back(failed(id, *request_id, ReplyStatus::rate_limited));
        return;
    }
    const auto request = wire::decode_client_frame(input.frame);
    if (!request.ok()) {
        const ReplyStatus status = wire::from_error_code(request.code());
        effects.sends.push_back(failed(id, *request_id, status));
        return;
    }
    Transaction transaction(store);
    Context context{config, transaction, now, entropy, rates, connections, id, *connection};
    Reply reply = dispatch(context, request->body);
    if (!reply.ok()) {
        effects.sends.push_back(failed(id, *request_id, wire::from_error_code(reply.code())));
        effects.sends.back().close = context.close;
        return;
    }
    effects.sends.push_back(
        {id, wire::encode_frame(wire::RelayFrame{*request_id, std::move(*reply)})});
    for (Send& notice : context.notices) effects.sends.push_back(std::move(notice));
    first_expiry_ms = std::min(first_expiry_ms, context.first_expiry_ms);
    deliver_all(transaction, now, context.touched, effects.sends);
    for (const auto& open : connection->queues) {
        if (context.touched.contains(open.first)) pacer.came(open.first);
    }
    for (const auto& [queue, until_ms] : context.arrivals) {
        wake(transaction, queue, until_ms, now, effects.pushes);
    }
    effects.writes = transaction.take();
}

void Relay::State::tick(Time now, Effects& effects) {
    last_tick = now;
    Transaction transaction(store);
    const auto swept = sweep(transaction, first_expiry_ms, now);
    sweep_again = !swept.ok() || swept->more;
    if (swept.ok()) {
        first_expiry_ms = swept->first_expiry_ms;
        const Status looked = sweep_blob_files(transaction, blob_shard);
        static_cast<void>(looked);  // on an error the next tick goes on where this one stopped
        effects.writes = transaction.take();
    }
    Transaction reading(store);
    for (const PushPacer::Due& due : pacer.due(now)) {
        wake(reading, due.queue, due.until_ms, now, effects.pushes);
    }
    deliver_all(reading, now, std::exchange(owed, {}), effects.sends);
    if (!deliver_again) return;
    deliver_again = false;
    for (const ConnectionId id : connections.ids()) {
        std::set<wire::QueueId> queues;
        for (const auto& entry : connections.find(id)->queues) queues.insert(entry.first);
        deliver_all(reading, now, queues, effects.sends);
    }
}

Relay::Relay(RelayStore& store, RelayConfig config)
    : state_(std::make_unique<State>(store, std::move(config))) {}
Relay::Relay(Relay&&) noexcept = default;
Relay::~Relay() = default;

Effects Relay::step(const Input& input, Time now, Entropy& entropy) {
    Effects effects;
    state_->last_now = now;
    switch (input.kind) {
        case Input::Kind::connected:
            state_->connections.add(input.connection, input.ip_prefix);
            break;
        case Input::Kind::frame: state_->frame(input, now, entropy, effects); break;
        case Input::Kind::disconnected: state_->disconnected(input.connection, now, effects); break;
        case Input::Kind::push_gone: state_->push_gone(input, effects); break;
        case Input::Kind::tick: state_->tick(now, effects); break;
    }
    return effects;
}

std::vector<Send> Relay::unwind(std::vector<Send> sends, Error why) {
    const ReplyStatus status = why.code == ErrorCode::storage_full ? ReplyStatus::storage_full
                                                                   : ReplyStatus::storage_failed;
    // What memory knows of the disk may be wrong now: look again.
    state_->first_expiry_ms = 0;
    state_->sweep_again = true;
    state_->deliver_again = true;
    std::vector<Send> out;
    for (Send& send : sends) {
        const auto frame = wire::decode_relay_frame(send.frame);
        Connection* connection = state_->connections.find(send.connection);
        if (!frame.ok() || connection == nullptr) {
            out.push_back(std::move(send));
        } else if (const auto* delivery = std::get_if<wire::Delivery>(&frame->body)) {
            const auto open = connection->queues.find(delivery->queue);
            if (open != connection->queues.end()) {
                connection->take_back(open->second, delivery->sequence);
            }
        } else if (const auto* mark = std::get_if<wire::QueueCaughtUp>(&frame->body)) {
            const auto open = connection->queues.find(mark->queue);
            if (open != connection->queues.end()) open->second.caught_up = false;
        } else if (frame->request_id == 0 || std::holds_alternative<wire::Failed>(frame->body) ||
                   std::holds_alternative<wire::HelloReply>(frame->body)) {
            out.push_back(std::move(send));  // tells nothing that was to be written
        } else {
            out.push_back(failed(send.connection, frame->request_id, status));
            out.back().close = send.close;
        }
    }
    return out;
}

Time Relay::next_tick() const {
    const State& state = *state_;
    if (!state.last_tick || !state.owed.empty()) return state.last_now;
    if (state.deliver_again) return state.last_now + retry_interval;
    const Time soonest = *state.last_tick + sweep_interval_min;
    if (state.sweep_again || state.blob_shard < blob_shards) return soonest;
    Time latest = *state.last_tick + tick_interval_max;
    if (const auto push = state.pacer.next()) latest = std::clamp(*push, soonest, latest);
    if (state.first_expiry_ms > static_cast<uint64_t>(latest.ms)) return latest;
    return std::max(soonest, Time{static_cast<int64_t>(state.first_expiry_ms)});
}

Reply handle(Context& context, const wire::Hello& request) {
    Connection& connection = context.connection;
    ENSURE(!connection.greeted, malformed_input);
    const auto& versions = request.versions;
    if (std::find(versions.begin(), versions.end(), wire::protocol_version) == versions.end()) {
        context.close = true;
        return MAYFLY_ERROR(unsupported_version);
    }
    connection.greeted = true;
    connection.nonce = random_array<32>(context.entropy);
    wire::HelloReply reply;
    reply.version = wire::protocol_version;
    reply.nonce = connection.nonce;
    reply.relay_time_ms = context.now_ms();
    reply.ttl_ms_max = static_cast<uint64_t>(context.config.ttl_max.ms);
    reply.registration = context.config.registration;
    return wire::ReplyBody(reply);
}

}  // namespace mayfly::relay
