// How relays wake this device. Nothing is stored: whoever has the subscription, the browser, asks
// for its state on every connection and sets it again where a relay has none.
// Specification: docs/spec/push.md section 6.
#include "core/messenger_state.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

constexpr std::string_view endpoint_scheme = "https://";
constexpr uint8_t uncompressed_point = 4;  // SEC 1 section 2.3.3

// A query ends when no relay owes it an answer.
void end_query_if_done(Machine& machine, Step& step, OperationId operation) {
    const Purpose purpose{Kind::push_query, operation, {}};
    const bool waits = std::any_of(machine.links.begin(), machine.links.end(),
                                   [&](const auto& entry) { return entry.second.has(purpose); });
    if (!waits) step.end(operation, {});
}

Result<wire::QueueId> connected_queue(const Machine& machine, const std::string& relay) {
    const auto row = machine.tables.relays.find(relay);
    const auto link = machine.links.find(relay);
    ENSURE(row != machine.tables.relays.end() && link != machine.links.end() &&
               link->second.phase == Link::Phase::ready,
           relay_unreachable);
    return wire::queue_id_of(row->second.queue_key);
}

}  // namespace

Result<OperationId> query_pushes(Machine& machine, Step& step) {
    const OperationId operation = next_operation(machine, step);
    for (const auto& [name, row] : machine.tables.relays) {
        const auto link = machine.links.find(name);
        if (link == machine.links.end() || link->second.phase != Link::Phase::ready) continue;
        request(machine, step, name, Purpose{Kind::push_query, operation, {}},
                wire::PushQuery{wire::queue_id_of(row.queue_key)});
    }
    end_query_if_done(machine, step, operation);
    return operation;
}

Result<OperationId> set_push(Machine& machine, Step& step, std::string_view relay,
                             const PushSubscription& subscription) {
    ENSURE(subscription.endpoint.starts_with(endpoint_scheme) &&
               subscription.endpoint.size() <= wire::push_endpoint_size_max &&
               subscription.p256dh.bytes.front() == uncompressed_point,
           invalid_argument);
    const std::string name(relay);
    TRY_ASSIGN(const wire::QueueId queue, connected_queue(machine, name));
    const OperationId operation = next_operation(machine, step);
    request(machine, step, name, Purpose{Kind::push_set, operation, {}},
            wire::PushSet{queue, subscription.endpoint, subscription.p256dh, subscription.auth});
    return operation;
}

Result<OperationId> remove_push(Machine& machine, Step& step, std::string_view relay) {
    const std::string name(relay);
    TRY_ASSIGN(const wire::QueueId queue, connected_queue(machine, name));
    const OperationId operation = next_operation(machine, step);
    request(machine, step, name, Purpose{Kind::push_remove, operation, {}},
            wire::PushRemove{queue});
    return operation;
}

void push_replied(Machine& machine, Step& step, const std::string& relay, const Purpose& purpose,
                  const wire::ReplyBody& body) {
    Link& link = machine.links[relay];
    if (purpose.kind == Kind::push_query) {
        // A relay that knows no pushes says that it does not know the request: it sends none.
        const auto* state = std::get_if<wire::PushState>(&body);
        link.pushes = state != nullptr ? *state : wire::PushState{};
        return end_query_if_done(machine, step, purpose.number);
    }
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        return step.end(purpose.number, Error{wire::to_error_code(failed->status), MAYFLY_HERE});
    }
    if (link.pushes) link.pushes->is_set = purpose.kind == Kind::push_set;
    step.end(purpose.number, {});
}

void drop_pending(Machine& machine, Step& step, const std::string& relay) {
    Link& link = machine.links[relay];
    link.pushes.reset();
    const auto pending = std::exchange(link.pending, {});
    for (const auto& [request_id, one] : pending) {
        const OperationId operation = one.purpose.number;
        if (one.purpose.kind == Kind::push_query) end_query_if_done(machine, step, operation);
        if (one.purpose.kind == Kind::push_set || one.purpose.kind == Kind::push_remove) {
            step.end(operation, MAYFLY_ERROR(connection_lost));
        }
    }
}

Result<Messenger::Started> Messenger::query_pushes(Time now, Entropy& entropy) {
    return begin(now, entropy,
                 [](Machine& machine, Step& step) { return core::query_pushes(machine, step); });
}

Result<Messenger::Started> Messenger::set_push(std::string_view relay,
                                               const PushSubscription& subscription, Time now,
                                               Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return core::set_push(machine, step, relay, subscription);
    });
}

Result<Messenger::Started> Messenger::remove_push(std::string_view relay, Time now,
                                                  Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return core::remove_push(machine, step, relay);
    });
}

std::vector<PushRelayView> Messenger::push_relays() const {
    const Machine& machine = state_->machine;
    std::vector<PushRelayView> views;
    for (const auto& [name, row] : machine.tables.relays) {
        PushRelayView view;
        view.relay = name;
        const auto link = machine.links.find(name);
        if (link != machine.links.end()) {
            view.connected = link->second.phase == Link::Phase::ready;
            if (link->second.pushes) {
                view.server_key = link->second.pushes->server_key;
                view.is_set = link->second.pushes->is_set;
            }
        }
        views.push_back(std::move(view));
    }
    return views;
}

}  // namespace mayfly::core
