#include "relay/relay_driver.h"

namespace mayfly::relay {

wire::Signature KeyPair::sign(BytesView message) const {
    auto signature = crypto::sign(crypto::SignatureId::ed25519, pair.private_key, message);
    return *wire::Signature::from(signature.value());
}

KeyPair key_pair_of(uint64_t seed) {
    crypto::SeededEntropy entropy(seed);
    auto pair = crypto::signature_generate(crypto::SignatureId::ed25519, entropy);
    const auto public_key = *wire::PublicKey::from(pair->public_key);
    return {std::move(*pair), public_key};
}

void RelayDriver::restart() {
    store.crash();
    inbox_.clear();
    closed_.clear();
    relay_.emplace(store, config_);
}

ConnectionId RelayDriver::connect(Bytes ip_prefix) {
    const ConnectionId connection{next_connection_++};
    Input input;
    input.kind = Input::Kind::connected;
    input.connection = connection;
    input.ip_prefix = std::move(ip_prefix);
    step(std::move(input));
    return connection;
}

void RelayDriver::disconnect(ConnectionId connection) {
    Input input;
    input.kind = Input::Kind::disconnected;
    input.connection = connection;
    step(std::move(input));
}

void RelayDriver::tick() { step({}); }

void RelayDriver::step(Input input) {
    Effects effects = relay_->step(input, now, entropy);
    Status status = effects.writes.empty() ? Status() : store.apply(effects.writes);
    if (status.ok()) status = store.sync();
    if (status.ok()) {
        for (Push& push : effects.pushes) pushes.push_back(std::move(push));
        keep(std::move(effects.sends));
    } else {
        keep(relay_->unwind(std::move(effects.sends), status.error()));
    }
}

void RelayDriver::keep(std::vector<Send> sends) {
    for (const Send& send : sends) {
        if (send.close) closed_[send.connection.value] = true;
        if (send.frame.empty()) continue;
        auto frame = wire::decode_relay_frame(send.frame);
        ASSERT_TRUE(frame.ok());
        if (const auto* hello = std::get_if<wire::HelloReply>(&frame->body)) {
            nonces_[send.connection.value] = hello->nonce;
        }
        inbox_[send.connection.value].push_back(std::move(*frame));
    }
}

void RelayDriver::send_frame(ConnectionId connection, Bytes frame) {
    Input input;
    input.kind = Input::Kind::frame;
    input.connection = connection;
    input.frame = std::move(frame);
    step(std::move(input));
}

wire::ReplyBody RelayDriver::ask(ConnectionId connection, wire::RequestBody body) {
    const uint32_t request_id = next_request_++;
    send_frame(connection, wire::encode_frame(wire::ClientFrame{request_id, std::move(body)}));
    auto& inbox = inbox_[connection.value];
    const auto found = std::find_if(inbox.begin(), inbox.end(), [&](const auto& frame) {
        return frame.request_id == request_id;
    });
    EXPECT_NE(found, inbox.end()) << "no answer";
    if (found == inbox.end()) return wire::Failed{};
    wire::ReplyBody reply = std::move(found->body);
    inbox.erase(found);
    return reply;
}

wire::ReplyStatus RelayDriver::status(ConnectionId connection, wire::RequestBody body) {
    const auto reply = ask(connection, std::move(body));
    const auto* failed = std::get_if<wire::Failed>(&reply);
    return failed == nullptr ? wire::ReplyStatus::ok : failed->status;
}

std::vector<wire::RelayFrame> RelayDriver::pushed(ConnectionId connection) {
    return std::exchange(inbox_[connection.value], {});
}

std::vector<wire::Delivery> RelayDriver::deliveries(ConnectionId connection) {
    std::vector<wire::Delivery> out;
    for (wire::RelayFrame& frame : pushed(connection)) {
        auto* delivery = std::get_if<wire::Delivery>(&frame.body);
        if (delivery != nullptr) out.push_back(std::move(*delivery));
    }
    return out;
}

ConnectionId RelayDriver::greeted() {
    const ConnectionId connection = connect();
    EXPECT_EQ(status(connection, wire::Hello{{wire::protocol_version}}), wire::ReplyStatus::ok);
    return connection;
}

wire::ReplyStatus RelayDriver::open_queue(ConnectionId connection, uint64_t seed,
                                          BytesView invite) {
    const KeyPair key = key_pair_of(seed);
    const Bytes message = wire::queue_proof_to_sign(nonces_[connection.value], key.public_key);
    return status(connection, wire::QueueOpen{key.public_key, key.sign(message), to_bytes(invite)});
}

wire::QueueId RelayDriver::queue_of(uint64_t seed) {
    return wire::queue_id_of(key_pair_of(seed).public_key);
}

ConnectionId RelayDriver::device(uint64_t seed) {
    const ConnectionId connection = greeted();
    EXPECT_EQ(open_queue(connection, seed), wire::ReplyStatus::ok);
    const auto hash = wire::token_hash_of(id_of<wire::Token>(seed));
    EXPECT_EQ(status(connection, wire::AddressAdd{queue_of(seed), hash}), wire::ReplyStatus::ok);
    return connection;
}

}  // namespace mayfly::relay
