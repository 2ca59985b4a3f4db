#include "relay/relay_driver.h"
#include "relay/rows.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

wire::Put put(uint64_t seed, uint64_t message, Bytes payload = {1, 2, 3}) {
    return {id_of<wire::MessageId>(message), id_of<wire::Token>(seed), 0, std::move(payload)};
}
wire::TokenHash hash_of(uint64_t seed) { return wire::token_hash_of(id_of<wire::Token>(seed)); }

size_t rows_in(const RelayDriver& relay, Table table) {
    size_t count = 0;
    for (const auto& row : relay.store.visible()) {
        if (row.first.front() == static_cast<uint8_t>(table)) ++count;
    }
    return count;
}

TEST(queues, a_queue_opens_only_with_a_proof_for_this_connection) {
    RelayDriver relay;
    const auto first = relay.ask(relay.connect(), wire::Hello{{1}});
    const auto client = relay.greeted();
    const KeyPair key = key_pair_of(1);
    const auto& other_nonce = std::get<wire::HelloReply>(first).nonce;
    const Bytes message = wire::queue_proof_to_sign(other_nonce, key.public_key);
    EXPECT_EQ(relay.status(client, wire::QueueOpen{key.public_key, key.sign(message), {}}),
              ReplyStatus::not_authorized);
    EXPECT_EQ(relay.status(client, wire::QueueOpen{}), ReplyStatus::not_authorized);
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
}

TEST(queues, a_connection_opens_so_many_queues) {
    RelayDriver relay;
    const auto client = relay.greeted();
    for (uint64_t seed = 0; seed < queues_per_connection_max; ++seed) {
        EXPECT_EQ(relay.open_queue(client, seed), ReplyStatus::ok);
    }
    EXPECT_EQ(relay.open_queue(client, 100), ReplyStatus::quota_exceeded);
    EXPECT_EQ(relay.open_queue(client, 0), ReplyStatus::ok);
}

TEST(queues, a_closed_relay_serves_only_the_queues_it_has) {
    RelayDriver open;
    open.device(1);
    RelayConfig config;
    config.registration = wire::Registration::closed;
    RelayDriver relay(config);
    relay.store.restore(open.store.snapshot());
    EXPECT_EQ(relay.open_queue(relay.greeted(), 1), ReplyStatus::ok);
    EXPECT_EQ(relay.open_queue(relay.greeted(), 2), ReplyStatus::registration_closed);
}

TEST(queues, an_invite_lets_one_queue_in) {
    RelayConfig config;
    config.registration = wire::Registration::invite;
    RelayDriver relay(config);
    StoreBatch batch;
    const std::string code = Relay::create_invite(batch, relay.entropy);
    ASSERT_TRUE(relay.store.apply(batch).ok());
    const auto client = relay.greeted();
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::invite_required);
    EXPECT_EQ(relay.open_queue(client, 1, as_bytes("guess")), ReplyStatus::invite_required);
    EXPECT_EQ(relay.open_queue(client, 1, as_bytes(code)), ReplyStatus::ok);
    EXPECT_EQ(relay.open_queue(client, 2, as_bytes(code)), ReplyStatus::invite_required);
    EXPECT_EQ(relay.open_queue(relay.greeted(), 1), ReplyStatus::ok) << "it is in already";
    EXPECT_EQ(rows_in(relay, Table::invite), 0U);
}

TEST(queues, the_newest_connection_takes_the_queue) {
    RelayDriver relay;
    const auto older = relay.device(1);
    relay.pushed(older);
    const auto newer = relay.greeted();
    EXPECT_EQ(relay.open_queue(newer, 1), ReplyStatus::ok);
    const auto frames = relay.pushed(older);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(std::get<wire::QueueLost>(frames[0].body).queue, relay.queue_of(1));
    relay.pushed(newer);
    EXPECT_EQ(relay.status(relay.greeted(), put(1, 1)), ReplyStatus::ok);
    EXPECT_TRUE(relay.deliveries(older).empty());
    EXPECT_EQ(relay.deliveries(newer).size(), 1U);
    EXPECT_EQ(relay.status(older, wire::QueueAck{relay.queue_of(1), {1}}),
              ReplyStatus::not_authenticated);
    relay.disconnect(older);
    EXPECT_EQ(relay.status(relay.greeted(), put(1, 2)), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(newer).size(), 1U);
}

