// The main page over a real messenger in the test network, and the picture of it.
#include "tui/app_test_support.h"

namespace mayfly::tui {
namespace {

class AppTest : public ::testing::Test {
  protected:
    void SetUp() override {
        pair = core::make_pair(network);
        ui.emplace(network, *pair.alice);
    }
    bool type(std::string_view bytes) { return ui->type(bytes); }
    bool shows(std::string_view text) { return ui->shows(text); }
    App& app() { return ui->app; }
    core::MessageId bob_sends(std::string_view text, core::SendOptions options = {}) {
        EXPECT_TRUE(pair.bob->send(pair.to_alice, text, options).ok());
        network.settle();
        return pair.bob->last_sent;
    }
    core::Messenger& alice() { return pair.alice->messenger(); }
    core::Messenger& bob() { return pair.bob->messenger(); }

    core::TestNetwork network;
    core::Pair pair;
    std::optional<Ui> ui;
};

TEST_F(AppTest, unread_messages_are_counted_until_the_conversation_is_entered) {
    bob_sends("one");
    bob_sends("two");
    EXPECT_TRUE(shows("Bob (2)"));
    type("\r");
    EXPECT_FALSE(shows("(2)"));
    EXPECT_TRUE(shows("one"));
    EXPECT_EQ(pair.alice->messenger().messages(pair.to_bob, network.now)->front().state,
              core::MessageState::opened);
}

TEST_F(AppTest, message_that_burns_is_hidden_until_it_is_opened) {
    core::SendOptions options;
    options.burn = Duration::seconds(30);
    bob_sends("for your eyes", options);
    type("\r");
    EXPECT_FALSE(shows("for your eyes"));
    EXPECT_TRUE(shows("burns 30s after it is opened"));
    EXPECT_TRUE(shows("Bob (1)"));
    type("\x1b[A\r");
    EXPECT_TRUE(shows("for your eyes"));
    EXPECT_TRUE(shows("^30s"));
    network.now = network.now + Duration::seconds(21);
    EXPECT_TRUE(shows("^9s"));
    network.now = network.now + Duration::seconds(9);
    EXPECT_FALSE(shows("for your eyes"));
}

TEST_F(AppTest, text_is_sent_with_what_was_picked) {
    type("\r\x05\x05\x02Hello\r");
    const auto got = pair.bob->take();
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(as_text(got[0].text.expose()), "Hello");
    EXPECT_EQ(got[0].burn_seconds, 10U);
    EXPECT_EQ(got[0].expires_at - got[0].sent_at, Duration::hours(1));
    EXPECT_TRUE(app().talk().editor().empty());
    EXPECT_TRUE(shows("you Hello"));
    type("\r");  // nothing to send
    EXPECT_TRUE(pair.bob->take().empty());
}

TEST_F(AppTest, queued_message_says_so_and_failures_are_shown) {
    pair.alice->go_offline();
    type("\rlater\r");
    EXPECT_TRUE(shows("~"));
    pair.alice->go_online();
    network.until([&] { return pair.alice->messenger().outbox_empty(); });
    EXPECT_FALSE(shows("~"));
    type("\x1b");
    type("anobody@" + core::test_relay + "\r");
    network.settle();
    EXPECT_TRUE(shows(error_text(ErrorCode::unknown_record)));
    type("a:::\r");
    EXPECT_TRUE(shows(error_text(ErrorCode::bad_handle)));
}

TEST_F(AppTest, request_is_accepted_or_declined) {
    core::TestClient& carol = network.with_account("Carol", "carol", {core::test_relay});
    core::TestClient& dave = network.with_account("Dave", "dave", {core::test_relay});
    ASSERT_TRUE(carol.add("alice@" + core::test_relay).ok());
    ASSERT_TRUE(dave.add("alice@" + core::test_relay).ok());
    network.until([&] { return alice().requests().size() == 2; });
    EXPECT_TRUE(shows("? Carol"));
    ui->select("Carol");
    EXPECT_TRUE(shows("Carol wants to write to you"));
    type("y");
    EXPECT_FALSE(shows("? Carol"));
    EXPECT_TRUE(alice().find_contact("carol").ok());
    ui->select("Dave");
    type("xn");
    EXPECT_TRUE(shows("? Dave"));
    type("xy");
    EXPECT_FALSE(shows("? Dave"));
}

TEST_F(AppTest, drafts_stay_with_their_conversation) {
    core::TestClient& carol = network.with_account("Carol", "carol", {core::test_relay});
    ASSERT_TRUE(carol.add("alice@" + core::test_relay).ok());
    network.until([&] { return !alice().requests().empty(); });
    ui->picture();
    ui->select("Carol");
    type("y");
    ui->select("Bob");
    type("\rfor bob");
    type("\x1b");
    ui->select("Carol");
    type("\r");
    EXPECT_TRUE(app().talk().editor().empty());
    type("for carol\r");
    EXPECT_EQ(carol.take().size(), 1U);
    EXPECT_TRUE(pair.bob->take().empty());
}

TEST_F(AppTest, burn_and_recall_act_on_the_message_pointed_at) {
    bob_sends("first");
    bob_sends("second");
    type("\r\x1b[A\x1b[A");
    EXPECT_EQ(as_text(app().talk().pointed()->text.expose()), "first");
    type("b");
    EXPECT_FALSE(shows("first"));
    EXPECT_TRUE(shows("second"));
    type("\tregret\r");
    EXPECT_EQ(pair.bob->take().size(), 1U);
    type("\x1b[Au");
    EXPECT_FALSE(shows("regret"));
    EXPECT_EQ(pair.bob->messenger().messages(pair.to_alice, network.now)->size(), 2U) << "his own";
    type("u");  // not ours
    EXPECT_TRUE(shows("Only messages of your own"));
}

TEST_F(AppTest, removing_asks_first) {
    type("xn");
    EXPECT_TRUE(shows("Bob"));
    type("x");
    EXPECT_TRUE(shows("Remove Bob with all messages?"));
    type("y");
    EXPECT_TRUE(shows("nobody yet"));
    type("\r\x1b[A\x1b[Bx\t\tb");
    EXPECT_TRUE(shows("nobody yet"));
}

TEST_F(AppTest, every_size_of_terminal_has_a_picture) {
    for (int i = 0; i < 30; i++) bob_sends("a longer text with several words " + std::to_string(i));
    for (const char* keys : {"", "\r", "\x1b[A\x1b[A", "?", "\x1b", "\x1b", "s", "\x1b", "a",
                             "\x1b", "i", "\x1b", "n"}) {
        type(keys);
        for (int rows = 1; rows < 30; rows += 3) {
            for (int columns = 1; columns < 100; columns += 7) ui->picture(rows, columns);
        }
    }
}

TEST_F(AppTest, what_is_said_besides_texts_is_shown) {
    const auto says = [&](const core::OutgoingBody& body) {
        EXPECT_TRUE(pair.bob
                        ->perform(bob().send_body(pair.to_alice, body, {}, network.now,
                                                  pair.bob->entropy()))
                        .ok());
        network.settle();
    };
    const core::MessageId first = bob_sends("tea at five?");
    core::SendOptions answer;
    answer.reply_to = first;
    bob_sends("I mean it", answer);
    core::Poll poll;
    poll.question = "Where?";
    poll.options = {"pier", "mill"};
    says(poll);
    says(core::Location{});
    says(core::Screenshot{});
    EXPECT_TRUE(pair.bob
                    ->perform(bob().react(first, "\xf0\x9f\x91\x8d", true, network.now,
                                          pair.bob->entropy()))
                    .ok());
    network.settle();
    type("\r");
    EXPECT_TRUE(shows("> Bob: tea at five?"));
    EXPECT_TRUE(shows("[poll] Where?"));
    EXPECT_TRUE(shows("2. mill: 0"));
    EXPECT_TRUE(shows("[is at -90.0000000,-180.0000000]"));
    EXPECT_TRUE(shows("took a picture"));
    EXPECT_TRUE(shows("\xf0\x9f\x91\x8d 1"));
    EXPECT_TRUE(pair.bob
                    ->perform(bob().edit(first, as_bytes("tea at six?"), {}, network.now,
                                         pair.bob->entropy()))
                    .ok());
    network.settle();
    EXPECT_TRUE(shows("tea at six? (edited)"));
}

TEST_F(AppTest, messages_live_as_the_conversation_agreed_unless_picked) {
    core::ConversationSettings settings;
    settings.expiration_ms = static_cast<uint64_t>(Duration::hours(3).ms);
    settings.burn_seconds = 7;
    ASSERT_TRUE(pair.bob
                    ->perform(bob().change_settings(pair.to_alice, settings, network.now,
                                                    pair.bob->entropy()))
                    .ok());
    network.settle();
    type("\r");
    EXPECT_NE(ui->picture(24, 200).find(
                  "[changed the settings: messages live 3h; burn after reading: 7s; receipts: off"),
              std::string::npos);
    EXPECT_TRUE(shows("expires 3h (^E)  burns 7s (^B)")) << ui->picture();
    type("as agreed\r");
    type("\x02\x02\x02\x02\x02");
    EXPECT_TRUE(shows("burns off (^B)"));
    type("no burning\r");
    const auto got = pair.bob->take();
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].expires_at - got[0].sent_at, Duration::hours(3));
    EXPECT_EQ(got[0].burn_seconds, 7U);
    EXPECT_EQ(got[1].burn_seconds, 0U);
}

