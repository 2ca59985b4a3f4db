// What one device of an account hears of what the others do. docs/spec/devices.md section 5
#include <algorithm>

#include "core/content_rows.h"
#include "core/device_test_support.h"

namespace mayfly::core {
namespace {

class Siblings : public Devices {
  protected:
    Siblings() : phone_(link(*alice_, "Phone")) {
        to_bob_ = with(*alice_, *bob_);
        to_alice_ = with(*bob_, *alice_);
        forget_events();
    }
    void forget_events() {
        for (TestClient* client : {alice_, &phone_}) {
            client->gone.clear();
            client->gone_unseen.clear();
            client->changed.clear();
            client->synced.clear();
            client->contacts_changed.clear();
            client->changes.clear();
        }
    }
    MessageId say(TestClient& from, const ConversationId& to, std::string_view text) {
        EXPECT_TRUE(from.send(to, text).ok());
        network_.pass(Duration::seconds(2));
        return from.last_sent;
    }
    // rows gives the number of rows whose keys begin so.
    size_t rows(TestClient& client, const Bytes& prefix) {
        size_t count = 0;
        EXPECT_TRUE(client.store()
                        .scan(prefix,
                              [&](BytesView, const SecretBuffer&) {
                                  ++count;
                                  return true;
                              })
                        .ok());
        return count;
    }

