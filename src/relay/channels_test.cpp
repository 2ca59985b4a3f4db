#include "relay/relay_driver.h"
#include "relay/rows.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

constexpr size_t member_count = 3;

wire::Token token(uint64_t number) { return id_of<wire::Token>(number); }
wire::Token write_token(uint64_t epoch) { return token(1'000 + epoch); }

// A channel of three devices, seeds 1 to 3 at leaves 0 to 2, in epoch 5.
class channels : public testing::Test {
  protected:
    channels() {
        for (size_t seed = 1; seed <= member_count; ++seed) {
            devices.push_back(relay.device(seed));
            relay.pushed(devices.back());
        }
        EXPECT_EQ(relay.status(devices[0], create()), ReplyStatus::ok);
    }
    static wire::ChannelCreate create() {
        wire::ChannelCreate out;
        out.channel = id_of<wire::ChannelId>(1);
        out.epoch = {5};
        out.write_token_hash = wire::token_hash_of(write_token(5));
        for (uint32_t leaf = 0; leaf < member_count; ++leaf) {
            out.fan_out.push_back({leaf, {"", token(leaf + 1)}});
        }
        return out;
    }
    static wire::ChannelSend send(uint64_t message, uint64_t epoch = 5) {
        wire::ChannelSend out;
        out.channel = id_of<wire::ChannelId>(1);
        out.epoch = {epoch};
        out.write_token = write_token(epoch);
        out.message_id = id_of<wire::MessageId>(message);
        out.payload = Bytes(100, static_cast<uint8_t>(message));
        return out;
    }
    static wire::ChannelCommit commit(uint64_t message, uint64_t epoch = 5) {
        wire::ChannelCommit out;
        out.channel = id_of<wire::ChannelId>(1);
        out.epoch = {epoch};
        out.write_token = write_token(epoch);
        out.message_id = id_of<wire::MessageId>(message);
        out.next_write_token_hash = wire::token_hash_of(write_token(epoch + 1));
        out.payload = Bytes(100, static_cast<uint8_t>(message));
        return out;
    }
    size_t rows_in(Table table) const {
        size_t count = 0;
        for (const auto& row : relay.store.visible()) {
            if (row.first.front() == static_cast<uint8_t>(table)) ++count;
        }
        return count;
    }
    uint64_t epoch() {
        const auto reply = relay.ask(devices[0], wire::ChannelQuery{id_of<wire::ChannelId>(1)});
        return std::get<wire::ChannelState>(reply).epoch.value;
    }

    RelayDriver relay;
    std::vector<ConnectionId> devices;
};

TEST_F(channels, a_message_reaches_every_member_and_the_writer_too) {
    EXPECT_EQ(relay.status(devices[1], send(7)), ReplyStatus::ok);
    for (size_t i = 0; i < member_count; ++i) {
        const auto got = relay.deliveries(devices[i]);
        ASSERT_EQ(got.size(), 1U);
        EXPECT_EQ(got[0].source, wire::Source::channel_message);
        EXPECT_EQ(got[0].channel, id_of<wire::ChannelId>(1));
        EXPECT_EQ(got[0].epoch.value, 5U);
        EXPECT_EQ(got[0].message_id, id_of<wire::MessageId>(7));
        EXPECT_EQ(got[0].address, wire::token_hash_of(token(i + 1)));
        EXPECT_EQ(got[0].payload, Bytes(100, 7));
    }
}

TEST_F(channels, a_commit_brings_the_welcome_to_those_who_join_before_anything_else) {
    const auto joins = relay.device(90);
    auto request = commit(1);
    request.changes = {{9, wire::Address{"", token(90)}}};
    request.welcome = Bytes(300, 8);
    request.welcome_tokens = {token(90), token(91)};  // nobody has the second
    ASSERT_EQ(relay.status(devices[0], request), ReplyStatus::ok);
    ASSERT_EQ(relay.status(devices[0], send(2, 6)), ReplyStatus::ok);
    const auto got = relay.deliveries(joins);
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].source, wire::Source::direct);
    EXPECT_EQ(got[0].payload, Bytes(300, 8));
    EXPECT_EQ(got[1].source, wire::Source::channel_message);
    EXPECT_EQ(relay.deliveries(devices[0]).size(), 2U) << "members get the commit, not the welcome";
    EXPECT_EQ(relay.status(devices[0], request), ReplyStatus::ok) << "the same again";
    EXPECT_TRUE(relay.deliveries(joins).empty());
}

