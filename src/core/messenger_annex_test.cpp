// What is said about messages: replies, reactions, edits, votes, receipts, in every order.
#include "core/annex.h"
#include "core/odd_peer_test_support.h"

namespace mayfly::core {
namespace {

constexpr std::string_view thumb = "\xf0\x9f\x91\x8d";
constexpr std::string_view heart = "\xe2\x9d\xa4\xef\xb8\x8f";

class Annex : public testing::Test {
  protected:
    Annex() : pair_(make_pair(network_)), odd_(network_, *pair_.bob, pair_.to_alice) {}
    TestClient& alice() { return *pair_.alice; }
    TestClient& bob() { return *pair_.bob; }

    MessageId say(std::string_view text, SendOptions options = {}) {
        const size_t before = bob().arrivals;
        EXPECT_TRUE(alice().send(pair_.to_bob, text, options).ok());
        EXPECT_TRUE(network_.until([&] { return bob().arrivals > before; }));
        return alice().last_sent;
    }
    MessageId ask(Poll poll) {
        const size_t before = bob().arrivals;
        EXPECT_TRUE(alice()
                        .perform(alice().messenger().send_body(pair_.to_bob, poll, {}, network_.now,
                                                               alice().entropy()))
                        .ok());
        EXPECT_TRUE(network_.until([&] { return bob().arrivals > before; }));
        return alice().last_sent;
    }
    Status react(TestClient& client, const MessageId& id, std::string_view emoji, bool add = true) {
        TRY(client.perform(
            client.messenger().react(id, emoji, add, network_.now, client.entropy())));
        network_.pass(Duration::seconds(1));
        return {};
    }
    Status edit(TestClient& client, const MessageId& id, std::string_view text) {
        TRY(client.perform(
            client.messenger().edit(id, as_bytes(text), {}, network_.now, client.entropy())));
        network_.pass(Duration::seconds(1));
        return {};
    }
    Status vote(TestClient& client, const MessageId& id, const Bytes& choices) {
        TRY(client.perform(client.messenger().vote(id, choices, network_.now, client.entropy())));
        network_.pass(Duration::seconds(1));
        return {};
    }
    Result<MessageView> view(TestClient& client, const MessageId& id) {
        return client.messenger().find_message(text_of(id), network_.now);
    }
    std::string text_at(TestClient& client, const MessageId& id) {
        const auto shown = view(client, id);
        return shown.ok() ? std::string(as_text(shown->text.expose())) : "";
    }
    std::vector<size_t> counts_at(TestClient& client, const MessageId& id) {
        const auto shown = view(client, id);
        if (!shown.ok()) return {};
        const auto* poll = std::get_if<PollView>(&shown->body);
        return poll == nullptr ? std::vector<size_t>{} : poll->counts;
    }
    size_t rows_at_alice(char sub_kind) {
        const Bytes prefix = row_key::said(sub_kind);
        size_t rows = 0;
        EXPECT_TRUE(alice()
                        .store()
                        .scan(prefix,
                              [&](BytesView, SecretBuffer) {
                                  ++rows;
                                  return true;
                              })
                        .ok());
        return rows;
    }
    Poll lunch(bool multiple = false, uint64_t closes_at_ms = 0) {
        Poll poll;
        poll.question = "Lunch?";
        poll.options = {"soup", "salad", "both"};
        poll.multiple = multiple;
        poll.closes_at_ms = closes_at_ms;
        return poll;
    }

