// A small network for tests of the core: messengers on memory stores, real relay logic on memory
// stores, and connections between them that a test may cut at any frame.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "core/memory_file_port.h"
#include "core/memory_store_port.h"
#include "core/messenger.h"
#include "crypto/seeded_entropy.h"
#include "relay/memory_store.h"
#include "relay/relay.h"

namespace mayfly::core {

class TestNetwork;

// TestClient is one person's device and the host that drives it.
class TestClient {
  public:
    TestClient(TestNetwork& network, std::string name, uint64_t seed);

    Messenger& messenger() { return *messenger_; }
    MemoryStorePort& store() { return store_; }
    crypto::SeededEntropy& entropy() { return entropy_; }

    // run carries out effects as a host must: writes first, then network, then events. When the
    // write fails or a crash is due, the messenger is dropped and opened again. False when the
    // write did not become durable.
    bool run(Effects effects);
    void restart();
    // crash_after lets the process die after the n-th write from now, before anything is sent.
    void crash_after(uint64_t writes) { crash_at_ = store_.applied() + writes; }
    // fail_write lets the disk refuse the n-th write from now; the host then starts anew.
    void fail_write(uint64_t nth) { store_.fail_apply(nth); }
    uint64_t crashes() const { return crashes_; }
    void go_offline();
    void go_online();

    // Commands; each returns when the call returned, not when the operation ended.
    Result<OperationId> add(std::string_view target);
    Result<OperationId> accept(const AccountId& account);
    Result<OperationId> send(const ConversationId& to, std::string_view text,
                             SendOptions options = {});
    Result<OperationId> recall(const MessageId& id);
    Result<OperationId> remove(const AccountId& account);
    // perform carries out what a call on messenger() gave.
    Status perform(Result<Messenger::Started> started);
    Status perform(Result<Messenger::SendStarted> started);
    Status perform(Result<Effects> effects);
    Status open(const MessageId& id);
    Status burn(const MessageId& id);
    std::vector<MessageView> take();

    // What the events said.
    std::optional<Status> ended(OperationId operation) const;
    std::vector<MessageId> gone;         // that had been given here
    std::vector<MessageId> gone_unseen;  // and those that had not
    std::vector<MessageId> changed;
    std::vector<MessageId> synced;
    std::vector<AccountId> contacts_changed;
    std::vector<TypingChanged> typing_changes;
    std::vector<RequestView> requests_seen;
    std::vector<std::string> caught_up;
    std::vector<LinkChanged> link_changes;
    std::vector<ConversationChanged> changes;
    std::optional<uint32_t> code;  // of a pairing
    bool linked = false;
    bool revoked = false;
    std::optional<TransferProgress> last_progress;
    std::vector<ContactView> alarms;
    size_t arrivals = 0;
    std::vector<std::string> texts_taken;
    std::function<void(const Event&)> on_event;  // what else is to hear of each

    MessageId last_sent;
    MemoryFilePort files;
    const std::string name;

  private:
    friend class TestNetwork;
    void carry_out(const NetworkEffect& effect);
    void note(const Event& event);

    TestNetwork& network_;
    crypto::SeededEntropy entropy_;
    MemoryStorePort store_;
    std::optional<Messenger> messenger_;
    std::map<OperationId, Status> ended_;
    std::map<std::string, uint64_t> connections_;  // by relay
    uint64_t crash_at_ = 0;
    uint64_t crashes_ = 0;
    bool online_ = true;
};

class TestNetwork {
  public:
    // own_name: a canonical relay address.
    void add_relay(const std::string& relay_name, relay::RelayConfig config = {});
    TestClient& add_client(const std::string& name);
    // with_account makes the client's account at the relays and waits until it stands.
    TestClient& with_account(const std::string& name, const std::string& handle,
                             std::vector<std::string> relays);

    // until lets time pass and frames travel until the condition holds; false after `limit`.
    bool until(const std::function<bool()>& condition, Duration limit = Duration::minutes(10));
    // settle delivers every frame on its way, without letting time pass.
    void settle();
    // step delivers so many of the frames on their way.
    void step(size_t frames);
    void pass(Duration duration);
    bool finish(TestClient& client, OperationId operation) {
        return until([&] { return client.ended(operation).has_value(); });
    }
    relay::MemoryStore& relay_store(const std::string& name) { return relays_.at(name)->store; }
    void stop_relay(const std::string& name);
    void start_relay(const std::string& name);
    // close_registration takes effect when the relay starts again.
    void close_registration(const std::string& name) {
        relays_.at(name)->config.registration = wire::Registration::closed;
    }

    std::vector<relay::Push> pushes;  // that relays would have sent

    // cut_at_frame loses the connection that carries the n-th frame from now, and that frame with
    // it. half_open: the relay does not notice.
    void cut_at_frame(uint64_t nth, bool half_open) {
        cut_at_ = frames_ + nth;
        half_open_ = half_open;
    }
    uint64_t frames() const { return frames_; }
    // tamper may change each frame from a relay, or drop it by returning false.
    std::function<bool(const std::string& client, Bytes& frame)> tamper;

    Time now{1'800'000'000'000};

  private:
    friend class TestClient;
    struct RelayNode {
        std::string name;
        relay::RelayConfig config;
        relay::MemoryStore store;
        std::optional<relay::Relay> relay;
        crypto::SeededEntropy entropy{99};
    };
    struct Connection {
        TestClient* client = nullptr;
        RelayNode* relay = nullptr;
    };
    struct Frame {
        uint64_t connection = 0;
        bool to_relay = false;
        Bytes bytes;
    };

    void connect(TestClient& client, const std::string& relay);
    void disconnect(uint64_t connection, bool tell_relay, std::optional<Error> tell_client);
    void step_relay(RelayNode& node, const relay::Input& input);
    void deliver(Frame frame);
    bool fire_next(Time limit);

    std::map<std::string, std::unique_ptr<RelayNode>> relays_;
    std::vector<std::unique_ptr<TestClient>> clients_;
    std::map<uint64_t, Connection> connections_;
    std::deque<Frame> on_the_way_;
    uint64_t next_connection_ = 1;
    uint64_t frames_ = 0;
    uint64_t cut_at_ = 0;
    bool half_open_ = false;
};

// A pair that added and accepted each other.
struct Pair {
    TestClient* alice = nullptr;
    TestClient* bob = nullptr;
    ConversationId to_bob;
    ConversationId to_alice;
};
Pair make_pair(TestNetwork& network);
inline const std::string test_relay = "relay.example";

}  // namespace mayfly::core