TEST(queues, a_queue_answers_only_to_the_connection_that_opened_it) {
    RelayDriver relay;
    relay.device(1);
    const auto mallory = relay.device(2);
    const auto queue = relay.queue_of(1);
    for (const wire::RequestBody& body : std::vector<wire::RequestBody>{
             wire::QueueAck{queue, {1}}, wire::QueueDelete{queue}, wire::AddressAdd{queue, {}},
             wire::AddressRemove{queue, hash_of(1)}, wire::KeyPackagesPut{queue, {}, {1}},
             wire::KeyPackageQuery{queue}}) {
        EXPECT_EQ(relay.status(mallory, body), ReplyStatus::not_authenticated) << body.index();
    }
}

TEST(queues, a_deleted_queue_leaves_nothing_behind) {
    RelayDriver relay;
    const auto client = relay.device(1);
    const auto queue = relay.queue_of(1);
    const auto alice = relay.greeted();
    for (uint64_t i = 0; i < 300; ++i) EXPECT_EQ(relay.status(alice, put(1, i)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::KeyPackagesPut{queue, {{1}, {2}}, {3}}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::QueueDelete{queue}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::QueueDelete{queue}), ReplyStatus::not_authenticated);
    EXPECT_EQ(relay.status(alice, put(1, 999)), ReplyStatus::unknown_address);
    for (const auto& row : relay.store.visible()) {
        const auto table = static_cast<Table>(row.first.front());
        EXPECT_TRUE(table == Table::seen || table == Table::expiry);
    }
    relay.pass(wire::message_ttl_default);
    relay.tick();
    EXPECT_TRUE(relay.store.visible().empty());
    EXPECT_EQ(relay.open_queue(client, 1), ReplyStatus::ok) << "opened again, it is a new queue";
}

TEST(queues, a_queue_that_another_connection_deleted_is_unknown) {
    RelayDriver relay;
    const auto client = relay.device(1);
    relay.store.restore({});  // as after unwinding the step that made it
    EXPECT_EQ(relay.status(client, wire::QueueAck{relay.queue_of(1), {1}}),
              ReplyStatus::unknown_queue);
}

TEST(queues, an_address_belongs_to_one_queue) {
    RelayDriver relay;
    const auto alice = relay.device(1);
    const auto mallory = relay.device(2);
    EXPECT_EQ(relay.status(alice, wire::AddressAdd{relay.queue_of(1), hash_of(1)}),
              ReplyStatus::ok);
    EXPECT_EQ(relay.status(mallory, wire::AddressAdd{relay.queue_of(2), hash_of(1)}),
              ReplyStatus::already_exists);
    EXPECT_EQ(relay.status(mallory, wire::AddressRemove{relay.queue_of(2), hash_of(1)}),
              ReplyStatus::ok);
    EXPECT_EQ(relay.status(mallory, put(1, 1)), ReplyStatus::ok) << "it was not removed";
}

