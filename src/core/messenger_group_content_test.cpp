// Replies, reactions, edits, polls, receipts and settings where more than two talk.
#include "core/group_test_support.h"

namespace mayfly::core {
namespace {

constexpr std::string_view thumb = "\xf0\x9f\x91\x8d";

class GroupContent : public Groups {
  protected:
    GroupContent() : group_(group_of_three()) {}

    MessageId say(TestClient& from, std::string_view text, SendOptions options = {}) {
        EXPECT_TRUE(from.send(group_, text, options).ok());
        network_.pass(Duration::seconds(1));
        return from.last_sent;
    }
    Status react(TestClient& from, const MessageId& id) {
        return done(from, [&](Messenger& m) {
            return m.react(id, thumb, true, network_.now, from.entropy());
        });
    }
    Status settle(TestClient& from, const ConversationSettings& settings) {
        const Status changed = done(from, [&](Messenger& m) {
            return m.change_settings(group_, settings, network_.now, from.entropy());
        });
        network_.pass(Duration::seconds(2));
        return changed;
    }
    MessageView view(TestClient& client, const MessageId& id) {
        auto found = client.messenger().find_message(text_of(id), network_.now);
        EXPECT_TRUE(found.ok()) << client.name;
        return found.ok() ? std::move(found).value() : MessageView{};
    }
    std::vector<TestClient*> all() { return {alice_, bob_, carol_}; }

