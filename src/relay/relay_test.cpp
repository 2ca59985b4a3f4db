#include "relay/relay.h"

#include "relay/relay_driver.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

wire::Put put(uint64_t seed, uint64_t message, Bytes payload = {1, 2, 3}) {
    return {id_of<wire::MessageId>(message), id_of<wire::Token>(seed), 0, std::move(payload)};
}

ReplyStatus status_of(const wire::RelayFrame& frame) {
    const auto* failed = std::get_if<wire::Failed>(&frame.body);
    return failed == nullptr ? ReplyStatus::ok : failed->status;
}

TEST(relay, a_frame_without_a_request_id_closes_the_connection) {
    RelayDriver relay;
    const auto client = relay.greeted();
    relay.send_frame(client, {0, 0, 1});
    EXPECT_TRUE(relay.closed(client));
    EXPECT_TRUE(relay.pushed(client).empty());
}

TEST(relay, request_id_zero_closes_the_connection) {
    RelayDriver relay;
    const auto client = relay.greeted();
    relay.send_frame(client, wire::encode_frame(wire::ClientFrame{0, wire::Hello{{1}}}));
    EXPECT_TRUE(relay.closed(client));
    const auto frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(status_of(frames[0]), ReplyStatus::malformed);
}

TEST(relay, a_malformed_frame_is_answered_and_the_connection_lives) {
    RelayDriver relay;
    const auto client = relay.greeted();
    relay.send_frame(client, {0, 0, 0, 77, 0, 99, 1});
    auto frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].request_id, 77U);
    EXPECT_EQ(status_of(frames[0]), ReplyStatus::malformed);
    relay.send_frame(client, Bytes(wire::frame_size_bytes_max + 1, 1));
    frames = relay.pushed(client);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(status_of(frames[0]), ReplyStatus::too_large);
    EXPECT_FALSE(relay.closed(client));
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
}

TEST(relay, a_frame_on_a_connection_that_is_not_there_closes_it) {
    RelayDriver relay;
    relay.send_frame({99}, wire::encode_frame(wire::ClientFrame{1, wire::Hello{{1}}}));
    EXPECT_TRUE(relay.closed({99}));
}

TEST(relay, nothing_is_answered_before_hello) {
    RelayDriver relay;
    const auto client = relay.connect();
    EXPECT_EQ(relay.status(client, put(1, 1)), ReplyStatus::not_authenticated);
    EXPECT_EQ(relay.status(client, wire::RecordGet{}), ReplyStatus::not_authenticated);
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::not_authenticated);
}

TEST(relay, without_a_queue_only_the_capability_requests_are_answered) {
    RelayDriver relay;
    const auto client = relay.greeted();
    const std::vector<wire::RequestBody> refused = {
        wire::QueueAck{},      wire::QueueDelete{},       wire::AddressAdd{},
        wire::AddressRemove{}, wire::ChannelCreate{},     wire::ChannelCommit{},
        wire::ChannelSend{},   wire::ChannelQuery{},      wire::ChannelDelete{},
        wire::RecordPut{},     wire::KeyPackagesPut{},    wire::KeyPackageQuery{},
        wire::VaultPut{},      wire::BlobBegin{{}, 1, 0}, wire::BlobPut{{}, 0, {1}},
        wire::BlobDelete{}};
    for (const auto& body : refused) {
        EXPECT_EQ(relay.status(client, body), ReplyStatus::not_authenticated) << body.index();
    }
    EXPECT_EQ(relay.status(client, put(1, 1)), ReplyStatus::unknown_address);
    EXPECT_EQ(relay.status(client, wire::RecordGet{}), ReplyStatus::unknown_record);
    EXPECT_EQ(relay.status(client, wire::HandleGet{"nobody"}), ReplyStatus::unknown_record);
    EXPECT_EQ(relay.status(client, wire::KeyPackageTake{}), ReplyStatus::unknown_address);
    EXPECT_EQ(relay.status(client, wire::VaultGet{}), ReplyStatus::unknown_record);
    EXPECT_EQ(relay.status(client, wire::BlobGet{{}, 0, 1}), ReplyStatus::unknown_blob);
}