    TestClient& phone_;
    ConversationId to_bob_;
    ConversationId to_alice_;
};

using Ids = std::vector<MessageId>;

TEST_F(Siblings, message_that_another_device_sent_is_told_once_and_is_not_new) {
    const MessageId sent = say(phone_, to_bob_, "from the phone");
    EXPECT_EQ(alice_->synced, Ids{sent});
    EXPECT_TRUE(phone_.synced.empty());
    EXPECT_TRUE(alice_->take().empty());
    EXPECT_EQ(alive(*alice_, to_bob_), std::vector<std::string>{"from the phone"});
    EXPECT_EQ(texts(*bob_), std::vector<std::string>{"from the phone"});
}

TEST_F(Siblings, what_is_opened_burnt_or_recalled_elsewhere_is_told) {
    const MessageId read = say(*bob_, to_alice_, "read on the phone");
    const MessageId burnt = say(*bob_, to_alice_, "burnt on the phone");
    const MessageId unseen = say(*bob_, to_alice_, "recalled before anybody saw it");
    phone_.take();
    ASSERT_TRUE(phone_.open(read).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_EQ(alice_->changed, Ids{read});
    EXPECT_EQ(alice_->messenger().find_message(text_of(read), network_.now)->state,
              MessageState::opened);
    EXPECT_EQ(alice_->take().size(), 2U) << "what was opened elsewhere is not new here";
    ASSERT_TRUE(phone_.burn(burnt).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_EQ(alice_->gone, Ids{burnt});
    const MessageId last = say(*bob_, to_alice_, "never taken");
    ASSERT_TRUE(bob_->recall(last).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_EQ(alice_->gone_unseen, Ids{last});
    EXPECT_EQ(alice_->gone, Ids{burnt}) << "a person is not told of what they never saw";
    ASSERT_TRUE(bob_->recall(unseen).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_EQ(alice_->gone, (Ids{burnt, unseen}));
}

// The clock of the device that opened is ahead: its receipt is the only one.
TEST_F(Siblings, opening_elsewhere_says_nothing_more_to_anybody) {
    ConversationSettings settings;
    settings.receipts = true;
    ASSERT_TRUE(alice_
                    ->perform(alice_->messenger().change_settings(to_bob_, settings, network_.now,
                                                                  alice_->entropy()))
                    .ok());
    network_.pass(Duration::seconds(2));
    const MessageId read = say(*bob_, to_alice_, "hello");
    forget_events();
    auto effects = phone_.messenger().open_message(read, network_.now + Duration::minutes(1));
    ASSERT_TRUE(phone_.perform(std::move(effects)).ok());
    network_.pass(Duration::seconds(2));
    EXPECT_EQ(alice_->changed, Ids{read});
    EXPECT_TRUE(alice_->messenger().outbox_empty());
}

TEST_F(Siblings, contacts_that_change_elsewhere_are_told) {
    TestClient& dave = network_.with_account("Dave", "davey", {test_relay});
    const auto added = phone_.add(dave.messenger().account()->link);
    ASSERT_TRUE(added.ok() && network_.finish(phone_, *added));
    network_.pass(Duration::seconds(5));
    EXPECT_EQ(alice_->contacts_changed, std::vector<AccountId>(2, id_of(dave)))
        << "of the contact, and that it is in the conversation with it";
    forget_events();
    auto marked =
        phone_.messenger().set_verified(id_of(*bob_), true, network_.now, phone_.entropy());
    ASSERT_TRUE(phone_.perform(std::move(marked)).ok());
    network_.pass(Duration::seconds(5));
    EXPECT_EQ(alice_->contacts_changed, std::vector<AccountId>{id_of(*bob_)});
    forget_events();
    const auto removed = phone_.remove(id_of(dave));
    ASSERT_TRUE(removed.ok() && network_.finish(phone_, *removed));
    network_.pass(Duration::seconds(5));
    EXPECT_EQ(alice_->contacts_changed, std::vector<AccountId>{id_of(dave)});
}

TEST_F(Siblings, device_is_told_when_it_is_let_into_a_conversation) {
    const TestClient& tablet = link(*alice_, "Tablet");
    EXPECT_GT(
        std::count(tablet.contacts_changed.begin(), tablet.contacts_changed.end(), id_of(*bob_)),
        0);
}

TEST_F(Siblings, device_that_was_added_is_told_to_all_devices_as_a_change_of_the_account) {
    TestClient& tablet = link(*alice_, "Tablet");
    for (TestClient* client : {alice_, &phone_}) {
        EXPECT_GT(std::count(client->contacts_changed.begin(), client->contacts_changed.end(),
                             id_of(*alice_)),
                  0)
            << client->name;
        EXPECT_EQ(client->messenger().devices()->size(), 3U);
    }
    EXPECT_EQ(tablet.messenger().devices()->size(), 3U);
}

TEST_F(Siblings, group_that_one_device_leaves_is_gone_from_all_with_what_was_said) {
    const ConversationId group = group_of_three();
    ASSERT_TRUE(network_.until([&] { return is_in(phone_, group); }));
    network_.pass(Duration::minutes(1));
    const MessageId said = say(*bob_, group, "soon forgotten");
    alice_->take();
    phone_.take();
    forget_events();
    ASSERT_TRUE(done(phone_, [&](Messenger& m) {
                    return m.leave(group, network_.now, phone_.entropy());
                }).ok());
    network_.pass(Duration::seconds(5));
    for (TestClient* client : {alice_, &phone_}) {
        EXPECT_FALSE(client->messenger().find_message(text_of(said), network_.now).ok());
        EXPECT_FALSE(client->messenger().find_conversation(text_of(group)).ok()) << client->name;
    }
    EXPECT_EQ(alice_->gone, Ids{said});
    ASSERT_EQ(alice_->changes.size(), 1U);
    EXPECT_TRUE(alice_->changes.front().removed_us);
    EXPECT_EQ(alice_->changes.front().by, id_of(*alice_));
    network_.pass(Duration::minutes(2));
    EXPECT_EQ(count_in(*bob_, group), 2U);
    EXPECT_EQ(rows(*alice_, row_key::group_prefix(group)), 0U);
}

TEST_F(Siblings, group_is_put_in_order_for_all_devices_of_its_members) {
    const ConversationId group = group_of_three(ConversationKind::room);
    ASSERT_TRUE(network_.until([&] { return is_in(phone_, group); }));
    network_.pass(Duration::minutes(1));
    bob_->messenger().forget_rules_for_testing(group);
    StateChange mine;
    mine.add_moderators = {id_of(*bob_)};
    ASSERT_TRUE(done(*bob_, [&](Messenger& m) {
                    return m.change_conversation(group, mine, network_.now, bob_->entropy());
                }).ok());
    ASSERT_TRUE(network_.until([&] { return count_in(phone_, group) == 2; }));
    ASSERT_TRUE(agree(group, {alice_, &phone_, carol_}));
    for (TestClient* client : {alice_, &phone_, carol_}) client->take();
    expect_all_hear(group, phone_, "from the phone", {carol_});
    EXPECT_EQ(alive(*alice_, group), std::vector<std::string>{"from the phone"});
    EXPECT_TRUE(texts(*bob_).empty());
}

// More reactions than one content holds: they come in parts behind their message.
TEST_F(Siblings, history_brings_more_than_one_content_holds_about_a_message) {
    constexpr size_t people = 2'000;
    const MessageId message = say(*bob_, to_alice_, "who likes it?");
    phone_.take();
    WriteBatch batch;
    for (size_t i = 0; i < people; ++i) {
        AnnexRow annex;
        annex.content = MessageId{random_array<MessageId::size_bytes>(bob_->entropy())};
        annex.sent_at_ms = to_ms(network_.now);
        annex.sender = AccountId{random_array<AccountId::size_bytes>(bob_->entropy())};
        annex.type = ContentType::reaction;
        annex.body = codec::encode_secret(Reaction{1, message, true, "\U0001F44D"});
        batch.put(row_key::annex(message, annex.type, annex.sender, 1),
                  codec::encode_secret(annex));
    }
    ASSERT_TRUE(alice_->store().apply(batch).ok());
    TestClient& tablet = link(*alice_, "Tablet");
    const auto found = tablet.messenger().find_message(text_of(message), network_.now);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->reactions.size(), 1U);
    EXPECT_EQ(found->reactions.front().by.size(), people);
    EXPECT_FALSE(tablet.changed.empty());
    EXPECT_TRUE(std::count(tablet.synced.begin(), tablet.synced.end(), message) == 1 ||
                tablet.take().size() == 1);
}

TEST_F(Siblings, forgetting_leaves_no_row_of_drafts_settings_and_marks) {
    const ConversationId group = group_of_three();
    LocalSettings settings;
    settings.pinned = true;
    for (const ConversationId& id : {to_bob_, group}) {
        ASSERT_TRUE(
            alice_->perform(alice_->messenger().set_local_settings(id, settings, network_.now))
                .ok());
        ASSERT_TRUE(
            alice_
                ->perform(alice_->messenger().set_draft(id, as_bytes("not yet said"), network_.now))
                .ok());
    }
    ASSERT_TRUE(alice_
                    ->perform(alice_->messenger().change_settings(to_bob_, ConversationSettings{},
                                                                  network_.now, alice_->entropy()))
                    .ok());
    network_.pass(Duration::seconds(2));
    const auto left = [&](const ConversationId& id) {
        return rows(*alice_, row_key::draft(id)) + rows(*alice_, row_key::local_settings(id)) +
               rows(*alice_, row_key::settings(id));
    };
    ASSERT_EQ(left(to_bob_), 3U);
    ASSERT_EQ(left(group), 2U);
    const auto removed = alice_->remove(id_of(*bob_));
    ASSERT_TRUE(removed.ok() && network_.finish(*alice_, *removed));
    EXPECT_EQ(left(to_bob_), 0U);
    EXPECT_EQ(left(group), 2U);
    ASSERT_TRUE(done(*alice_, [&](Messenger& m) {
                    return m.delete_account(network_.now, alice_->entropy());
                }).ok());
    EXPECT_EQ(rows(*alice_, Bytes{static_cast<uint8_t>(row_kind::said)}), 0U);
}

}  // namespace
}  // namespace mayfly::core
