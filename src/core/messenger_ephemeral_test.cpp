// What burns, burns: expiration, burn-on-read, recall, and nothing left behind.
#include "core/network_test_support.h"

namespace mayfly::core {
namespace {

class Ephemeral : public testing::Test {
  protected:
    Ephemeral() : pair_(make_pair(network_)) {}

    TestClient& alice() { return *pair_.alice; }
    TestClient& bob() { return *pair_.bob; }

    // say sends from Alice and waits until Bob's store has it.
    MessageId say(std::string_view text, SendOptions options = {}) {
        const size_t before = bob().arrivals;
        EXPECT_TRUE(alice().send(pair_.to_bob, text, options).ok());
        EXPECT_TRUE(network_.until([&] { return bob().arrivals > before; }));
        return alice().last_sent;
    }
    size_t alive_at(TestClient& client, const ConversationId& conversation) {
        return client.messenger().messages(conversation, network_.now)->size();
    }
    size_t alive_at_bob() { return alive_at(bob(), pair_.to_alice); }
    size_t alive_at_alice() { return alive_at(alice(), pair_.to_bob); }
    // The key under which a body lies at rest.
    static Bytes body_key(TestClient& client, const MessageId& id) {
        Bytes row = {'y'};
        append(row, id.view());
        const auto found = client.store().get(row);
        return found.ok() && *found ? to_bytes((*found)->expose()) : Bytes();
    }

