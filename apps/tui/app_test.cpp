// The app over a real messenger in the test network, and the picture of it.
#include "core/network_test_support.h"
#include "tui/layout.h"

namespace mayfly::tui {
namespace {

class Port final : public rpc::AccountPort {
  public:
    explicit Port(core::TestClient& client) : client_(client) {}
    core::Messenger* messenger() override { return &client_.messenger(); }
    Status perform(core::Effects effects) override {
        ENSURE(client_.run(std::move(effects)), storage_failed);
        return {};
    }
    Entropy& entropy() override { return client_.entropy(); }

  private:
    core::TestClient& client_;
};

class AppTest : public ::testing::Test {
  protected:
    void SetUp() override {
        pair = core::make_pair(network);
        port.emplace(*pair.alice);
        app.emplace(*port);
        pair.alice->on_event = [this](const core::Event& event) {
            app->on_event(event, network.now);
        };
        app->refresh(network.now);
    }
    void type(std::string_view bytes) {
        app->tick(network.now);
        for (const Key& key : decoder.feed(bytes)) app->on_key(key, network.now);
        for (const Key& key : decoder.flush()) app->on_key(key, network.now);
        network.settle();
    }
    core::MessageId bob_sends(std::string_view text, core::SendOptions options = {}) {
        EXPECT_TRUE(pair.bob->send(pair.to_alice, text, options).ok());
        network.settle();
        return pair.bob->last_sent;
    }
    std::string picture(int rows = 24, int columns = 80) {
        app->tick(network.now);
        Screen screen(rows, columns);
        draw_app(*app, screen, network.now);
        std::string out;
        for (int row = 0; row < rows; row++) out += screen.row_text(row) + "\n";
        return out;
    }
    bool shows(std::string_view text) { return picture().find(text) != std::string::npos; }

    core::TestNetwork network;
    core::Pair pair;
    std::optional<Port> port;
    std::optional<App> app;
    KeyDecoder decoder;
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
    EXPECT_TRUE(app->compose().empty());
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

TEST_F(AppTest, request_is_accepted_or_dropped) {
    core::TestClient& carol = network.with_account("Carol", "carol", {core::test_relay});
    core::TestClient& dave = network.with_account("Dave", "dave", {core::test_relay});
    ASSERT_TRUE(carol.add("alice@" + core::test_relay).ok());
    ASSERT_TRUE(dave.add("alice@" + core::test_relay).ok());
    network.until([&] { return pair.alice->messenger().requests().size() == 2; });
    EXPECT_TRUE(shows("? Carol"));
    while (app->selected()->name != "Carol") type("\x1b[A");
    EXPECT_TRUE(shows("Carol wants to write to you"));
    type("y");
    EXPECT_FALSE(shows("? Carol"));
    EXPECT_TRUE(pair.alice->messenger().find_contact("carol").ok());
    while (app->selected()->name != "Dave") type("\x1b[A");
    type("xn");
    EXPECT_TRUE(shows("? Dave"));
    type("xy");
    EXPECT_FALSE(shows("? Dave"));
}

TEST_F(AppTest, drafts_stay_with_their_conversation) {
    core::TestClient& carol = network.with_account("Carol", "carol", {core::test_relay});
    ASSERT_TRUE(carol.add("alice@" + core::test_relay).ok());
    network.until([&] { return !pair.alice->messenger().requests().empty(); });
    app->tick(network.now);
    while (app->selected()->name != "Carol") type("\x1b[A");
    type("y");
    app->tick(network.now);
    while (app->selected()->name != "Bob") type(app->selected_index() == 0U ? "\x1b[B" : "\x1b[A");
    type("\rfor bob");
    type("\x1b");
    while (app->selected()->name != "Carol")
        type(app->selected_index() == 0U ? "\x1b[B" : "\x1b[A");
    type("\r");
    EXPECT_TRUE(app->compose().empty());
    type("for carol\r");
    EXPECT_EQ(carol.take().size(), 1U);
    EXPECT_TRUE(pair.bob->take().empty());
}

TEST_F(AppTest, burn_and_recall_act_on_the_message_pointed_at) {
    bob_sends("first");
    bob_sends("second");
    type("\r\x1b[A\x1b[A");
    EXPECT_EQ(as_text(app->pointed()->text.expose()), "first");
    type("b");
    EXPECT_FALSE(shows("first"));
    EXPECT_TRUE(shows("second"));
    type("\tregret\r");
    EXPECT_EQ(pair.bob->take().size(), 1U);
    type("\x1b[Ar");
    EXPECT_FALSE(shows("regret"));
    EXPECT_EQ(pair.bob->messenger().messages(pair.to_alice, network.now)->size(), 2U) << "his own";
    type("r");  // not ours
    EXPECT_TRUE(shows(error_text(ErrorCode::not_ours)));
}

TEST_F(AppTest, removing_asks_first) {
    type("xn");
    EXPECT_TRUE(shows("Bob"));
    type("x");
    EXPECT_TRUE(shows("Remove it with all messages?"));
    type("y");
    EXPECT_TRUE(shows("nobody yet"));
    type("\r\x1b[A\x1b[Bx\t\tb");
    EXPECT_TRUE(shows("nobody yet"));
}

TEST_F(AppTest, every_size_of_terminal_has_a_picture) {
    for (int i = 0; i < 30; i++) bob_sends("a longer text with several words " + std::to_string(i));
    for (const char* keys : {"", "\r", "\x1b[A\x1b[A", "?", "\x1b", "s", "\x1b", "a"}) {
        type(keys);
        for (int rows = 1; rows < 30; rows += 3) {
            for (int columns = 1; columns < 100; columns += 7) picture(rows, columns);
        }
    }
}

TEST_F(AppTest, what_is_said_besides_texts_is_shown) {
    core::Messenger& bob = pair.bob->messenger();
    const auto says = [&](const core::OutgoingBody& body) {
        EXPECT_TRUE(
            pair.bob
                ->perform(bob.send_body(pair.to_alice, body, {}, network.now, pair.bob->entropy()))
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
    EXPECT_TRUE(
        pair.bob
            ->perform(bob.react(first, "\xf0\x9f\x91\x8d", true, network.now, pair.bob->entropy()))
            .ok());
    network.settle();
    type("\r");
    EXPECT_TRUE(shows("> tea at five?"));
    EXPECT_TRUE(shows("[poll] Where?"));
    EXPECT_TRUE(shows("2. mill: 0"));
    EXPECT_TRUE(shows("[is at -90.0000000,-180.0000000]"));
    EXPECT_TRUE(shows("took a picture"));
    EXPECT_TRUE(shows("\xf0\x9f\x91\x8d 1"));
    EXPECT_TRUE(pair.bob
                    ->perform(bob.edit(first, as_bytes("tea at six?"), {}, network.now,
                                       pair.bob->entropy()))
                    .ok());
    network.settle();
    EXPECT_TRUE(shows("tea at six? (edited)"));
}

TEST_F(AppTest, pages_and_wishes) {
    type("?");
    EXPECT_TRUE(shows("how long the next message lives"));
    type("\x1b");
    type("s");
    EXPECT_TRUE(shows("mayfly:"));
    type("\x1b");
    type("\x0c");
    EXPECT_EQ(app->wish(), Wish::lock);
    type("\x11");
    EXPECT_EQ(app->wish(), Wish::quit);
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