TEST_F(AppTest, reply_and_edit_say_what_they_are_about_and_can_be_given_up) {
    bob_sends("tea at five?");
    type("\rmine\r");
    EXPECT_EQ(pair.bob->take().size(), 1U);
    type("\x1b[A\x1b[Ar");
    EXPECT_TRUE(shows("reply to Bob"));
    type("\x1b");
    EXPECT_FALSE(shows("reply to Bob"));
    type("\x1b[A\x1b[Aryes\r");
    EXPECT_FALSE(shows("reply to Bob"));
    const auto replies = pair.bob->take();
    ASSERT_EQ(replies.size(), 1U);
    ASSERT_TRUE(replies[0].reply_to.has_value());
    EXPECT_EQ(as_text(replies[0].reply_to->text.expose()), "tea at five?");
    type("\x1b[Aedraft");  // the newest is ours
    EXPECT_TRUE(shows("you edit a message"));
    EXPECT_EQ(app().talk().editor().text(), "yesdraft");
    type("\r");
    EXPECT_TRUE(shows("yesdraft (edited)"));
    EXPECT_TRUE(app().talk().editor().empty());
    type("\x1b[A\x1b[A\x1b[Ae");
    EXPECT_TRUE(shows("Only texts of your own"));
}

TEST_F(AppTest, receipts_and_typing_are_shown_where_the_conversation_wants_them) {
    core::ConversationSettings settings;
    settings.receipts = true;
    settings.typing = true;
    ASSERT_TRUE(pair.alice
                    ->perform(alice().change_settings(pair.to_bob, settings, network.now,
                                                      pair.alice->entropy()))
                    .ok());
    network.settle();
    app().refresh(network.now);
    type("\rhello");
    EXPECT_EQ(pair.bob->typing_changes.size(), 1U) << "we type";
    type("\r");
    network.pass(Duration::seconds(30));
    EXPECT_TRUE(shows("+ "));
    const auto got = pair.bob->take();
    ASSERT_FALSE(got.empty());
    ASSERT_TRUE(pair.bob->open(got.back().id).ok());
    network.pass(Duration::seconds(30));
    EXPECT_TRUE(shows("✓ ")) << ui->picture();
    type("\x1b[Ai");
    EXPECT_TRUE(shows("Read by Bob"));
    type("\x1b");
    ASSERT_TRUE(
        pair.bob->perform(bob().send_typing(pair.to_alice, true, network.now, pair.bob->entropy()))
            .ok());
    network.settle();
    EXPECT_TRUE(shows("Bob is typing")) << ui->picture();
}

