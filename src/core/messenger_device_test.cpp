// Several devices of one account: linking, what they tell each other, revoking, recovery.
#include "core/device_content.h"
#include "core/device_test_support.h"

namespace mayfly::core {
namespace {

TEST_F(Devices, linked_device_is_the_same_account_with_its_contacts) {
    TestClient& phone = link(*alice_, "Phone");
    EXPECT_EQ(id_of(phone), id_of(*alice_));
    EXPECT_EQ(phone.messenger().account()->display_name, "Alice");
    EXPECT_EQ(phone.messenger().contacts().size(), 2U);
    for (TestClient* client : {alice_, &phone}) {
        const auto devices = client->messenger().devices();
        ASSERT_TRUE(devices.ok() && devices->size() == 2) << client->name;
    }
    expect_all_hear(with(*bob_, *alice_), *bob_, "hello both", {alice_, &phone});
}

TEST_F(Devices, both_devices_write_and_see_what_the_other_wrote) {
    TestClient& phone = link(*alice_, "Phone");
    const ConversationId at_bob = with(*bob_, *alice_);
    expect_all_hear(with(phone, *bob_), phone, "from the phone", {bob_});
    network_.pass(Duration::seconds(5));
    EXPECT_EQ(alive(*alice_, with(*alice_, *bob_)), std::vector<std::string>{"from the phone"});
    expect_all_hear(with(*alice_, *bob_), *alice_, "from the desk", {bob_});
    network_.pass(Duration::seconds(5));
    EXPECT_EQ(alive(phone, with(phone, *bob_)),
              (std::vector<std::string>{"from the phone", "from the desk"}));
    expect_all_hear(at_bob, *bob_, "answer", {alice_, &phone});
}

TEST_F(Devices, codes_must_be_confirmed_on_both_before_anything_is_handed_over) {
    TestClient& phone = blank("Phone");
    ASSERT_TRUE(meet(*alice_, phone, begin(phone)));
    confirm(*alice_);
    network_.pass(Duration::minutes(1));
    EXPECT_FALSE(phone.linked) << "not confirmed at the new device";
    EXPECT_EQ(phone.send({}, "x").code(), ErrorCode::no_account);
    confirm(phone);
    EXPECT_TRUE(is_ready(phone));
}

TEST_F(Devices, pairing_that_is_not_confirmed_ends_and_leaves_nothing) {
    TestClient& phone = blank("Phone");
    ASSERT_TRUE(meet(*alice_, phone, begin(phone)));
    network_.pass(Duration::hours(2));
    EXPECT_FALSE(alice_->messenger().pairing().has_value());
    EXPECT_FALSE(phone.messenger().pairing().has_value());
    EXPECT_EQ(alice_->messenger().devices()->size(), 1U);
}

TEST_F(Devices, link_whose_key_package_was_exchanged_is_refused) {
    TestClient& phone = blank("Phone");
    DeviceLink link = *parse_device_link(begin(phone));
    link.key_package_hash.bytes[0] ^= 1;
    auto started =
        alice_->messenger().add_device(format_device_link(link), network_.now, alice_->entropy());
    ASSERT_TRUE(started.ok());
    const OperationId operation = started->operation;
    alice_->run(std::move(started->effects));
    ASSERT_TRUE(network_.finish(*alice_, operation));
    EXPECT_EQ(alice_->ended(operation)->code(), ErrorCode::mls_bad_key_package);
    EXPECT_FALSE(alice_->code.has_value());
}

TEST_F(Devices, damaged_device_links_are_refused) {
    TestClient& phone = blank("Phone");
    const std::string link = begin(phone);
    for (size_t i = 0; i < link.size(); ++i) {
        std::string changed = link;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(parse_device_link(changed).code(), ErrorCode::bad_link) << i;
    }
}

TEST_F(Devices, what_is_alive_comes_along_and_what_has_expired_does_not) {
    SendOptions shortly;
    shortly.expiration = Duration::minutes(1);
    ASSERT_TRUE(alice_->send(with(*alice_, *bob_), "gone soon", shortly).ok());
    ASSERT_TRUE(bob_->send(with(*bob_, *alice_), "to stay").ok());
    network_.pass(Duration::minutes(2));
    TestClient& phone = link(*alice_, "Phone");
    EXPECT_EQ(alive(phone, with(phone, *bob_)), std::vector<std::string>{"to stay"});
}

TEST_F(Devices, groups_come_along) {
    const ConversationId id = group_of_three();
    TestClient& phone = link(*alice_, "Phone");
    ASSERT_TRUE(network_.until([&] { return is_in(phone, id); }));
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_, &phone}));
    expect_all_hear(id, *bob_, "to all", {alice_, carol_, &phone});
    expect_all_hear(id, phone, "from the phone", {bob_, carol_});
    EXPECT_EQ(count_in(*carol_, id), 3U) << "a device is no member of its own";
}

