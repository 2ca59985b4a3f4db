// Groups and rooms: who comes in and how, who goes and how.
#include "core/group_link.h"
#include "core/group_test_support.h"

namespace mayfly::core {
namespace {

TEST_F(Groups, people_who_are_asked_and_say_yes_are_in_and_hear_everything) {
    const ConversationId id = make_group(*alice_);
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    const OfferView offer = bob_->messenger().offers().front();
    EXPECT_EQ(offer.name, "Climbing");
    EXPECT_EQ(offer.from, id_of(*alice_));
    EXPECT_EQ(offer.from_name, "Alice");
    EXPECT_EQ(offer.member_count, 1U);
    EXPECT_EQ(count_in(*alice_, id), 1U) << "nobody is added who has not agreed";
    ASSERT_TRUE(accept_offer(*bob_, id).ok());
    ASSERT_TRUE(network_.until([&] { return is_in(*bob_, id); }));
    EXPECT_TRUE(bob_->messenger().offers().empty());
    bring_in(*alice_, id, *carol_);
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    const ConversationView view = *carol_->messenger().find_conversation("climbing");
    EXPECT_EQ(view.title, "Climbing");
    EXPECT_EQ(view.topic, "Saturdays");
    EXPECT_EQ(view.member_count, 3U);
    EXPECT_FALSE(view.is_moderator);
    EXPECT_TRUE(alice_->messenger().find_conversation("Climbing")->is_moderator);
    expect_all_hear(id, *alice_, "hello", {bob_, carol_});
    expect_all_hear(id, *bob_, "hi", {alice_, carol_});
    expect_all_hear(id, *carol_, "hey", {alice_, bob_});
}

TEST_F(Groups, members_who_do_not_know_each_other_have_names) {
    const ConversationId id = group_of_three();
    ASSERT_TRUE(network_.until([&] { return bob_->messenger().outbox_empty(); }));
    network_.settle();
    for (TestClient* client : {bob_, carol_}) {
        const auto members = client->messenger().members(id);
        std::set<std::string> names;
        for (const MemberView& member : *members) names.insert(member.display_name);
        EXPECT_EQ(names, (std::set<std::string>{"Alice", "Bob", "Carol"})) << client->name;
    }
    EXPECT_EQ(bob_->messenger().contacts().size(), 1U) << "a member is no contact";
}

TEST_F(Groups, member_from_another_relay_joins_at_the_hub) {
    network_.add_relay("other.example");
    TestClient& dora = network_.with_account("Dora", "dora", {"other.example"});
    befriend(*alice_, dora);
    const ConversationId id = make_group(*alice_);
    bring_in(*alice_, id, dora);
    expect_all_hear(id, dora, "from afar", {alice_});
    expect_all_hear(id, *alice_, "welcome", {&dora});
}

TEST_F(Groups, declined_offer_adds_nobody) {
    const ConversationId id = make_group(*alice_);
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    auto declined = bob_->messenger().decline_offer(id, network_.now);
    ASSERT_TRUE(declined.ok());
    bob_->run(std::move(*declined));
    network_.pass(Duration::minutes(1));
    EXPECT_TRUE(bob_->messenger().offers().empty());
    EXPECT_EQ(count_in(*alice_, id), 1U);
    EXPECT_EQ(accept_offer(*bob_, id).code(), ErrorCode::unknown_request);
}

TEST_F(Groups, offer_ends_after_its_time) {
    const ConversationId id = make_group(*alice_);
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    network_.now = network_.now + Duration::days(31);
    network_.pass(Duration::seconds(1));
    EXPECT_TRUE(bob_->messenger().offers().empty());
}

TEST_F(Groups, nothing_of_the_new_epoch_is_missed_by_who_joins) {
    const ConversationId id = make_group(*alice_);
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    ASSERT_TRUE(accept_offer(*bob_, id).ok());
    bob_->go_offline();
    ASSERT_TRUE(network_.until([&] { return count_in(*alice_, id) == 2; }));
    ASSERT_TRUE(alice_->send(id, "first words").ok());
    network_.pass(Duration::seconds(5));
    bob_->go_online();
    ASSERT_TRUE(network_.until([&] { return is_in(*bob_, id); }));
    std::vector<std::string> got;
    ASSERT_TRUE(network_.until([&] {
        for (std::string& text : texts(*bob_)) got.push_back(std::move(text));
        return !got.empty();
    }));
    EXPECT_EQ(got, std::vector<std::string>{"first words"});
}

TEST_F(Groups, link_lets_so_many_in_and_no_more) {
    const ConversationId id = make_group(*alice_);
    auto made = alice_->messenger().create_group_link(id, 1, Duration::days(1), network_.now,
                                                      alice_->entropy());
    ASSERT_TRUE(made.ok());
    const std::string link = made->first;
    alice_->run(std::move(made->second));
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    TestClient& emil = network_.with_account("Emil", "emil", {test_relay});
    const auto join = [&](TestClient& who) {
        return done(
            who, [&](Messenger& m) { return m.join_by_link(link, network_.now, who.entropy()); });
    };
    const Status joined = join(dora);
    ASSERT_TRUE(joined.ok()) << error_name(joined.code());
    ASSERT_TRUE(network_.until([&] { return is_in(dora, id); }));
    ASSERT_TRUE(join(emil).ok()) << "that it was used up, nobody tells";
    network_.pass(Duration::minutes(2));
    EXPECT_FALSE(is_in(emil, id));
    EXPECT_EQ(count_in(*alice_, id), 2U);
    expect_all_hear(id, *alice_, "welcome", {&dora});
}

TEST_F(Groups, link_that_has_ended_lets_nobody_in) {
    const ConversationId id = make_group(*alice_);
    auto made = alice_->messenger().create_group_link(id, 5, Duration::hours(1), network_.now,
                                                      alice_->entropy());
    ASSERT_TRUE(made.ok());
    alice_->run(std::move(made->second));
    network_.pass(Duration::hours(2));
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    ASSERT_TRUE(done(dora, [&](Messenger& m) {
                    return m.join_by_link(made->first, network_.now, dora.entropy());
                }).ok());
    network_.pass(Duration::minutes(2));
    EXPECT_FALSE(is_in(dora, id));
}

TEST_F(Groups, damaged_links_are_refused) {
    const ConversationId id = make_group(*alice_);
    auto made = alice_->messenger().create_group_link(id, 5, Duration::hours(1), network_.now,
                                                      alice_->entropy());
    ASSERT_TRUE(made.ok());
    EXPECT_TRUE(parse_group_link(" " + made->first + "\n").ok());
    for (size_t i = 0; i < made->first.size(); ++i) {
        std::string changed = made->first;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(parse_group_link(changed).code(), ErrorCode::bad_link) << i;
    }
}

TEST_F(Groups, moderator_removes_a_member_who_reads_nothing_more) {
    const ConversationId id = group_of_three();
    ASSERT_TRUE(done(*alice_, [&](Messenger& m) {
                    return m.remove_member(id, id_of(*bob_), network_.now, alice_->entropy());
                }).ok());
    ASSERT_TRUE(agree(id, {alice_, carol_}));
    EXPECT_EQ(count_in(*carol_, id), 2U);
    expect_all_hear(id, *alice_, "without Bob", {carol_});
    EXPECT_TRUE(texts(*bob_).empty());
    EXPECT_TRUE(bob_->messenger().find_conversation("Climbing")->closed);
    EXPECT_FALSE(bob_->send(id, "still here?").ok());
    EXPECT_EQ(bob_->changes.back().removed_us, true);
}

TEST_F(Groups, removed_member_can_be_asked_again) {
    const ConversationId id = group_of_three();
    ASSERT_TRUE(done(*alice_, [&](Messenger& m) {
                    return m.remove_member(id, id_of(*bob_), network_.now, alice_->entropy());
                }).ok());
    ASSERT_TRUE(agree(id, {alice_, carol_}));
    ASSERT_TRUE(
        done(*bob_, [&](Messenger& m) { return m.leave(id, network_.now, bob_->entropy()); }).ok());
    bring_in(*alice_, id, *bob_);
    expect_all_hear(id, *bob_, "back", {alice_, carol_});
}

TEST_F(Groups, who_leaves_is_removed_by_the_others) {
    const ConversationId id = group_of_three();
    ASSERT_TRUE(
        done(*bob_, [&](Messenger& m) { return m.leave(id, network_.now, bob_->entropy()); }).ok());
    EXPECT_FALSE(bob_->messenger().find_conversation("Climbing").ok());
    ASSERT_TRUE(network_.until([&] { return count_in(*alice_, id) == 2; }));
    ASSERT_TRUE(agree(id, {alice_, carol_}));
    expect_all_hear(id, *carol_, "just us", {alice_});
    EXPECT_TRUE(texts(*bob_).empty());
}

TEST_F(Groups, who_left_and_came_back_survives_a_restart) {
    const ConversationId id = group_of_three();
    ASSERT_TRUE(
        done(*bob_, [&](Messenger& m) { return m.leave(id, network_.now, bob_->entropy()); }).ok());
    ASSERT_TRUE(network_.until([&] { return count_in(*alice_, id) == 2; }));
    network_.pass(Duration::seconds(10));
    bring_in(*alice_, id, *bob_);
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    bob_->restart();
    network_.pass(Duration::seconds(10));
    expect_all_hear(id, *bob_, "still here", {alice_, carol_});
}

TEST_F(Groups, leaving_survives_a_commit_that_overtakes_it) {
    const ConversationId id = group_of_three();
    // Bob's proposal and Alice's commit race for the epoch, at every point of the way.
    auto left = bob_->messenger().leave(id, network_.now, bob_->entropy());
    ASSERT_TRUE(left.ok());
    StateChange rename;
    rename.name = "Climbers";
    auto renamed =
        alice_->messenger().change_conversation(id, rename, network_.now, alice_->entropy());
    ASSERT_TRUE(renamed.ok());
    alice_->run(std::move(renamed->effects));
    bob_->run(std::move(left->effects));
    ASSERT_TRUE(network_.until([&] { return count_in(*carol_, id) == 2; }));
    ASSERT_TRUE(agree(id, {alice_, carol_}));
    EXPECT_TRUE(carol_->messenger().find_conversation("Climbers").ok());
}

TEST_F(Groups, joining_survives_a_crash_after_every_write) {
    for (uint64_t nth = 1; nth <= 12; ++nth) {
        const ConversationId id = make_group(*alice_);
        TestClient& who = nth % 2 == 0 ? *bob_ : *alice_;
        who.crash_after(nth / 2 + 1);
        auto invited =
            alice_->messenger().invite(id, id_of(*bob_), network_.now, alice_->entropy());
        ASSERT_TRUE(invited.ok());
        alice_->run(std::move(invited->effects));
        const auto has_offer = [&] {
            const auto offers = bob_->messenger().offers();
            return std::any_of(offers.begin(), offers.end(),
                               [&](const auto& offer) { return offer.conversation == id; });
        };
        if (!network_.until(has_offer, Duration::minutes(1))) {
            // Alice's command was lost with her process: she asks again.
            ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
            ASSERT_TRUE(network_.until(has_offer));
        }
        for (int attempt = 0; attempt < 3 && !is_in(*bob_, id); ++attempt) {
            auto accepted = bob_->messenger().accept_offer(id, network_.now, bob_->entropy());
            if (accepted.ok()) bob_->run(std::move(accepted->effects));
            network_.until([&] { return is_in(*bob_, id); }, Duration::minutes(5));
        }
        ASSERT_TRUE(is_in(*bob_, id)) << nth;
        expect_all_hear(id, *alice_, "in", {bob_});
    }
}

TEST_F(Groups, survive_a_restart_of_everybody) {
    const ConversationId id = group_of_three();
    for (TestClient* client : {alice_, bob_, carol_}) client->restart();
    EXPECT_EQ(count_in(*bob_, id), 3U);
    EXPECT_EQ(alice_->messenger().find_conversation("Climbing")->topic, "Saturdays");
    ASSERT_TRUE(alice_->send(id, "again").ok());
    network_.pass(Duration::seconds(10));
    EXPECT_EQ(texts(*bob_), std::vector<std::string>{"again"});
    EXPECT_EQ(texts(*carol_), std::vector<std::string>{"again"});
}

}  // namespace
}  // namespace mayfly::core