TEST_F(AppTest, list_is_pinned_muted_and_archived_by_keys) {
    bob_sends("one");
    type("p");
    EXPECT_TRUE(shows(">Bob (1) ^"));
    type("m");
    EXPECT_TRUE(shows(">Bob (1) ^ -"));
    type("h");
    EXPECT_FALSE(shows("Bob"));
    EXPECT_TRUE(shows("nobody yet"));
    type("v");
    EXPECT_TRUE(shows(": archive"));
    EXPECT_TRUE(shows(">Bob (1) ^ -"));
    type("hv");
    EXPECT_TRUE(shows(">Bob (1) ^ -"));
    type("pm");
    EXPECT_TRUE(shows(">Bob (1) "));
    EXPECT_FALSE(shows("^ -"));
}

TEST_F(AppTest, what_is_under_another_page_is_not_read) {
    type("\r");
    type(keys::f1);
    bob_sends("not seen");
    ui->picture();
    EXPECT_EQ(alice().messages(pair.to_bob, network.now)->back().state,
              core::MessageState::received);
    type("\x1b");
    EXPECT_EQ(alice().messages(pair.to_bob, network.now)->back().state, core::MessageState::opened);
}

TEST_F(AppTest, pages_and_wishes) {
    type("?");
    EXPECT_TRUE(shows("open the conversation and write"));
    type(keys::f1);
    EXPECT_FALSE(shows("open the conversation and write"));
    type(keys::f1);
    type("\x1b");
    type("s");
    EXPECT_TRUE(shows("mayfly:"));
    type("\x1b");
    type("\x0c");
    EXPECT_EQ(app().wish(), Wish::lock);
    type("\x11");
    EXPECT_EQ(app().wish(), Wish::quit);
}

TEST(layout, timers_have_two_units_at_most) {
    EXPECT_EQ(timer_text(Duration::milliseconds(1)), "1s");
    EXPECT_EQ(timer_text(Duration::milliseconds(-5)), "0s");
    EXPECT_EQ(timer_text(Duration::seconds(59)), "59s");
    EXPECT_EQ(timer_text(Duration::seconds(249)), "4m 9s");
    EXPECT_EQ(timer_text(Duration::hours(1)), "1h");
    EXPECT_EQ(timer_text(Duration::hours(143)), "5d 23h");
}

}  // namespace
}  // namespace mayfly::tui
