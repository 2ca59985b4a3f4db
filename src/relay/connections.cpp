#include "relay/connections.h"

namespace mayfly::relay {

void Connection::extend_window(OpenQueue& queue, wire::Sequence sequence, size_t size_bytes) {
    queue.window.push_back({sequence, size_bytes});
    ++window_entries;
    window_size_bytes += size_bytes;
}

void Connection::acknowledge(OpenQueue& queue, wire::Sequence up_to) {
    while (!queue.window.empty() && queue.window.front().sequence <= up_to) {
        --window_entries;
        window_size_bytes -= queue.window.front().size_bytes;
        queue.window.pop_front();
    }
}

void Connection::take_back(OpenQueue& queue, wire::Sequence from) {
    while (!queue.window.empty() && queue.window.back().sequence >= from) {
        --window_entries;
        window_size_bytes -= queue.window.back().size_bytes;
        queue.window.pop_back();
    }
    if (queue.last_sent >= from) queue.last_sent.value = from.value - 1;
}

Connection* Connections::find(ConnectionId id) {
    const auto found = by_id_.find(id.value);
    return found == by_id_.end() ? nullptr : &found->second;
}

void Connections::add(ConnectionId id, Bytes ip_prefix) {
    remove(id);
    by_id_[id.value].ip_prefix = std::move(ip_prefix);
}

void Connections::remove(ConnectionId id) {
    const auto found = by_id_.find(id.value);
    if (found == by_id_.end()) return;
    for (const auto& entry : found->second.queues) owners_.erase(entry.first);
    by_id_.erase(found);
}

std::optional<ConnectionId> Connections::open(ConnectionId id, const wire::QueueId& queue,
                                              wire::Sequence acknowledged, wire::Sequence newest) {
    const auto before = owner(queue);
    if (before) close(*before, queue);
    owners_[queue] = id;
    Connection* connection = find(id);
    MAYFLY_ASSERT(connection != nullptr);
    OpenQueue& open = connection->queues[queue];
    open.last_sent = acknowledged;
    open.waiting_up_to = newest;
    if (before == id) return std::nullopt;
    return before;
}

void Connections::close(ConnectionId id, const wire::QueueId& queue) {
    Connection* connection = find(id);
    if (connection == nullptr) return;
    const auto open = connection->queues.find(queue);
    if (open == connection->queues.end()) return;
    connection->take_back(open->second, {1});
    connection->queues.erase(open);
    owners_.erase(queue);
}

std::optional<ConnectionId> Connections::owner(const wire::QueueId& queue) const {
    const auto found = owners_.find(queue);
    if (found == owners_.end()) return std::nullopt;
    return found->second;
}

std::vector<ConnectionId> Connections::ids() const {
    std::vector<ConnectionId> out;
    out.reserve(by_id_.size());
    for (const auto& entry : by_id_) out.push_back({entry.first});
    // In order, so that a run with the same seed is the same run on every standard library.
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace mayfly::relay
