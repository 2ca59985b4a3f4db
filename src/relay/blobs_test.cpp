#include <gtest/gtest.h>

#include "relay/relay_driver.h"
#include "relay/rows.h"
#include "relay/store_invariants.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

wire::Token token(uint64_t number) { return id_of<wire::Token>(number); }
wire::BlobId blob(uint64_t number) { return wire::blob_id_of(token(number)); }
wire::BlobBegin begin(uint64_t number, uint64_t size_bytes) {
    return {token(number), size_bytes, 0};
}
wire::BlobPut put(uint64_t number, uint64_t offset, Bytes bytes) {
    return {token(number), offset, std::move(bytes)};
}

uint64_t received(const wire::ReplyBody& reply) {
    const auto* state = std::get_if<wire::BlobState>(&reply);
    return state == nullptr ? UINT64_MAX : state->received_bytes;
}

// A blob of four bytes that is whole.
void store_blob(RelayDriver& relay, ConnectionId client, uint64_t number) {
    ASSERT_EQ(received(relay.ask(client, begin(number, 4))), 0U);
    ASSERT_EQ(received(relay.ask(client, put(number, 0, {1, 2, 3, 4}))), 4U);
}

TEST(blobs, what_was_put_is_read_by_whoever_has_the_id) {
    RelayDriver relay;
    store_blob(relay, relay.device(1), 7);
    const auto reader = relay.greeted();
    const auto reply = relay.ask(reader, wire::BlobGet{blob(7), 1, 100});
    const auto* part = std::get_if<wire::BlobPart>(&reply);
    ASSERT_NE(part, nullptr);
    EXPECT_EQ(part->size_bytes, 4U);
    EXPECT_EQ(part->bytes, (Bytes{2, 3, 4}));
    EXPECT_EQ(relay.status(reader, wire::BlobGet{blob(7), 4, 1}), ReplyStatus::malformed);
    EXPECT_EQ(relay.status(reader, wire::BlobGet{blob(8), 0, 1}), ReplyStatus::unknown_blob);
    EXPECT_EQ(broken_invariant(relay.store.visible()), "");
}

TEST(blobs, an_upload_goes_on_where_the_relay_says) {
    RelayDriver relay;
    auto client = relay.device(1);
    EXPECT_EQ(received(relay.ask(client, begin(7, 6))), 0U);
    EXPECT_EQ(received(relay.ask(client, put(7, 0, {1, 2}))), 2U);
    EXPECT_EQ(received(relay.ask(client, put(7, 0, {9, 9}))), 2U) << "a repetition";
    EXPECT_EQ(received(relay.ask(client, put(7, 4, {5, 6}))), 2U) << "a gap";
    EXPECT_EQ(relay.status(relay.greeted(), wire::BlobGet{blob(7), 0, 9}),
              ReplyStatus::unknown_blob)
        << "not whole";
    relay.restart();
    client = relay.device(1);
    EXPECT_EQ(received(relay.ask(client, begin(7, 6))), 2U);
    EXPECT_EQ(received(relay.ask(client, put(7, 2, {3, 4, 5, 6}))), 6U);
    const auto reply = relay.ask(client, wire::BlobGet{blob(7), 0, 9});
    EXPECT_EQ(std::get<wire::BlobPart>(reply).bytes, (Bytes{1, 2, 3, 4, 5, 6}));
}

TEST(blobs, only_the_write_token_writes_and_deletes) {
    RelayDriver relay;
    const auto client = relay.device(1);
    store_blob(relay, client, 7);
    // Who may read has the id, which is no token.
    const auto as_token = *wire::Token::from(blob(7).view());
    EXPECT_EQ(relay.status(client, wire::BlobPut{as_token, 0, {1}}), ReplyStatus::unknown_blob);
    EXPECT_EQ(relay.status(client, wire::BlobDelete{as_token}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::BlobGet{blob(7), 0, 1}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::BlobDelete{token(7)}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::BlobGet{blob(7), 0, 1}), ReplyStatus::unknown_blob);
    EXPECT_EQ(relay.status(client, wire::BlobDelete{token(7)}), ReplyStatus::ok) << "again";
    EXPECT_TRUE(relay.store.blobs().empty());
    store_blob(relay, client, 7);  // it may begin anew
    EXPECT_EQ(relay.store.blobs().size(), 1U);
}