TEST_F(channels, a_channel_is_created_once) {
    EXPECT_EQ(relay.status(devices[1], create()), ReplyStatus::ok) << "the same again";
    auto other = create();
    other.epoch = {6};
    EXPECT_EQ(relay.status(devices[1], other), ReplyStatus::already_exists);
    EXPECT_EQ(epoch(), 5U);
    EXPECT_EQ(relay.status(devices[0], commit(1)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[1], create()), ReplyStatus::ok);
    EXPECT_EQ(epoch(), 6U) << "a late repetition takes nothing back";
}

TEST_F(channels, a_leaf_has_one_address) {
    auto request = create();
    request.channel = id_of<wire::ChannelId>(2);
    request.fan_out.push_back(request.fan_out.front());
    EXPECT_EQ(relay.status(devices[0], request), ReplyStatus::malformed);
}

TEST_F(channels, addresses_of_other_relays_are_refused) {
    auto request = create();
    request.channel = id_of<wire::ChannelId>(2);
    request.fan_out[1].address.relay = "elsewhere.example";
    EXPECT_EQ(relay.status(devices[0], request), ReplyStatus::other_relay);
    auto change = commit(1);
    change.changes = {{0, wire::Address{"elsewhere.example", token(1)}}};
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::other_relay);
    EXPECT_EQ(epoch(), 5U);
}

TEST(channels_of_a_named_relay, its_own_names_are_here) {
    RelayConfig config;
    config.own_addresses = {"here.example", "127.0.0.1:4433"};
    RelayDriver relay(config);
    const auto device = relay.device(1);
    wire::ChannelCreate request;
    request.fan_out = {{0, {"here.example", token(1)}}, {1, {"127.0.0.1:4433", token(2)}}};
    EXPECT_EQ(relay.status(device, request), ReplyStatus::ok);
}

TEST_F(channels, an_unknown_channel_takes_nothing) {
    auto request = send(1);
    request.channel = id_of<wire::ChannelId>(9);
    EXPECT_EQ(relay.status(devices[0], request), ReplyStatus::unknown_channel);
    auto change = commit(1);
    change.channel = id_of<wire::ChannelId>(9);
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::unknown_channel);
    EXPECT_EQ(relay.status(devices[0], wire::ChannelQuery{id_of<wire::ChannelId>(9)}),
              ReplyStatus::unknown_channel);
    EXPECT_EQ(relay.status(devices[0], wire::ChannelDelete{id_of<wire::ChannelId>(9), {}, {}}),
              ReplyStatus::unknown_channel);
}

TEST_F(channels, only_one_of_two_commits_to_an_epoch_wins) {
    EXPECT_EQ(relay.status(devices[0], commit(1)), ReplyStatus::ok);
    const auto reply = relay.ask(devices[1], commit(2));
    const auto& failed = std::get<wire::Failed>(reply);
    EXPECT_EQ(failed.status, ReplyStatus::stale_epoch);
    EXPECT_EQ(failed.epoch.value, 6U);
    EXPECT_EQ(relay.deliveries(devices[2]).size(), 1U);
}

TEST_F(channels, a_message_of_another_epoch_is_refused) {
    EXPECT_EQ(relay.status(devices[0], commit(1)), ReplyStatus::ok);
    for (const uint64_t wrong : {5U, 7U}) {
        const auto reply = relay.ask(devices[1], send(2, wrong));
        const auto& failed = std::get<wire::Failed>(reply);
        EXPECT_EQ(failed.status, ReplyStatus::stale_epoch);
        EXPECT_EQ(failed.epoch.value, 6U);
    }
    EXPECT_EQ(relay.status(devices[1], send(2, 6)), ReplyStatus::ok);
}

