#include "core/network_test_support.h"

namespace mayfly::core {

TestClient::TestClient(TestNetwork& network, std::string client_name, uint64_t seed)
    : name(std::move(client_name)), network_(network), entropy_(seed) {
    auto opened = Messenger::open(store_, network_.now, nullptr, &files);
    if (opened.ok()) messenger_.emplace(std::move(opened).value());
}

bool TestClient::run(Effects effects) {
    if (!effects.writes.empty()) {
        const Status applied = store_.apply(effects.writes);
        const bool dies = crash_at_ != 0 && store_.applied() >= crash_at_;
        if (!applied.ok() || dies) {
            crash_at_ = 0;
            store_.heal();
            ++crashes_;
            restart();
            return applied.ok();
        }
    }
    for (const NetworkEffect& effect : effects.network) carry_out(effect);
    for (const Event& event : effects.events) note(event);
    return true;
}

void TestClient::restart() {
    const auto lost = std::exchange(connections_, {});
    for (const auto& [relay, connection] : lost) {
        network_.disconnect(connection, true, std::nullopt);
    }
    messenger_.reset();
    auto opened = Messenger::open(store_, network_.now, nullptr, &files);
    ASSERT_TRUE(opened.ok()) << error_name(opened.code()) << opened.error().where;
    messenger_.emplace(std::move(opened).value());
    run(messenger_->start(network_.now));
}

void TestClient::go_offline() {
    online_ = false;
    const auto lost = connections_;
    for (const auto& [relay, connection] : lost) {
        network_.disconnect(connection, true, MAYFLY_ERROR(connection_lost));
    }
}

void TestClient::go_online() {
    online_ = true;
    run(messenger_->on_timer(network_.now, entropy_));
}

Result<OperationId> TestClient::add(std::string_view target) {
    TRY_ASSIGN(auto started, messenger_->add_contact(target, network_.now, entropy_));
    run(std::move(started.effects));
    return started.operation;
}
Result<OperationId> TestClient::accept(const AccountId& account) {
    TRY_ASSIGN(auto started, messenger_->accept_request(account, network_.now, entropy_));
    run(std::move(started.effects));
    return started.operation;
}
Result<OperationId> TestClient::send(const ConversationId& to, std::string_view text,
                                     SendOptions options) {
    TRY_ASSIGN(auto started,
               messenger_->send_text(to, as_bytes(text), options, network_.now, entropy_));
    last_sent = started.id;
    run(std::move(started.effects));
    return started.operation;
}
Result<OperationId> TestClient::recall(const MessageId& id) {
    TRY_ASSIGN(auto started, messenger_->recall(id, network_.now, entropy_));
    run(std::move(started.effects));
    return started.operation;
}
Result<OperationId> TestClient::remove(const AccountId& account) {
    TRY_ASSIGN(auto started, messenger_->remove_contact(account, network_.now, entropy_));
    run(std::move(started.effects));
    return started.operation;
}
Status TestClient::perform(Result<Messenger::Started> started) {
    TRY(started);
    run(std::move(started->effects));
    return {};
}
Status TestClient::perform(Result<Messenger::SendStarted> started) {
    TRY(started);
    last_sent = started->id;
    run(std::move(started->effects));
    return {};
}
Status TestClient::perform(Result<Effects> effects) {
    TRY(effects);
    run(std::move(effects).value());
    return {};
}
Status TestClient::open(const MessageId& id) {
    TRY_ASSIGN(auto effects, messenger_->open_message(id, network_.now));
    run(std::move(effects));
    return {};
}
Status TestClient::burn(const MessageId& id) {
    TRY_ASSIGN(auto effects, messenger_->burn(id, network_.now));
    run(std::move(effects));
    return {};
}

std::vector<MessageView> TestClient::take() {
    auto taken = messenger_->take_new_messages(1000, network_.now);
    if (!taken.ok()) return {};
    // What the host could not mark as given it does not show.
    if (!run(std::move(taken->second))) return {};
    for (const MessageView& view : taken->first) {
        texts_taken.emplace_back(as_text(view.text.expose()));
    }
    return std::move(taken->first);
}

std::optional<Status> TestClient::ended(OperationId operation) const {
    const auto found = ended_.find(operation);
    if (found == ended_.end()) return std::nullopt;
    return found->second;
}

void TestClient::carry_out(const NetworkEffect& effect) {
    if (const auto* connect = std::get_if<LinkConnect>(&effect)) {
        network_.connect(*this, connect->relay);
    } else if (const auto* send = std::get_if<LinkSend>(&effect)) {
        const auto found = connections_.find(send->relay);
        if (found != connections_.end()) {
            network_.on_the_way_.push_back({found->second, true, send->frame});
        }
    } else if (const auto* close = std::get_if<LinkClose>(&effect)) {
        const auto found = connections_.find(close->relay);
        if (found != connections_.end()) network_.disconnect(found->second, true, std::nullopt);
    }
}

void TestClient::note(const Event& event) {
    if (on_event) on_event(event);
    if (const auto* end = std::get_if<OperationEnded>(&event)) {
        ended_.insert_or_assign(end->operation, end->result);
    } else if (const auto* message = std::get_if<MessageGone>(&event)) {
        (message->given ? gone : gone_unseen).push_back(message->id);
    } else if (const auto* request = std::get_if<RequestArrived>(&event)) {
        requests_seen.push_back(request->request);
    } else if (const auto* up_to_date = std::get_if<CaughtUp>(&event)) {
        caught_up.push_back(up_to_date->relay);
    } else if (const auto* link = std::get_if<LinkChanged>(&event)) {
        link_changes.push_back(*link);
    } else if (const auto* change = std::get_if<ConversationChanged>(&event)) {
        changes.push_back(*change);
    } else if (const auto* met = std::get_if<DeviceMet>(&event)) {
        code = met->code;
    } else if (std::holds_alternative<DeviceLinked>(event)) {
        linked = true;
    } else if (std::holds_alternative<DeviceRevoked>(event)) {
        revoked = true;
    } else if (const auto* changed_message = std::get_if<MessageChanged>(&event)) {
        changed.push_back(changed_message->id);
    } else if (const auto* typing_change = std::get_if<TypingChanged>(&event)) {
        typing_changes.push_back(*typing_change);
    } else if (const auto* progress = std::get_if<TransferProgress>(&event)) {
        last_progress = *progress;
    } else if (const auto* alarm = std::get_if<TrustAlarm>(&event)) {
        alarms.push_back(alarm->contact);
    } else if (std::holds_alternative<MessageArrived>(event)) {
        ++arrivals;
    } else if (const auto* mirrored = std::get_if<MessageSynced>(&event)) {
        synced.push_back(mirrored->id);
    } else if (const auto* person = std::get_if<ContactChanged>(&event)) {
        contacts_changed.push_back(person->account);
    }
}

void TestNetwork::add_relay(const std::string& relay_name, relay::RelayConfig config) {
    auto node = std::make_unique<RelayNode>();
    node->name = relay_name;
    node->config = std::move(config);
    node->config.own_addresses.push_back(relay_name);
    node->relay.emplace(node->store, node->config);
    relays_[relay_name] = std::move(node);
}

TestClient& TestNetwork::add_client(const std::string& name) {
    clients_.push_back(std::make_unique<TestClient>(*this, name, 1000 + clients_.size()));
    return *clients_.back();
}

TestClient& TestNetwork::with_account(const std::string& name, const std::string& handle,
                                      std::vector<std::string> relays) {
    TestClient& client = add_client(name);
    AccountOptions options;
    options.relays = std::move(relays);
    options.handle_name = handle;
    options.display_name = name;
    auto created = client.messenger().create_account(options, now, client.entropy());
    EXPECT_TRUE(created.ok());
    if (!created.ok()) return client;
    client.run(std::move(created->effects));
    EXPECT_TRUE(finish(client, created->operation));
    const auto result = client.ended(created->operation);
    EXPECT_TRUE(result && result->ok())
        << (result && !result->ok() ? error_name(result->code()) : "operation did not end");
    return client;
}

void TestNetwork::connect(TestClient& client, const std::string& relay) {
    const auto node = relays_.find(relay);
    if (!client.online_ || node == relays_.end() || !node->second->relay) {
        client.run(client.messenger().on_link_down(relay, MAYFLY_ERROR(relay_unreachable), now));
        return;
    }
    const uint64_t id = next_connection_++;
    connections_[id] = {&client, node->second.get()};
    client.connections_[relay] = id;
    relay::Input input;
    input.kind = relay::Input::Kind::connected;
    input.connection = {id};
    step_relay(*node->second, input);
    client.run(client.messenger().on_link_up(relay, now, client.entropy_));
}

void TestNetwork::disconnect(uint64_t connection, bool tell_relay,
                             std::optional<Error> tell_client) {
    const auto found = connections_.find(connection);
    if (found == connections_.end()) return;
    const Connection ends = found->second;
    connections_.erase(found);
    std::erase_if(on_the_way_, [&](const Frame& f) { return f.connection == connection; });
    std::erase_if(ends.client->connections_,
                  [&](const auto& entry) { return entry.second == connection; });
    if (tell_relay && ends.relay->relay) {
        relay::Input input;
        input.kind = relay::Input::Kind::disconnected;
        input.connection = {connection};
        step_relay(*ends.relay, input);
    }
    if (tell_client) {
        ends.client->run(
            ends.client->messenger().on_link_down(ends.relay->name, *tell_client, now));
    }
}

void TestNetwork::step_relay(RelayNode& node, const relay::Input& input) {
    relay::Effects effects = node.relay->step(input, now, node.entropy);
    ASSERT_TRUE(node.store.apply(effects.writes).ok());
    ASSERT_TRUE(node.store.sync().ok());
    for (relay::Push& push : effects.pushes) pushes.push_back(std::move(push));
    for (relay::Send& send : effects.sends) {
        if (!send.frame.empty()) {
            on_the_way_.push_back({send.connection.value, false, std::move(send.frame)});
        }
        if (send.close) {
            on_the_way_.push_back({send.connection.value, false, {}});
        }
    }
}

void TestNetwork::deliver(Frame frame) {
    const auto found = connections_.find(frame.connection);
    if (found == connections_.end()) return;
    if (++frames_ == cut_at_) {
        return disconnect(frame.connection, !half_open_, MAYFLY_ERROR(connection_lost));
    }
    const Connection ends = found->second;
    if (frame.to_relay) {
        relay::Input input;
        input.connection = {frame.connection};
        input.kind = relay::Input::Kind::frame;
        input.frame = std::move(frame.bytes);
        return step_relay(*ends.relay, input);
    }
    if (frame.bytes.empty()) {
        return disconnect(frame.connection, true, MAYFLY_ERROR(connection_lost));
    }
    if (tamper && !tamper(ends.client->name, frame.bytes)) return;
    ends.client->run(ends.client->messenger().on_frame(ends.relay->name, frame.bytes, now,
                                                       ends.client->entropy_));
}

void TestNetwork::step(size_t frames) {
    for (; frames > 0 && !on_the_way_.empty(); --frames) {
        Frame frame = std::move(on_the_way_.front());
        on_the_way_.pop_front();
        deliver(std::move(frame));
    }
}

void TestNetwork::settle() {
    while (!on_the_way_.empty()) step(1);
}

bool TestNetwork::fire_next(Time limit) {
    std::optional<Time> next;
    const auto consider = [&](std::optional<Time> at) {
        if (at && (!next || *at < *next)) next = at;
    };
    for (const auto& client : clients_) consider(client->messenger().next_timer());
    for (const auto& [name, node] : relays_) {
        if (node->relay) consider(node->relay->next_tick());
    }
    if (!next || *next > limit) return false;
    now = std::max(now, *next);
    for (const auto& client : clients_) {
        const auto due = client->messenger().next_timer();
        if (due && *due <= now) client->run(client->messenger().on_timer(now, client->entropy_));
    }
    for (const auto& [name, node] : relays_) {
        if (!node->relay || node->relay->next_tick() > now) continue;
        relay::Input input;
        input.kind = relay::Input::Kind::tick;
        step_relay(*node, input);
    }
    return true;
}

bool TestNetwork::until(const std::function<bool()>& condition, Duration limit) {
    const Time deadline = now + limit;
    constexpr int turns_max = 20'000;  // a timer that never settles is a bug
    for (int turn = 0; turn < turns_max; ++turn) {
        settle();
        if (condition()) return true;
        if (!fire_next(deadline)) return false;
    }
    ADD_FAILURE() << "timers do not settle";
    return false;
}

void TestNetwork::pass(Duration duration) {
    const Time deadline = now + duration;
    until([] { return false; }, duration);
    now = std::max(now, deadline);
    settle();
}

void TestNetwork::stop_relay(const std::string& name) {
    RelayNode& node = *relays_.at(name);
    node.relay.reset();
    std::vector<uint64_t> lost;
    for (const auto& [id, connection] : connections_) {
        if (connection.relay == &node) lost.push_back(id);
    }
    for (const uint64_t id : lost) disconnect(id, false, MAYFLY_ERROR(connection_lost));
}

void TestNetwork::start_relay(const std::string& name) {
    RelayNode& node = *relays_.at(name);
    node.relay.emplace(node.store, node.config);
}

Pair make_pair(TestNetwork& network) {
    Pair pair;
    network.add_relay(test_relay);
    pair.alice = &network.with_account("Alice", "alice", {test_relay});
    pair.bob = &network.with_account("Bob", "bobby", {test_relay});
    const auto added = pair.alice->add("bobby@" + test_relay);
    EXPECT_TRUE(added.ok() && network.finish(*pair.alice, *added));
    EXPECT_TRUE(network.until([&] { return !pair.bob->messenger().requests().empty(); }));
    const AccountId alice = pair.alice->messenger().account()->account;
    const auto accepted = pair.bob->accept(alice);
    EXPECT_TRUE(accepted.ok() && network.finish(*pair.bob, *accepted));
    EXPECT_TRUE(network.until([&] {
        const auto contacts = pair.alice->messenger().contacts();
        return contacts.size() == 1 && contacts.front().established;
    }));
    pair.to_bob = pair.alice->messenger().contacts().front().conversation;
    pair.to_alice = pair.bob->messenger().contacts().front().conversation;
    return pair;
}

}  // namespace mayfly::core