TEST(blobs, sizes_are_as_declared) {
    RelayDriver relay;
    const auto client = relay.device(1);
    EXPECT_EQ(relay.status(client, begin(7, 0)), ReplyStatus::malformed);
    EXPECT_EQ(relay.status(client, begin(7, wire::blob_size_bytes_max + 1)),
              ReplyStatus::too_large);
    EXPECT_EQ(relay.status(client, begin(7, 4)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, begin(7, 4)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, begin(7, 5)), ReplyStatus::already_exists);
    EXPECT_EQ(relay.status(client, put(7, 0, {1, 2, 3, 4, 5})), ReplyStatus::too_large);
    EXPECT_EQ(relay.status(client, put(7, UINT64_MAX, {1})), ReplyStatus::too_large);
}

TEST(blobs, an_expired_blob_is_hidden_at_once_and_leaves_the_disk) {
    RelayDriver relay;
    const auto client = relay.device(1);
    const auto at = static_cast<uint64_t>(relay.now.ms);
    EXPECT_EQ(relay.status(client, wire::BlobBegin{token(7), 4, at}), ReplyStatus::expired);
    EXPECT_EQ(relay.status(client, wire::BlobBegin{token(7), 4, at + 1'000}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, put(7, 0, {1, 2, 3, 4})), ReplyStatus::ok);
    relay.tick();
    relay.pass(Duration::seconds(1));
    EXPECT_EQ(relay.status(client, wire::BlobGet{blob(7), 0, 4}), ReplyStatus::unknown_blob);
    EXPECT_EQ(relay.status(client, put(7, 0, {1})), ReplyStatus::unknown_blob);
    EXPECT_EQ(relay.status(client, begin(7, 4)), ReplyStatus::expired);
    EXPECT_LE(relay.relay().next_tick(), relay.now);
    EXPECT_EQ(relay.store.blobs().size(), 1U);
    relay.tick();
    EXPECT_TRUE(relay.store.blobs().empty());
    for (const auto& [key, value] : relay.store.visible()) {
        EXPECT_NE(key.front(), static_cast<uint8_t>(Table::blob));
        EXPECT_NE(key.front(), static_cast<uint8_t>(Table::blob_file));
    }
    EXPECT_EQ(broken_invariant(relay.store.visible()), "");
}

TEST(blobs, the_host_bounds_what_all_blobs_take) {
    RelayConfig config;
    config.blob_total_size_bytes_max = 10;
    RelayDriver relay(config);
    const auto client = relay.device(1);
    EXPECT_EQ(relay.status(client, begin(1, 6)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, begin(2, 5)), ReplyStatus::quota_exceeded);
    EXPECT_EQ(relay.status(client, begin(2, 4)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::BlobDelete{token(1)}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, begin(3, 6)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, begin(4, 1)), ReplyStatus::quota_exceeded);
}

TEST(blobs, a_queue_and_an_ip_prefix_begin_so_much_at_a_time) {
    RelayConfig config;
    config.rates.blob_mib_per_queue = {1, 3};
    config.rates.blob_mib_per_ip_prefix = {1, 5};
    RelayDriver relay(config);
    constexpr uint64_t two_mib = 2U << 20;
    const auto client = relay.connect({10, 0, 0});
    ASSERT_EQ(relay.status(client, wire::Hello{{1}}), ReplyStatus::ok);
    ASSERT_EQ(relay.open_queue(client, 1), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, begin(1, two_mib)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, begin(2, two_mib)), ReplyStatus::rate_limited);
    const auto other = relay.connect({10, 0, 0});
    ASSERT_EQ(relay.status(other, wire::Hello{{1}}), ReplyStatus::ok);
    ASSERT_EQ(relay.open_queue(other, 2), ReplyStatus::ok);
    EXPECT_EQ(relay.status(other, begin(3, two_mib)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(other, begin(4, 1)), ReplyStatus::ok);
    const auto third = relay.connect({10, 0, 0});
    ASSERT_EQ(relay.status(third, wire::Hello{{1}}), ReplyStatus::ok);
    ASSERT_EQ(relay.open_queue(third, 3), ReplyStatus::ok);
    EXPECT_EQ(relay.status(third, begin(5, 1)), ReplyStatus::rate_limited) << "of the prefix";
    relay.pass(Duration::seconds(1));
    EXPECT_EQ(relay.status(third, begin(5, 1)), ReplyStatus::ok);
}

TEST(blobs, without_a_queue_nothing_is_uploaded) {
    RelayDriver relay;
    const auto client = relay.greeted();
    EXPECT_EQ(relay.status(client, begin(7, 4)), ReplyStatus::not_authenticated);
    EXPECT_EQ(relay.status(client, put(7, 0, {1})), ReplyStatus::not_authenticated);
    EXPECT_EQ(relay.status(client, wire::BlobDelete{token(7)}), ReplyStatus::not_authenticated);
}

TEST(blobs, bytes_that_no_row_counts_are_written_again) {
    RelayDriver relay;
    const auto client = relay.device(1);
    ASSERT_EQ(relay.status(client, begin(7, 4)), ReplyStatus::ok);
    relay.store.fail_apply(0, MAYFLY_ERROR(storage_full));
    EXPECT_EQ(relay.status(client, put(7, 0, {9, 9, 9})), ReplyStatus::storage_full);
    EXPECT_EQ(received(relay.ask(client, begin(7, 4))), 0U);
    EXPECT_EQ(received(relay.ask(client, put(7, 0, {1, 2, 3, 4}))), 4U);
    const auto reply = relay.ask(client, wire::BlobGet{blob(7), 0, 9});
    EXPECT_EQ(std::get<wire::BlobPart>(reply).bytes, (Bytes{1, 2, 3, 4}));
}

TEST(blobs, a_file_goes_only_after_its_rows_have_gone_for_good) {
    RelayDriver relay;
    const auto client = relay.device(1);
    store_blob(relay, client, 7);
    relay.store.fail_sync(0, MAYFLY_ERROR(storage_failed));
    EXPECT_EQ(relay.status(client, wire::BlobDelete{token(7)}), ReplyStatus::storage_failed);
    EXPECT_EQ(relay.store.blobs().size(), 1U);
    relay.restart();
    EXPECT_EQ(relay.status(relay.greeted(), wire::BlobGet{blob(7), 0, 4}), ReplyStatus::ok);
    relay.tick();
    EXPECT_EQ(relay.store.blobs().size(), 1U) << "it has its row";
}

TEST(blobs, files_left_over_from_a_crash_go_at_the_next_start) {
    RelayDriver relay;
    store_blob(relay, relay.device(1), 7);
    for (uint8_t number = 1; number <= 5; ++number) {
        StoreBatch batch;
        BlobFileId file;
        file.bytes[0] = static_cast<uint8_t>(number * 50);
        file.bytes[1] = number;
        batch.blob_writes.push_back({file, 0, {1}});
        ASSERT_TRUE(relay.store.apply(batch).ok());
    }
    ASSERT_EQ(relay.store.blobs().size(), 6U);
    relay.restart();
    relay.tick();
    EXPECT_EQ(relay.store.blobs().size(), 1U);
}

TEST(blobs, no_capability_is_in_the_store) {
    RelayDriver relay;
    store_blob(relay, relay.device(1), 7);
    for (const auto& [key, value] : relay.store.visible()) {
        Bytes row = key;
        append(row, value);
        for (const BytesView secret : {token(7).view(), blob(7).view()}) {
            EXPECT_EQ(std::search(row.begin(), row.end(), secret.begin(), secret.end()), row.end());
        }
    }
}

}  // namespace
}  // namespace mayfly::relay
