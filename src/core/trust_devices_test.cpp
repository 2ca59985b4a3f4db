// Trust where an account has several devices, or is met in groups. docs/spec/trust.md
#include "core/device_test_support.h"
#include "core/rows.h"

namespace mayfly::core {
namespace {

class TrustDevices : public Devices {
  protected:
    void block(TestClient& by, TestClient& whom) {
        const AccountId account = id_of(whom);
        const Status ended = done(
            by, [&](Messenger& m) { return m.block(account, false, network_.now, by.entropy()); });
        EXPECT_TRUE(ended.ok()) << error_name(ended.code());
    }
    void verify(TestClient& by, TestClient& whom) {
        auto effects = by.messenger().set_verified(id_of(whom), true, network_.now, by.entropy());
        ASSERT_TRUE(effects.ok());
        by.run(std::move(*effects));
    }
    ContactView bob_at(TestClient& client) {
        return *client.messenger().find_contact(text_of(id_of(*bob_)));
    }
    Status delete_account(TestClient& client) {
        return done(client,
                    [&](Messenger& m) { return m.delete_account(network_.now, client.entropy()); });
    }
};

TEST_F(TrustDevices, block_and_mark_reach_our_other_devices) {
    TestClient& phone = link(*alice_, "Phone");
    verify(*alice_, *carol_);
    block(*alice_, *bob_);
    ASSERT_TRUE(network_.until([&] { return bob_at(phone).blocked; }));
    EXPECT_TRUE(phone.messenger().find_contact(text_of(id_of(*carol_)))->verified);
    ASSERT_TRUE(network_.until([&] { return phone.messenger().outbox_empty(); }));
    EXPECT_EQ(phone.send(bob_at(phone).conversation, "x").code(), ErrorCode::contact_blocked);
    ASSERT_TRUE(bob_->send(with(*bob_, *alice_), "anybody?").ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(alice_->take().empty());
    EXPECT_TRUE(phone.take().empty());
    auto effects = phone.messenger().unblock(id_of(*bob_), network_.now, phone.entropy());
    ASSERT_TRUE(effects.ok());
    phone.run(std::move(*effects));
    ASSERT_TRUE(network_.until([&] { return !bob_at(*alice_).blocked; }));
    EXPECT_TRUE(alice_->messenger().blocked().empty());
}

TEST_F(TrustDevices, new_device_is_told_of_marks_and_blocks) {
    verify(*alice_, *carol_);
    block(*alice_, *bob_);
    TestClient& phone = link(*alice_, "Phone");
    EXPECT_TRUE(bob_at(phone).blocked);
    EXPECT_TRUE(phone.messenger().find_contact(text_of(id_of(*carol_)))->verified);
}

TEST_F(TrustDevices, marks_and_blocks_come_back_from_the_kit) {
    TestClient& dave = network_.add_client("Dave");
    AccountOptions options;
    options.relays = {test_relay};
    options.display_name = "Dave";
    auto created = dave.messenger().create_account(options, network_.now, dave.entropy());
    ASSERT_TRUE(created.ok());
    const SecretBuffer kit = created->recovery_kit.clone();
    dave.run(std::move(created->effects));
    ASSERT_TRUE(network_.finish(dave, created->operation));
    befriend(dave, *bob_);
    befriend(dave, *carol_);
    verify(dave, *carol_);
    block(dave, *bob_);
    network_.settle();
    dave.go_offline();
    TestClient& again = recover("Dave again", kit);
    ASSERT_EQ(again.messenger().blocked().size(), 1U);
    EXPECT_EQ(again.messenger().blocked().front().account, id_of(*bob_));
    EXPECT_TRUE(again.messenger().find_contact(text_of(id_of(*carol_)))->verified);
    network_.pass(Duration::minutes(5));
    EXPECT_TRUE(bob_->messenger().requests().empty()) << "whom we keep out is not looked for";
}

// A block ends the direct conversation. In a group commits of the blocked account count, or the
// group would be lost; what it says is not shown.
TEST_F(TrustDevices, blocked_member_of_a_group_is_not_heard_and_the_group_goes_on) {
    const ConversationId group = group_of_three();
    block(*alice_, *bob_);
    ASSERT_TRUE(alice_->send(group, "still here").ok());
    network_.settle();
    EXPECT_EQ(texts(*bob_), std::vector<std::string>{"still here"});
    EXPECT_EQ(texts(*carol_), std::vector<std::string>{"still here"});
    ASSERT_TRUE(bob_->send(group, "to all").ok());
    network_.settle();
    EXPECT_TRUE(alice_->take().empty());
    EXPECT_EQ(texts(*carol_), std::vector<std::string>{"to all"});
    network_.pass(Duration::days(2));
    ASSERT_TRUE(bob_->send(group, "after a commit").ok());
    network_.settle();
    EXPECT_TRUE(agree(group, {alice_, bob_, carol_}));
    ASSERT_TRUE(carol_->send(group, "and I").ok());
    network_.settle();
    EXPECT_EQ(texts(*alice_), std::vector<std::string>{"and I"});
}

TEST_F(TrustDevices, what_a_blocked_member_takes_back_is_taken_back) {
    const ConversationId group = group_of_three();
    std::vector<MessageId> said;
    for (const char* text : {"recalled", "edited", "left as it is"}) {
        ASSERT_TRUE(bob_->send(group, text).ok());
        said.push_back(bob_->last_sent);
    }
    network_.settle();
    ASSERT_EQ(alice_->take().size(), 3U);
    block(*alice_, *bob_);
    ASSERT_TRUE(bob_->recall(said[0]).ok());
    auto edited =
        bob_->messenger().edit(said[1], as_bytes("worse"), {}, network_.now, bob_->entropy());
    ASSERT_TRUE(bob_->perform(std::move(edited)).ok());
    network_.settle();
    EXPECT_EQ(alive(*alice_, group), std::vector<std::string>{"left as it is"});
    EXPECT_EQ(alive(*carol_, group), (std::vector<std::string>{"worse", "left as it is"}));
    // Of others' messages they take nothing back.
    const auto mine = alice_->send(group, "mine");
    ASSERT_TRUE(mine.ok());
    network_.settle();
    EXPECT_FALSE(bob_->recall(alice_->last_sent).ok());
}

TEST_F(TrustDevices, member_who_is_no_contact_can_be_blocked_and_their_requests_are_dropped) {
    const ConversationId group = group_of_three();
    ASSERT_FALSE(bob_->messenger().find_contact(text_of(id_of(*carol_))).ok());
    const auto found = bob_->messenger().find_anybody(text_of(id_of(*carol_)));
    ASSERT_TRUE(found.ok());
    block(*bob_, *carol_);
    EXPECT_EQ(bob_->messenger().blocked().size(), 1U);
    ASSERT_TRUE(carol_->send(group, "hello").ok());
    network_.settle();
    EXPECT_TRUE(bob_->take().empty());
    const auto asked = carol_->add("bobby@" + test_relay);
    ASSERT_TRUE(asked.ok() && network_.finish(*carol_, *asked));
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(bob_->messenger().requests().empty());
}

TEST_F(TrustDevices, message_in_a_group_is_reported_with_proof) {
    const ConversationId group = group_of_three();
    ASSERT_TRUE(bob_->send(group, "something bad").ok());
    network_.settle();
    const auto got = carol_->take();
    ASSERT_EQ(got.size(), 1U);
    const auto report = carol_->messenger().report({got.front().id}, network_.now);
    ASSERT_TRUE(report.ok()) << error_name(report.code());
    const auto proven = verify_report(*report);
    ASSERT_TRUE(proven.ok());
    EXPECT_EQ(proven->front().account, id_of(*bob_));
    EXPECT_EQ(proven->front().conversation, group);
    EXPECT_EQ(as_text(proven->front().text.expose()), "something bad");
}

TEST_F(TrustDevices, deletion_reaches_our_other_devices_even_if_they_were_away) {
    TestClient& phone = link(*alice_, "Phone");
    phone.go_offline();
    ASSERT_TRUE(delete_account(*alice_).ok());
    EXPECT_TRUE(alice_->messenger().relays_to_tell()->empty());
    phone.go_online();
    ASSERT_TRUE(network_.until([&] {
        const auto left = phone.messenger().relays_to_tell();
        return left && left->empty();
    }));
    EXPECT_TRUE(phone.messenger().contacts().empty());
    EXPECT_EQ(phone.add("bobby@" + test_relay).code(), ErrorCode::account_deleting);
}

// What the others were told has left the relay; the relay then shows what the account key signed.
TEST_F(TrustDevices, device_that_was_away_too_long_learns_of_the_deletion_from_the_relay) {
    TestClient& phone = link(*alice_, "Phone");
    phone.go_offline();
    ASSERT_TRUE(delete_account(*alice_).ok());
    for (int day = 0; day < 20; ++day) network_.pass(Duration::days(1));
    phone.revoked = false;
    phone.go_online();
    ASSERT_TRUE(network_.until([&] { return phone.revoked; }));
    ASSERT_TRUE(network_.until([&] {
        const auto left = phone.messenger().relays_to_tell();
        return left && left->empty();
    }));
    EXPECT_TRUE(phone.messenger().contacts().empty());
    EXPECT_EQ(phone.add("bobby@" + test_relay).code(), ErrorCode::account_deleting);
}

TEST_F(TrustDevices, relay_cannot_make_a_device_believe_that_its_account_was_deleted) {
    const wire::PublicKey key =
        wire::verify_account_record(*alice_->messenger().account_record())->account_key;
    size_t lies = 0;
    network_.tamper = [&](const std::string& client, Bytes& frame) {
        const auto decoded = wire::decode_relay_frame(frame);
        if (client != "Alice" || !decoded.ok()) return true;
        if (!std::holds_alternative<wire::RecordList>(decoded->body)) return true;
        wire::RecordDeleted lie;
        lie.account_key = key;
        frame = wire::encode_frame(wire::RelayFrame{decoded->request_id, lie});
        ++lies;
        return true;
    };
    alice_->go_offline();
    alice_->go_online();
    network_.pass(Duration::minutes(1));
    EXPECT_GT(lies, 0U);
    EXPECT_FALSE(alice_->revoked);
    EXPECT_FALSE(alice_->messenger().relays_to_tell().has_value());
    EXPECT_EQ(alice_->messenger().contacts().size(), 2U);
}

// The hub never confirms what the own devices are told: the queue goes in the end.
TEST_F(TrustDevices, deletion_does_not_wait_for_ever_for_our_other_devices) {
    TestClient& phone = link(*alice_, "Phone");
    phone.go_offline();
    bool opening = false;  // the first Done of a connection answers QueueOpen
    network_.tamper = [&](const std::string& client, Bytes& frame) {
        const auto decoded = wire::decode_relay_frame(frame);
        if (client != "Alice" || !decoded.ok()) return true;
        if (std::holds_alternative<wire::HelloReply>(decoded->body)) opening = true;
        if (!std::holds_alternative<wire::Done>(decoded->body)) return true;
        if (std::exchange(opening, false)) return true;
        bool waits = false;
        const Bytes outbox{static_cast<uint8_t>(row_kind::outbox)};
        EXPECT_TRUE(alice_->store()
                        .scan(outbox,
                              [&](BytesView, const SecretBuffer&) {
                                  waits = true;
                                  return false;
                              })
                        .ok());
        return !waits;
    };
    ASSERT_TRUE(delete_account(*alice_).ok());
    EXPECT_TRUE(alice_->messenger().relays_to_tell()->empty());
}

}  // namespace
}  // namespace mayfly::core
