// Finding, inviting and accepting people; records that are stale, forged or missing.
#include "core/contact_link.h"
#include "core/identity.h"
#include "core/network_test_support.h"
#include "core/vault.h"
#include "crypto/signature.h"

namespace mayfly::core {
namespace {

Status add_and_wait(TestNetwork& network, TestClient& client, std::string_view target) {
    TRY_ASSIGN(const OperationId operation, client.add(target));
    ENSURE(network.finish(client, operation), timed_out);
    return *client.ended(operation);
}
AccountId id_of(TestClient& client) { return client.messenger().account()->account; }

class Contacts : public testing::Test {
  protected:
    Contacts() {
        network_.add_relay(test_relay);
        alice_ = &network_.with_account("Alice", "alice", {test_relay});
        bob_ = &network_.with_account("Bob", "bobby", {test_relay});
    }
    // send_and_take: the text arrives at the other side, once.
    void expect_arrival(TestClient& from, TestClient& to, std::string_view text) {
        const auto contacts = from.messenger().contacts();
        ASSERT_FALSE(contacts.empty());
        ASSERT_TRUE(from.send(contacts.front().conversation, text).ok());
        std::vector<std::string> got;
        ASSERT_TRUE(network_.until([&] {
            for (const MessageView& view : to.take()) {
                got.emplace_back(as_text(view.text.expose()));
            }
            return !got.empty();
        }));
        EXPECT_EQ(got, std::vector<std::string>{std::string(text)});
    }

    TestNetwork network_;
    TestClient* alice_ = nullptr;
    TestClient* bob_ = nullptr;
};

TEST_F(Contacts, request_shows_who_it_claims_to_be_and_hides_messages_until_accepted) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, "BOBBY@" + test_relay).ok());
    ASSERT_TRUE(alice_->send(alice_->messenger().contacts().front().conversation, "hi").ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->requests_seen.empty(); }));
    network_.pass(Duration::seconds(5));
    const RequestView request = bob_->messenger().requests().front();
    EXPECT_EQ(request.display_name, "Alice");
    EXPECT_EQ(request.handle, "alice@" + test_relay);
    EXPECT_EQ(request.account, id_of(*alice_));
    EXPECT_TRUE(bob_->messenger().contacts().empty());
    EXPECT_TRUE(bob_->take().empty());
    EXPECT_EQ(bob_->arrivals, 0U);
    EXPECT_FALSE(bob_->messenger().messages(request.conversation, network_.now).ok());
    EXPECT_EQ(bob_->send(request.conversation, "who?").code(), ErrorCode::unknown_contact);

    const auto accepted = bob_->accept(request.account);
    ASSERT_TRUE(accepted.ok() && network_.finish(*bob_, *accepted));
    EXPECT_TRUE(bob_->ended(*accepted)->ok());
    ASSERT_EQ(bob_->take().size(), 1U);
    expect_arrival(*bob_, *alice_, "hello");
}

TEST_F(Contacts, who_asked_hears_of_the_acceptance_without_a_message) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->requests_seen.empty(); }));
    EXPECT_TRUE(alice_->contacts_changed.empty());
    ASSERT_TRUE(bob_->accept(id_of(*alice_)).ok());
    ASSERT_TRUE(network_.until([&] { return !alice_->contacts_changed.empty(); }));
    EXPECT_EQ(alice_->contacts_changed, std::vector{id_of(*bob_)});
    EXPECT_TRUE(alice_->messenger().contacts().front().established);
}

TEST_F(Contacts, link_works_as_well_as_a_handle) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, bob_->messenger().account()->link).ok());
    EXPECT_EQ(alice_->messenger().contacts().front().account, id_of(*bob_));
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().requests().empty(); }));
}

TEST_F(Contacts, dropped_request_is_forgotten) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().requests().empty(); }));
    const auto removed = bob_->remove(id_of(*alice_));
    ASSERT_TRUE(removed.ok() && network_.finish(*bob_, *removed));
    EXPECT_TRUE(bob_->messenger().requests().empty());
    ASSERT_TRUE(alice_->send(alice_->messenger().contacts().front().conversation, "hi").ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(bob_->take().empty());
    EXPECT_EQ(bob_->accept(id_of(*alice_)).code(), ErrorCode::unknown_request);
}

