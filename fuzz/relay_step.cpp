// deps: relay
// max_len: 4096
//
// A relay on a store in memory, with four connections that do anything: raw bytes, requests about a
// few queues, addresses and channels that meet each other, ticks, lost connections, disks that
// refuse, crashes. It must not crash, every request must have one answer, and the rows of the store
// must stay consistent.
#include "crypto/seeded_entropy.h"
#include "crypto/signature.h"
#include "relay/relay.h"
#include "relay/rows.h"
#include "relay/store_invariants.h"

namespace mayfly::relay {
namespace {

constexpr uint64_t connection_count = 4;
constexpr size_t steps_max = 200;

template <class Id>
Id id_of(uint8_t number) {
    Id id;
    id.bytes[0] = number;
    return id;
}

struct QueueKey {
    explicit QueueKey(uint64_t seed) {
        crypto::SeededEntropy entropy(seed);
        pair = crypto::signature_generate(crypto::SignatureId::ed25519, entropy).value();
        public_key = *wire::PublicKey::from(pair.public_key);
    }
    crypto::SignatureKeyPair pair;
    wire::PublicKey public_key;
};
const QueueKey& queue_key(uint8_t number) {
    static const QueueKey keys[] = {QueueKey(1), QueueKey(2), QueueKey(3)};
    return keys[number % 3];
}

class Machine {
  public:
    explicit Machine(BytesView script) : script_(script) { restart(); }

    void run() {
        for (size_t i = 0; i < steps_max && !script_.rest().empty(); ++i) step();
        check();
        // All that is left expires.
        now_ = now_ + Duration::days(15);
        for (int i = 0; i < 4; ++i) feed({});
        check();
    }

