// What a conversation agrees on, receipts and typing, and what is a device's own business.
#include "core/annex.h"
#include "core/odd_peer_test_support.h"

namespace mayfly::core {
namespace {

class Settings : public testing::Test {
  protected:
    Settings() : pair_(make_pair(network_)), odd_(network_, *pair_.bob, pair_.to_alice) {}
    TestClient& alice() { return *pair_.alice; }
    TestClient& bob() { return *pair_.bob; }

    ConversationSettings with(bool receipts, bool typing) {
        ConversationSettings settings;
        settings.receipts = receipts;
        settings.typing = typing;
        return settings;
    }
    Status change(TestClient& client, const ConversationId& to,
                  const ConversationSettings& settings) {
        TRY(client.perform(
            client.messenger().change_settings(to, settings, network_.now, client.entropy())));
        network_.pass(Duration::seconds(1));
        return {};
    }
    void expect_agreed(const ConversationSettings& settings) {
        EXPECT_EQ(*alice().messenger().settings(pair_.to_bob), settings);
        EXPECT_EQ(*bob().messenger().settings(pair_.to_alice), settings);
    }
    MessageId say(std::string_view text, SendOptions options = {}) {
        EXPECT_TRUE(alice().send(pair_.to_bob, text, options).ok());
        network_.pass(Duration::seconds(1));
        return alice().last_sent;
    }
    MessageView view(TestClient& client, const MessageId& id) {
        auto found = client.messenger().find_message(text_of(id), network_.now);
        EXPECT_TRUE(found.ok());
        return found.ok() ? std::move(found).value() : MessageView{};
    }
    Status type(TestClient& client, const ConversationId& to, bool active = true) {
        TRY(client.perform(
            client.messenger().send_typing(to, active, network_.now, client.entropy())));
        network_.settle();
        return {};
    }