    ConversationId group_;
};

TEST_F(GroupContent, members_who_are_no_contacts_answer_react_edit_and_vote) {
    const MessageId question = say(*bob_, "who comes?");
    SendOptions options;
    options.reply_to = question;
    options.mentions = carol_->messenger().find_mentions(group_, as_bytes("@bobby I do"));
    ASSERT_EQ(options.mentions.size(), 1U);
    EXPECT_EQ(options.mentions[0].account, id_of(*bob_));
    const MessageId answer = say(*carol_, "@bobby I do", options);
    ASSERT_TRUE(react(*carol_, question).ok());
    ASSERT_TRUE(react(*alice_, question).ok());
    ASSERT_TRUE(done(*bob_, [&](Messenger& m) {
                    return m.edit(question, as_bytes("who comes at six?"), {}, network_.now,
                                  bob_->entropy());
                }).ok());
    Poll poll;
    poll.question = "Where?";
    poll.options = {"north face", "south face"};
    ASSERT_TRUE(alice_
                    ->perform(alice_->messenger().send_body(group_, poll, {}, network_.now,
                                                            alice_->entropy()))
                    .ok());
    network_.pass(Duration::seconds(1));
    const MessageId asked = alice_->last_sent;
    for (TestClient* voter : {bob_, carol_}) {
        ASSERT_TRUE(done(*voter, [&](Messenger& m) {
                        return m.vote(asked, {1}, network_.now, voter->entropy());
                    }).ok());
    }
    network_.pass(Duration::seconds(1));
    for (TestClient* client : all()) {
        const MessageView shown = view(*client, answer);
        ASSERT_TRUE(shown.reply_to && shown.reply_to->alive) << client->name;
        EXPECT_EQ(as_text(shown.reply_to->text.expose()), "who comes at six?");
        EXPECT_EQ(shown.mentions, options.mentions);
        const MessageView reacted = view(*client, question);
        EXPECT_TRUE(reacted.edited);
        ASSERT_EQ(reacted.reactions.size(), 1U) << client->name;
        EXPECT_EQ(reacted.reactions[0].by.size(), 2U);
        const MessageView polled = view(*client, asked);
        const auto* counted = std::get_if<PollView>(&polled.body);
        ASSERT_NE(counted, nullptr);
        EXPECT_EQ(counted->counts, (std::vector<size_t>{0, 2}));
    }
}

TEST_F(GroupContent, only_the_sender_edits_a_message_of_a_group) {
    const MessageId id = say(*bob_, "mine");
    auto edited =
        carol_->messenger().edit(id, as_bytes("yours"), {}, network_.now, carol_->entropy());
    EXPECT_EQ(edited.code(), ErrorCode::not_ours);
}

TEST_F(GroupContent, settings_of_a_group_are_its_state) {
    ConversationSettings settings;
    settings.expiration_ms = 7'200'000;
    settings.burn_seconds = 60;
    settings.receipts = true;
    settings.typing = true;
    EXPECT_EQ(
        bob_->messenger().change_settings(group_, settings, network_.now, bob_->entropy()).code(),
        ErrorCode::not_authorized);
    ASSERT_TRUE(settle(*alice_, settings).ok());
    for (TestClient* client : all()) {
        EXPECT_EQ(*client->messenger().settings(group_), settings) << client->name;
        EXPECT_EQ(client->messenger().state(group_)->burn_seconds, 60U);
        EXPECT_TRUE(client->take().empty());
        const auto listed = client->messenger().find_conversation("Climbing");
        EXPECT_EQ(listed->expiration, Duration::hours(2));
        EXPECT_TRUE(listed->receipts && listed->typing);
    }
    const MessageId usual = say(*carol_, "usual");
    EXPECT_EQ(view(*alice_, usual).burn_seconds, 60U);
    EXPECT_EQ(view(*carol_, usual).receipts.size(), 2U);
    ASSERT_TRUE(carol_
                    ->perform(carol_->messenger().send_typing(group_, true, network_.now,
                                                              carol_->entropy()))
                    .ok());
    network_.settle();
    ASSERT_EQ(bob_->typing_changes.size(), 1U);
    EXPECT_EQ(bob_->typing_changes[0].account, id_of(*carol_));
}

TEST_F(GroupContent, limit_of_a_group_burns_what_nobody_asked_to_burn) {
    StateChange limit;
    limit.burn_seconds_max = 30;
    ASSERT_TRUE(change(*alice_, group_, limit).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_EQ(view(*alice_, say(*bob_, "burns anyway")).burn_seconds, 30U);
    SendOptions keep;
    keep.no_burn = true;
    EXPECT_EQ(bob_->send(group_, "keep this", keep).code(), ErrorCode::bad_duration);
}

TEST_F(GroupContent, who_may_only_read_says_nothing_about_messages) {
    ConversationSettings settings;
    settings.receipts = true;
    settings.typing = true;
    ASSERT_TRUE(settle(*alice_, settings).ok());
    StateChange quiet;
    quiet.add_readers = {id_of(*carol_)};
    ASSERT_TRUE(change(*alice_, group_, quiet).ok());
    network_.pass(Duration::seconds(2));
    const MessageId id = say(*alice_, "for your eyes");
    EXPECT_EQ(carol_->messenger().react(id, thumb, true, network_.now, carol_->entropy()).code(),
              ErrorCode::not_authorized);
    EXPECT_EQ(carol_->messenger().send_typing(group_, true, network_.now, carol_->entropy()).code(),
              ErrorCode::not_authorized);
    EXPECT_TRUE(carol_->messenger().outbox_empty());
    ASSERT_EQ(view(*alice_, id).receipts.size(), 1U);
    EXPECT_EQ(view(*alice_, id).receipts[0].account, id_of(*bob_));
    // A client that does not keep the rules is not heard.
    carol_->messenger().forget_rules_for_testing(group_);
    ASSERT_TRUE(react(*carol_, id).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_TRUE(view(*alice_, id).reactions.empty());
    EXPECT_TRUE(view(*bob_, id).reactions.empty());
}

TEST_F(GroupContent, leaving_destroys_draft_and_settings_at_once) {
    const auto kept = [&] { return carol_->store().contains(as_bytes("never sent")); };
    ASSERT_TRUE(
        carol_->perform(carol_->messenger().set_draft(group_, as_bytes("never sent"), network_.now))
            .ok());
    EXPECT_TRUE(kept());
    ASSERT_TRUE(done(*carol_, [&](Messenger& m) {
                    return m.leave(group_, network_.now, carol_->entropy());
                }).ok());
    EXPECT_FALSE(kept());
}

}  // namespace
}  // namespace mayfly::core
