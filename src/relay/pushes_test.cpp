#include "relay/push_endpoint.h"
#include "relay/push_pacer.h"
#include "relay/relay_driver.h"
#include "relay/rows.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

wire::PushKey point(uint64_t seed) {
    crypto::SeededEntropy entropy(seed);
    const auto pair = crypto::signature_generate(crypto::SignatureId::ecdsa_p256, entropy);
    return *wire::PushKey::from(pair->public_key);
}

RelayConfig pushing() {
    RelayConfig config;
    config.push_key = point(1);
    return config;
}

// Devices are numbered; number n has the queue and the address of seed n.
class Pushes : public testing::Test {
  protected:
    wire::PushSet subscription(uint64_t device, std::string endpoint = "https://push.example/1") {
        return {RelayDriver::queue_of(device), std::move(endpoint), point(2), {}};
    }
    // A device that subscribed and went away.
    void away(uint64_t device) {
        const auto connection = relay.device(device);
        EXPECT_EQ(relay.status(connection, subscription(device)), ReplyStatus::ok);
        relay.disconnect(connection);
    }
    void put(uint64_t device, Duration life = Duration::days(1)) {
        const uint64_t until_ms = static_cast<uint64_t>((relay.now + life).ms);
        const wire::Put request{
            id_of<wire::MessageId>(++messages), id_of<wire::Token>(device), until_ms, {1}};
        EXPECT_EQ(relay.status(sender, request), ReplyStatus::ok);
    }
    size_t taken() { return std::exchange(relay.pushes, {}).size(); }
    // wait lets time pass and ticks when the relay wants to.
    void wait(Duration duration) {
        const Time until = relay.now + duration;
        while (relay.relay().next_tick() <= until) {
            relay.now = std::max(relay.now, relay.relay().next_tick());
            relay.tick();
        }
        relay.now = until;
    }

    RelayDriver relay{pushing()};
    ConnectionId sender = relay.greeted();
    uint64_t messages = 0;
};

TEST(push_endpoint, only_plain_https_urls_are_taken) {
    const auto good = parse_push_endpoint("https://Push.Example/a/b?c=%20d");
    ASSERT_TRUE(good.ok());
    EXPECT_EQ(good->origin(), "https://push.example");
    EXPECT_EQ(good->port, 443);
    EXPECT_EQ(good->target, "/a/b?c=%20d");
    EXPECT_EQ(parse_push_endpoint("https://[2001:db8::1]:8443/a")->origin(),
              "https://[2001:db8::1]:8443");
    for (const char* bad :
         {"", "http://push.example/a", "HTTPS://push.example/a", "https://push.example",
          "https:///a", "https://user@push.example/a", "https://user:word@push.example/a",
          "https://push.example:0/a", "https://push.example/a b", "https://push.example/a\r\nX: y",
          "https://push.example/a#b", "https://push.example/\xc3\xa4", "https://0x7f.1/a",
          "https://push.example#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/a"}) {
        EXPECT_EQ(parse_push_endpoint(bad).code(), ErrorCode::malformed_input) << bad;
    }
}

