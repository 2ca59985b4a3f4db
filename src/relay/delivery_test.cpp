#include "relay/limits.h"
#include "relay/relay_driver.h"
#include "relay/rows.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

wire::Put put(uint64_t seed, uint64_t message, size_t payload_size_bytes = 3) {
    return {id_of<wire::MessageId>(message), id_of<wire::Token>(seed), 0,
            Bytes(payload_size_bytes, static_cast<uint8_t>(message))};
}
void put_many(RelayDriver& relay, uint64_t seed, uint64_t count, size_t payload_size_bytes = 3) {
    const auto alice = relay.greeted();
    for (uint64_t message = 1; message <= count; ++message) {
        ASSERT_EQ(relay.status(alice, put(seed, message, payload_size_bytes)), ReplyStatus::ok);
    }
}
size_t rows_in(const RelayDriver& relay, Table table) {
    size_t count = 0;
    for (const auto& row : relay.store.visible()) {
        if (row.first.front() == static_cast<uint8_t>(table)) ++count;
    }
    return count;
}

TEST(delivery, deliveries_come_in_order_and_again_until_acknowledged) {
    RelayDriver relay;
    const auto first = relay.device(1);
    put_many(relay, 1, 5);
    auto got = relay.deliveries(first);
    ASSERT_EQ(got.size(), 5U);
    for (size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(got[i].sequence.value, i + 1);
        EXPECT_EQ(got[i].message_id, id_of<wire::MessageId>(i + 1));
        EXPECT_EQ(got[i].address, wire::token_hash_of(id_of<wire::Token>(1)));
        EXPECT_EQ(got[i].source, wire::Source::direct);
    }
    EXPECT_EQ(relay.status(first, wire::QueueAck{relay.queue_of(1), {2}}), ReplyStatus::ok);
    relay.disconnect(first);
    const auto second = relay.greeted();
    EXPECT_EQ(relay.open_queue(second, 1), ReplyStatus::ok);
    got = relay.deliveries(second);
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].sequence.value, 3U);
}

TEST(delivery, what_was_answered_survives_a_crash) {
    RelayDriver relay;
    relay.device(1);
    put_many(relay, 1, 5);
    relay.restart();
    const auto client = relay.greeted();
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(client).size(), 5U);
}

TEST(delivery, caught_up_comes_behind_what_waited) {
    RelayDriver relay;
    relay.device(1);
    put_many(relay, 1, window_entries_max + 2);
    const auto client = relay.greeted();
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
    auto frames = relay.pushed(client);
    EXPECT_EQ(frames.size(), window_entries_max);
    put_many(relay, 1, window_entries_max + 4);  // two more
    EXPECT_TRUE(relay.pushed(client).empty());
    EXPECT_EQ(relay.status(client, wire::QueueAck{relay.queue_of(1), {window_entries_max}}),
              ReplyStatus::ok);
    frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), 5U);
    EXPECT_TRUE(std::holds_alternative<wire::Delivery>(frames[1].body));
    EXPECT_TRUE(std::holds_alternative<wire::QueueCaughtUp>(frames[2].body));
    EXPECT_TRUE(std::holds_alternative<wire::Delivery>(frames[4].body));
}

TEST(delivery, caught_up_needs_no_acknowledgement_of_what_fills_the_window) {
    RelayDriver relay;
    relay.device(1);
    put_many(relay, 1, window_entries_max);
    const auto client = relay.greeted();
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
    const auto frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), window_entries_max + 1);
    EXPECT_TRUE(std::holds_alternative<wire::QueueCaughtUp>(frames.back().body));
}

TEST(delivery, caught_up_comes_before_what_is_new_when_all_that_waited_expired) {
    RelayDriver relay;
    const auto client = relay.device(1);
    relay.device(2);
    put_many(relay, 1, window_entries_max);
    auto soon = put(2, 1);
    soon.expires_at_ms = static_cast<uint64_t>(relay.now.ms) + 3'000;
    EXPECT_EQ(relay.status(client, soon), ReplyStatus::ok);
    EXPECT_EQ(relay.open_queue(client, 2), ReplyStatus::ok);
    relay.pass(Duration::seconds(3));
    relay.tick();
    EXPECT_EQ(relay.status(client, put(2, 2)), ReplyStatus::ok);
    relay.pushed(client);
    EXPECT_EQ(relay.status(client, wire::QueueAck{relay.queue_of(1), {2}}), ReplyStatus::ok);
    const auto frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<wire::QueueCaughtUp>(frames[0].body));
    EXPECT_TRUE(std::holds_alternative<wire::Delivery>(frames[1].body));
}

