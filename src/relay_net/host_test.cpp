#include "relay_net/host.h"

#include <gtest/gtest.h>

#include <chrono>

#include "crypto/signature.h"
#include "crypto/system_entropy.h"
#include "relay/memory_store.h"
#include "relay_net/system_clock.h"

namespace mayfly::relay_net {
namespace {

constexpr relay::ConnectionId client{77};

// A store that can be held in the middle of a sync, and that remembers what was durable when.
class SlowStore final : public relay::RelayStore {
  public:
    Result<std::optional<Bytes>> get(BytesView key) override { return memory.get(key); }
    Result<std::vector<relay::StoreRow>> range(BytesView first, BytesView last,
                                               size_t limit) override {
        return memory.range(first, last, limit);
    }
    Status apply(const relay::StoreBatch& batch) override { return memory.apply(batch); }
    Status sync() override {
        ++syncs;
        while (held) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return memory.sync();
    }

    relay::MemoryStore memory;
    std::atomic<bool> held = false;
    std::atomic<int> syncs = 0;
};

class HostTest : public testing::Test {
  protected:
    ~HostTest() override {
        store.held = false;
        host.stop();
    }
    void start() {
        host.start(relay, [this](std::vector<relay::Send> sends) {
            const std::lock_guard lock(mutex);
            for (relay::Send& send : sends) sent.push_back(std::move(send));
        });
        greet(client);
        ASSERT_EQ(answers(1), 1U);
    }
    void greet(relay::ConnectionId id) {
        const wire::Hello hello{{wire::protocol_version}};
        host.on_connected(id, {});
        host.on_frame(id, wire::encode_frame(wire::ClientFrame{next_request++, hello}));
    }
    // Asks for something that must be written.
    void open_queue() {
        const wire::RelayFrame greeting = answer(0);
        const auto& hello = std::get<wire::HelloReply>(greeting.body);
        const auto keys = *crypto::signature_generate(crypto::SignatureId::ed25519, entropy);
        wire::QueueOpen open;
        open.queue_key = *wire::PublicKey::from(keys.public_key);
        const Bytes proof = wire::queue_proof_to_sign(hello.nonce, open.queue_key);
        open.proof = *wire::Signature::from(
            *crypto::sign(crypto::SignatureId::ed25519, keys.private_key, proof));
        host.on_frame(client, wire::encode_frame(wire::ClientFrame{next_request++, open}));
    }
    // Asks for something that is only read.
    void ask() {
        const wire::HandleGet lookup{"nobody"};
        host.on_frame(client, wire::encode_frame(wire::ClientFrame{next_request++, lookup}));
    }
    // Waits until there are `count` answers, some seconds at most; gives how many there are.
    size_t answers(size_t count) {
        for (int i = 0; i < 4000; ++i) {
            {
                const std::lock_guard lock(mutex);
                if (sent.size() >= count) return sent.size();
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return sent.size();
    }
    wire::RelayFrame answer(size_t index) {
        const std::lock_guard lock(mutex);
        return *wire::decode_relay_frame(sent.at(index).frame);
    }
    wire::ReplyStatus status(size_t index) {
        const wire::RelayFrame frame = answer(index);
        const auto* failed = std::get_if<wire::Failed>(&frame.body);
        return failed == nullptr ? wire::ReplyStatus::ok : failed->status;
    }

    SlowStore store;
    SystemClock clock;
    crypto::SystemEntropy entropy;
    relay::Relay relay{store, {}};
    Host host{store, clock, entropy};
    std::mutex mutex;
    std::vector<relay::Send> sent;
    uint32_t next_request = 1;
};

TEST_F(HostTest, nothing_is_released_before_the_sync) {
    start();
    store.held = true;
    ask();
    while (store.syncs < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    {
        const std::lock_guard lock(mutex);
        EXPECT_EQ(sent.size(), 1U);
    }
    store.held = false;
    EXPECT_EQ(answers(2), 2U);
}

TEST_F(HostTest, what_queues_up_during_a_sync_shares_the_next_one) {
    start();
    store.held = true;
    ask();
    while (store.syncs < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    for (int i = 0; i < 100; ++i) ask();
    store.held = false;
    EXPECT_EQ(answers(102), 102U);
    EXPECT_LE(store.syncs, 6);  // some, when this machine is slow; not 100
    for (size_t i = 1; i < 102; ++i) EXPECT_EQ(answer(i).request_id, i + 1);
}

TEST_F(HostTest, a_failed_sync_turns_answers_into_failures_until_it_works_again) {
    start();
    store.memory.fail_sync(0, MAYFLY_ERROR(storage_full), true);
    open_queue();
    ASSERT_EQ(answers(2), 2U);
    EXPECT_EQ(status(1), wire::ReplyStatus::storage_full);
    EXPECT_FALSE(host.is_healthy());
    store.memory.heal();
    open_queue();
    ASSERT_GE(answers(3), 3U);
    EXPECT_EQ(status(2), wire::ReplyStatus::ok);
    EXPECT_TRUE(host.is_healthy());
}

TEST_F(HostTest, a_refused_write_fails_alone) {
    start();
    store.memory.fail_apply(0, MAYFLY_ERROR(storage_failed));
    open_queue();
    ask();
    ASSERT_EQ(answers(3), 3U);
    EXPECT_EQ(status(1), wire::ReplyStatus::storage_failed);
    EXPECT_EQ(status(2), wire::ReplyStatus::unknown_record);
    EXPECT_FALSE(host.is_healthy());
    open_queue();
    ASSERT_GE(answers(4), 4U);
    EXPECT_EQ(status(3), wire::ReplyStatus::ok);
    EXPECT_TRUE(host.is_healthy());
}

TEST_F(HostTest, what_the_host_writes_itself_is_durable_or_an_error) {
    start();
    const auto put = [](relay::StoreBatch& batch, Entropy&) { batch.put({'k'}, {'v'}); };
    store.memory.fail_sync(0, MAYFLY_ERROR(storage_full));
    EXPECT_EQ(host.write(put).code(), ErrorCode::storage_full);
    EXPECT_TRUE(host.write(put).ok());
    EXPECT_TRUE(store.memory.snapshot().contains({'k'}));
    host.stop();
    EXPECT_EQ(host.write(put).code(), ErrorCode::shutting_down);
}

TEST_F(HostTest, stop_answers_what_was_queued) {
    start();
    for (int i = 0; i < 300; ++i) ask();
    host.stop();
    EXPECT_EQ(answers(301), 301U);
}

}  // namespace
}  // namespace mayfly::relay_net