TEST_F(channels, only_the_write_token_of_the_epoch_writes) {
    auto message = send(1);
    message.write_token = write_token(6);
    EXPECT_EQ(relay.status(devices[0], message), ReplyStatus::not_authorized);
    auto change = commit(1);
    change.write_token = token(1);
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::not_authorized);
    EXPECT_EQ(
        relay.status(devices[0], wire::ChannelDelete{id_of<wire::ChannelId>(1), {5}, token(1)}),
        ReplyStatus::not_authorized);
    EXPECT_EQ(relay.status(devices[0], commit(1)), ReplyStatus::ok);
    auto late = send(2, 6);
    late.write_token = write_token(5);
    EXPECT_EQ(relay.status(devices[0], late), ReplyStatus::not_authorized);
}

TEST_F(channels, a_repeated_commit_is_done_once) {
    EXPECT_EQ(relay.status(devices[0], commit(1)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[1], commit(2, 6)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[0], commit(1)), ReplyStatus::ok);
    EXPECT_EQ(epoch(), 7U);
    EXPECT_EQ(relay.deliveries(devices[2]).size(), 2U);
}

TEST_F(channels, a_repeated_message_is_sent_once) {
    EXPECT_EQ(relay.status(devices[0], send(1)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[0], send(1)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[1], commit(2)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[0], send(1)), ReplyStatus::ok) << "before the epoch's check";
    EXPECT_EQ(relay.deliveries(devices[2]).size(), 2U);
}

TEST_F(channels, a_channel_takes_so_many_messages) {
    RelayConfig config;
    config.rates.per_channel = {1, 1};
    RelayDriver slow(config);
    const auto device = slow.device(1);
    EXPECT_EQ(slow.status(device, create()), ReplyStatus::ok);
    EXPECT_EQ(slow.status(device, send(1)), ReplyStatus::ok);
    EXPECT_EQ(slow.status(device, send(2)), ReplyStatus::rate_limited);
    EXPECT_EQ(slow.status(device, commit(3)), ReplyStatus::rate_limited);
}

TEST_F(channels, what_has_expired_is_refused) {
    auto message = send(1);
    message.expires_at_ms = static_cast<uint64_t>(relay.now.ms);
    EXPECT_EQ(relay.status(devices[0], message), ReplyStatus::expired);
    auto change = commit(1);
    change.expires_at_ms = static_cast<uint64_t>(relay.now.ms);
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::expired);
}

TEST_F(channels, a_commit_reaches_the_old_list_and_moves_the_epoch) {
    const auto fourth = relay.device(4);
    relay.pushed(fourth);
    auto change = commit(1);
    change.changes = {{2, std::nullopt}, {7, wire::Address{"", token(4)}}};
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::ok);
    EXPECT_EQ(epoch(), 6U);
    const auto removed = relay.deliveries(devices[2]);
    ASSERT_EQ(removed.size(), 1U) << "a removed member learns it";
    EXPECT_EQ(removed[0].source, wire::Source::channel_commit);
    EXPECT_EQ(removed[0].epoch.value, 5U);
    EXPECT_TRUE(relay.deliveries(fourth).empty()) << "a new one gets a Welcome instead";
    EXPECT_EQ(relay.status(devices[0], send(2, 6)), ReplyStatus::ok);
    EXPECT_TRUE(relay.deliveries(devices[2]).empty());
    EXPECT_EQ(relay.deliveries(fourth).size(), 1U);
}

TEST_F(channels, changes_are_made_in_order) {
    auto change = commit(1);
    change.changes = {{0, std::nullopt}, {0, wire::Address{"", token(2)}}, {9, std::nullopt}};
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::ok);
    relay.pushed(devices[1]);
    EXPECT_EQ(relay.status(devices[0], send(2, 6)), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(devices[1]).size(), 2U) << "leaves 0 and 1";
}

TEST_F(channels, a_fan_out_list_is_bounded) {
    auto change = commit(1);
    for (uint32_t leaf = 0; leaf < wire::fan_out_size_max; ++leaf) {
        change.changes.push_back({leaf + 1, wire::Address{"", token(2)}});
    }
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::quota_exceeded);
    EXPECT_EQ(epoch(), 5U);
    change.changes.pop_back();
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::ok);
}

TEST_F(channels, a_payload_is_stored_once_for_all) {
    EXPECT_EQ(relay.status(devices[0], send(1)), ReplyStatus::ok);
    EXPECT_EQ(rows_in(Table::entry), member_count);
    EXPECT_EQ(rows_in(Table::payload), 1U);
}