    TestNetwork network_;
    Pair pair_;
    OddPeer odd_;
};

TEST_F(Annex, reply_shows_its_target_until_that_is_gone) {
    const MessageId question = say("are you coming to the harbour tonight?");
    SendOptions options;
    options.reply_to = question;
    const MessageId answer = say("yes", options);
    for (TestClient* client : {&alice(), &bob()}) {
        const auto shown = view(*client, answer);
        ASSERT_TRUE(shown.ok() && shown->reply_to);
        EXPECT_TRUE(shown->reply_to->alive);
        EXPECT_EQ(as_text(shown->reply_to->text.expose()),
                  "are you coming to the harbour tonight?");
    }
    ASSERT_TRUE(bob().burn(question).ok());
    const auto shown = view(bob(), answer);
    ASSERT_TRUE(shown.ok() && shown->reply_to);
    EXPECT_FALSE(shown->reply_to->alive);
    EXPECT_TRUE(shown->reply_to->text.empty());
    EXPECT_EQ(shown->reply_to->id, question);
    EXPECT_FALSE(bob().store().contains(as_bytes("harbour")));
}

TEST_F(Annex, reply_to_what_is_not_there_is_refused) {
    SendOptions options;
    options.reply_to = MessageId{};
    EXPECT_EQ(alice().send(pair_.to_bob, "yes", options).code(), ErrorCode::unknown_message);
    EXPECT_TRUE(alice().messenger().outbox_empty());
}

TEST_F(Annex, reactions_of_several_people_are_added_and_removed) {
    const MessageId id = say("we won");
    ASSERT_TRUE(react(bob(), id, thumb).ok());
    ASSERT_TRUE(react(bob(), id, heart).ok());
    ASSERT_TRUE(react(alice(), id, thumb).ok());
    for (TestClient* client : {&alice(), &bob()}) {
        const auto shown = view(*client, id);
        ASSERT_TRUE(shown.ok());
        ASSERT_EQ(shown->reactions.size(), 2U);
        size_t by = 0;
        for (const ReactionView& reaction : shown->reactions) by += reaction.by.size();
        EXPECT_EQ(by, 3U);
    }
    ASSERT_TRUE(react(bob(), id, thumb, false).ok());
    ASSERT_TRUE(react(bob(), id, heart, false).ok());
    for (TestClient* client : {&alice(), &bob()}) {
        const auto shown = view(*client, id);
        ASSERT_EQ(shown->reactions.size(), 1U);
        EXPECT_EQ(shown->reactions[0].by,
                  std::vector<AccountId>{alice().messenger().account()->account});
    }
    EXPECT_EQ(react(bob(), id, "ok").code(), ErrorCode::invalid_argument);
}

TEST_F(Annex, one_person_has_so_many_reactions_on_a_message) {
    const MessageId id = say("react to this");
    for (char i = 0; i < 40; ++i) {
        const std::string emoji = std::string("\xf0\x9f\x98") + static_cast<char>(0x80 + i);
        static_cast<void>(react(bob(), id, emoji));
    }
    EXPECT_EQ(view(bob(), id)->reactions.size(), reactions_per_person_max);
    for (char i = 0; i < 40; ++i) {
        Reaction reaction;
        reaction.target = id;
        reaction.emoji = std::string("\xf0\x9f\x8d") + static_cast<char>(0x80 + i);
        odd_.send(odd_.content_of(ContentType::reaction, reaction));
    }
    EXPECT_EQ(view(alice(), id)->reactions.size(), reactions_per_person_max);
}

TEST_F(Annex, edit_changes_the_text_everywhere_and_destroys_the_old_one) {
    SendOptions options;
    options.expiration = Duration::minutes(10);
    const MessageId id = say("meet at the old mill", options);
    ASSERT_EQ(bob().take().size(), 1U);
    const auto before = view(bob(), id)->expires_at;
    const uint64_t shredded = bob().store().shredded();
    ASSERT_TRUE(edit(alice(), id, "meet at the station").ok());
    for (TestClient* client : {&alice(), &bob()}) {
        EXPECT_EQ(text_at(*client, id), "meet at the station");
        EXPECT_TRUE(view(*client, id)->edited);
    }
    EXPECT_EQ(view(bob(), id)->expires_at, before);
    EXPECT_GT(bob().store().shredded(), shredded);
    EXPECT_EQ(bob().changed, std::vector<MessageId>{id});
    EXPECT_TRUE(bob().take().empty());
    network_.pass(Duration::minutes(10));
    EXPECT_FALSE(view(bob(), id).ok());
}

TEST_F(Annex, edit_keeps_what_the_message_replies_to) {
    const MessageId question = say("tea?");
    SendOptions options;
    options.reply_to = question;
    const MessageId answer = say("yse", options);
    ASSERT_TRUE(edit(alice(), answer, "yes").ok());
    EXPECT_EQ(view(bob(), answer)->reply_to->id, question);
}

TEST_F(Annex, only_the_sender_edits_and_only_texts) {
    const MessageId id = say("mine");
    EXPECT_EQ(edit(bob(), id, "yours").code(), ErrorCode::not_ours);
    const MessageId poll = ask(lunch());
    EXPECT_EQ(edit(alice(), poll, "no poll").code(), ErrorCode::invalid_argument);
    Text text;
    text.text = SecretBuffer(as_bytes("yours"));
    Edit forged;
    forged.target = id;
    forged.text = encode_text(text);
    odd_.send(odd_.content_of(ContentType::edit, forged));
    EXPECT_EQ(text_at(alice(), id), "mine");
    EXPECT_FALSE(view(alice(), id)->edited);
}

TEST_F(Annex, the_newest_edit_counts_whatever_the_order_of_arrival) {
    const MessageId id = bob().messenger().contacts().empty() ? MessageId{} : [&] {
        EXPECT_TRUE(bob().send(pair_.to_alice, "first").ok());
        network_.pass(Duration::seconds(1));
        return bob().last_sent;
    }();
    const auto edit_at = [&](std::string_view text, uint64_t sent_at_ms) {
        Text said;
        said.text = SecretBuffer(as_bytes(text));
        Edit body;
        body.target = id;
        body.text = encode_text(said);
        Content content = odd_.content_of(ContentType::edit, body);
        content.sent_at_ms = sent_at_ms;
        return content;
    };
    const uint64_t now = to_ms(network_.now);
    const Content newest = edit_at("newest", now + 2);
    odd_.send(newest);
    odd_.send(edit_at("older", now + 1));
    odd_.send(newest);
    EXPECT_EQ(text_at(alice(), id), "newest");
}

TEST_F(Annex, votes_are_changed_taken_back_and_counted_alike) {
    const MessageId id = ask(lunch(true));
    ASSERT_TRUE(vote(bob(), id, {0, 1}).ok());
    ASSERT_TRUE(vote(alice(), id, {1}).ok());
    for (TestClient* client : {&alice(), &bob()}) {
        EXPECT_EQ(counts_at(*client, id), (std::vector<size_t>{1, 2, 0}));
    }
    ASSERT_TRUE(vote(bob(), id, {2}).ok());
    for (TestClient* client : {&alice(), &bob()}) {
        EXPECT_EQ(counts_at(*client, id), (std::vector<size_t>{0, 1, 1}));
    }
    ASSERT_TRUE(vote(bob(), id, {}).ok());
    EXPECT_EQ(counts_at(alice(), id), (std::vector<size_t>{0, 1, 0}));
    EXPECT_EQ(std::get_if<PollView>(&view(alice(), id)->body)->voters, 1U);
}

TEST_F(Annex, votes_that_do_not_fit_the_poll_are_refused) {
    const MessageId id = ask(lunch());
    EXPECT_EQ(vote(bob(), id, {0, 1}).code(), ErrorCode::invalid_argument);
    EXPECT_EQ(vote(bob(), id, {3}).code(), ErrorCode::invalid_argument);
    Vote stuffed;
    stuffed.target = id;
    stuffed.choices = {0, 1, 2};
    odd_.send(odd_.content_of(ContentType::vote, stuffed));
    EXPECT_EQ(counts_at(alice(), id), (std::vector<size_t>{0, 0, 0}));
    const MessageId text = say("no poll");
    EXPECT_EQ(vote(bob(), text, {0}).code(), ErrorCode::invalid_argument);
}

TEST_F(Annex, votes_after_the_close_do_not_count) {
    const uint64_t closes = to_ms(network_.now + Duration::minutes(1));
    const MessageId id = ask(lunch(false, closes));
    ASSERT_TRUE(vote(bob(), id, {1}).ok());
    network_.pass(Duration::minutes(2));
    EXPECT_EQ(vote(bob(), id, {2}).code(), ErrorCode::expired);
    Vote late;
    late.target = id;
    late.choices = {0};
    odd_.send(odd_.content_of(ContentType::vote, late));
    EXPECT_EQ(counts_at(alice(), id), (std::vector<size_t>{0, 1, 0}));
    EXPECT_TRUE(std::get_if<PollView>(&view(alice(), id)->body)->closed);
}

TEST_F(Annex, reaction_that_comes_before_its_message_waits_for_it) {
    const Content content = odd_.content(ContentType::text, "late");
    Reaction reaction;
    reaction.target = content.id;
    reaction.emoji = std::string(thumb);
    odd_.send(odd_.content_of(ContentType::reaction, reaction));
    EXPECT_EQ(rows_at_alice('o'), 1U);
    odd_.send(content);
    EXPECT_EQ(rows_at_alice('o'), 0U);
    ASSERT_EQ(view(alice(), content.id)->reactions.size(), 1U);
}

TEST_F(Annex, what_waits_for_a_message_is_bounded_and_ends) {
    for (size_t i = 0; i < orphans_max + 5; ++i) {
        Reaction reaction;
        reaction.target.bytes = random_array<16>(bob().entropy());
        reaction.emoji = std::string(thumb);
        odd_.send(odd_.content_of(ContentType::reaction, reaction));
        if (i % 40 == 39) network_.pass(Duration::seconds(5));  // room for a commit
    }
    network_.settle();
    EXPECT_LE(rows_at_alice('o'), orphans_max);
    EXPECT_GE(rows_at_alice('o'), 40U);
    network_.pass(Duration{orphan_life.ms + 1000});
    EXPECT_EQ(rows_at_alice('o'), 0U);
}

TEST_F(Annex, what_concerns_a_message_ends_with_it_and_does_not_come_back) {
    const MessageId id = say("soon gone");
    ASSERT_TRUE(react(bob(), id, thumb).ok());
    ASSERT_TRUE(react(alice(), id, heart).ok());
    ASSERT_TRUE(edit(alice(), id, "soon gone, too").ok());
    EXPECT_EQ(rows_at_alice('a'), 3U);
    ASSERT_TRUE(alice().burn(id).ok());
    EXPECT_EQ(rows_at_alice('a'), 0U);
    EXPECT_FALSE(alice().store().contains(as_bytes(thumb)));
    ASSERT_TRUE(react(bob(), id, heart).ok());
    EXPECT_EQ(rows_at_alice('a') + rows_at_alice('o'), 0U);
    EXPECT_FALSE(view(alice(), id).ok());
    ASSERT_TRUE(bob().burn(id).ok());
    EXPECT_EQ(react(bob(), id, thumb).code(), ErrorCode::unknown_message);
}

TEST_F(Annex, what_waits_in_the_outbox_goes_with_its_message) {
    const MessageId id = say("soon gone");
    bob().go_offline();
    ASSERT_TRUE(
        bob()
            .perform(bob().messenger().react(id, thumb, true, network_.now, bob().entropy()))
            .ok());
    EXPECT_FALSE(bob().messenger().outbox_empty());
    ASSERT_TRUE(bob().burn(id).ok());
    EXPECT_TRUE(bob().messenger().outbox_empty());
    EXPECT_FALSE(bob().store().contains(as_bytes(thumb)));
}

TEST_F(Annex, reaction_survives_a_restart_before_it_left) {
    const MessageId id = say("hold on");
    bob().go_offline();
    ASSERT_TRUE(
        bob()
            .perform(bob().messenger().react(id, thumb, true, network_.now, bob().entropy()))
            .ok());
    bob().restart();
    bob().go_online();
    ASSERT_TRUE(network_.until([&] { return view(alice(), id)->reactions.size() == 1; }));
}

TEST_F(Annex, mentions_find_the_people_that_are_named) {
    const std::string text = "hi @bob, ask @nobody or mail@bob.";
    const auto mentions = alice().messenger().find_mentions(pair_.to_bob, as_bytes(text));
    ASSERT_EQ(mentions.size(), 1U);
    EXPECT_EQ(text.substr(mentions[0].start, mentions[0].length), "@bob");
    EXPECT_EQ(mentions[0].account, bob().messenger().account()->account);
    SendOptions options;
    options.mentions = mentions;
    const MessageId id = say(text, options);
    EXPECT_EQ(view(bob(), id)->mentions, mentions);
}

TEST_F(Annex, places_and_cards_and_screenshot_notices_arrive) {
    Location place;
    place.latitude_e7 = 1'425'200'000;
    place.label = "the pier";
    ASSERT_TRUE(alice()
                    .perform(alice().messenger().send_body(pair_.to_bob, place, {}, network_.now,
                                                           alice().entropy()))
                    .ok());
    ContactCard card;
    card.name = "Alice";
    card.link = alice().messenger().account()->link;
    ASSERT_TRUE(alice()
                    .perform(alice().messenger().send_body(pair_.to_bob, card, {}, network_.now,
                                                           alice().entropy()))
                    .ok());
    ASSERT_TRUE(alice()
                    .perform(alice().messenger().send_body(pair_.to_bob, Screenshot{}, {},
                                                           network_.now, alice().entropy()))
                    .ok());
    network_.pass(Duration::seconds(2));
    const auto taken = bob().take();
    ASSERT_EQ(taken.size(), 3U);
    EXPECT_EQ(std::get_if<Location>(&taken[0].body)->label, "the pier");
    EXPECT_EQ(std::get_if<ContactCard>(&taken[1].body)->link, card.link);
    EXPECT_NE(std::get_if<Screenshot>(&taken[2].body), nullptr);
}

TEST_F(Annex, search_finds_what_is_alive_and_forgets_with_it) {
    const MessageId id =
        say("The \xc3\x9c"
            "bergang at the Old Mill");
    say("something else");
    ASSERT_TRUE(edit(alice(), ask(lunch()), "x").code() == ErrorCode::invalid_argument);
    const auto found = [&](TestClient& client, std::string words) {
        SearchQuery query;
        query.words = std::move(words);
        return client.messenger().search(query, network_.now)->size();
    };
    EXPECT_EQ(found(bob(),
                    "mill \xc3\xbc"
                    "BERG"),
              1U);
    EXPECT_EQ(found(bob(), "mill else"), 0U);
    EXPECT_EQ(found(bob(), "e"), 2U);
    EXPECT_EQ(found(bob(), "SALAD"), 1U);
    ASSERT_TRUE(edit(alice(), id, "at the station").ok());
    EXPECT_EQ(found(bob(), "mill"), 0U);
    EXPECT_EQ(found(bob(), "station"), 1U);
    ASSERT_TRUE(bob().burn(id).ok());
    EXPECT_EQ(found(bob(), "station"), 0U);
    SearchQuery nothing;
    nothing.words = "  ";
    EXPECT_EQ(bob().messenger().search(nothing, network_.now).code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace mayfly::core