TEST_F(Contacts, two_people_who_add_each_other_at_once_share_one_conversation) {
    const auto one = alice_->add("bobby@" + test_relay);
    const auto two = bob_->add("alice@" + test_relay);
    ASSERT_TRUE(one.ok() && two.ok());
    ASSERT_TRUE(network_.finish(*alice_, *one) && network_.finish(*bob_, *two));
    ASSERT_TRUE(network_.until([&] {
        return alice_->messenger().contacts().at(0).established &&
               bob_->messenger().contacts().at(0).established &&
               alice_->messenger().outbox_empty() && bob_->messenger().outbox_empty();
    }));
    EXPECT_TRUE(alice_->messenger().requests().empty());
    EXPECT_TRUE(bob_->messenger().requests().empty());
    EXPECT_EQ(alice_->messenger().contacts().at(0).conversation,
              bob_->messenger().contacts().at(0).conversation);
    expect_arrival(*alice_, *bob_, "from Alice");
    expect_arrival(*bob_, *alice_, "from Bob");
    EXPECT_EQ(alice_->messenger().contacts().size(), 1U);
}

// Alice adds Bob; after `frames` frames Bob adds Alice.
void add_each_other(size_t frames, const std::string& relay_of_bob) {
    TestNetwork network;
    network.add_relay(test_relay);
    if (relay_of_bob != test_relay) network.add_relay(relay_of_bob);
    TestClient& alice = network.with_account("Alice", "alice", {test_relay});
    TestClient& bob = network.with_account("Bob", "bobby", {relay_of_bob});
    const auto one = alice.add("bobby@" + relay_of_bob);
    network.step(frames);
    const auto two = bob.add("alice@" + test_relay);
    ASSERT_TRUE(one.ok() && two.ok());
    ASSERT_TRUE(network.finish(alice, *one) && network.finish(bob, *two));
    EXPECT_TRUE(alice.ended(*one)->ok() && bob.ended(*two)->ok());
    network.pass(Duration::seconds(5));
    for (int i = 0; i < 2; ++i) {
        for (TestClient* client : {&alice, &bob}) {
            ASSERT_EQ(client->messenger().contacts().size(), 1U);
            EXPECT_TRUE(client->messenger().requests().empty());
            const auto contact = client->messenger().contacts().front();
            EXPECT_TRUE(contact.established);
            ASSERT_TRUE(client->send(contact.conversation, "hello").ok());
            network.pass(Duration::seconds(5));
        }
    }
    EXPECT_EQ(alice.take().size(), 2U);
    EXPECT_EQ(bob.take().size(), 2U);
    const ConversationId shared = alice.messenger().contacts().front().conversation;
    EXPECT_EQ(shared, bob.messenger().contacts().front().conversation);
    EXPECT_EQ(*alice.messenger().epoch_authenticator_for_testing(shared),
              *bob.messenger().epoch_authenticator_for_testing(shared));
}

TEST(CrossingContacts, adding_each_other_at_any_moment_ends_in_one_conversation) {
    for (size_t frames = 0; frames < 30; ++frames) {
        SCOPED_TRACE(frames);
        add_each_other(frames, test_relay);
    }
}

TEST(CrossingContacts, adding_each_other_from_two_relays_ends_in_one_conversation) {
    for (size_t frames = 0; frames < 40; ++frames) {
        SCOPED_TRACE(frames);
        add_each_other(frames, "far.example");
    }
}