  private:
    uint8_t byte() { return script_.rest().empty() ? 0 : script_.u8(); }
    Bytes bytes() {
        const size_t size = std::min<size_t>(byte(), script_.rest().size());
        return to_bytes(script_.raw(size));
    }
    uint64_t now_ms() const { return static_cast<uint64_t>(now_.ms); }
    void check() const {
        const std::string broken = broken_invariant(store_.visible());
        MAYFLY_ASSERT(broken.empty());
        // Every byte that a row counts is in the row's file.
        for (const auto& [key, value] : store_.visible()) {
            if (key.front() != static_cast<uint8_t>(Table::blob)) continue;
            const auto row = Transaction::decode_row<AttachmentRow>(value);
            const auto file = store_.blobs().find(row->file);
            const size_t held = file == store_.blobs().end() ? 0 : file->second.size();
            MAYFLY_ASSERT(row->received_bytes <= held);
        }
    }
    void restart() {
        store_.crash();
        RelayConfig config;
        config.push_key = point();
        relay_.emplace(store_, std::move(config));
        nonces_.clear();
        for (uint64_t id = 1; id <= connection_count; ++id) connect({id});
    }
    void connect(ConnectionId id) {
        Input input;
        input.kind = Input::Kind::connected;
        input.connection = id;
        feed(std::move(input));
    }
    void feed(Input input) {
        Effects effects = relay_->step(input, now_, entropy_);
        Status status = store_.apply(effects.writes);
        if (status.ok()) status = store_.sync();
        if (!status.ok()) effects.sends = relay_->unwind(std::move(effects.sends), status.error());
        for (const Push& push : effects.pushes) MAYFLY_ASSERT(push.expires_at_ms > now_ms());
        size_t answers = 0;
        for (const Send& send : effects.sends) {
            if (send.frame.empty()) continue;
            const auto frame = wire::decode_relay_frame(send.frame);
            MAYFLY_ASSERT(frame.ok());
            if (frame->request_id != 0) ++answers;
            if (const auto* hello = std::get_if<wire::HelloReply>(&frame->body)) {
                nonces_[send.connection] = hello->nonce;
            }
        }
        const bool asks =
            input.kind == Input::Kind::frame && wire::peek_request_id(input.frame).value_or(0) != 0;
        MAYFLY_ASSERT(answers == (asks ? 1 : 0));
    }
    void frame(ConnectionId id, Bytes bytes) {
        Input input;
        input.kind = Input::Kind::frame;
        input.connection = id;
        input.frame = std::move(bytes);
        feed(std::move(input));
    }
    void step() {
        const ConnectionId id{1 + byte() % connection_count};
        const uint8_t op = byte();
        switch (op % 32) {
            case 0: return frame(id, bytes());
            case 1: return feed({});
            case 2: now_ = now_ + Duration::milliseconds(int64_t{byte()} * 100); return;
            case 3: return check();
            case 4: return restart();
            case 5: return store_.fail_apply(byte() % 4, MAYFLY_ERROR(storage_full));
            case 6: return store_.fail_read(byte() % 32, MAYFLY_ERROR(storage_failed));
            case 7: {
                Input input;
                input.kind = Input::Kind::disconnected;
                input.connection = id;
                feed(std::move(input));
                return connect(id);
            }
            default: return frame(id, wire::encode_frame(wire::ClientFrame{1, request(id, op)}));
        }
    }
    wire::QueueId queue() { return wire::queue_id_of(queue_key(byte()).public_key); }
    wire::Token token() { return id_of<wire::Token>(byte() % 8); }
    uint64_t expiry() { return byte() % 2 == 0 ? 0 : now_ms() + byte() * uint64_t{100}; }
    wire::RequestBody open(ConnectionId id) {
        const QueueKey& key = queue_key(byte());
        const Bytes message = wire::queue_proof_to_sign(nonces_[id], key.public_key);
        const auto proof =
            crypto::sign(crypto::SignatureId::ed25519, key.pair.private_key, message);
        return wire::QueueOpen{key.public_key, *wire::Signature::from(*proof), {}};
    }
    // A point of P-256, because a relay refuses others.
    static wire::PushKey point() {
        static const wire::PushKey made = [] {
            crypto::SeededEntropy entropy(7);
            const auto pair = crypto::signature_generate(crypto::SignatureId::ecdsa_p256, entropy);
            return *wire::PushKey::from(pair->public_key);
        }();
        return made;
    }
    wire::RequestBody push_request() {
        const wire::QueueId queue = this->queue();
        switch (byte() % 3) {
            case 0: return wire::PushRemove{queue};
            case 1: return wire::PushQuery{queue};
            default: return wire::PushSet{queue, "https://push.example/a", point(), {}};
        }
    }
    wire::RequestBody blob_request() {
        const wire::Token token = this->token();
        switch (byte() % 5) {
            case 0: return wire::BlobBegin{token, uint64_t{1} + byte() % 4, expiry()};
            case 1: return wire::BlobGet{wire::blob_id_of(token), byte(), 4};
            case 2: return wire::BlobDelete{token};
            case 3: return wire::RecordPut{bytes()};
            default: return wire::BlobPut{token, byte() % uint64_t{4}, Bytes(1 + byte() % 3)};
        }
    }
    wire::RequestBody request(ConnectionId id, uint8_t op) {
        const auto channel = id_of<wire::ChannelId>(op >> 7);
        const auto message = id_of<wire::MessageId>(byte());
        const wire::ChannelEpoch epoch{byte() % uint64_t{4}};
        switch (op % 32) {
            case 8:
            case 9: return wire::Hello{{wire::protocol_version}};
            case 10:
            case 11: return open(id);
            case 12: return wire::QueueAck{queue(), {byte()}};
            case 13: return wire::QueueAck{queue(), {UINT64_MAX}};
            case 14: return wire::QueueDelete{queue()};
            case 15:
            case 16: return wire::AddressAdd{queue(), wire::token_hash_of(token())};
            case 17: return wire::AddressRemove{queue(), wire::token_hash_of(token())};
            case 18:
            case 19: return wire::Put{message, token(), expiry(), bytes()};
            case 20: {
                wire::ChannelCreate create{channel, epoch, wire::token_hash_of(token()), {}};
                for (uint8_t i = byte() % 8; i > 0; --i) {
                    create.fan_out.push_back({byte() % 8U, {"", token()}});
                }
                return create;
            }
            case 21:
            case 22: {
                wire::ChannelCommit commit{
                    channel, epoch,    token(), message, wire::token_hash_of(token()),
                    {},      expiry(), {},      {},      {}};
                for (uint8_t i = byte() % 4; i > 0; --i) commit.welcome_tokens.push_back(token());
                for (uint8_t i = byte() % 8; i > 0; --i) {
                    wire::FanOutChange change{byte() % 8U, std::nullopt};
                    if (byte() % 2 == 0) change.address = wire::Address{"", token()};
                    commit.changes.push_back(std::move(change));
                }
                commit.payload = bytes();
                return commit;
            }
            case 23:
            case 24:
            case 25: return wire::ChannelSend{channel, epoch, token(), message, expiry(), bytes()};
            case 26: return wire::ChannelQuery{channel};
            case 27: return wire::ChannelDelete{channel, epoch, token()};
            case 28: return wire::KeyPackagesPut{queue(), {bytes(), bytes()}, bytes()};
            case 29: return wire::KeyPackageTake{token()};
            case 30: return blob_request();
            default: break;
        }
        if (byte() % 2 == 0) return push_request();
        return wire::KeyPackageQuery{queue()};
    }

    codec::Reader script_;
    MemoryStore store_;
    crypto::SeededEntropy entropy_{7};
    Time now_{1'700'000'000'000};
    std::optional<Relay> relay_;
    std::map<ConnectionId, std::array<uint8_t, 32>> nonces_;
};

}  // namespace
}  // namespace mayfly::relay

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    mayfly::relay::Machine machine(mayfly::BytesView(data, size_bytes));
    machine.run();
    return 0;
}