    TestNetwork network_;
    Pair pair_;
    OddPeer odd_;
};

TEST_F(Settings, defaults_hold_for_both_and_each_message_may_differ) {
    ConversationSettings settings;
    settings.expiration_ms = 3'600'000;
    settings.burn_seconds = 30;
    ASSERT_TRUE(change(alice(), pair_.to_bob, settings).ok());
    expect_agreed(settings);
    const auto notices = bob().take();
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(*std::get_if<ConversationSettings>(&notices[0].body), settings);
    const MessageView usual = view(bob(), say("usual"));
    EXPECT_EQ(usual.expires_at - usual.sent_at, Duration::hours(1));
    EXPECT_EQ(usual.burn_seconds, 30U);
    SendOptions options;
    options.expiration = Duration::days(2);
    options.no_burn = true;
    const MessageView special = view(bob(), say("special", options));
    EXPECT_EQ(special.expires_at - special.sent_at, Duration::days(2));
    EXPECT_EQ(special.burn_seconds, 0U);
}

TEST_F(Settings, the_last_writer_wins_on_both_sides) {
    ASSERT_TRUE(change(alice(), pair_.to_bob, with(true, false)).ok());
    ASSERT_TRUE(change(bob(), pair_.to_alice, with(false, true)).ok());
    expect_agreed(with(false, true));
    // At the same moment, and each hears of the other's only afterwards.
    alice().go_offline();
    bob().go_offline();
    ASSERT_TRUE(change(alice(), pair_.to_bob, with(true, true)).ok());
    ASSERT_TRUE(change(bob(), pair_.to_alice, with(true, false)).ok());
    alice().go_online();
    bob().go_online();
    network_.pass(Duration::minutes(5));
    EXPECT_EQ(*alice().messenger().settings(pair_.to_bob),
              *bob().messenger().settings(pair_.to_alice));
    expect_agreed(with(true, false));
}

TEST_F(Settings, of_two_changes_in_one_millisecond_the_higher_id_wins) {
    const auto at = [&](uint8_t id, const ConversationSettings& settings) {
        Content content = odd_.content_of(ContentType::settings, settings);
        content.id.bytes.fill(id);
        content.sent_at_ms = to_ms(network_.now);
        return content;
    };
    odd_.send(at(9, with(true, true)));
    odd_.send(at(3, with(false, false)));
    EXPECT_EQ(*alice().messenger().settings(pair_.to_bob), with(true, true));
}

TEST_F(Settings, stamp_from_the_future_does_not_settle_anything) {
    Content content = odd_.content_of(ContentType::settings, with(true, true));
    content.sent_at_ms = to_ms(network_.now + clock_skew_max) + 1000;
    odd_.send(content);
    EXPECT_EQ(*alice().messenger().settings(pair_.to_bob), ConversationSettings{});
    EXPECT_TRUE(alice().take().empty());
}

TEST_F(Settings, whoever_was_away_longer_than_messages_live_learns_them) {
    ConversationSettings settings;
    settings.expiration_ms = 60'000;
    bob().go_offline();
    ASSERT_TRUE(change(alice(), pair_.to_bob, settings).ok());
    network_.pass(Duration::days(3));
    bob().go_online();
    network_.pass(Duration::minutes(5));
    expect_agreed(settings);
}

TEST_F(Settings, nothing_tells_of_delivery_or_reading_unless_turned_on) {
    const MessageId id = say("hello");
    ASSERT_TRUE(bob().open(id).ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(view(alice(), id).receipts.empty());
    EXPECT_TRUE(bob().messenger().outbox_empty());
}

TEST_F(Settings, receipts_tell_the_sender_of_delivery_and_reading) {
    ASSERT_TRUE(change(bob(), pair_.to_alice, with(true, false)).ok());
    const MessageId id = say("hello");
    ASSERT_EQ(view(alice(), id).receipts.size(), 1U);
    EXPECT_TRUE(view(alice(), id).receipts[0].delivered_at.has_value());
    EXPECT_FALSE(view(alice(), id).receipts[0].read_at.has_value());
    ASSERT_TRUE(bob().open(id).ok());
    EXPECT_EQ(bob().messenger().next_timer(), Time{});
    network_.pass(Duration::seconds(2));
    ASSERT_TRUE(view(alice(), id).receipts[0].read_at.has_value());
    EXPECT_EQ(view(alice(), id).receipts[0].account, bob().messenger().account()->account);
    EXPECT_TRUE(view(bob(), id).receipts.empty());
}

TEST_F(Settings, receipts_that_wait_leave_together) {
    ASSERT_TRUE(change(bob(), pair_.to_alice, with(true, false)).ok());
    std::vector<MessageId> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(say("m" + std::to_string(i)));
    bob().go_offline();
    for (const MessageId& id : ids) ASSERT_TRUE(bob().open(id).ok());
    Tables tables;
    ASSERT_TRUE(load_tables(bob().store(), tables).ok());
    EXPECT_EQ(tables.outbox.size(), 1U);
    bob().go_online();
    network_.pass(Duration::minutes(1));
    for (const MessageId& id : ids) {
        EXPECT_TRUE(view(alice(), id).receipts[0].read_at.has_value());
    }
}

TEST_F(Settings, receipt_for_anothers_message_counts_for_nothing) {
    ASSERT_TRUE(bob().send(pair_.to_alice, "mine").ok());
    network_.pass(Duration::seconds(1));
    Receipt receipt;
    receipt.kind = ReceiptKind::read;
    receipt.targets = {bob().last_sent, MessageId{}};
    odd_.send(odd_.content_of(ContentType::receipt, receipt));
    EXPECT_TRUE(view(alice(), bob().last_sent).receipts.empty());
}

TEST_F(Settings, typing_is_told_only_where_it_is_turned_on) {
    EXPECT_EQ(type(alice(), pair_.to_bob).code(), ErrorCode::not_enabled);
    Typing typing;
    odd_.send(odd_.content_of(ContentType::typing, typing));
    EXPECT_TRUE(alice().typing_changes.empty());
}

TEST_F(Settings, typing_is_seen_ends_by_itself_and_is_in_no_row) {
    ASSERT_TRUE(change(alice(), pair_.to_bob, with(false, true)).ok());
    bob().take();
    const size_t rows = bob().store().row_count();
    const uint64_t before = alice().store().applied();
    ASSERT_TRUE(type(alice(), pair_.to_bob).ok());
    ASSERT_TRUE(type(alice(), pair_.to_bob).ok());  // said a moment ago: nothing is sent
    EXPECT_LE(alice().store().applied() - before, 2U);
    EXPECT_EQ(bob().messenger().typing(pair_.to_alice, network_.now),
              std::vector<AccountId>{alice().messenger().account()->account});
    EXPECT_EQ(bob().store().row_count(), rows);
    EXPECT_TRUE(bob().take().empty());
    network_.pass(Duration{typing_life.ms + 1000});
    EXPECT_TRUE(bob().messenger().typing(pair_.to_alice, network_.now).empty());
    ASSERT_EQ(bob().typing_changes.size(), 2U);
    EXPECT_TRUE(bob().typing_changes[0].active);
    EXPECT_FALSE(bob().typing_changes[1].active);
}

TEST_F(Settings, a_message_or_a_stop_ends_typing) {
    ASSERT_TRUE(change(alice(), pair_.to_bob, with(false, true)).ok());
    ASSERT_TRUE(type(alice(), pair_.to_bob).ok());
    say("done");
    EXPECT_TRUE(bob().messenger().typing(pair_.to_alice, network_.now).empty());
    network_.pass(typing_pause);
    ASSERT_TRUE(type(alice(), pair_.to_bob).ok());
    EXPECT_EQ(bob().messenger().typing(pair_.to_alice, network_.now).size(), 1U);
    ASSERT_TRUE(type(alice(), pair_.to_bob, false).ok());
    EXPECT_TRUE(bob().messenger().typing(pair_.to_alice, network_.now).empty());
}

TEST_F(Settings, typing_without_a_connection_is_forgotten) {
    ASSERT_TRUE(change(alice(), pair_.to_bob, with(false, true)).ok());
    alice().go_offline();
    ASSERT_TRUE(type(alice(), pair_.to_bob).ok());
    EXPECT_TRUE(alice().messenger().outbox_empty());
    alice().go_online();
    network_.pass(Duration::seconds(8));
    EXPECT_TRUE(bob().typing_changes.empty());
}

TEST_F(Settings, local_settings_stay_here_and_survive_a_restart) {
    LocalSettings settings;
    settings.muted_until = network_.now + Duration::days(1);
    settings.archived = true;
    const uint64_t frames = network_.frames();
    ASSERT_TRUE(
        alice()
            .perform(alice().messenger().set_local_settings(pair_.to_bob, settings, network_.now))
            .ok());
    network_.settle();
    EXPECT_EQ(network_.frames(), frames);
    alice().restart();
    EXPECT_EQ(*alice().messenger().local_settings(pair_.to_bob), settings);
    EXPECT_EQ(*bob().messenger().local_settings(pair_.to_alice), LocalSettings{});
}

TEST_F(Settings, draft_is_kept_until_it_is_sent_or_given_up) {
    const auto draft = [&](std::string_view text) {
        return alice().perform(
            alice().messenger().set_draft(pair_.to_bob, as_bytes(text), network_.now));
    };
    const auto kept = [&] {
        return std::string(as_text(alice().messenger().draft(pair_.to_bob)->expose()));
    };
    ASSERT_TRUE(draft("dear bob").ok());
    alice().restart();
    network_.pass(Duration::seconds(5));
    EXPECT_EQ(kept(), "dear bob");
    say("something else");
    EXPECT_EQ(kept(), "dear bob");
    const uint64_t shredded = alice().store().shredded();
    say("dear bob");
    EXPECT_EQ(kept(), "");
    EXPECT_GT(alice().store().shredded(), shredded);
    ASSERT_TRUE(draft("never mind").ok());
    ASSERT_TRUE(draft("").ok());
    EXPECT_FALSE(alice().store().contains(as_bytes("never mind")));
    ASSERT_TRUE(draft("left behind").ok());
    const auto removed = alice().remove(bob().messenger().account()->account);
    ASSERT_TRUE(removed.ok());
    EXPECT_FALSE(alice().store().contains(as_bytes("left behind")));
}

}  // namespace
}  // namespace mayfly::core