TEST_F(Contacts, contact_who_lost_us_can_write_again) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().requests().empty(); }));
    auto accepted = bob_->accept(id_of(*alice_));
    ASSERT_TRUE(accepted.ok() && network_.finish(*bob_, *accepted));
    expect_arrival(*alice_, *bob_, "one");
    const auto removed = bob_->remove(id_of(*alice_));
    ASSERT_TRUE(removed.ok() && network_.finish(*bob_, *removed));
    ASSERT_TRUE(add_and_wait(network_, *bob_, "alice@" + test_relay).ok());
    // Alice had accepted Bob before: no new request, and both write in the new group.
    ASSERT_TRUE(network_.until([&] { return bob_->messenger().contacts().at(0).established; }));
    EXPECT_TRUE(alice_->messenger().requests().empty());
    expect_arrival(*alice_, *bob_, "two");
    expect_arrival(*bob_, *alice_, "three");
}

TEST_F(Contacts, adding_a_known_contact_again_changes_nothing) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    const ConversationId before = alice_->messenger().contacts().front().conversation;
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    EXPECT_EQ(alice_->messenger().contacts().size(), 1U);
    EXPECT_EQ(alice_->messenger().contacts().front().conversation, before);
}

TEST_F(Contacts, adding_who_asked_us_accepts_the_request) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().requests().empty(); }));
    ASSERT_TRUE(add_and_wait(network_, *bob_, "alice@" + test_relay).ok());
    EXPECT_TRUE(bob_->messenger().requests().empty());
    ASSERT_TRUE(network_.until([&] { return alice_->messenger().contacts()[0].established; }));
}

TEST_F(Contacts, unknown_handle_bad_targets_and_oneself_are_refused_without_a_trace) {
    const size_t rows = alice_->store().row_count();
    EXPECT_EQ(add_and_wait(network_, *alice_, "nobody@" + test_relay).code(),
              ErrorCode::unknown_record);
    EXPECT_EQ(alice_->add("bobby").code(), ErrorCode::bad_handle);
    EXPECT_EQ(alice_->add("bobby@").code(), ErrorCode::bad_address);
    EXPECT_EQ(alice_->add("mayfly:AAAA").code(), ErrorCode::bad_link);
    EXPECT_EQ(alice_->add(alice_->messenger().account()->link).code(), ErrorCode::invalid_argument);
    EXPECT_EQ(add_and_wait(network_, *alice_, "alice@" + test_relay).code(),
              ErrorCode::invalid_argument);
    EXPECT_TRUE(alice_->messenger().contacts().empty());
    EXPECT_EQ(alice_->store().row_count(), rows);
}

TEST_F(Contacts, unreachable_relay_ends_the_operation_and_leaves_no_trace) {
    const size_t rows = alice_->store().row_count();
    EXPECT_EQ(add_and_wait(network_, *alice_, "bobby@elsewhere.example").code(),
              ErrorCode::relay_unreachable);
    EXPECT_EQ(alice_->store().row_count(), rows);
}

TEST_F(Contacts, contact_on_another_relay_is_met_there) {
    network_.add_relay("far.example");
    TestClient& carol = network_.with_account("Carol", "carol", {"far.example"});
    ASSERT_TRUE(add_and_wait(network_, *alice_, "carol@far.example").ok());
    ASSERT_TRUE(network_.until([&] { return !carol.messenger().requests().empty(); }));
    const auto accepted = carol.accept(id_of(*alice_));
    ASSERT_TRUE(accepted.ok() && network_.finish(carol, *accepted));
    expect_arrival(carol, *alice_, "from afar");
    expect_arrival(*alice_, carol, "to afar");
    alice_->restart();
    network_.settle();
    expect_arrival(carol, *alice_, "after a restart");
}

TEST_F(Contacts, second_home_relay_serves_when_the_first_is_down) {
    network_.add_relay("second.example");
    TestClient& carol = network_.with_account("Carol", "carol", {test_relay, "second.example"});
    TestClient& dave = network_.with_account("Dave", "dave1", {test_relay, "second.example"});
    network_.stop_relay(test_relay);
    ASSERT_TRUE(add_and_wait(network_, carol, dave.messenger().account()->link).ok());
    ASSERT_TRUE(network_.until([&] { return !dave.messenger().requests().empty(); }));
    const auto accepted = dave.accept(id_of(carol));
    ASSERT_TRUE(accepted.ok() && network_.finish(dave, *accepted));
    expect_arrival(carol, dave, "by the other way");
    expect_arrival(dave, carol, "and back");
}