TEST(delivery, caught_up_that_could_not_be_told_comes_again) {
    RelayDriver relay;
    relay.device(1);
    const auto client = relay.greeted();
    relay.store.fail_sync(0, MAYFLY_ERROR(storage_failed));
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::storage_failed);
    EXPECT_TRUE(relay.pushed(client).empty());
    relay.tick();
    const auto frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<wire::QueueCaughtUp>(frames[0].body));
}

TEST(delivery, a_sweep_that_the_disk_refused_is_done_again) {
    RelayDriver relay;
    relay.device(1);
    put_many(relay, 1, 3);
    relay.pass(wire::message_ttl_default);
    relay.pass(Duration::seconds(1));
    relay.store.fail_apply(0, MAYFLY_ERROR(storage_failed));
    relay.tick();
    EXPECT_EQ(rows_in(relay, Table::entry), 3U);
    EXPECT_LE(relay.relay().next_tick(), relay.now + retry_interval);
    relay.tick();
    EXPECT_EQ(rows_in(relay, Table::entry), 0U);
}

TEST(delivery, an_empty_queue_is_caught_up_at_once_and_told_once) {
    RelayDriver relay;
    const auto client = relay.device(1);
    auto frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(std::get<wire::QueueCaughtUp>(frames[0].body).queue, relay.queue_of(1));
    put_many(relay, 1, 1);
    EXPECT_EQ(relay.pushed(client).size(), 1U);
}

TEST(delivery, no_more_is_sent_than_the_window_allows) {
    RelayDriver relay;
    const auto client = relay.device(1);
    put_many(relay, 1, window_entries_max + 10);
    auto got = relay.deliveries(client);
    ASSERT_EQ(got.size(), window_entries_max);
    EXPECT_EQ(relay.status(client, wire::QueueAck{relay.queue_of(1), {3}}), ReplyStatus::ok);
    got = relay.deliveries(client);
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].sequence.value, window_entries_max + 1);
}

TEST(delivery, the_window_counts_bytes_too_and_one_entry_always_fits) {
    RelayDriver relay;
    const auto client = relay.device(1);
    put_many(relay, 1, 4, wire::payload_size_bytes_max);
    EXPECT_EQ(relay.deliveries(client).size(), 2U);
    EXPECT_EQ(relay.status(client, wire::QueueAck{relay.queue_of(1), {1}}), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(client).size(), 1U);
}

TEST(delivery, queues_of_one_connection_share_its_window) {
    RelayDriver relay;
    const auto client = relay.device(1);
    EXPECT_EQ(relay.open_queue(client, 2), ReplyStatus::ok);
    const auto hash = wire::token_hash_of(id_of<wire::Token>(2));
    EXPECT_EQ(relay.status(client, wire::AddressAdd{relay.queue_of(2), hash}), ReplyStatus::ok);
    put_many(relay, 1, window_entries_max);
    put_many(relay, 2, 5);
    EXPECT_EQ(relay.deliveries(client).size(), window_entries_max);
    EXPECT_EQ(relay.status(client, wire::QueueAck{relay.queue_of(1), {3}}), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(client).size(), 3U);
    EXPECT_EQ(relay.status(client, wire::QueueDelete{relay.queue_of(1)}), ReplyStatus::ok);
    put_many(relay, 2, 6);
    EXPECT_EQ(relay.deliveries(client).size(), 3U) << "a deleted queue gives its room back";
}

TEST(delivery, acknowledgements_may_be_repeated) {
    RelayDriver relay;
    const auto client = relay.device(1);
    const auto queue = relay.queue_of(1);
    put_many(relay, 1, 3);
    relay.pushed(client);
    EXPECT_EQ(relay.status(client, wire::QueueAck{queue, {2}}), ReplyStatus::ok);
    const auto after = relay.store.visible();
    EXPECT_EQ(relay.status(client, wire::QueueAck{queue, {2}}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::QueueAck{queue, {0}}), ReplyStatus::ok);
    EXPECT_EQ(relay.store.visible(), after);
    EXPECT_EQ(relay.status(client, wire::QueueAck{queue, {UINT64_MAX}}), ReplyStatus::ok);
    EXPECT_EQ(rows_in(relay, Table::entry), 0U);
    EXPECT_EQ(rows_in(relay, Table::payload), 0U);
    put_many(relay, 1, 4);  // the fourth is new
    const auto got = relay.deliveries(client);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].sequence.value, 4U) << "sequences are never used again";
}

