// Who is in, who is at the door, and who only came to ask.
#include "core/group_test_support.h"
#include "core/machine.h"

namespace mayfly::core {
namespace {

class Joining : public Groups {
  protected:
    std::string link_of(TestClient& by, const ConversationId& id, Duration lifetime) {
        auto made = by.messenger().create_group_link(id, 5, lifetime, network_.now, by.entropy());
        EXPECT_TRUE(made.ok());
        by.run(std::move(made->second));
        return made->first;
    }
    Status join(TestClient& who, const std::string& link) {
        return done(
            who, [&](Messenger& m) { return m.join_by_link(link, network_.now, who.entropy()); });
    }
    size_t meetings_of(TestClient& client) {
        Tables tables;
        EXPECT_TRUE(load_tables(client.store(), tables).ok());
        size_t count = 0;
        for (const auto& [id, row] : tables.conversations) {
            if (row.info.kind == ConversationKind::meeting) ++count;
        }
        return count;
    }
    Status leave(TestClient& who, const ConversationId& id) {
        return done(who, [&](Messenger& m) { return m.leave(id, network_.now, who.entropy()); });
    }
};

TEST_F(Joining, who_comes_by_a_link_becomes_nobodys_contact) {
    const ConversationId id = make_group(*alice_, ConversationKind::room);
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    std::string added;
    alice_->on_event = [&](const Event& event) {
        const auto* change = std::get_if<ConversationChanged>(&event);
        if (change == nullptr || change->added.empty()) return;
        added = alice_->messenger().name_of(change->added.front());
    };
    ASSERT_TRUE(join(dora, link_of(*alice_, id, Duration::days(1))).ok());
    ASSERT_TRUE(network_.until([&] { return is_in(dora, id); }));
    EXPECT_EQ(added, "dora") << "whoever was let in has a name from the first moment";
    ASSERT_TRUE(agree(id, {alice_, &dora}));
    EXPECT_TRUE(dora.messenger().contacts().empty());
    EXPECT_TRUE(alice_->requests_seen.empty()) << "nobody asked to be a contact";
    EXPECT_TRUE(alice_->messenger().requests().empty());
    EXPECT_EQ(alice_->messenger().contacts().size(), 2U);
    EXPECT_EQ(dora.messenger().conversations().size(), 1U);
    EXPECT_EQ(meetings_of(dora) + meetings_of(*alice_), 0U) << "it ends with the ticket";
    expect_all_hear(id, *alice_, "welcome", {&dora});
    EXPECT_EQ(alice_->messenger().find_member(id, "Dora")->display_name, "Dora");
    // They may become contacts later, if they want to.
    befriend(dora, *alice_);
    EXPECT_EQ(alice_->messenger().contacts().size(), 3U);
}

TEST_F(Joining, whoever_has_no_link_to_give_meets_nobody) {
    const ConversationId id = make_group(*alice_);
    const std::string link = link_of(*alice_, id, Duration::hours(1));
    network_.pass(Duration::hours(2));
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    ASSERT_TRUE(join(dora, link).ok()) << "that it has ended, nobody tells";
    network_.pass(Duration::minutes(1));
    EXPECT_EQ(meetings_of(*alice_), 0U);
    EXPECT_TRUE(alice_->messenger().requests().empty());
    EXPECT_EQ(dora.messenger().find_conversation(text_of(id))->join_wait, JoinWait::entry);
    // Who gives up leaves nothing behind.
    ASSERT_TRUE(leave(dora, id).ok());
    EXPECT_EQ(meetings_of(dora), 0U);
    EXPECT_TRUE(dora.messenger().conversations().empty());
}

TEST_F(Joining, joining_by_a_link_survives_a_crash_after_every_write) {
    const ConversationId id = make_group(*alice_);
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    for (uint64_t crash = 1; crash <= 12; ++crash) {
        const std::string link = link_of(*alice_, id, Duration::days(1));
        auto started = dora.messenger().join_by_link(link, network_.now, dora.entropy());
        ASSERT_TRUE(started.ok()) << crash;
        dora.crash_after(crash);
        alice_->crash_after(1 + crash / 2);
        dora.run(std::move(started->effects));
        if (dora.messenger().find_conversation(text_of(id)).ok()) {
            ASSERT_TRUE(network_.until([&] { return is_in(dora, id); })) << crash;
            ASSERT_TRUE(leave(dora, id).ok());
        }
        network_.pass(Duration::minutes(1));
        EXPECT_EQ(meetings_of(dora) + meetings_of(*alice_), 0U) << crash;
    }
    EXPECT_TRUE(dora.messenger().contacts().empty());
}

TEST_F(Joining, inviter_that_is_not_there_any_more_ends_the_joining) {
    const ConversationId id = make_group(*bob_);
    const std::string link = link_of(*bob_, id, Duration::days(1));
    ASSERT_TRUE(done(*bob_, [&](Messenger& m) {
                    return m.delete_account(network_.now, bob_->entropy());
                }).ok());
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    const uint64_t frames = network_.frames();
    EXPECT_EQ(join(dora, link).code(), ErrorCode::unknown_record);
    network_.pass(Duration::minutes(5));
    EXPECT_LT(network_.frames() - frames, 100U) << "and does not ask again and again";
}

TEST_F(Joining, whoever_left_is_not_in_and_can_be_invited_again) {
    const ConversationId id = group_of_three();
    for (TestClient* client : {alice_, carol_}) {
        EXPECT_EQ(count_in(*client, id), 3U);
    }
    ASSERT_TRUE(leave(*bob_, id).ok());
    network_.settle();
    // Nobody has committed the removal yet.
    const auto before = alice_->messenger().epoch_authenticator_for_testing(id);
    alice_->restart();
    EXPECT_EQ(alice_->messenger().epoch_authenticator_for_testing(id)->second, before->second);
    for (TestClient* client : {alice_, carol_}) {
        EXPECT_EQ(count_in(*client, id), 2U) << client->name;
        EXPECT_EQ(client->messenger().find_conversation("Climbing")->member_count, 2U);
        EXPECT_EQ(client->messenger().find_member(id, "Bob").code(), ErrorCode::unknown_contact);
    }
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok()) << "and who is not in can be invited";
    network_.settle();
    EXPECT_NE(alice_->messenger().epoch_authenticator_for_testing(id)->second, before->second)
        << "whoever writes to the group anyway takes out who left";
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    ASSERT_TRUE(accept_offer(*bob_, id).ok());
    ASSERT_TRUE(network_.until([&] { return is_in(*bob_, id); }));
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    EXPECT_EQ(count_in(*carol_, id), 3U);
    expect_all_hear(id, *bob_, "back", {alice_, carol_});
}

TEST_F(Joining, whoever_waits_is_told_what_for) {
    const ConversationId id = make_group(*alice_);
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    alice_->go_offline();
    bob_->go_offline();
    auto started = bob_->messenger().accept_offer(id, network_.now, bob_->entropy());
    ASSERT_TRUE(started.ok());
    bob_->run(std::move(started->effects));
    const auto wait = [&] { return bob_->messenger().find_conversation(text_of(id))->join_wait; };
    EXPECT_EQ(wait(), JoinWait::hub);
    bob_->go_online();
    ASSERT_TRUE(network_.until([&] { return wait() == JoinWait::entry; }));
    alice_->go_online();
    ASSERT_TRUE(network_.until([&] { return is_in(*bob_, id); }));
    EXPECT_EQ(wait(), JoinWait::none);
    EXPECT_EQ(alice_->messenger().find_conversation(text_of(id))->waiting_devices, 0U);
}

}  // namespace
}  // namespace mayfly::core
