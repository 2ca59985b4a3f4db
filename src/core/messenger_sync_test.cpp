// Order, retries, commits and healing in a conversation of two.
#include "core/machine.h"
#include "core/network_test_support.h"

namespace mayfly::core {
namespace {

class Conversation : public testing::Test {
  protected:
    Conversation() : pair_(make_pair(network_)) {}
    TestClient& alice() { return *pair_.alice; }
    TestClient& bob() { return *pair_.bob; }
    uint64_t epoch_of(TestClient& client, const ConversationId& id) {
        return client.messenger().epoch_authenticator_for_testing(id)->first;
    }
    void expect_agreement() {
        network_.settle();
        EXPECT_EQ(*alice().messenger().epoch_authenticator_for_testing(pair_.to_bob),
                  *bob().messenger().epoch_authenticator_for_testing(pair_.to_alice));
    }

    TestNetwork network_;
    Pair pair_;
};

TEST_F(Conversation, messages_arrive_in_the_order_in_which_they_were_sent) {
    std::vector<std::string> sent;
    for (int i = 0; i < 200; ++i) {
        sent.push_back("message " + std::to_string(i));
        ASSERT_TRUE(alice().send(pair_.to_bob, sent.back()).ok());
    }
    network_.settle();
    bob().take();
    EXPECT_EQ(bob().texts_taken, sent);
    EXPECT_TRUE(alice().messenger().outbox_empty());
    expect_agreement();
}

TEST_F(Conversation, sender_commits_a_fresh_path_after_fifty_messages) {
    const uint64_t before = epoch_of(alice(), pair_.to_bob);
    for (uint32_t i = 0; i < messages_per_commit; ++i) {
        EXPECT_EQ(epoch_of(alice(), pair_.to_bob), before);
        ASSERT_TRUE(alice().send(pair_.to_bob, "x").ok());
        network_.settle();
    }
    EXPECT_EQ(epoch_of(alice(), pair_.to_bob), before + 1);
    EXPECT_EQ(bob().take().size(), messages_per_commit);
    expect_agreement();
}

TEST_F(Conversation, sender_commits_a_fresh_path_when_a_day_has_passed) {
    ASSERT_TRUE(alice().send(pair_.to_bob, "today").ok());
    network_.settle();
    const uint64_t before = epoch_of(alice(), pair_.to_bob);
    network_.pass(time_per_commit);
    ASSERT_TRUE(alice().send(pair_.to_bob, "tomorrow").ok());
    network_.settle();
    EXPECT_EQ(epoch_of(alice(), pair_.to_bob), before + 1);
    EXPECT_EQ(bob().take().size(), 2U);
    expect_agreement();
}

TEST_F(Conversation, of_two_commits_at_once_one_wins_and_both_go_on) {
    ASSERT_TRUE(alice().send(pair_.to_bob, "1").ok());
    ASSERT_TRUE(bob().send(pair_.to_alice, "2").ok());
    network_.settle();
    network_.pass(time_per_commit);
    // Both commits leave before either has arrived.
    ASSERT_TRUE(alice().send(pair_.to_bob, "3").ok());
    ASSERT_TRUE(bob().send(pair_.to_alice, "4").ok());
    network_.settle();
    expect_agreement();
    EXPECT_EQ(bob().take().size(), 2U);
    EXPECT_EQ(alice().take().size(), 2U);
    EXPECT_TRUE(alice().messenger().outbox_empty());
    EXPECT_TRUE(bob().messenger().outbox_empty());
}

TEST_F(Conversation, message_overtaken_by_a_commit_is_sealed_anew_under_its_id) {
    ASSERT_TRUE(bob().send(pair_.to_alice, "1").ok());
    network_.settle();
    network_.pass(time_per_commit);
    // Bob's commit reaches the hub first; Alice's message is of the epoch before.
    ASSERT_TRUE(bob().send(pair_.to_alice, "2").ok());
    const auto sent = alice().send(pair_.to_bob, "3");
    ASSERT_TRUE(sent.ok());
    const MessageId id = alice().last_sent;
    ASSERT_TRUE(network_.finish(alice(), *sent));
    EXPECT_TRUE(alice().ended(*sent)->ok());
    const auto taken = bob().take();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken.front().id, id);
    expect_agreement();
}

TEST_F(Conversation, outbox_survives_crash_and_relay_restart) {
    network_.stop_relay(test_relay);
    const auto sent = alice().send(pair_.to_bob, "later");
    ASSERT_TRUE(sent.ok());
    alice().restart();
    EXPECT_FALSE(alice().messenger().outbox_empty());
    EXPECT_EQ(alice().messenger().messages(pair_.to_bob, network_.now)->front().state,
              MessageState::queued);
    network_.pass(Duration::minutes(1));
    network_.start_relay(test_relay);
    ASSERT_TRUE(network_.until([&] { return alice().messenger().outbox_empty(); }));
    EXPECT_EQ(alice().messenger().messages(pair_.to_bob, network_.now)->front().state,
              MessageState::sent);
    ASSERT_TRUE(network_.until([&] { return !bob().take().empty(); }));
}

TEST_F(Conversation, queued_message_can_be_withdrawn_before_it_leaves_and_not_after) {
    alice().go_offline();
    ASSERT_TRUE(alice().send(pair_.to_bob, "not yet").ok());
    auto withdrawn = alice().messenger().withdraw(alice().last_sent, network_.now);
    ASSERT_TRUE(withdrawn.ok());
    EXPECT_TRUE(withdrawn->first);
    alice().run(std::move(withdrawn->second));
    EXPECT_TRUE(alice().messenger().outbox_empty());
    EXPECT_TRUE(alice().messenger().messages(pair_.to_bob, network_.now)->empty());
    alice().go_online();
    network_.pass(Duration::minutes(5));
    ASSERT_TRUE(alice().send(pair_.to_bob, "gone").ok());
    auto late = alice().messenger().withdraw(alice().last_sent, network_.now);
    ASSERT_TRUE(late.ok());
    EXPECT_FALSE(late->first);
    network_.settle();
    EXPECT_EQ(bob().take().size(), 1U);
}

TEST_F(Conversation, message_that_expires_in_the_outbox_ends_its_operation) {
    alice().go_offline();
    SendOptions options;
    options.expiration = Duration::minutes(1);
    const auto sent = alice().send(pair_.to_bob, "too late", options);
    ASSERT_TRUE(sent.ok());
    ASSERT_TRUE(network_.finish(alice(), *sent));
    EXPECT_EQ(alice().ended(*sent)->code(), ErrorCode::expired);
    EXPECT_TRUE(alice().messenger().outbox_empty());
}

TEST_F(Conversation, caught_up_comes_after_all_that_waited) {
    bob().go_offline();
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(alice().send(pair_.to_bob, "x").ok());
    network_.settle();
    bob().caught_up.clear();
    bob().go_online();
    ASSERT_TRUE(network_.until([&] { return !bob().caught_up.empty(); }));
    EXPECT_EQ(bob().take().size(), 100U);
}

TEST_F(Conversation, reconnecting_waits_longer_each_time) {
    network_.stop_relay(test_relay);
    alice().link_changes.clear();
    network_.pass(Duration::minutes(10));
    // Doubling from half a second to two minutes, with at least half of it waited.
    EXPECT_GE(alice().link_changes.size(), 8U);
    EXPECT_LE(alice().link_changes.size(), 24U);
    network_.start_relay(test_relay);
    ASSERT_TRUE(network_.until([&] { return alice().link_changes.back().up; }));
}

TEST_F(Conversation, second_process_of_a_device_takes_the_queue_over) {
    // The same device, from a copy of its store.
    TestClient& twin = network_.add_client("Twin");
    twin.store() = alice().store().snapshot();
    twin.restart();
    network_.settle();
    EXPECT_FALSE(alice().link_changes.back().up);
    EXPECT_TRUE(twin.link_changes.back().up);
}

TEST_F(Conversation, commands_without_an_account_are_refused) {
    TestClient& nobody = network_.add_client("Nobody");
    EXPECT_FALSE(nobody.messenger().has_account());
    EXPECT_EQ(nobody.add("bobby@" + test_relay).code(), ErrorCode::no_account);
    EXPECT_EQ(nobody.messenger().account().code(), ErrorCode::no_account);
    EXPECT_TRUE(nobody.messenger().start(network_.now).network.empty());
    EXPECT_FALSE(nobody.messenger().next_timer().has_value());
    AccountOptions options;
    options.relays = {test_relay};
    EXPECT_EQ(alice().messenger().create_account(options, network_.now, alice().entropy()).code(),
              ErrorCode::account_exists);
}

TEST_F(Conversation, damaged_rows_are_reported_and_newer_ones_too) {
    MemoryStorePort damaged = alice().store().snapshot();
    WriteBatch batch;
    batch.put({'a'}, SecretBuffer(as_bytes(std::string_view("\0\1garbage", 9))));
    ASSERT_TRUE(damaged.apply(batch).ok());
    EXPECT_EQ(Messenger::open(damaged, network_.now).code(), ErrorCode::store_corrupt);
    WriteBatch newer;
    newer.put({'a'}, SecretBuffer(as_bytes(std::string_view("\x7f\1future", 8))));
    ASSERT_TRUE(damaged.apply(newer).ok());
    EXPECT_EQ(Messenger::open(damaged, network_.now).code(), ErrorCode::store_newer);
}

TEST_F(Conversation, disk_that_refuses_reads_loses_nothing) {
    bob().store().fail_reads(true);
    ASSERT_TRUE(alice().send(pair_.to_bob, "hold on").ok());
    network_.settle();
    network_.pass(Duration::minutes(1));
    bob().store().fail_reads(false);
    ASSERT_TRUE(network_.until([&] { return !bob().take().empty(); }));
    expect_agreement();
}

}  // namespace
}  // namespace mayfly::core