TEST_F(Pushes, a_subscription_is_set_by_the_queues_owner_and_asked_for) {
    const auto owner = relay.device(1);
    const auto other = relay.device(2);
    const auto query = [&] {
        const auto reply = relay.ask(owner, wire::PushQuery{RelayDriver::queue_of(1)});
        return std::get<wire::PushState>(reply);
    };
    EXPECT_EQ(query().server_key, to_bytes(point(1).view()));
    EXPECT_FALSE(query().is_set);
    EXPECT_EQ(relay.status(other, subscription(1)), ReplyStatus::not_authenticated);
    EXPECT_EQ(relay.status(owner, subscription(1)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(owner, subscription(1)), ReplyStatus::ok);
    EXPECT_TRUE(query().is_set);
    const wire::QueueId queue = RelayDriver::queue_of(1);
    EXPECT_EQ(relay.status(other, wire::PushRemove{queue}), ReplyStatus::not_authenticated);
    EXPECT_EQ(relay.status(owner, wire::PushRemove{queue}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(owner, wire::PushRemove{queue}), ReplyStatus::ok);
    EXPECT_FALSE(query().is_set);
}

TEST_F(Pushes, a_useless_subscription_is_refused) {
    const auto owner = relay.device(1);
    EXPECT_EQ(relay.status(owner, subscription(1, "http://push.example/1")),
              ReplyStatus::malformed);
    wire::PushSet no_point = subscription(1);
    no_point.p256dh.bytes.fill(4);
    EXPECT_EQ(relay.status(owner, no_point), ReplyStatus::malformed);
    RelayDriver silent;
    const auto device = silent.device(1);
    EXPECT_EQ(silent.status(device, subscription(1)), ReplyStatus::not_authorized);
    const auto reply = silent.ask(device, wire::PushQuery{RelayDriver::queue_of(1)});
    EXPECT_TRUE(std::get<wire::PushState>(reply).server_key.empty());
}

TEST_F(Pushes, who_is_away_is_woken_and_who_is_here_is_not) {
    away(1);
    put(1, Duration::hours(2));
    ASSERT_EQ(relay.pushes.size(), 1U);
    const Push push = relay.pushes[0];
    EXPECT_EQ(push.queue, RelayDriver::queue_of(1));
    EXPECT_EQ(push.endpoint, "https://push.example/1");
    EXPECT_EQ(push.p256dh, point(2));
    EXPECT_EQ(push.expires_at_ms, static_cast<uint64_t>((relay.now + Duration::hours(2)).ms));
    taken();
    wait(Duration::minutes(1));
    const auto connection = relay.device(1);
    put(1);
    EXPECT_EQ(taken(), 0U);
    relay.disconnect(connection);  // without having acknowledged
    EXPECT_EQ(taken(), 1U);
    relay.device(2);
    put(2);  // no subscription
    EXPECT_EQ(taken(), 0U);
}

TEST_F(Pushes, many_messages_wake_a_device_once_in_an_interval) {
    away(1);
    for (int i = 0; i < 10; ++i) put(1);
    EXPECT_EQ(taken(), 1U);
    wait(push_interval_min);
    EXPECT_EQ(taken(), 1U);  // for those that came behind the first
    wait(Duration::minutes(5));
    EXPECT_EQ(taken(), 0U);
    put(1);
    EXPECT_EQ(taken(), 1U);
}

TEST_F(Pushes, a_device_that_came_meanwhile_is_not_woken_again) {
    away(1);
    put(1);
    put(1);
    EXPECT_EQ(taken(), 1U);
    const auto connection = relay.device(1);
    EXPECT_EQ(relay.deliveries(connection).size(), 2U);
    EXPECT_EQ(relay.status(connection, wire::QueueAck{RelayDriver::queue_of(1), {2}}),
              ReplyStatus::ok);
    relay.disconnect(connection);
    wait(Duration::minutes(5));
    EXPECT_EQ(taken(), 0U);
}

TEST_F(Pushes, nobody_is_woken_for_what_expires_before_it_could_be_seen) {
    away(1);
    put(1, Duration::milliseconds(push_lifetime_min.ms - 1));
    EXPECT_EQ(taken(), 0U);
    put(1);
    put(1, Duration::milliseconds(push_lifetime_min.ms + 1'000));
    EXPECT_EQ(taken(), 1U);
    wait(Duration::minutes(5));  // the second is gone when its turn comes
    EXPECT_EQ(taken(), 0U);
}

TEST_F(Pushes, commits_wake_nobody) {
    away(1);
    wire::ChannelCreate create{{}, {}, wire::token_hash_of(id_of<wire::Token>(9)), {}};
    create.fan_out.push_back({0, {"", id_of<wire::Token>(1)}});
    const auto member = relay.device(2);
    ASSERT_EQ(relay.status(member, create), ReplyStatus::ok);
    wire::ChannelCommit commit;
    commit.write_token = id_of<wire::Token>(9);
    commit.message_id = id_of<wire::MessageId>(100);
    commit.next_write_token_hash = wire::token_hash_of(id_of<wire::Token>(10));
    ASSERT_EQ(relay.status(member, commit), ReplyStatus::ok);
    EXPECT_EQ(taken(), 0U);
    wire::ChannelSend message;
    message.epoch = {1};
    message.write_token = id_of<wire::Token>(10);
    message.message_id = id_of<wire::MessageId>(101);
    ASSERT_EQ(relay.status(member, message), ReplyStatus::ok);
    EXPECT_EQ(taken(), 1U);
}

TEST_F(Pushes, a_subscription_that_is_gone_is_forgotten_and_a_newer_one_is_not) {
    away(1);
    Input gone;
    gone.kind = Input::Kind::push_gone;
    gone.queue = RelayDriver::queue_of(1);
    gone.frame = to_bytes(as_bytes("https://push.example/older"));
    relay.step(gone);
    put(1);
    EXPECT_EQ(taken(), 1U);
    gone.frame = to_bytes(as_bytes("https://push.example/1"));
    relay.step(gone);
    wait(Duration::minutes(1));
    put(1);
    EXPECT_EQ(taken(), 0U);
}

TEST_F(Pushes, a_message_that_the_disk_refused_wakes_nobody) {
    away(1);
    relay.store.fail_apply(0, MAYFLY_ERROR(storage_full));
    const wire::Put request{id_of<wire::MessageId>(1), id_of<wire::Token>(1), 0, {1}};
    EXPECT_EQ(relay.status(sender, request), ReplyStatus::storage_full);
    EXPECT_EQ(taken(), 0U);
}

TEST(push_pacer, memory_is_bounded_and_old_intervals_make_room) {
    PushPacer pacer;
    const Time now{1'000'000};
    for (uint64_t i = 0; i < push_paces_max; ++i) {
        ASSERT_TRUE(pacer.start(id_of<wire::QueueId>(i), now));
    }
    EXPECT_FALSE(pacer.start(id_of<wire::QueueId>(push_paces_max), now));
    EXPECT_TRUE(pacer.start(id_of<wire::QueueId>(push_paces_max), now + push_interval_min));
}

TEST(push_pacer, a_clock_set_back_delays_by_one_interval_at_most) {
    PushPacer pacer;
    const auto queue = id_of<wire::QueueId>(1);
    const Time late{100'000'000};
    const Time early{1'000'000};
    ASSERT_TRUE(pacer.start(queue, late));
    EXPECT_TRUE(pacer.must_wait(queue, UINT64_MAX, early));
    EXPECT_TRUE(pacer.due(early).empty());
    EXPECT_EQ(pacer.next(), early + push_interval_min);
    EXPECT_EQ(pacer.due(early + push_interval_min).size(), 1U);
    EXPECT_EQ(pacer.next(), std::nullopt);
}

}  // namespace
}  // namespace mayfly::relay