TEST(relay, a_second_hello_is_refused) {
    RelayDriver relay;
    const auto client = relay.greeted();
    EXPECT_EQ(relay.status(client, wire::Hello{{1}}), ReplyStatus::malformed);
}

TEST(relay, a_client_of_another_version_is_turned_away) {
    RelayDriver relay;
    const auto client = relay.connect();
    EXPECT_EQ(relay.status(client, wire::Hello{{2, 3}}), ReplyStatus::unsupported_version);
    EXPECT_TRUE(relay.closed(client));
    EXPECT_EQ(relay.status(relay.connect(), wire::Hello{{2, 1}}), ReplyStatus::ok);
}

TEST(relay, each_connection_has_a_nonce_of_its_own) {
    RelayDriver relay;
    const auto first = relay.ask(relay.connect(), wire::Hello{{1}});
    const auto second = relay.ask(relay.connect(), wire::Hello{{1}});
    const auto& hello = std::get<wire::HelloReply>(first);
    EXPECT_NE(hello.nonce, std::get<wire::HelloReply>(second).nonce);
    EXPECT_EQ(hello.version, 1);
    EXPECT_EQ(hello.relay_time_ms, static_cast<uint64_t>(relay.now.ms));
    EXPECT_EQ(hello.ttl_ms_max, static_cast<uint64_t>(Duration::days(14).ms));
}

TEST(relay, a_connection_that_asks_too_fast_is_slowed_down) {
    RelayConfig config;
    config.rates.per_connection = {10, 5};
    RelayDriver relay(config);
    const auto client = relay.greeted();
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(relay.status(client, put(1, 1)), ReplyStatus::unknown_address);
    EXPECT_EQ(relay.status(client, put(1, 1)), ReplyStatus::rate_limited);
    EXPECT_EQ(relay.status(relay.greeted(), put(1, 1)), ReplyStatus::unknown_address);
    relay.pass(Duration::milliseconds(100));
    EXPECT_EQ(relay.status(client, put(1, 1)), ReplyStatus::unknown_address);
    EXPECT_EQ(relay.status(client, put(1, 1)), ReplyStatus::rate_limited);
}

