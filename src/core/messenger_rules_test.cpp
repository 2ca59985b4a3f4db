// Who may do what in groups and rooms, and what a modified client can not do.
#include "core/group_test_support.h"

namespace mayfly::core {
namespace {

TEST_F(Groups, group_without_a_moderator_gets_its_oldest_member) {
    const ConversationId id = group_of_three();
    ASSERT_TRUE(done(*alice_, [&](Messenger& m) {
                    return m.leave(id, network_.now, alice_->entropy());
                }).ok());
    ASSERT_TRUE(network_.until(
        [&] { return bob_->messenger().find_conversation("Climbing")->is_moderator; }));
    ASSERT_TRUE(agree(id, {bob_, carol_}));
    EXPECT_FALSE(carol_->messenger().find_conversation("Climbing")->is_moderator);
}

TEST_F(Groups, state_changes_reach_everybody) {
    const ConversationId id = group_of_three();
    StateChange what;
    what.name = "Bouldering";
    what.expiration_ms = 3'600'000;
    ASSERT_TRUE(change(*bob_, id, what).ok()) << "in a group everybody may";
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    const ConversationView view = *carol_->messenger().find_conversation("Bouldering");
    EXPECT_EQ(view.expiration, Duration::hours(1));
}

TEST_F(Groups, two_changes_at_once_both_happen) {
    const ConversationId id = group_of_three();
    StateChange name;
    name.name = "Bouldering";
    StateChange topic;
    topic.topic = "Sundays";
    auto one = alice_->messenger().change_conversation(id, name, network_.now, alice_->entropy());
    auto two = bob_->messenger().change_conversation(id, topic, network_.now, bob_->entropy());
    ASSERT_TRUE(one.ok() && two.ok());
    alice_->run(std::move(one->effects));
    bob_->run(std::move(two->effects));
    ASSERT_TRUE(network_.finish(*alice_, one->operation));
    ASSERT_TRUE(network_.finish(*bob_, two->operation));
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    const ConversationView view = *carol_->messenger().find_conversation("Bouldering");
    EXPECT_EQ(view.topic, "Sundays");
}

TEST_F(Groups, room_belongs_to_its_moderators) {
    const ConversationId id = group_of_three(ConversationKind::room);
    StateChange name;
    name.name = "Mine";
    EXPECT_EQ(change(*bob_, id, name).code(), ErrorCode::not_authorized);
    EXPECT_EQ(invite(*bob_, id, *carol_).code(), ErrorCode::not_authorized);
    EXPECT_EQ(done(*bob_,
                   [&](Messenger& m) {
                       return m.remove_member(id, id_of(*carol_), network_.now, bob_->entropy());
                   })
                  .code(),
              ErrorCode::not_authorized);
    StateChange promote;
    promote.add_moderators = {id_of(*bob_)};
    ASSERT_TRUE(change(*alice_, id, promote).ok());
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    ASSERT_TRUE(change(*bob_, id, name).ok());
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    EXPECT_TRUE(carol_->messenger().find_conversation("Mine").ok());
}

TEST_F(Groups, reader_cannot_write_and_is_not_heard_if_it_does) {
    const ConversationId id = group_of_three(ConversationKind::room);
    StateChange quiet;
    quiet.add_readers = {id_of(*bob_)};
    ASSERT_TRUE(change(*alice_, id, quiet).ok());
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    EXPECT_EQ(bob_->send(id, "but").code(), ErrorCode::not_authorized);
    EXPECT_FALSE(bob_->messenger().find_conversation("Climbing")->may_write);
    expect_all_hear(id, *alice_, "listen", {bob_, carol_});
    // Bob's client is made to believe that it may.
    bob_->messenger().forget_rules_for_testing(id);
    ASSERT_TRUE(bob_->send(id, "nevertheless").ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(texts(*alice_).empty());
    EXPECT_TRUE(texts(*carol_).empty());
}

// The hub has taken the commit: the others apply it, and the next undoes it and removes its maker.
TEST_F(Groups, each_forbidden_change_is_refused_by_all_and_the_group_goes_on) {
    const std::vector<std::function<Result<Messenger::Started>(Messenger&, const ConversationId&)>>
        forbidden = {
            [&](Messenger& m, const ConversationId& id) {
                StateChange change;
                change.name = "Mine";
                return m.change_conversation(id, change, network_.now, bob_->entropy());
            },
            [&](Messenger& m, const ConversationId& id) {
                StateChange change;
                change.add_moderators = {id_of(*bob_)};
                return m.change_conversation(id, change, network_.now, bob_->entropy());
            },
            [&](Messenger& m, const ConversationId& id) {
                StateChange change;
                change.expiration_max_ms = 60'000;
                return m.change_conversation(id, change, network_.now, bob_->entropy());
            },
            [&](Messenger& m, const ConversationId& id) {
                return m.remove_member(id, id_of(*carol_), network_.now, bob_->entropy());
            },
        };
    for (size_t i = 0; i < forbidden.size(); ++i) {
        const ConversationId id = group_of_three(ConversationKind::room);
        bob_->messenger().forget_rules_for_testing(id);
        ASSERT_TRUE(done(*bob_, [&](Messenger& m) { return forbidden[i](m, id); }).ok()) << i;
        // Whoever writes at once puts the group in order first.
        ASSERT_TRUE(alice_->send(id, "what was that?").ok()) << i;
        ASSERT_TRUE(agree(id, {alice_, carol_})) << i;
        network_.pass(Duration::minutes(1));
        for (TestClient* client : {alice_, carol_}) {
            EXPECT_EQ(client->messenger().state(id)->name, "Climbing") << i;
            EXPECT_EQ(client->messenger().state(id)->moderators, std::vector{id_of(*alice_)}) << i;
            EXPECT_NE(client->messenger().state(id)->expiration_max_ms, 60'000U) << i;
            EXPECT_EQ(count_in(*client, id), 2U) << i << client->name;
            ASSERT_FALSE(client->changes.empty());
            client->take();
        }
        bob_->take();
        expect_all_hear(id, *carol_, "and we go on", {alice_});
        expect_all_hear(id, *alice_, "we do", {carol_});
        EXPECT_TRUE(texts(*bob_).empty()) << i;
        for (TestClient* client : {alice_, carol_}) client->restart();
        expect_all_hear(id, *carol_, "after a restart", {alice_});
        bob_->restart();
    }
}

// The one who broke the rules takes the next commits as well, and writes in between.
TEST_F(Groups, rule_breaker_who_goes_on_is_not_heard_and_goes_in_the_end) {
    const ConversationId id = group_of_three(ConversationKind::room);
    StateChange quiet;
    quiet.moderators_write_only = true;
    ASSERT_TRUE(change(*alice_, id, quiet).ok());
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    alice_->go_offline();
    carol_->go_offline();
    bob_->messenger().forget_rules_for_testing(id);
    for (const char* name : {"Mine", "Still mine"}) {
        StateChange change;
        change.name = name;
        change.add_moderators = {id_of(*bob_)};
        ASSERT_TRUE(done(*bob_, [&](Messenger& m) {
                        return m.change_conversation(id, change, network_.now, bob_->entropy());
                    }).ok());
        ASSERT_TRUE(bob_->send(id, "obey").ok());
        network_.pass(Duration::seconds(5));
    }
    alice_->go_online();
    carol_->go_online();
    network_.pass(Duration::minutes(1));
    ASSERT_TRUE(agree(id, {alice_, carol_}));
    EXPECT_EQ(alice_->messenger().state(id)->name, "Climbing");
    EXPECT_TRUE(carol_->messenger().state(id)->moderators_write_only);
    EXPECT_EQ(count_in(*carol_, id), 2U);
    EXPECT_TRUE(texts(*alice_).empty());
    EXPECT_TRUE(texts(*carol_).empty());
    expect_all_hear(id, *alice_, "order", {carol_});
    // What let them in once does not let them in again.
    network_.pass(Duration::minutes(5));
    EXPECT_EQ(count_in(*alice_, id), 2U);
}

TEST_F(Groups, repair_survives_a_crash_after_every_write) {
    for (uint64_t crash = 1; crash <= 8; ++crash) {
        const ConversationId id = group_of_three(ConversationKind::room);
        bob_->messenger().forget_rules_for_testing(id);
        alice_->crash_after(crash);
        carol_->crash_after(crash);
        ASSERT_TRUE(done(*bob_, [&](Messenger& m) {
                        return m.remove_member(id, id_of(*carol_), network_.now, bob_->entropy());
                    }).ok());
        ASSERT_TRUE(network_.until([&] {
            return count_in(*alice_, id) == 2 && count_in(*carol_, id) == 2 &&
                   !carol_->messenger().find_conversation(text_of(id))->joining;
        })) << crash;
        ASSERT_TRUE(agree(id, {alice_, carol_})) << crash;
        alice_->take();
        expect_all_hear(id, *carol_, "whole again", {alice_});
        bob_->restart();
    }
}

TEST_F(Groups, nothing_lives_longer_than_the_group_allows) {
    const ConversationId id = group_of_three();
    StateChange limits;
    limits.expiration_max_ms = 60'000;
    limits.burn_seconds_max = 10;
    ASSERT_TRUE(change(*alice_, id, limits).ok());
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    SendOptions options;
    options.expiration = Duration::days(6);
    EXPECT_EQ(bob_->send(id, "long", options).code(), ErrorCode::bad_duration);
    options.expiration = Duration::minutes(1);
    options.no_burn = true;
    EXPECT_EQ(bob_->send(id, "unburnt", options).code(), ErrorCode::bad_duration);
    options.no_burn = false;
    options.burn = Duration::seconds(5);
    ASSERT_TRUE(bob_->send(id, "short", options).ok());
    network_.pass(Duration::seconds(1));
    EXPECT_EQ(texts(*alice_), std::vector<std::string>{"short"});
    bob_->messenger().forget_rules_for_testing(id);
    SendOptions for_ever;
    for_ever.expiration = Duration::days(300);
    ASSERT_TRUE(bob_->send(id, "for ever", for_ever).ok());
    network_.pass(Duration::seconds(1));
    const auto got = alice_->take();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_LE(got.front().expires_at - got.front().sent_at, Duration::minutes(1));
    EXPECT_EQ(got.front().burn_seconds, 10U);
}

TEST_F(Groups, state_that_makes_no_sense_is_refused) {
    ConversationState state;
    state.name = std::string("two\nlines");
    EXPECT_EQ(check_conversation_state(state).code(), ErrorCode::malformed_input);
    state.name = std::string(conversation_name_size_bytes_max + 1, 'x');
    EXPECT_EQ(check_conversation_state(state).code(), ErrorCode::input_too_large);
    state = {};
    state.expiration_ms = 1;
    EXPECT_EQ(check_conversation_state(state).code(), ErrorCode::bad_duration);
    state = {};
    state.burn_seconds_max = 10;
    EXPECT_EQ(check_conversation_state(state).code(), ErrorCode::bad_duration);
    state = {};
    state.version = 2;
    EXPECT_EQ(check_conversation_state(state).code(), ErrorCode::unsupported_version);
    state = {};
    state.moderators = {id_of(*alice_), id_of(*alice_)};
    EXPECT_EQ(check_conversation_state(state).code(), ErrorCode::malformed_input);
}

}  // namespace
}  // namespace mayfly::core
