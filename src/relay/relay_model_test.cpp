// The relay beside a model of it that is too simple to be wrong: random devices, messages,
// acknowledgements, crashes, full disks and passing time.
#include "relay/relay_driver.h"
#include "relay/store_invariants.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

constexpr uint64_t device_count = 5;
constexpr size_t steps_per_run = 600;
constexpr uint64_t runs = 12;

struct ModelEntry {
    uint64_t sequence = 0;
    wire::MessageId message_id;
    uint64_t expires_at_ms = 0;
};
struct ModelQueue {
    std::vector<ModelEntry> entries;
    uint64_t next_sequence = 1;
    std::optional<ConnectionId> connection;
    uint64_t delivered = 0;  // highest sequence seen on this connection
};

class ModelRun {
  public:
    explicit ModelRun(uint64_t seed) : random_(seed) {
        for (uint64_t device = 0; device < device_count; ++device) {
            queues_[device].connection = relay_.device(device);
        }
        writer_ = relay_.device(99);
        wire::ChannelCreate create;
        for (uint32_t device = 0; device < device_count; ++device) {
            create.fan_out.push_back({device, {"", id_of<wire::Token>(device)}});
            members_.insert(device);
        }
        create.write_token_hash = wire::token_hash_of(token(0));
        EXPECT_EQ(relay_.status(writer_, create), ReplyStatus::ok);
    }

    void step() {
        fault_ = false;
        switch (pick(14)) {
            case 0: return crash();
            case 1: return disconnect();
            case 2:
            case 3: return connect();
            case 4: return pass();
            case 5: return commit();
            case 6:
            case 7:
            case 8: return send();
            case 9:
            case 10: return put();
            default: return acknowledge();
        }
    }
    void check() {
        for (uint64_t device = 0; device < device_count; ++device) take_deliveries(device);
        ASSERT_EQ(broken_invariant(relay_.store.visible()), "");
    }
    // finish connects every device and acknowledges everything: all that lives must have come.
    void finish() {
        for (uint64_t device = 0; device < device_count; ++device) {
            ModelQueue& queue = queues_[device];
            open(device);
            while (true) {
                const uint64_t before = queue.delivered;
                take_deliveries(device);
                if (queue.delivered == before) break;
                acknowledge_up_to(device, queue.delivered);
            }
            drop_expired();
            EXPECT_TRUE(queue.entries.empty())
                << "device " << device << " misses " << queue.entries.size();
        }
        relay_.pass(wire::message_ttl_default);
        for (int i = 0; i < 20; ++i) relay_.tick();
        ASSERT_EQ(broken_invariant(relay_.store.visible()), "");
        for (const auto& row : relay_.store.visible()) {
            ASSERT_NE(row.first.front(), 3) << "a payload outlived its entries";
            ASSERT_NE(row.first.front(), 17) << "an expiry outlived its row";
        }
    }

