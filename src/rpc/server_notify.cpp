// Clients, their subscriptions and their queues; events and time.
#include <algorithm>

#include "rpc/server_state.h"

namespace mayfly::rpc {
namespace {

Json notification(std::string_view event, Json params) {
    return {{"jsonrpc", "2.0"}, {"method", json_text(event)}, {"params", std::move(params)}};
}

}  // namespace

std::string account_id_of(AccountPort& port) {
    const core::Messenger* messenger = port.messenger();
    if (messenger == nullptr || !messenger->has_account()) return {};
    return core::text_of(messenger->account()->account);
}

// --- clients ------------------------------------------------------------------------------------

std::optional<ClientId> Server::add_client() {
    if (clients_.size() >= clients_max) return std::nullopt;
    clients_.try_emplace(next_client_);
    return next_client_++;
}

void Server::remove_client(ClientId client) {
    clients_.erase(client);
    // What it began goes on; only nobody is told.
    std::erase_if(waiting_, [&](const Waiting& one) { return one.origin.client == client; });
    for (Account& account : accounts_) {
        std::erase_if(account.parked,
                      [&](const Request& one) { return one.origin.client == client; });
    }
}

void Server::release(ClientId client) {
    const auto found = clients_.find(client);
    if (found != clients_.end() && found->second.waiting > 0) found->second.waiting--;
}

bool Server::reads(ClientId client) const {
    const auto found = clients_.find(client);
    return found != clients_.end() &&
           found->second.lines_size_bytes < client_queue_size_bytes_max &&
           found->second.waiting < client_waiting_max;
}

bool Server::is_idle(ClientId client) const {
    const auto found = clients_.find(client);
    return found == clients_.end() || (found->second.waiting == 0 && found->second.lines.empty());
}

bool Server::has_lines(ClientId client) const {
    const auto found = clients_.find(client);
    return found != clients_.end() && !found->second.lines.empty();
}

std::optional<WipedString> Server::next_line(ClientId client, Time now) {
    const auto found = clients_.find(client);
    if (found == clients_.end()) return std::nullopt;
    Client& to = found->second;
    if (to.lines.empty() && to.lost > 0) {
        to.queue(write_json(notification("lost", {{"count", std::exchange(to.lost, 0)}})));
    }
    if (to.lines.empty()) {
        for (const AccountIndex index : std::exchange(to.push_due, {})) {
            push_messages(to, index, now);
        }
    }
    if (to.lines.empty()) return std::nullopt;
    Client::Line line = std::move(to.lines.front());
    to.lines.pop_front();
    to.lines_size_bytes -= line.text.size();
    to.notifications -= line.droppable ? 1 : 0;
    return std::move(line.text);
}

// --- subscriptions ------------------------------------------------------------------------------

// Null: an event or an account that does not exist; then nothing was changed.
Json Server::subscribe(const Request& request, bool on, Time) {
    const auto found = clients_.find(request.origin.client);
    if (found == clients_.end()) return nullptr;
    Client& client = found->second;
    std::set<std::string_view> named;
    if (const auto given = request.params.find("events"); given != request.params.end()) {
        for (const Json& name : *given) {
            const EventSpec* spec = find_event(view_of(name.get_ref<const WipedString&>()));
            if (spec == nullptr) return nullptr;
            named.insert(spec->name);
        }
    } else {
        for (const EventSpec& spec : events()) named.insert(spec.name);
    }
    if (request.params.contains("account")) {
        const auto index = account_of(request.params);
        if (!index) return nullptr;
        client.from = index;
    } else if (on) {
        client.from.reset();
    }
    for (const std::string_view name : named) {
        if (on) {
            client.events.insert(name);
        } else {
            client.events.erase(name);
        }
    }
    // Whoever asks again gets again what was not acknowledged.
    if (named.contains("message")) client.pushed.clear();
    Json list = Json::array();
    for (const std::string_view name : client.events) list.push_back(json_text(name));
    return {{"events", std::move(list)}};
}

void Server::notify(Client& client, std::string_view event, Json params) {
    if (!client.events.contains(event)) return;
    if (!client.has_room()) {
        client.lost++;
        return;
    }
    client.queue(write_json(notification(event, std::move(params))), true);
}

void Server::push_messages(Client& client, AccountIndex index, Time now) {
    if (!client.events.contains("message") || client.from.value_or(index) != index) return;
    core::Messenger* messenger = accounts_[index].port->messenger();
    std::set<std::string>& pushed = client.pushed[index];
    if (messenger == nullptr) return;
    const auto fresh = messenger->new_messages(pushed_messages_max, now);
    if (!fresh.ok()) return;
    // What was acknowledged or is gone makes room.
    std::set<std::string> still;
    for (const core::MessageView& message : *fresh) {
        const std::string id = core::text_of(message.id);
        if (pushed.contains(id)) still.insert(id);
    }
    pushed = std::move(still);
    for (const core::MessageView& message : *fresh) {
        if (pushed.size() >= pushed_messages_max) return;
        const std::string id = core::text_of(message.id);
        if (pushed.contains(id)) continue;
        if (!client.has_room()) {
            client.push_due.insert(index);
            return;
        }
        pushed.insert(id);
        notify(
            client, "message",
            {{"account", json_text(accounts_[index].account_id())}, {"message", json_of(message)}});
    }
}

void Server::push_all(AccountIndex index, Time now) {
    for (auto& [id, client] : clients_) push_messages(client, index, now);
}

// --- events and time ----------------------------------------------------------------------------

void Server::on_event(AccountIndex index, const core::Event& event, Time now) {
    if (const auto* ended = std::get_if<core::OperationEnded>(&event)) {
        const auto waiting = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& one) {
            return one.account == index && one.answer.operation == ended->operation;
        });
        if (waiting != waiting_.end()) {
            Waiting over = std::move(*waiting);
            waiting_.erase(waiting);
            release(over.origin.client);
            return finish(std::move(over), ended->result, now);
        }
        if (in_handler_) {
            ended_early_.insert_or_assign(ended->operation, ended->result);
            return;
        }
    } else if (std::holds_alternative<core::MessageArrived>(event)) {
        push_all(index, now);
    } else if (const auto* synced = std::get_if<core::MessageSynced>(&event)) {
        const core::Messenger* messenger = accounts_[index].port->messenger();
        if (messenger == nullptr) return;
        const auto message = messenger->find_message(core::text_of(synced->id), now);
        if (message.ok()) tell(index, "synced", {{"message", json_of(*message)}});
        return;
    }
    if (auto told = notification_of(event)) tell(index, told->event, std::move(told->params));
}

void Server::tell(AccountIndex index, std::string_view event, Json params) {
    params["account"] = json_text(accounts_[index].account_id());
    for (auto& [id, client] : clients_) {
        if (client.from.value_or(index) == index) notify(client, event, params);
    }
}

void Server::on_timer(Time now) {
    // Messages that expire unacknowledged do so without an event.
    for (auto& [id, client] : clients_) {
        for (const auto& [index, pushed] : client.pushed) {
            if (pushed.size() >= pushed_messages_max) push_messages(client, index, now);
        }
    }
    for (size_t i = 0; i < waiting_.size();) {
        if (!waiting_[i].deadline || *waiting_[i].deadline > now) {
            i++;
            continue;
        }
        Waiting over = std::move(waiting_[i]);
        waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(i));
        release(over.origin.client);
        finish(std::move(over), MAYFLY_ERROR(timed_out), now);
    }
}

std::optional<Time> Server::next_timer() const {
    std::optional<Time> next;
    for (const Waiting& one : waiting_) {
        if (one.deadline && (!next || *one.deadline < *next)) next = one.deadline;
    }
    return next;
}

}  // namespace mayfly::rpc