TEST(delivery, an_expired_entry_is_not_delivered_and_leaves_the_store) {
    RelayDriver relay;
    relay.device(1);
    const auto alice = relay.greeted();
    auto soon = put(1, 1);
    soon.expires_at_ms = static_cast<uint64_t>(relay.now.ms) + 3'000;
    EXPECT_EQ(relay.status(alice, soon), ReplyStatus::ok);
    EXPECT_EQ(relay.status(alice, put(1, 2)), ReplyStatus::ok);
    relay.pass(Duration::seconds(3));
    const auto client = relay.greeted();
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
    const auto got = relay.deliveries(client);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].message_id, id_of<wire::MessageId>(2));
    EXPECT_EQ(rows_in(relay, Table::payload), 2U);
    relay.tick();
    EXPECT_EQ(rows_in(relay, Table::payload), 1U);
    EXPECT_EQ(rows_in(relay, Table::entry), 1U);
    EXPECT_EQ(rows_in(relay, Table::seen), 1U);
    EXPECT_EQ(relay.status(alice, soon), ReplyStatus::expired);
}

TEST(delivery, a_large_sweep_takes_several_ticks) {
    RelayDriver relay;
    relay.device(1);
    put_many(relay, 1, sweep_rows_max);  // an entry and a seen id each
    relay.pass(wire::message_ttl_default);
    relay.tick();
    EXPECT_EQ(rows_in(relay, Table::expiry), sweep_rows_max);
    EXPECT_EQ(relay.relay().next_tick(), relay.now + sweep_interval_min);
    relay.store.fail_apply(0, MAYFLY_ERROR(storage_failed));
    relay.tick();
    EXPECT_EQ(rows_in(relay, Table::expiry), sweep_rows_max);
    relay.tick();
    relay.tick();
    EXPECT_EQ(rows_in(relay, Table::expiry), 0U);
    EXPECT_EQ(rows_in(relay, Table::payload), 0U);
}

TEST(delivery, a_damaged_entry_does_not_hold_up_the_ones_behind_it) {
    RelayDriver relay;
    relay.device(1);
    put_many(relay, 1, 3);
    StoreBatch batch;
    batch.put(entry_key(relay.queue_of(1), {2}), {9, 9});
    ASSERT_TRUE(relay.store.apply(batch).ok());
    const auto client = relay.greeted();
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(client).size(), 2U);
    relay.pass(wire::message_ttl_default);
    relay.tick();
    EXPECT_EQ(rows_in(relay, Table::entry), 0U);
    EXPECT_EQ(rows_in(relay, Table::expiry), 0U);
}

TEST(delivery, what_one_step_sends_is_bounded_and_the_rest_follows) {
    constexpr uint64_t devices = 80;
    constexpr size_t payload_size_bytes = size_t{512} << 10;
    RelayDriver relay;
    std::vector<ConnectionId> connections;
    wire::ChannelCreate create;
    create.write_token_hash = wire::token_hash_of({});
    for (uint64_t i = 1; i <= devices; ++i) {
        connections.push_back(relay.device(i));
        create.fan_out.push_back({static_cast<uint32_t>(i), {"", id_of<wire::Token>(i)}});
    }
    ASSERT_EQ(relay.status(connections[0], create), ReplyStatus::ok);
    ASSERT_EQ(relay.status(connections[0],
                           wire::ChannelSend{{}, {}, {}, {}, 0, Bytes(payload_size_bytes, 7)}),
              ReplyStatus::ok);
    const auto arrived = [&] {
        size_t count = 0;
        for (const ConnectionId connection : connections) {
            count += relay.deliveries(connection).size();
        }
        return count;
    };
    constexpr size_t at_once = deliveries_per_step_size_bytes_max / payload_size_bytes;
    EXPECT_EQ(arrived(), at_once);
    for (size_t left = devices - at_once; left != 0;) {
        ASSERT_LE(relay.relay().next_tick(), relay.now) << "at once, not when something is due";
        relay.tick();
        const size_t more = arrived();
        EXPECT_EQ(more, std::min(left, at_once));
        left -= more;
    }
    EXPECT_GT(relay.relay().next_tick(), relay.now);
    relay.tick();
    EXPECT_EQ(arrived(), 0U) << "nothing twice";
}

}  // namespace
}  // namespace mayfly::relay