TEST(relay, connections_of_one_prefix_share_a_rate) {
    RelayConfig config;
    config.rates.per_ip_prefix = {1, 3};
    RelayDriver relay(config);
    const auto first = relay.connect({10, 0, 0});
    const auto second = relay.connect({10, 0, 0});
    const auto other = relay.connect({10, 0, 1});
    EXPECT_EQ(relay.status(first, wire::Hello{{1}}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(second, wire::Hello{{1}}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(first, put(1, 1)), ReplyStatus::unknown_address);
    EXPECT_EQ(relay.status(second, put(1, 1)), ReplyStatus::rate_limited);
    EXPECT_EQ(relay.status(other, wire::Hello{{1}}), ReplyStatus::ok);
}

TEST(relay, creations_have_a_rate_of_their_own) {
    RelayConfig config;
    config.rates.creations_per_connection = {1, 1};
    RelayDriver relay(config);
    const auto client = relay.greeted();
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
    EXPECT_EQ(relay.open_queue(client, 2), ReplyStatus::rate_limited);
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok) << "it exists";
    EXPECT_EQ(relay.status(client, wire::ChannelCreate{}), ReplyStatus::rate_limited);
    relay.pass(Duration::seconds(1));
    EXPECT_EQ(relay.status(client, wire::ChannelCreate{}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::ChannelCreate{}), ReplyStatus::ok) << "it is the same";
}

TEST(relay, a_request_that_failed_changes_nothing) {
    RelayDriver relay;
    const auto client = relay.device(1);
    const auto before = relay.store.visible();
    wire::ChannelCreate create;
    create.fan_out = {{0, {"", {}}}, {0, {"", {}}}};
    EXPECT_EQ(relay.status(client, create), ReplyStatus::malformed);
    EXPECT_EQ(relay.status(client, put(2, 1)), ReplyStatus::unknown_address);
    EXPECT_EQ(relay.store.visible(), before);
}

TEST(relay, a_refused_write_is_answered_and_changes_nothing) {
    RelayDriver relay;
    const auto bob = relay.device(1);
    relay.pushed(bob);
    const auto alice = relay.greeted();
    const auto before = relay.store.visible();
    relay.store.fail_apply(0, MAYFLY_ERROR(storage_full));
    EXPECT_EQ(relay.status(alice, put(1, 7)), ReplyStatus::storage_full);
    EXPECT_EQ(relay.store.visible(), before);
    EXPECT_TRUE(relay.deliveries(bob).empty());

    EXPECT_EQ(relay.status(alice, put(1, 7)), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(bob).size(), 1U);
}

TEST(relay, deliveries_whose_sync_failed_come_again) {
    RelayDriver relay;
    const auto bob = relay.device(1);
    relay.pushed(bob);
    const auto alice = relay.greeted();
    relay.store.fail_sync(0, MAYFLY_ERROR(storage_failed));
    EXPECT_EQ(relay.status(alice, put(1, 7)), ReplyStatus::storage_failed);
    EXPECT_TRUE(relay.deliveries(bob).empty());
    EXPECT_EQ(relay.status(alice, put(1, 7)), ReplyStatus::ok);
    EXPECT_LE(relay.relay().next_tick(), relay.now + retry_interval);
    relay.tick();
    EXPECT_EQ(relay.deliveries(bob).size(), 1U);
}

TEST(relay, a_read_that_fails_is_answered) {
    RelayDriver relay;
    const auto client = relay.device(1);
    relay.store.fail_read(0, MAYFLY_ERROR(storage_failed));
    EXPECT_EQ(relay.status(client, put(1, 7)), ReplyStatus::storage_failed);
    EXPECT_EQ(relay.status(client, put(1, 7)), ReplyStatus::ok);
}

TEST(relay, no_token_is_in_the_store) {
    RelayDriver relay;
    const auto client = relay.device(77);
    wire::Token token;
    token.bytes.fill(0xab);
    wire::ChannelCreate create;
    create.write_token_hash = wire::token_hash_of(token);
    create.fan_out = {{0, {"", token}}};
    EXPECT_EQ(relay.status(client, create), ReplyStatus::ok);
    wire::ChannelSend send;
    send.write_token = token;
    EXPECT_EQ(relay.status(client, send), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, put(77, 1)), ReplyStatus::ok);
    const std::string used[] = {std::string(as_text(token.view())),
                                std::string(as_text(id_of<wire::Token>(77).view()))};
    for (const auto& [key, value] : relay.store.visible()) {
        for (const std::string& secret : used) {
            EXPECT_EQ(as_text(key).find(secret), std::string_view::npos);
            EXPECT_EQ(as_text(value).find(secret), std::string_view::npos);
        }
    }
}

TEST(relay, ticks_are_wanted_at_once_then_for_the_next_expiry) {
    RelayDriver relay;
    EXPECT_LE(relay.relay().next_tick(), relay.now);
    relay.tick();
    EXPECT_EQ(relay.relay().next_tick(), relay.now + tick_interval_max);
    const auto client = relay.device(1);
    auto soon = put(1, 1);
    soon.expires_at_ms = static_cast<uint64_t>(relay.now.ms) + 3'000;
    EXPECT_EQ(relay.status(client, soon), ReplyStatus::ok);
    EXPECT_EQ(relay.relay().next_tick(), relay.now + Duration::seconds(3));
}

}  // namespace
}  // namespace mayfly::relay