    TestNetwork network_;
    Pair pair_;
};

TEST_F(Ephemeral, message_expires_on_both_sides) {
    SendOptions options;
    options.expiration = Duration::seconds(30);
    const MessageId id = say("thirty seconds", options);
    ASSERT_EQ(bob().take().size(), 1U);
    EXPECT_EQ(alive_at_bob(), 1U);
    network_.pass(Duration::seconds(31));
    EXPECT_EQ(alive_at_bob(), 0U);
    EXPECT_EQ(alive_at_alice(), 0U);
    EXPECT_EQ(bob().gone, std::vector<MessageId>{id});
    EXPECT_EQ(alice().gone, std::vector<MessageId>{id});
    EXPECT_EQ(bob().messenger().find_message(text_of(id), network_.now).code(),
              ErrorCode::unknown_message);
}

TEST_F(Ephemeral, expired_message_is_unreadable_before_the_timer_ran) {
    SendOptions options;
    options.expiration = Duration::seconds(5);
    const MessageId id = say("short", options);
    const Time later = network_.now + Duration::seconds(6);
    EXPECT_EQ(bob().messenger().messages(pair_.to_alice, later)->size(), 0U);
    EXPECT_FALSE(bob().messenger().find_message(text_of(id), later).ok());
    EXPECT_FALSE(bob().messenger().open_message(id, later).ok());
    EXPECT_TRUE(bob().messenger().take_new_messages(10, later)->first.empty());
}

TEST_F(Ephemeral, message_that_expired_during_downtime_is_gone_at_the_first_timer) {
    SendOptions options;
    options.expiration = Duration::minutes(1);
    const MessageId id = say("while you sleep", options);
    const Bytes key = body_key(bob(), id);
    ASSERT_FALSE(key.empty());
    network_.now = network_.now + Duration::days(2);
    bob().restart();
    network_.settle();
    EXPECT_TRUE(bob().take().empty());
    network_.pass(Duration::seconds(1));
    EXPECT_FALSE(bob().store().contains(key));
    EXPECT_FALSE(bob().store().contains(as_bytes("while you sleep")));
}

TEST_F(Ephemeral, message_that_expired_before_it_was_taken_causes_no_event) {
    SendOptions options;
    options.expiration = Duration::seconds(10);
    say("phantom", options);
    network_.pass(Duration::seconds(11));
    EXPECT_TRUE(bob().take().empty());
    EXPECT_TRUE(bob().gone.empty());
}

TEST_F(Ephemeral, message_that_expired_on_the_way_is_never_seen) {
    bob().go_offline();
    SendOptions options;
    options.expiration = Duration::minutes(1);
    ASSERT_TRUE(alice().send(pair_.to_bob, "too late", options).ok());
    network_.pass(Duration::minutes(2));
    const size_t arrivals = bob().arrivals;
    bob().go_online();
    network_.pass(Duration::minutes(5));
    EXPECT_EQ(bob().arrivals, arrivals);
    EXPECT_TRUE(bob().take().empty());
}

TEST_F(Ephemeral, burn_timer_starts_at_opening) {
    SendOptions options;
    options.burn = Duration::seconds(20);
    const MessageId id = say("burns", options);
    ASSERT_EQ(bob().take().front().burn_seconds, 20U);
    network_.pass(Duration::minutes(5));
    EXPECT_EQ(alive_at_bob(), 1U);
    ASSERT_TRUE(bob().open(id).ok());
    network_.pass(Duration::seconds(19));
    EXPECT_EQ(alive_at_bob(), 1U);
    ASSERT_TRUE(bob().open(id).ok());  // opening again does not start again
    network_.pass(Duration::seconds(2));
    EXPECT_EQ(alive_at_bob(), 0U);
}

TEST_F(Ephemeral, burn_never_extends_the_expiration) {
    SendOptions options;
    options.expiration = Duration::minutes(1);
    options.burn = Duration::hours(1);
    const MessageId id = say("burns", options);
    ASSERT_TRUE(bob().open(id).ok());
    network_.pass(Duration::seconds(61));
    EXPECT_EQ(alive_at_bob(), 0U);
}

TEST_F(Ephemeral, burnt_message_leaves_neither_text_nor_key) {
    const MessageId id = say("leave no trace of me");
    ASSERT_EQ(bob().take().size(), 1U);
    const Bytes key = body_key(bob(), id);
    const Bytes own_key = body_key(alice(), id);
    ASSERT_EQ(key.size(), 32U);
    ASSERT_NE(key, own_key);
    EXPECT_FALSE(bob().store().contains(as_bytes("leave no trace of me")));  // at rest: encrypted
    const uint64_t shredded = bob().store().shredded();
    ASSERT_TRUE(bob().burn(id).ok());
    ASSERT_TRUE(alice().burn(id).ok());
    EXPECT_GT(bob().store().shredded(), shredded);
    for (TestClient* client : {&alice(), &bob()}) {
        EXPECT_FALSE(client->store().contains(key));
        EXPECT_FALSE(client->store().contains(own_key));
        EXPECT_FALSE(client->store().contains(as_bytes("leave no trace")));
    }
    EXPECT_EQ(alive_at_bob(), 0U);
    EXPECT_EQ(bob().gone, std::vector<MessageId>{id});
}

TEST_F(Ephemeral, recalled_message_goes_from_both_sides) {
    const MessageId id = say("forget this");
    ASSERT_EQ(bob().take().size(), 1U);
    const auto recalled = alice().recall(id);
    ASSERT_TRUE(recalled.ok() && network_.finish(alice(), *recalled));
    EXPECT_EQ(alive_at_alice(), 0U);
    ASSERT_TRUE(network_.until([&] { return !bob().gone.empty(); }));
    EXPECT_EQ(alive_at_bob(), 0U);
}

TEST_F(Ephemeral, message_recalled_before_it_was_taken_shows_nothing) {
    bob().go_offline();
    ASSERT_TRUE(alice().send(pair_.to_bob, "forget this").ok());
    network_.pass(Duration::seconds(1));
    ASSERT_TRUE(alice().recall(alice().last_sent).ok());
    network_.pass(Duration::seconds(1));
    bob().go_online();
    network_.pass(Duration::minutes(5));
    EXPECT_TRUE(bob().take().empty());
    EXPECT_TRUE(bob().gone.empty());
}

TEST_F(Ephemeral, only_the_sender_may_recall) {
    const MessageId id = say("mine");
    EXPECT_EQ(bob().recall(id).code(), ErrorCode::not_ours);
    EXPECT_EQ(alive_at_bob(), 1U);
}

TEST_F(Ephemeral, recall_of_a_message_that_never_left_sends_nothing) {
    alice().go_offline();
    ASSERT_TRUE(alice().send(pair_.to_bob, "never left").ok());
    const auto recalled = alice().recall(alice().last_sent);
    ASSERT_TRUE(recalled.ok());
    EXPECT_TRUE(alice().ended(*recalled)->ok());
    EXPECT_TRUE(alice().messenger().outbox_empty());
}

TEST_F(Ephemeral, durations_outside_their_range_are_refused) {
    SendOptions options;
    options.expiration = Duration::seconds(2);
    EXPECT_EQ(alice().send(pair_.to_bob, "x", options).code(), ErrorCode::bad_duration);
    options.expiration = Duration::days(366);
    EXPECT_EQ(alice().send(pair_.to_bob, "x", options).code(), ErrorCode::bad_duration);
    options.expiration = Duration::days(1);
    options.burn = Duration::seconds(0);
    EXPECT_EQ(alice().send(pair_.to_bob, "x", options).code(), ErrorCode::bad_duration);
    EXPECT_EQ(alice().send(pair_.to_bob, std::string(text_size_bytes_max + 1, 'x')).code(),
              ErrorCode::text_too_large);
}

TEST_F(Ephemeral, a_removed_contact_takes_all_messages_with_it) {
    const MessageId id = say("history");
    const Bytes key = body_key(bob(), id);
    const auto removed = bob().remove(alice().messenger().account()->account);
    ASSERT_TRUE(removed.ok() && network_.finish(bob(), *removed));
    EXPECT_TRUE(bob().messenger().contacts().empty());
    EXPECT_FALSE(bob().store().contains(key));
    // The relay enforces it: what Alice still writes reaches no queue.
    const auto sent = alice().send(pair_.to_bob, "are you there?");
    ASSERT_TRUE(sent.ok() && network_.finish(alice(), *sent));
    network_.pass(Duration::seconds(10));
    EXPECT_TRUE(bob().take().empty());
}

}  // namespace
}  // namespace mayfly::core