TEST_F(channels, the_last_acknowledgement_erases_the_payload) {
    EXPECT_EQ(relay.status(devices[0], send(1)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[0], send(2)), ReplyStatus::ok);
    for (size_t seed = 1; seed <= member_count; ++seed) {
        EXPECT_EQ(rows_in(Table::payload), 2U);
        EXPECT_EQ(relay.status(devices[seed - 1], wire::QueueAck{relay.queue_of(seed), {2}}),
                  ReplyStatus::ok);
    }
    EXPECT_EQ(rows_in(Table::payload), 0U);
    EXPECT_EQ(rows_in(Table::payload_references), 0U);
}

TEST_F(channels, one_device_behind_two_addresses_gets_and_acknowledges_both) {
    auto change = commit(1);
    change.changes = {{1, wire::Address{"", token(1)}}, {2, std::nullopt}};
    EXPECT_EQ(relay.status(devices[0], change), ReplyStatus::ok);
    for (size_t seed = 1; seed <= member_count; ++seed) {
        EXPECT_EQ(relay.status(devices[seed - 1], wire::QueueAck{relay.queue_of(seed), {1}}),
                  ReplyStatus::ok);
    }
    relay.pushed(devices[0]);
    EXPECT_EQ(relay.status(devices[0], send(2, 6)), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(devices[0]).size(), 2U);
    EXPECT_EQ(relay.status(devices[0], wire::QueueAck{relay.queue_of(1), {3}}), ReplyStatus::ok);
    EXPECT_EQ(rows_in(Table::payload), 0U);
}

TEST_F(channels, removed_addresses_and_full_queues_are_passed_over) {
    const auto hash = wire::token_hash_of(token(2));
    EXPECT_EQ(relay.status(devices[1], wire::AddressRemove{relay.queue_of(2), hash}),
              ReplyStatus::ok);
    QueueRow full;
    full.entry_count = queue_entries_max;
    codec::Writer writer;
    writer(row_version, full);
    StoreBatch batch;
    batch.put(table_key(Table::queue, relay.queue_of(3)), writer.take());
    ASSERT_TRUE(relay.store.apply(batch).ok());
    EXPECT_EQ(relay.status(devices[0], send(1)), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(devices[0]).size(), 1U);
    EXPECT_TRUE(relay.deliveries(devices[1]).empty());
    EXPECT_TRUE(relay.deliveries(devices[2]).empty());
    EXPECT_EQ(rows_in(Table::payload_references), 0U);
}

TEST_F(channels, a_message_that_reaches_nobody_stores_no_payload) {
    auto request = create();
    request.channel = id_of<wire::ChannelId>(2);
    request.fan_out.clear();
    EXPECT_EQ(relay.status(devices[0], request), ReplyStatus::ok);
    auto message = send(1);
    message.channel = id_of<wire::ChannelId>(2);
    EXPECT_EQ(relay.status(devices[0], message), ReplyStatus::ok);
    EXPECT_EQ(rows_in(Table::payload), 0U);
}

TEST_F(channels, the_epoch_can_be_asked_for) {
    EXPECT_EQ(epoch(), 5U);
    EXPECT_EQ(relay.status(devices[0], commit(1)), ReplyStatus::ok);
    EXPECT_EQ(epoch(), 6U);
}

TEST_F(channels, a_deleted_channel_is_gone) {
    EXPECT_EQ(relay.status(devices[0], send(1)), ReplyStatus::ok);
    const wire::ChannelDelete stale{id_of<wire::ChannelId>(1), {4}, write_token(4)};
    EXPECT_EQ(relay.status(devices[0], stale), ReplyStatus::stale_epoch);
    const wire::ChannelDelete request{id_of<wire::ChannelId>(1), {5}, write_token(5)};
    EXPECT_EQ(relay.status(devices[0], request), ReplyStatus::ok);
    EXPECT_EQ(relay.status(devices[0], request), ReplyStatus::unknown_channel);
    EXPECT_EQ(rows_in(Table::fan_out), 0U);
    EXPECT_EQ(rows_in(Table::entry), member_count) << "what was sent is still delivered";
}

}  // namespace
}  // namespace mayfly::relay