  private:
    uint64_t pick(uint64_t count) {
        const auto bytes = random_array<2>(random_);
        return (uint64_t{bytes[0]} << 8 | bytes[1]) % count;
    }
    static wire::Token token(uint64_t epoch) { return id_of<wire::Token>(10'000 + epoch); }
    uint64_t now_ms() const { return static_cast<uint64_t>(relay_.now.ms); }

    // One write in twenty is refused by the disk.
    void maybe_fault() {
        const uint64_t kind = pick(20);
        if (kind == 0) relay_.store.fail_apply(0, MAYFLY_ERROR(storage_full));
        fault_ = kind == 0;
    }
    void append(uint64_t device, const wire::MessageId& id, uint64_t expires_at_ms) {
        ModelQueue& queue = queues_[device];
        queue.entries.push_back({queue.next_sequence++, id, expires_at_ms});
    }
    // One lifetime in three is short enough to end during the run.
    uint64_t some_expiry() {
        return pick(3) == 0 ? now_ms() + 1 + pick(5'000) : now_ms() + 86'400'000;
    }
    void put() {
        const uint64_t device = pick(device_count);
        wire::Put request{id_of<wire::MessageId>(++messages_), id_of<wire::Token>(device),
                          some_expiry(), Bytes(static_cast<size_t>(pick(50)), 1)};
        maybe_fault();
        const auto status = relay_.status(writer_, request);
        ASSERT_EQ(status, fault_ ? ReplyStatus::storage_full : ReplyStatus::ok);
        if (status == ReplyStatus::ok) append(device, request.message_id, request.expires_at_ms);
        if (status != ReplyStatus::ok || pick(3) == 0) {  // the client repeats it
            ASSERT_EQ(relay_.status(writer_, request), ReplyStatus::ok);
            if (fault_) append(device, request.message_id, request.expires_at_ms);
        }
    }
    void send() {
        wire::ChannelSend request{{},
                                  {epoch_},
                                  token(epoch_),
                                  id_of<wire::MessageId>(++messages_),
                                  some_expiry(),
                                  Bytes(static_cast<size_t>(pick(50)), 2)};
        maybe_fault();
        const auto status = relay_.status(writer_, request);
        ASSERT_EQ(status, fault_ ? ReplyStatus::storage_full : ReplyStatus::ok);
        if (fault_) {
            ASSERT_EQ(relay_.status(writer_, request), ReplyStatus::ok);
        }
        for (const uint64_t device : members_) {
            append(device, request.message_id, request.expires_at_ms);
        }
        if (pick(3) == 0) {
            ASSERT_EQ(relay_.status(writer_, request), ReplyStatus::ok);
        }
    }
    void commit() {
        wire::ChannelCommit request;
        request.epoch = {epoch_};
        request.write_token = token(epoch_);
        request.message_id = id_of<wire::MessageId>(++messages_);
        request.next_write_token_hash = wire::token_hash_of(token(epoch_ + 1));
        request.expires_at_ms = some_expiry();
        const uint64_t device = pick(device_count);
        const bool joins = !members_.contains(device);
        request.changes = {{static_cast<uint32_t>(device), std::nullopt}};
        if (joins) request.changes[0].address = wire::Address{"", id_of<wire::Token>(device)};
        ASSERT_EQ(relay_.status(writer_, request), ReplyStatus::ok);
        ASSERT_EQ(relay_.status(writer_, request), ReplyStatus::ok);
        for (const uint64_t member : members_) {
            append(member, request.message_id, request.expires_at_ms);
        }
        if (joins) {
            members_.insert(device);
        } else {
            members_.erase(device);
        }
        ++epoch_;
    }
    void drop_expired() {
        for (auto& entry : queues_) {
            std::erase_if(entry.second.entries,
                          [&](const ModelEntry& e) { return e.expires_at_ms <= now_ms(); });
        }
    }
    void take_deliveries(uint64_t device) {
        ModelQueue& queue = queues_[device];
        if (!queue.connection) return;
        for (const wire::Delivery& delivery : relay_.deliveries(*queue.connection)) {
            const auto expected =
                std::find_if(queue.entries.begin(), queue.entries.end(),
                             [&](const ModelEntry& e) { return e.sequence > queue.delivered; });
            ASSERT_NE(expected, queue.entries.end()) << "more than was sent";
            ASSERT_EQ(delivery.sequence.value, expected->sequence);
            ASSERT_EQ(delivery.message_id, expected->message_id);
            ASSERT_GT(delivery.expires_at_ms, now_ms());
            queue.delivered = delivery.sequence.value;
        }
    }
    void acknowledge_up_to(uint64_t device, uint64_t up_to) {
        ModelQueue& queue = queues_[device];
        ASSERT_EQ(
            relay_.status(*queue.connection, wire::QueueAck{relay_.queue_of(device), {up_to}}),
            ReplyStatus::ok);
        std::erase_if(queue.entries, [&](const ModelEntry& e) { return e.sequence <= up_to; });
    }
    void acknowledge() {
        const uint64_t device = pick(device_count);
        ModelQueue& queue = queues_[device];
        if (!queue.connection) return;
        take_deliveries(device);
        if (queue.delivered > 0) acknowledge_up_to(device, queue.delivered - pick(2));
    }
    void open(uint64_t device) {
        const ConnectionId connection = relay_.greeted();
        ASSERT_EQ(relay_.open_queue(connection, device), ReplyStatus::ok);
        queues_[device].connection = connection;
        queues_[device].delivered = 0;
    }
    void connect() { open(pick(device_count)); }
    void disconnect() {
        ModelQueue& queue = queues_[pick(device_count)];
        if (!queue.connection) return;
        relay_.disconnect(*queue.connection);
        queue.connection.reset();
    }
    void crash() {
        relay_.restart();
        for (auto& entry : queues_) entry.second.connection.reset();
        writer_ = relay_.device(99);
    }
    void pass() {
        for (uint64_t device = 0; device < device_count; ++device) take_deliveries(device);
        relay_.pass(Duration::milliseconds(static_cast<int64_t>(pick(3'000))));
        drop_expired();
        if (pick(2) == 0) relay_.tick();
    }

    crypto::SeededEntropy random_;
    RelayDriver relay_;
    std::map<uint64_t, ModelQueue> queues_;
    std::set<uint64_t> members_;
    ConnectionId writer_;
    uint64_t epoch_ = 0;
    uint64_t messages_ = 0;
    bool fault_ = false;
};

TEST(relay_model, the_steps_of_many_devices_agree_with_a_simple_model) {
    for (uint64_t seed = 1; seed <= runs; ++seed) {
        SCOPED_TRACE(seed);
        ModelRun run(seed);
        for (size_t i = 0; i < steps_per_run && !testing::Test::HasFailure(); ++i) {
            run.step();
            if (i % 16 == 0) run.check();
        }
        run.finish();
        if (testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace mayfly::relay