TEST(queues, a_queue_has_so_many_addresses) {
    RelayConfig config;
    config.rates.per_connection = {10'000, 10'000};
    RelayDriver relay(config);
    const auto client = relay.device(1);
    const auto queue = relay.queue_of(1);
    for (uint64_t i = 1; i < wire::addresses_per_queue_max; ++i) {
        ASSERT_EQ(relay.status(client, wire::AddressAdd{queue, id_of<wire::TokenHash>(i)}),
                  ReplyStatus::ok);
    }
    EXPECT_EQ(relay.status(client, wire::AddressAdd{queue, id_of<wire::TokenHash>(9'999)}),
              ReplyStatus::quota_exceeded);
    EXPECT_EQ(relay.status(client, wire::AddressRemove{queue, hash_of(1)}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::AddressAdd{queue, id_of<wire::TokenHash>(9'999)}),
              ReplyStatus::ok);
}

TEST(queues, a_removed_address_takes_nothing_more) {
    RelayDriver relay;
    const auto bob = relay.device(1);
    const auto alice = relay.greeted();
    EXPECT_EQ(relay.status(alice, put(1, 1)), ReplyStatus::ok);
    for (int repeat = 0; repeat < 2; ++repeat) {
        EXPECT_EQ(relay.status(bob, wire::AddressRemove{relay.queue_of(1), hash_of(1)}),
                  ReplyStatus::ok);
    }
    EXPECT_EQ(relay.status(alice, put(1, 2)), ReplyStatus::unknown_address);
    EXPECT_EQ(relay.status(alice, put(1, 1)), ReplyStatus::ok) << "it was done";
    EXPECT_EQ(relay.deliveries(bob).size(), 1U);
}

TEST(puts, a_repeated_put_has_no_second_effect) {
    RelayDriver relay;
    const auto bob = relay.device(1);
    const auto alice = relay.greeted();
    EXPECT_EQ(relay.status(alice, put(1, 7)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(relay.greeted(), put(1, 7)), ReplyStatus::ok);
    EXPECT_EQ(relay.deliveries(bob).size(), 1U);
    relay.device(2);
    EXPECT_EQ(relay.status(alice, put(2, 7)), ReplyStatus::ok);
    EXPECT_EQ(rows_in(relay, Table::entry), 2U) << "ids count for one address";
}

TEST(puts, one_address_takes_so_many_puts) {
    RelayConfig config;
    config.rates.per_token = {1, 2};
    RelayDriver relay(config);
    relay.device(1);
    relay.device(2);
    const auto alice = relay.greeted();
    EXPECT_EQ(relay.status(alice, put(1, 1)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(alice, put(1, 2)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(alice, put(1, 3)), ReplyStatus::rate_limited);
    EXPECT_EQ(relay.status(alice, put(2, 3)), ReplyStatus::ok);
}

TEST(puts, expiry_is_checked_and_cut_to_the_relays_maximum) {
    RelayConfig config;
    config.ttl_max = Duration::hours(1);
    RelayDriver relay(config);
    const auto bob = relay.device(1);
    const auto alice = relay.greeted();
    const auto now_ms = static_cast<uint64_t>(relay.now.ms);
    const auto expiring = [&](uint64_t message, uint64_t expires_at_ms) {
        auto request = put(1, message);
        request.expires_at_ms = expires_at_ms;
        return relay.status(alice, request);
    };
    EXPECT_EQ(expiring(1, now_ms), ReplyStatus::expired);
    EXPECT_EQ(expiring(2, 1), ReplyStatus::expired);
    EXPECT_EQ(expiring(3, now_ms + 1), ReplyStatus::ok);
    EXPECT_EQ(expiring(4, UINT64_MAX), ReplyStatus::ok);
    EXPECT_EQ(expiring(5, 0), ReplyStatus::ok);
    const auto got = relay.deliveries(bob);
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].expires_at_ms, now_ms + 1);
    EXPECT_EQ(got[1].expires_at_ms, now_ms + 3'600'000);
    EXPECT_EQ(got[2].expires_at_ms, now_ms + 3'600'000);
}

TEST(puts, a_put_to_an_unknown_address_is_refused) {
    RelayDriver relay;
    EXPECT_EQ(relay.status(relay.greeted(), put(1, 1)), ReplyStatus::unknown_address);
}

TEST(puts, a_full_queue_takes_nothing_more) {
    RelayDriver relay;
    relay.device(1);
    const auto alice = relay.greeted();
    const Bytes key = table_key(Table::queue, relay.queue_of(1));
    const auto set = [&](uint64_t entry_count, uint64_t size_bytes) {
        QueueRow row;
        row.entry_count = entry_count;
        row.size_bytes = size_bytes;
        StoreBatch batch;
        codec::Writer writer;
        writer(row_version, row);
        batch.put(key, writer.take());
        ASSERT_TRUE(relay.store.apply(batch).ok());
    };
    set(queue_entries_max, 0);
    EXPECT_EQ(relay.status(alice, put(1, 1)), ReplyStatus::quota_exceeded);
    set(queue_entries_max - 1, queue_size_bytes_max - 2);
    EXPECT_EQ(relay.status(alice, put(1, 1)), ReplyStatus::quota_exceeded);
    set(queue_entries_max - 1, queue_size_bytes_max - 3);
    EXPECT_EQ(relay.status(alice, put(1, 1)), ReplyStatus::ok);
}

}  // namespace
}  // namespace mayfly::relay