TEST_F(Devices, new_conversations_reach_all_devices) {
    TestClient& phone = link(*alice_, "Phone");
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    befriend(phone, dora);
    ASSERT_TRUE(network_.until([&] {
        return alice_->messenger().contacts().size() == 3 && alice_->messenger().outbox_empty();
    }));
    network_.pass(Duration::seconds(30));
    expect_all_hear(with(dora, *alice_), dora, "hello Alice", {alice_, &phone});
    const ConversationId id = make_group(phone);
    ASSERT_TRUE(network_.until([&] { return is_in(*alice_, id); }));
}

TEST_F(Devices, opening_and_burning_concern_all_devices) {
    TestClient& phone = link(*alice_, "Phone");
    SendOptions burning;
    burning.burn = Duration::minutes(1);
    ASSERT_TRUE(bob_->send(with(*bob_, *alice_), "burns", burning).ok());
    ASSERT_TRUE(bob_->send(with(*bob_, *alice_), "stays").ok());
    network_.pass(Duration::seconds(5));
    const auto at_phone = phone.messenger().messages(with(phone, *bob_), network_.now);
    ASSERT_EQ(at_phone->size(), 2U);
    ASSERT_TRUE(phone.open(at_phone->front().id).ok());
    network_.pass(Duration::seconds(5));
    EXPECT_EQ(alice_->messenger().messages(with(*alice_, *bob_), network_.now)->front().state,
              MessageState::opened);
    network_.pass(Duration::minutes(2));
    EXPECT_EQ(alive(*alice_, with(*alice_, *bob_)), std::vector<std::string>{"stays"});
    const auto rest = alice_->messenger().messages(with(*alice_, *bob_), network_.now);
    ASSERT_TRUE(alice_->burn(rest->front().id).ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(alive(phone, with(phone, *bob_)).empty());
}

TEST_F(Devices, revoked_device_is_told_and_hears_nothing_more) {
    const ConversationId id = group_of_three();
    TestClient& phone = link(*alice_, "Phone");
    ASSERT_TRUE(network_.until([&] { return is_in(phone, id); }));
    phone.go_offline();
    ASSERT_TRUE(revoke(*alice_, phone).ok());
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    ASSERT_TRUE(bob_->send(id, "without the phone").ok());
    ASSERT_TRUE(bob_->send(with(*bob_, *alice_), "nor here").ok());
    network_.pass(Duration::seconds(5));
    phone.go_online();
    ASSERT_TRUE(network_.until([&] { return phone.revoked; }));
    EXPECT_TRUE(texts(phone).empty());
    EXPECT_TRUE(phone.messenger().account()->revoked);
    EXPECT_EQ(phone.send(id, "still here").code(), ErrorCode::device_revoked);
    const auto devices = alice_->messenger().devices();
    EXPECT_EQ(std::count_if(devices->begin(), devices->end(),
                            [](const DeviceView& view) { return view.revoked; }),
              1);
}

TEST_F(Devices, any_device_may_go_even_the_first) {
    TestClient& phone = link(*alice_, "Phone");
    alice_->go_offline();
    ASSERT_TRUE(revoke(phone, *alice_).ok());
    expect_all_hear(with(phone, *bob_), phone, "the desk is gone", {bob_});
    TestClient& tablet = link(phone, "Tablet");
    expect_all_hear(with(*bob_, phone), *bob_, "welcome back", {&phone, &tablet});
}

TEST_F(Devices, third_device_is_linked_by_the_second) {
    TestClient& phone = link(*alice_, "Phone");
    TestClient& tablet = link(phone, "Tablet");
    EXPECT_EQ(alice_->messenger().devices()->size(), 3U);
    expect_all_hear(with(*bob_, *alice_), *bob_, "all three", {alice_, &phone, &tablet});
}

TEST_F(Devices, names_of_devices_are_known_to_all) {
    TestClient& phone = link(*alice_, "Phone");
    auto named = alice_->messenger().name_device(phone.messenger().account()->device, "phone",
                                                 network_.now, alice_->entropy());
    ASSERT_TRUE(named.ok());
    alice_->run(std::move(*named));
    network_.pass(Duration::seconds(5));
    const auto devices = phone.messenger().devices();
    EXPECT_TRUE(std::any_of(devices->begin(), devices->end(), [](const DeviceView& view) {
        return view.is_this && view.name == "phone";
    }));
}

TEST_F(Devices, linking_survives_a_crash_after_every_write) {
    for (uint64_t nth = 1; nth <= 16; ++nth) {
        SCOPED_TRACE(nth);
        TestClient& phone = blank("Phone");
        const std::string link = begin(phone);
        (nth % 2 == 0 ? phone : *alice_).crash_after(nth / 2 + 1);
        alice_->code.reset();
        auto started = alice_->messenger().add_device(link, network_.now, alice_->entropy());
        ASSERT_TRUE(started.ok());
        alice_->run(std::move(started->effects));
        const auto met = [](TestClient& client) {
            const auto pairing = client.messenger().pairing();
            return pairing && pairing->code;
        };
        network_.until([&] { return met(*alice_) && met(phone); }, Duration::minutes(5));
        if (!met(*alice_)) {  // the command was lost with its process
            auto again = alice_->messenger().add_device(link, network_.now, alice_->entropy());
            ASSERT_TRUE(again.ok());
            alice_->run(std::move(again->effects));
        }
        ASSERT_TRUE(network_.until([&] { return met(*alice_) && met(phone); }));
        confirm(*alice_);
        confirm(phone);
        if (!network_.until([&] { return phone.linked; }, Duration::minutes(5))) {
            for (TestClient* client : {alice_, &phone}) {  // a confirmation was lost
                const auto pairing = client->messenger().pairing();
                if (pairing && !pairing->confirmed) confirm(*client);
            }
        }
        ASSERT_TRUE(network_.until(
            [&] { return !phone.messenger().pairing() && phone.messenger().outbox_empty(); }));
        network_.pass(Duration::seconds(30));
        expect_all_hear(with(*bob_, *alice_), *bob_, "both", {alice_, &phone});
        ASSERT_TRUE(revoke(*alice_, phone).ok());
        network_.pass(Duration::seconds(30));
    }
}

// Whatever is late by that, what was said must not go to our own group before the device is in it.
TEST_F(Devices, what_is_alive_comes_along_wherever_the_relay_stops) {
    const ConversationId group = group_of_three();
    ASSERT_TRUE(bob_->send(with(*bob_, *alice_), "to Alice").ok());
    ASSERT_TRUE(bob_->send(group, "to all").ok());
    network_.pass(Duration::seconds(5));
    for (size_t frames = 0; frames < 60; frames += 3) {
        SCOPED_TRACE(frames);
        TestClient& phone = blank("Phone");
        alice_->code.reset();
        ASSERT_TRUE(meet(*alice_, phone, begin(phone)));
        confirm(*alice_);
        confirm(phone);
        network_.step(frames);
        network_.stop_relay(test_relay);
        network_.start_relay(test_relay);
        ASSERT_TRUE(is_ready(phone));
        network_.pass(Duration::minutes(1));
        EXPECT_EQ(alive(phone, with(phone, *bob_)), std::vector<std::string>{"to Alice"});
        EXPECT_EQ(alive(phone, group), std::vector<std::string>{"to all"});
        ASSERT_TRUE(revoke(*alice_, phone).ok());
        network_.pass(Duration::seconds(30));
    }
}

TEST_F(Devices, kit_brings_back_account_contacts_and_groups) {
    TestClient& dora = network_.add_client("Dora");
    AccountOptions options;
    options.relays = {test_relay};
    options.handle_name = "dora";
    options.display_name = "Dora";
    auto created = dora.messenger().create_account(options, network_.now, dora.entropy());
    ASSERT_TRUE(created.ok());
    const SecretBuffer kit = created->recovery_kit.clone();
    dora.run(std::move(created->effects));
    ASSERT_TRUE(network_.finish(dora, created->operation));
    befriend(dora, *alice_);
    const ConversationId id = make_group(*alice_);
    bring_in(*alice_, id, dora);
    bring_in(*alice_, id, *bob_);
    network_.pass(Duration::minutes(1));
    dora.go_offline();  // lost in the sea

    TestClient& again = recover("Dora again", kit);
    EXPECT_EQ(id_of(again), id_of(dora));
    EXPECT_EQ(again.messenger().account()->display_name, "Dora");
    ASSERT_TRUE(network_.until([&] {
        const auto contact = again.messenger().find_contact(text_of(id_of(*alice_)));
        return contact.ok() && contact->conversation != ConversationId{};
    }));
    ASSERT_TRUE(network_.until([&] { return is_in(again, id); }));
    network_.pass(Duration::minutes(1));
    ASSERT_TRUE(agree(id, {alice_, bob_, &again}));
    expect_all_hear(id, again, "I am back", {alice_, bob_});
    const auto members = alice_->messenger().members(id);
    for (const MemberView& member : *members) {
        EXPECT_EQ(member.device_count, 1U) << "the lost device is out";
    }
    const auto devices = again.messenger().devices();
    EXPECT_EQ(devices->size(), 2U);
    EXPECT_TRUE(devices->front().revoked);
    ASSERT_TRUE(alice_->send(with(*alice_, again), "welcome").ok());
    network_.pass(Duration::seconds(10));
    EXPECT_EQ(texts(again), std::vector<std::string>{"welcome"});
    // The thief at the old device is told, and what it sends first is not heard.
    dora.go_online();
    static_cast<void>(dora.send(with(dora, *alice_), "it is me"));
    ASSERT_TRUE(network_.until([&] { return dora.revoked; }));
    network_.pass(Duration::seconds(10));
    EXPECT_TRUE(texts(*alice_).empty());
}

TEST_F(Devices, wrong_kit_finds_no_account) {
    crypto::SeededEntropy entropy(4711);
    const SecretBuffer kit = format_recovery_kit(make_recovery_kit(entropy));
    TestClient& fresh = blank("Nobody");
    auto started =
        fresh.messenger().recover_account(kit.expose(), test_relay, network_.now, fresh.entropy());
    ASSERT_TRUE(started.ok());
    const OperationId operation = started->operation;
    fresh.run(std::move(started->effects));
    ASSERT_TRUE(network_.finish(fresh, operation));
    EXPECT_EQ(fresh.ended(operation)->code(), ErrorCode::unknown_record);
}

constexpr std::string_view thumb = "\xf0\x9f\x91\x8d";

TEST_F(Devices, other_devices_see_what_this_one_says_about_messages) {
    TestClient& phone = link(*alice_, "Phone");
    expect_all_hear(with(phone, *bob_), phone, "at five", {bob_});
    network_.pass(Duration::seconds(5));
    const MessageId id = phone.last_sent;
    // Written by the phone, changed at the desk.
    ASSERT_TRUE(done(*alice_, [&](Messenger& m) {
                    return m.edit(id, as_bytes("at six"), {}, network_.now, alice_->entropy());
                }).ok());
    ASSERT_TRUE(done(phone, [&](Messenger& m) {
                    return m.react(id, thumb, true, network_.now, phone.entropy());
                }).ok());
    ConversationSettings settings;
    settings.burn_seconds = 90;
    ASSERT_TRUE(done(phone, [&](Messenger& m) {
                    return m.change_settings(with(phone, *bob_), settings, network_.now,
                                             phone.entropy());
                }).ok());
    network_.pass(Duration::seconds(5));
    for (TestClient* client : {alice_, &phone, bob_}) {
        const auto shown = client->messenger().find_message(text_of(id), network_.now);
        ASSERT_TRUE(shown.ok()) << client->name;
        EXPECT_EQ(as_text(shown->text.expose()), "at six") << client->name;
        EXPECT_TRUE(shown->edited);
        ASSERT_EQ(shown->reactions.size(), 1U) << client->name;
        EXPECT_EQ(shown->reactions[0].by, std::vector<AccountId>{id_of(*alice_)});
    }
    EXPECT_EQ(*alice_->messenger().settings(with(*alice_, *bob_)), settings);
}

TEST_F(Devices, history_brings_what_was_said_about_messages) {
    const ConversationId to_bob = with(*alice_, *bob_);
    ConversationSettings settings;
    settings.receipts = true;
    ASSERT_TRUE(done(*alice_, [&](Messenger& m) {
                    return m.change_settings(to_bob, settings, network_.now, alice_->entropy());
                }).ok());
    Poll poll;
    poll.question = "Lunch?";
    poll.options = {"soup", "salad"};
    ASSERT_TRUE(alice_
                    ->perform(alice_->messenger().send_body(to_bob, poll, {}, network_.now,
                                                            alice_->entropy()))
                    .ok());
    network_.pass(Duration::seconds(5));
    const MessageId id = alice_->last_sent;
    ASSERT_TRUE(done(*bob_, [&](Messenger& m) {
                    return m.vote(id, {1}, network_.now, bob_->entropy());
                }).ok());
    ASSERT_TRUE(done(*bob_, [&](Messenger& m) {
                    return m.react(id, thumb, true, network_.now, bob_->entropy());
                }).ok());
    network_.pass(Duration::seconds(5));
    TestClient& phone = link(*alice_, "Phone");
    ASSERT_TRUE(network_.until(
        [&] { return phone.messenger().find_message(text_of(id), network_.now).ok(); }));
    const auto shown = phone.messenger().find_message(text_of(id), network_.now);
    const auto* counted = std::get_if<PollView>(&shown->body);
    ASSERT_NE(counted, nullptr);
    EXPECT_EQ(counted->counts, (std::vector<size_t>{0, 1}));
    EXPECT_EQ(shown->reactions.size(), 1U);
    EXPECT_EQ(shown->receipts.size(), 1U);
    EXPECT_EQ(*phone.messenger().settings(with(phone, *bob_)), settings);
}

}  // namespace
}  // namespace mayfly::core
