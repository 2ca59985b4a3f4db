// The pages over real messengers in the test network: groups, trust, devices, settings, files.
#include "tui/app_test_support.h"
#include "tui/form_page.h"
#include "tui/menu_page.h"

namespace mayfly::tui {
namespace {

class Pages : public core::Devices {
  protected:
    Pages() : ui(network_, *alice_) {}

    bool pass_until(const std::function<bool()>& condition) { return network_.until(condition); }
    core::Messenger& alice() { return alice_->messenger(); }
    core::Messenger& bob() { return bob_->messenger(); }
    core::ConversationId group_of_two() {
        const core::ConversationId id = make_group(*alice_);
        bring_in(*alice_, id, *bob_);
        return id;
    }
    core::MessageId bob_sends(const std::string& text) {
        EXPECT_TRUE(bob_->send(with(*bob_, *alice_), text).ok());
        network_.settle();
        return bob_->last_sent;
    }
    core::MemberView member(core::TestClient& by, const core::ConversationId& id,
                            core::TestClient& whom) {
        const auto members = by.messenger().members(id);
        for (const core::MemberView& each : *members) {
            if (each.account == id_of(whom)) return each;
        }
        return {};
    }

    Ui ui;
};

// --- menus

TEST_F(Pages, what_is_pointed_at_stays_so_where_lines_come_and_go) {
    std::vector<std::string> words = {"Bob", "Carol", "Dave"};
    std::string chosen;
    TestPort port(*alice_);
    TestFiles files(*alice_);
    Desk desk(port, files);
    const auto menu = make_menu(desk, "Who", [&] {
        Rows rows;
        rows.emplace_back("Choose one of them");
        for (const std::string& word : words)
            rows.emplace_back(word, [&chosen, word] { chosen = word; });
        return rows;
    });
    const auto choose = [&](std::vector<std::string> now) {
        words = std::move(now);
        menu->refresh();
        menu->on_action(Action::choose);
        return chosen;
    };
    menu->on_action(Action::down);
    EXPECT_EQ(choose({"Alice", "Bob", "Carol", "Dave"}), "Carol");
    EXPECT_EQ(choose({"Carol", "Dave"}), "Carol");
    EXPECT_EQ(choose({"Carol and Eve", "Dave"}), "Carol and Eve");
    EXPECT_EQ(choose({"Alice", "Carol and Eve"}), "Carol and Eve");
    EXPECT_EQ(choose({"Alice"}), "Alice");
    std::vector<std::string> many(100, "Zoe");
    many.emplace_back("Alice");
    EXPECT_EQ(choose(many), "Alice");
    Screen screen(10, 40);
    menu->draw(screen, {0, 0, 10, 40});
    EXPECT_EQ(screen.row_text(9).substr(0, 7), "> Alice");
}

// --- groups

TEST_F(Pages, group_is_made_and_a_contact_invited) {
    ui.type("n");
    ui.choose("New group");
    ui.type("Climbing\rSaturdays\r");
    EXPECT_TRUE(ui.shows("A group")) << ui.picture();
    ui.choose("Invite a contact");
    EXPECT_TRUE(ui.shows("Carol"));
    ui.choose("Bob");
    ASSERT_TRUE(pass_until([&] { return !bob().offers().empty(); }));
    EXPECT_EQ(bob().offers().front().name, "Climbing");
    EXPECT_TRUE(ui.shows("Bob is invited"));
    ASSERT_TRUE(accept_offer(*bob_, bob().offers().front().conversation).ok());
    ASSERT_TRUE(pass_until([&] { return ui.shows("Members: 2 people"); }));
    ui.type("\x1b");
    ui.select("Climbing");
    ui.type("\rhello all\r");
    EXPECT_EQ(texts(*bob_), std::vector<std::string>{"hello all"});
    EXPECT_TRUE(ui.shows("Climbing · 2 people · Saturdays"));
}

TEST_F(Pages, offer_is_accepted_or_declined) {
    const core::ConversationId id = make_group(*bob_);
    ASSERT_TRUE(invite(*bob_, id, *alice_).ok());
    ASSERT_TRUE(pass_until([&] { return ui.shows("? Climbing"); }));
    EXPECT_TRUE(ui.shows("Bob invites you to Climbing"));
    ui.select("Climbing");
    EXPECT_TRUE(ui.shows("Bob invites you to the group Climbing."));
    EXPECT_TRUE(ui.shows("1 person is in it"));
    ui.type("y");
    ASSERT_TRUE(pass_until([&] { return is_in(*alice_, id) && ui.shows("& Climbing"); }));

    const core::ConversationId room = make_group(*bob_, core::ConversationKind::room);
    ASSERT_TRUE(invite(*bob_, room, *alice_).ok());
    ASSERT_TRUE(pass_until([&] { return ui.shows("? Climbing"); }));
    ui.type(keys::home);
    EXPECT_TRUE(ui.shows("the room Climbing")) << ui.picture();
    ui.type("xy");
    EXPECT_FALSE(ui.shows("? Climbing"));
    EXPECT_TRUE(alice().offers().empty());
}

TEST_F(Pages, link_is_shown_as_text_and_code_and_lets_somebody_in) {
    const core::ConversationId id = make_group(*alice_);
    ui.app.refresh(network_.now);
    ui.select("Climbing");
    ui.type("i");
    ui.choose("Make a link");
    ui.type("\x15zero\r\r");
    EXPECT_TRUE(ui.shows("A number of people"));
    ui.type("\x1b[A\x15\x32\r1h\r");
    EXPECT_TRUE(ui.shows("It lets in 2 people")) << ui.picture();
    EXPECT_TRUE(ui.shows("▄"));
    // The text of it, from the picture.
    std::string link = ui.picture(60, 1000);
    link = link.substr(link.find("mayfly-group:"));
    link = link.substr(0, link.find('\n'));

    Ui carols(network_, *carol_);
    carols.type("n");
    carols.choose("Join");
    carols.type("nonsense\r");
    EXPECT_TRUE(carols.shows("That did not work"));
    carols.type("\x15" + link + "\r");
    ASSERT_TRUE(pass_until([&] { return is_in(*carol_, id); }));
    EXPECT_TRUE(carols.shows("& Climbing")) << carols.picture();
}

TEST_F(Pages, members_get_roles_and_are_removed) {
    const core::ConversationId id = group_of_two();
    ui.picture();
    ui.select("Climbing");
    ui.type("i");
    ui.choose("Members: 2 people");
    EXPECT_TRUE(ui.shows("Alice (you) · moderator"));
    ui.choose("Bob");
    ui.choose("Let only read");
    ASSERT_TRUE(pass_until([&] { return !member(*bob_, id, *bob_).may_write; }));
    EXPECT_TRUE(ui.shows("may only read"));
    ui.choose("Let write again");
    ASSERT_TRUE(pass_until([&] { return member(*bob_, id, *bob_).may_write; }));
    ui.choose("Make a moderator");
    ASSERT_TRUE(pass_until([&] { return member(*bob_, id, *bob_).is_moderator; }));
    ui.choose("Not a moderator");
    ASSERT_TRUE(pass_until([&] { return !member(*bob_, id, *bob_).is_moderator; }));
    ui.choose("Remove");
    EXPECT_TRUE(ui.shows("Remove Bob?"));
    ui.type("n");
    ui.choose("Remove");
    ui.type("y");
    ASSERT_TRUE(pass_until([&] { return count_in(*alice_, id) == 1; }));
    EXPECT_FALSE(ui.shows("Bob"));
}

TEST_F(Pages, group_is_named_limited_and_left) {
    const core::ConversationId id = group_of_two();
    ui.picture();
    ui.select("Climbing");
    ui.type("i");
    ui.choose("Name: Climbing");
    ui.type("\x15Swimming\r");
    ASSERT_TRUE(pass_until([&] { return bob().state(id)->name == "Swimming"; }));
    ui.choose("Topic: Saturdays");
    ui.type("\x15Sundays\r");
    ui.choose("No message lives longer");
    ui.choose("1d");
    ui.choose("All messages burn");
    ui.choose("Another");
    ui.type("2x\r");
    EXPECT_TRUE(ui.shows("From 3s to"));
    ui.type("\x15\x32m\r");
    ui.choose("Only moderators write: off");
    ASSERT_TRUE(pass_until([&] { return bob().state(id)->moderators_write_only; }));
    const core::ConversationState state = *bob().state(id);
    EXPECT_EQ(state.topic, "Sundays");
    EXPECT_EQ(state.expiration_max_ms, static_cast<uint64_t>(Duration::days(1).ms));
    EXPECT_EQ(state.expiration_ms, static_cast<uint64_t>(Duration::days(1).ms));
    EXPECT_EQ(state.burn_seconds_max, 120U);

    Ui bobs(network_, *bob_);
    bobs.select("Swimming");
    EXPECT_TRUE(bobs.shows("Here you may only read."));
    bobs.type("\r");
    EXPECT_EQ(bobs.app.talk().part(), TalkPage::Part::messages);
    ui.type("\x1b");
    // Nothing longer than the limit is offered.
    ui.type("\x05\x05\x05\x05\x05");
    EXPECT_TRUE(ui.shows("expires 1d (^E)"));
    ui.type("xy");
    ASSERT_TRUE(pass_until([&] { return count_in(*bob_, id) == 1; }));
    EXPECT_FALSE(ui.shows("Swimming"));
}

// --- what was agreed on

TEST_F(Pages, settings_of_a_conversation_are_changed_for_both) {
    ui.select("Bob");
    ui.type("i");
    ui.choose("Messages live 6d");
    ui.choose("1h");
    ui.choose("Burn after reading: off");
    ui.choose("30s");
    ui.choose("receipts): off");
    ui.choose("typing: off");
    network_.settle();
    const auto settings = bob().settings(with(*bob_, *alice_));
    ASSERT_TRUE(settings.ok());
    EXPECT_EQ(settings->expiration_ms, static_cast<uint64_t>(Duration::hours(1).ms));
    EXPECT_EQ(settings->burn_seconds, 30U);
    EXPECT_TRUE(settings->receipts && settings->typing);
    ui.choose("Burn after reading: 30s");
    ui.choose("off");
    EXPECT_TRUE(ui.shows("Burn after reading: off"));
    ui.choose("Pinned on top: off");
    ui.choose("Muted: off");
    EXPECT_TRUE(ui.shows("Muted: on"));
    ui.choose("In the archive: off");
    EXPECT_TRUE(alice().local_settings(with(*alice_, *bob_))->archived);
}

// --- trust

TEST_F(Pages, contact_is_verified_and_blocked) {
    ui.select("Bob");
    ui.type("i");
    ui.choose("Not verified yet");
    const std::string digits = alice().safety_number(id_of(*bob_))->digits;
    EXPECT_TRUE(ui.shows(digits.substr(0, 23)));
    EXPECT_EQ(digits, bob().safety_number(id_of(*alice_))->digits);
    ui.choose("They are the same");
    EXPECT_TRUE(ui.shows("You have verified Bob."));
    ui.type("\x1b\x1b");
    EXPECT_TRUE(ui.shows("Bob ✓"));
    ui.type("i");
    ui.choose("Verified");
    ui.choose("Take the mark back");
    EXPECT_FALSE(alice().find_contact(core::text_of(id_of(*bob_)))->verified);
    ui.choose("They differ");
    ui.type("y");
    EXPECT_TRUE(alice().find_contact(core::text_of(id_of(*bob_)))->blocked);
    ui.type("\x1b\x1b");
    EXPECT_TRUE(ui.shows("You blocked Bob"));
    ui.type("s");
    ui.choose("People you blocked");
    ui.choose("Bob");
    ui.type("y");
    EXPECT_TRUE(alice().blocked().empty());
    EXPECT_TRUE(ui.shows("nobody"));
}

TEST_F(Pages, alarm_stands_above_everything_until_the_person_verified) {
    core::ContactView contact = *alice().find_contact(core::text_of(id_of(*bob_)));
    contact.alarm = core::Alarm::record_forked;
    ui.app.on_event(core::TrustAlarm{contact}, network_.now);
    EXPECT_TRUE(ui.shows("somebody may pose as Bob"));
    EXPECT_NE(alarm_text(core::Alarm::handle_moved, "Bob").find("somebody else"),
              std::string::npos);
    EXPECT_NE(alarm_text(core::Alarm::rules_broken, "Bob").find("nobody may make"),
              std::string::npos);
}

// --- forms

// What is typed may be a link that lets people in, or what somebody says in a poll.
static_assert(std::is_same_v<Fields::Value, rpc::WipedString>);
static_assert(std::is_same_v<decltype(Form::done), std::function<bool(const Fields&)>>);
static_assert(std::is_same_v<decltype(std::declval<Fields>()[0]), std::string_view>);

// --- devices

TEST_F(Pages, device_is_added_named_and_shut_out) {
    core::TestClient& tablet = blank("tablet");
    const std::string link = begin(tablet);
    ui.type("s");
    ui.choose("Your devices");
    EXPECT_TRUE(ui.shows("this device"));
    ui.choose("Add a device");
    ui.type(link + "\r");
    ASSERT_TRUE(pass_until([&] { return tablet.code.has_value() && ui.shows("must show this"); }));
    const std::string code = rpc::device_code_text(*tablet.code);
    EXPECT_TRUE(ui.shows(code.substr(0, 3) + " " + code.substr(3)));
    ui.choose("same code");
    confirm(tablet);
    ASSERT_TRUE(is_ready(tablet));
    network_.pass(Duration::seconds(30));
    EXPECT_EQ(alice().devices()->size(), 2U);
    ui.choose("(no name): since");
    ui.choose("Give it a name");
    ui.type("tablet\r\x1b");
    EXPECT_TRUE(ui.shows("tablet: since")) << ui.picture();
    ui.choose("tablet");
    ui.choose("Shut it out");
    ui.type("y");
    ASSERT_TRUE(pass_until([&] { return tablet.revoked; }));
    EXPECT_TRUE(ui.shows("shut out"));
}

TEST_F(Pages, codes_that_differ_add_nothing) {
    core::TestClient& tablet = blank("tablet");
    const std::string link = begin(tablet);
    ui.type("s");
    ui.choose("Your devices");
    ui.choose("Add a device");
    ui.type(link + "\r");
    ASSERT_TRUE(pass_until([&] { return ui.shows("must show this"); }));
    ui.choose("another code");
    EXPECT_TRUE(ui.shows("Nothing was added"));
    EXPECT_FALSE(alice().pairing().has_value());
    EXPECT_EQ(alice().devices()->size(), 1U);
}

TEST_F(Pages, device_that_was_shut_out_says_so_loudly) {
    core::TestClient& tablet = link(*alice_, "tablet");
    Ui tablets(network_, tablet);
    EXPECT_TRUE(revoke(*alice_, tablet).ok());
    network_.pass(Duration::minutes(1));
    EXPECT_TRUE(tablets.shows("another device shut this one out")) << tablets.picture();
}

// --- messages

TEST_F(Pages, reaction_is_chosen_typed_and_taken_back) {
    const core::MessageId id = bob_sends("tea?");
    ui.select("Bob");
    ui.type("\r\x1b[At");
    ui.choose("👍");
    EXPECT_TRUE(ui.shows("👍 1"));
    ui.type("t🦄");
    EXPECT_TRUE(ui.shows("🦄 1"));
    ui.type("tZ");
    EXPECT_TRUE(ui.shows("That is no emoji"));
    ui.choose("👍 (yours)");
    EXPECT_FALSE(ui.shows("👍 1"));
    EXPECT_EQ(bob().find_message(core::text_of(id), network_.now)->reactions.size(), 1U);
    ui.type("i");
    EXPECT_TRUE(ui.shows("🦄 "));
}

TEST_F(Pages, poll_is_made_and_voted_on) {
    ui.select("Bob");
    ui.type(keys::attach);
    ui.choose("A poll with several");
    ui.type("Where?\rpier\r\t\t\t\t\r");
    EXPECT_TRUE(ui.shows("at least two different answers"));
    ui.type("\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[Bmill\r\r\r\r\r");
    EXPECT_TRUE(ui.shows("[poll] Where?")) << ui.picture();
    ui.type("\r\x1b[A\r");
    ui.choose("[ ] pier");
    ui.choose("[ ] mill");
    EXPECT_TRUE(ui.shows("[x] pier"));
    ui.choose("Vote so");
    EXPECT_TRUE(ui.shows("1. pier: 1 (yours)"));
    network_.settle();
    const auto polls = bob().messages(with(*bob_, *alice_), network_.now);
    EXPECT_EQ(std::get<core::PollView>(polls->back().body).voters, 1U);
    ui.type("v");
    ui.choose("Take my vote back");
    EXPECT_TRUE(ui.shows("1. pier: 0"));
}

TEST_F(Pages, single_choice_votes_at_once) {
    core::Poll poll;
    poll.question = "Where?";
    poll.options = {"pier", "mill"};
    ASSERT_TRUE(bob_->perform(bob().send_body(with(*bob_, *alice_), poll, {}, network_.now,
                                              bob_->entropy()))
                    .ok());
    network_.settle();
    ui.select("Bob");
    ui.type("\r\x1b[A\r");
    ui.choose("mill");
    EXPECT_TRUE(ui.shows("2. mill: 1 (yours)"));
}

TEST_F(Pages, place_and_contact_are_sent_and_a_contact_added) {
    ui.select("Bob");
    ui.type(keys::attach);
    ui.choose("A place");
    ui.type("here\rthere\r\r");
    EXPECT_TRUE(ui.shows("Degrees are written like"));
    ui.type("\x1b[A\x1b[A\x15\x35\x32.5\r\x15\x31\x33.25\rthe gate\r");
    EXPECT_TRUE(ui.shows("[is at 52.5000000,13.2500000] the gate")) << ui.picture();
    ui.type(keys::attach);
    ui.choose("A contact");
    ui.choose("Carol");
    EXPECT_TRUE(ui.shows("[contact] Carol"));
    Ui bobs(network_, *bob_);
    bobs.select("Alice");
    bobs.type("\r\x1b[A\r");
    EXPECT_TRUE(bobs.shows("Add a contact"));
    bobs.type("\r");
    ASSERT_TRUE(pass_until([&] { return !carol_->messenger().requests().empty(); }));
    EXPECT_TRUE(bobs.shows("They were asked"));
}

TEST_F(Pages, file_is_found_by_tab_sent_and_saved) {
    Bytes content(300'000, 7);
    alice_->files.files["/files/photos/one.bin"] = content;
    alice_->files.files["/files/photos/other.bin"] = content;
    alice_->files.files["/files/notes"] = content;
    ui.select("Bob");
    ui.type(keys::attach);
    ui.choose("A file");
    ui.type("/files/p\t");
    EXPECT_TRUE(ui.shows("/files/photos/"));
    ui.type("\t");
    EXPECT_TRUE(ui.shows("other.bin")) << ui.picture();
    ui.type("q\t");
    EXPECT_TRUE(ui.shows("No file begins like that"));
    ui.type("\x7fn\t\r");
    EXPECT_TRUE(ui.shows("[file] one.bin (300.0 kB)")) << ui.picture();
    ASSERT_TRUE(pass_until([&] { return alice().transfers_under_way() == 0; }));
    network_.settle();

    Ui bobs(network_, *bob_);
    bobs.select("Alice");
    bobs.type("\r\x1b[A\r");
    EXPECT_TRUE(bobs.shows("Save the file"));
    bobs.type("\x15/nowhere/\r");
    EXPECT_TRUE(bobs.shows("There is no such folder"));
    bobs.type("\x15/downloads/\r");
    ASSERT_TRUE(pass_until([&] { return bob_->files.files.contains("/downloads/one.bin"); }));
    EXPECT_TRUE(bobs.shows("Saved: /downloads/one.bin")) << bobs.picture();
    EXPECT_EQ(bob_->files.files["/downloads/one.bin"], content);
}

TEST_F(Pages, progress_of_a_file_is_shown) {
    alice_->files.files["/files/large"] = Bytes(3'000'000, 7);
    ui.select("Bob");
    ui.type(keys::attach);
    ui.choose("A file");
    ui.app.tick(network_.now);
    for (const Key& key : KeyDecoder().feed("/files/large\r")) ui.app.on_key(key, network_.now);
    bool seen = false;
    for (int i = 0; i < 200 && !seen; i++) {
        network_.step(1);
        seen = ui.shows("% sent");
    }
    EXPECT_TRUE(seen);
    network_.settle();
    EXPECT_FALSE(ui.shows("% sent"));
}

TEST_F(Pages, what_is_no_voice_memo_is_not_sent_as_one) {
    alice_->files.files["/files/noise"] = Bytes(3'000, 7);
    ui.select("Bob");
    ui.type(keys::attach);
    ui.choose("A voice memo");
    ui.type("/files/noise\r");
    EXPECT_TRUE(ui.shows("This is no voice memo"));
    ui.type("\x15/files/none\r");
    EXPECT_TRUE(ui.shows("That did not work"));
}

TEST_F(Pages, search_finds_and_goes_there) {
    bob_sends("about apples");
    bob_sends("about pears");
    ASSERT_TRUE(carol_->send(with(*carol_, *alice_), "apples, too").ok());
    network_.settle();
    ui.type("/apples\r");
    EXPECT_TRUE(ui.shows("Bob: about apples"));
    EXPECT_TRUE(ui.shows("Carol: apples, too"));
    EXPECT_FALSE(ui.shows("pears"));
    ui.type(keys::down);  // the newest stands first
    ui.type(keys::enter);
    EXPECT_EQ(ui.app.talk().selected()->name, "Bob");
    EXPECT_EQ(as_text(ui.app.talk().pointed()->text.expose()), "about apples");
    ui.type("/nothing like it\r");
    EXPECT_TRUE(ui.shows("Nothing was found."));
}

TEST_F(Pages, account_page_shows_address_link_and_code) {
    ui.type("s");
    const std::string all = ui.picture(60, 300);
    EXPECT_NE(all.find("Address: alice@" + core::test_relay), std::string::npos);
    EXPECT_NE(all.find("Link: " + alice().account()->link), std::string::npos);
    EXPECT_NE(all.find("▄"), std::string::npos);
}

}  // namespace
}  // namespace mayfly::tui