TEST_F(Contacts, relay_that_takes_no_new_queues_ends_the_operation) {
    relay::RelayConfig closed;
    network_.add_relay("far.example", closed);
    TestClient& carol = network_.with_account("Carol", "carol", {"far.example"});
    static_cast<void>(carol);
    network_.stop_relay("far.example");
    network_.close_registration("far.example");
    network_.start_relay("far.example");
    const size_t rows = alice_->store().row_count();
    EXPECT_EQ(add_and_wait(network_, *alice_, "carol@far.example").code(),
              ErrorCode::registration_closed);
    EXPECT_TRUE(alice_->messenger().contacts().empty());
    EXPECT_EQ(alice_->store().row_count(), rows);
}

TEST_F(Contacts, taken_handle_fails_account_creation) {
    TestClient& mallory = network_.add_client("Mallory");
    AccountOptions options;
    options.relays = {test_relay};
    options.handle_name = "Alice";
    auto created = mallory.messenger().create_account(options, network_.now, mallory.entropy());
    ASSERT_TRUE(created.ok());
    mallory.run(std::move(created->effects));
    ASSERT_TRUE(network_.finish(mallory, created->operation));
    EXPECT_EQ(mallory.ended(created->operation)->code(), ErrorCode::handle_taken);
}

TEST_F(Contacts, account_can_be_found_by_id_handle_and_names) {
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    const std::string id = text_of(id_of(*bob_));
    for (const std::string& who : {id, id.substr(0, 8), std::string("bobby@") + test_relay,
                                   std::string("BOBBY"), std::string("Bob"), std::string("bob")}) {
        EXPECT_TRUE(alice_->messenger().find_contact(who).ok()) << who;
    }
    EXPECT_EQ(alice_->messenger().find_contact(id.substr(0, 7)).code(), ErrorCode::unknown_contact);
    EXPECT_EQ(alice_->messenger().find_contact("nobody").code(), ErrorCode::unknown_contact);
    EXPECT_EQ(alice_->messenger().find_request("bobby").code(), ErrorCode::unknown_request);
}

TEST_F(Contacts, last_resort_key_package_serves_when_the_others_are_used_up) {
    bob_->go_offline();
    for (int i = 0; i < 51; ++i) {
        TestClient& other = network_.with_account("O" + std::to_string(i), "", {test_relay});
        ASSERT_TRUE(add_and_wait(network_, other, "bobby@" + test_relay).ok()) << i;
    }
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    bob_->go_online();
    EXPECT_TRUE(network_.until([&] { return bob_->messenger().requests().size() == 52; }));
    const auto accepted = bob_->accept(id_of(*alice_));
    ASSERT_TRUE(accepted.ok() && network_.finish(*bob_, *accepted));
    expect_arrival(*alice_, *bob_, "through the last resort");
}

TEST_F(Contacts, key_packages_that_have_ended_are_passed_over) {
    network_.now = network_.now + Duration::days(60);
    bob_->restart();  // renews the last-resort one
    network_.pass(Duration::seconds(1));
    network_.now = network_.now + Duration::days(30);
    alice_->restart();
    ASSERT_TRUE(add_and_wait(network_, *alice_, "bobby@" + test_relay).ok());
    bob_->restart();
    EXPECT_TRUE(network_.until([&] { return !bob_->messenger().requests().empty(); }));
}

TEST_F(Contacts, lookup_survives_a_lost_connection) {
    for (size_t frames = 0; frames < 8; ++frames) {
        SCOPED_TRACE(frames);
        TestClient& other = network_.with_account("O" + std::to_string(frames), "", {test_relay});
        const auto added = other.add("bobby@" + test_relay);
        ASSERT_TRUE(added.ok());
        network_.cut_at_frame(frames + 1, false);
        ASSERT_TRUE(network_.finish(other, *added));
        EXPECT_TRUE(other.ended(*added)->ok());
    }
}

}  // namespace
}  // namespace mayfly::core
