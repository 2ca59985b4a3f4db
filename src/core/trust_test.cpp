// Safety numbers, alarms, blocking, reports, and leaving. docs/spec/trust.md
#include "core/group_test_support.h"
#include "core/identity.h"
#include "core/machine.h"
#include "core/report.h"
#include "core/safety_number.h"
#include "core/vault.h"
#include "crypto/signature.h"

namespace mayfly::core {
namespace {

class Trust : public testing::Test {
  protected:
    Trust() : pair_(make_pair(network_)) {}
    TestClient& alice() { return *pair_.alice; }
    TestClient& bob() { return *pair_.bob; }
    ContactView bob_of_alice() { return *alice().messenger().find_contact("bobby"); }

    void verify(bool verified) {
        auto effects = alice().messenger().set_verified(id_of(bob()), verified, network_.now,
                                                        alice().entropy());
        ASSERT_TRUE(effects.ok());
        alice().run(std::move(*effects));
    }
    OperationId block(TestClient& client, const AccountId& account, bool remove = false) {
        auto started = client.messenger().block(account, remove, network_.now, client.entropy());
        EXPECT_TRUE(started.ok());
        client.run(std::move(started->effects));
        EXPECT_TRUE(network_.finish(client, started->operation));
        return started->operation;
    }
    MessageView say(TestClient& from, const ConversationId& to, TestClient& at,
                    std::string_view text, SendOptions options = {}) {
        EXPECT_TRUE(from.send(to, text, options).ok());
        std::vector<MessageView> got;
        EXPECT_TRUE(network_.until([&] {
            got = at.take();
            return !got.empty();
        }));
        return std::move(got.at(0));
    }
    Result<std::string> report(const std::vector<MessageId>& ids) {
        return bob().messenger().report(ids, network_.now);
    }

    TestNetwork network_;
    Pair pair_;
};

TEST(SafetyNumber, same_from_both_sides_and_other_for_other_keys) {
    wire::PublicKey a;
    wire::PublicKey b;
    b.bytes[31] = 1;
    const std::string digits = safety_digits(a, b);
    EXPECT_EQ(digits.size(), 60U);
    EXPECT_EQ(digits, safety_digits(b, a));
    wire::PublicKey c;
    c.bytes[0] = 1;
    EXPECT_NE(digits, safety_digits(a, c));
    EXPECT_NE(safety_digits(a, a), safety_digits(b, b));
}

// The number is a contract between versions: a change of it would unverify everybody.
TEST(SafetyNumber, number_of_known_keys) {
    wire::PublicKey a;
    wire::PublicKey b;
    a.bytes.fill(1);
    b.bytes.fill(2);
    EXPECT_EQ(format_safety_digits(safety_digits(a, b)),
              "77110 99996 67314 64453 21990 71131 30396 88115 98028 82351 08854 05742");
}

TEST(SafetyNumber, digits_and_codes_are_read_as_people_and_cameras_give_them) {
    wire::PublicKey a;
    wire::PublicKey b;
    b.bytes[0] = 9;
    const std::string digits = safety_digits(a, b);
    EXPECT_EQ(*parse_safety(digits), digits);
    EXPECT_EQ(*parse_safety(format_safety_digits(digits)), digits);
    EXPECT_EQ(*parse_safety(" " + digits.substr(0, 30) + "\n" + digits.substr(30) + "\n"), digits);
    EXPECT_EQ(*parse_safety(safety_code(digits)), digits);
    for (const std::string& bad :
         {std::string(), digits.substr(1), digits + "0", "x" + digits.substr(1),
          "mayfly-safety:2:" + digits, std::string("mayfly:") + digits}) {
        EXPECT_EQ(parse_safety(bad).code(), ErrorCode::invalid_argument) << bad;
    }
}

TEST_F(Trust, both_sides_see_the_same_number_and_a_mark_survives_restarts) {
    const auto ours = alice().messenger().safety_number(id_of(bob()));
    const auto theirs = bob().messenger().safety_number(id_of(alice()));
    EXPECT_EQ(ours->digits, theirs->digits);
    auto marked = alice().messenger().verify_contact(id_of(bob()), theirs->digits, network_.now,
                                                     alice().entropy());
    ASSERT_TRUE(marked.ok());
    alice().run(std::move(*marked));
    alice().restart();
    EXPECT_TRUE(bob_of_alice().verified);
    EXPECT_TRUE(say(bob(), pair_.to_alice, alice(), "hi").verified);
    verify(false);
    alice().restart();
    EXPECT_FALSE(bob_of_alice().verified);
}

TEST_F(Trust, another_number_marks_nothing) {
    wire::PublicKey a;
    const std::string other = safety_digits(a, a);
    EXPECT_EQ(alice()
                  .messenger()
                  .verify_contact(id_of(bob()), other, network_.now, alice().entropy())
                  .code(),
              ErrorCode::safety_number_differs);
    EXPECT_EQ(alice()
                  .messenger()
                  .verify_contact(id_of(bob()), "12345", network_.now, alice().entropy())
                  .code(),
              ErrorCode::invalid_argument);
    EXPECT_FALSE(bob_of_alice().verified);
}

TEST_F(Trust, mark_goes_with_the_contact) {
    verify(true);
    const auto removed = alice().remove(id_of(bob()));
    ASSERT_TRUE(removed.ok() && network_.finish(alice(), *removed));
    const auto added = alice().add("bobby@" + test_relay);
    ASSERT_TRUE(added.ok() && network_.finish(alice(), *added));
    EXPECT_FALSE(bob_of_alice().verified);
}

// Bob deletes his account; his name is free, and somebody else takes it.
TEST_F(Trust, handle_that_leads_to_another_account_is_an_alarm_and_changes_nothing) {
    verify(true);
    auto deleted = bob().messenger().delete_account(network_.now, bob().entropy());
    ASSERT_TRUE(deleted.ok());
    bob().run(std::move(deleted->effects));
    ASSERT_TRUE(network_.finish(bob(), deleted->operation));
    EXPECT_TRUE(bob().ended(deleted->operation)->ok());
    network_.with_account("Mallory", "bobby", {test_relay});
    const ContactView before = bob_of_alice();
    const auto added = alice().add("bobby@" + test_relay);
    ASSERT_TRUE(added.ok() && network_.finish(alice(), *added));
    EXPECT_EQ(alice().ended(*added)->code(), ErrorCode::key_changed);
    ASSERT_EQ(alice().alarms.size(), 1U);
    EXPECT_EQ(alice().alarms.front().alarm, Alarm::handle_moved);
    alice().restart();
    const ContactView after = bob_of_alice();
    EXPECT_EQ(after.account, before.account);
    EXPECT_EQ(after.alarm, Alarm::handle_moved);
    auto check = alice().messenger().check_contact(before.account, network_.now, alice().entropy());
    ASSERT_TRUE(check.ok());
    alice().run(std::move(check->effects));
    ASSERT_TRUE(network_.finish(alice(), check->operation));
    EXPECT_EQ(alice().ended(check->operation)->code(), ErrorCode::key_changed);
    verify(true);
    EXPECT_EQ(bob_of_alice().alarm, Alarm::none);
}

// A relay shows a record that bob's key signed, of the same number as the one that alice knows.
TEST_F(Trust, record_chain_that_forks_is_an_alarm) {
    const auto row =
        decode_row<AccountRow>(bob().store().get(row_key::account())->value().expose());
    ASSERT_TRUE(row.ok());
    const auto known =
        wire::verify_account_record(bob().store().get(row_key::own_record(1))->value().expose());
    wire::AccountRecord other = *known;
    other.display_name = "another";
    wire::SignedAccountRecord signed_other;
    signed_other.body = codec::encode(other);
    signed_other.signature =
        sign_with(row->account_seed, wire::account_record_to_sign(signed_other.body));
    network_.tamper = [&](const std::string& client, Bytes& frame) {
        auto decoded = wire::decode_relay_frame(frame);
        if (client != "Alice" || !decoded.ok()) return true;
        if (auto* list = std::get_if<wire::RecordList>(&decoded->body)) {
            list->records = {codec::encode(signed_other)};
            frame = wire::encode_frame(*decoded);
        }
        return true;
    };
    const auto added = alice().add("bobby@" + test_relay);
    ASSERT_TRUE(added.ok() && network_.finish(alice(), *added));
    EXPECT_EQ(alice().ended(*added)->code(), ErrorCode::forged_record);
    ASSERT_EQ(alice().alarms.size(), 1U);
    EXPECT_EQ(bob_of_alice().alarm, Alarm::record_forked);
    EXPECT_EQ(bob_of_alice().display_name, "Bob");
}

TEST_F(Trust, contact_whose_records_are_in_order_raises_no_alarm) {
    auto check = alice().messenger().check_contact(id_of(bob()), network_.now, alice().entropy());
    ASSERT_TRUE(check.ok());
    alice().run(std::move(check->effects));
    ASSERT_TRUE(network_.finish(alice(), check->operation));
    EXPECT_TRUE(alice().ended(check->operation)->ok());
    EXPECT_TRUE(alice().alarms.empty());
    EXPECT_EQ(alice().messenger().contacts().size(), 1U);
}

TEST_F(Trust, blocked_contact_reaches_nobody_and_old_messages_stay) {
    say(bob(), pair_.to_alice, alice(), "before");
    block(alice(), id_of(bob()));
    ASSERT_TRUE(bob().send(pair_.to_alice, "after").ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(alice().take().empty());
    alice().restart();
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(alice().take().empty());
    EXPECT_TRUE(bob_of_alice().blocked);
    EXPECT_EQ(alice().messenger().messages(pair_.to_bob, network_.now)->size(), 1U);
    EXPECT_EQ(alice().send(pair_.to_bob, "x").code(), ErrorCode::contact_blocked);
    ASSERT_EQ(alice().messenger().blocked().size(), 1U);
    EXPECT_EQ(alice().messenger().blocked().front().handle, "bobby@" + test_relay);
}

TEST_F(Trust, relay_itself_refuses_what_a_blocked_contact_sends) {
    const auto entries = [&] { return network_.relay_store(test_relay).visible().size(); };
    block(alice(), id_of(bob()));
    network_.settle();
    alice().go_offline();
    bob().run(bob().messenger().on_timer(network_.now, bob().entropy()));
    ASSERT_TRUE(bob().send(pair_.to_alice, "one").ok());
    network_.pass(Duration::seconds(2));
    const size_t before = entries();
    ASSERT_TRUE(bob().send(pair_.to_alice, "two").ok());
    network_.pass(Duration::seconds(2));
    // A row for the id that was seen and its expiry, and nothing in a queue of alice's.
    EXPECT_LE(entries(), before + 2);
    alice().go_online();
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(alice().take().empty());
}

TEST_F(Trust, requests_of_a_blocked_account_are_dropped_silently) {
    block(alice(), id_of(bob()), true);
    EXPECT_TRUE(alice().messenger().contacts().empty());
    EXPECT_EQ(alice().messenger().blocked().size(), 1U);
    const auto removed = bob().remove(id_of(alice()));
    ASSERT_TRUE(removed.ok() && network_.finish(bob(), *removed));
    const auto asked = bob().add("alice@" + test_relay);
    ASSERT_TRUE(asked.ok() && network_.finish(bob(), *asked));
    EXPECT_TRUE(bob().ended(*asked)->ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(alice().messenger().requests().empty());
    EXPECT_TRUE(alice().requests_seen.empty());
    const auto added = alice().add("bobby@" + test_relay);
    ASSERT_TRUE(added.ok() && network_.finish(alice(), *added));
    EXPECT_EQ(alice().ended(*added)->code(), ErrorCode::contact_blocked);
}

TEST_F(Trust, unblocked_contact_is_met_again_by_adding) {
    block(alice(), id_of(bob()));
    auto effects = alice().messenger().unblock(id_of(bob()), network_.now, alice().entropy());
    ASSERT_TRUE(effects.ok());
    alice().run(std::move(*effects));
    EXPECT_FALSE(bob_of_alice().blocked);
    EXPECT_TRUE(alice().messenger().blocked().empty());
    const auto added = alice().add("bobby@" + test_relay);
    ASSERT_TRUE(added.ok() && network_.finish(alice(), *added));
    EXPECT_TRUE(alice().ended(*added)->ok());
    EXPECT_EQ(as_text(say(alice(), bob_of_alice().conversation, bob(), "again").text.expose()),
              "again");
    EXPECT_EQ(alice().messenger().unblock(id_of(bob()), network_.now, alice().entropy()).code(),
              ErrorCode::unknown_contact);
}

TEST_F(Trust, block_is_told_to_the_relay_after_a_crash) {
    alice().crash_after(1);
    auto started = alice().messenger().block(id_of(bob()), false, network_.now, alice().entropy());
    ASSERT_TRUE(started.ok());
    alice().run(std::move(started->effects));
    EXPECT_EQ(alice().crashes(), 1U);
    ASSERT_TRUE(network_.until([&] { return alice().messenger().outbox_empty(); }));
    ASSERT_TRUE(bob().send(pair_.to_alice, "after").ok());
    network_.pass(Duration::seconds(5));
    EXPECT_TRUE(alice().take().empty());
}

TEST_F(Trust, report_proves_who_signed_what_in_which_conversation) {
    const MessageView context = say(alice(), pair_.to_bob, bob(), "first");
    const MessageView bad = say(alice(), pair_.to_bob, bob(), "something bad");
    const auto text = report({bad.id, context.id});
    ASSERT_TRUE(text.ok());
    const auto proven = verify_report(*text);
    ASSERT_TRUE(proven.ok());
    ASSERT_EQ(proven->size(), 2U);
    const ProvenMessage& first = proven->front();
    EXPECT_EQ(as_text(first.text.expose()), "something bad");
    EXPECT_EQ(first.account, id_of(alice()));
    EXPECT_EQ(first.device, alice().messenger().account()->device);
    EXPECT_EQ(first.id, bad.id);
    EXPECT_EQ(first.conversation, pair_.to_bob);
    EXPECT_EQ(first.sent_at, bad.sent_at);
    EXPECT_EQ(as_text((*proven)[1].text.expose()), "first");
}

TEST_F(Trust, every_changed_letter_of_a_report_is_refused) {
    const MessageView message = say(alice(), pair_.to_bob, bob(), "x");
    const std::string text = *report({message.id});
    for (size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verify_report(changed).ok()) << at;
        EXPECT_FALSE(verify_report(std::string_view(text).substr(0, at)).ok()) << at;
    }
    std::string wrapped = text;
    for (size_t at = 60; at < wrapped.size(); at += 61) wrapped.insert(at, "\n");
    EXPECT_TRUE(verify_report(wrapped).ok());
}

// A reporter who changes the content, and makes the file whole again around it.
TEST_F(Trust, report_with_another_text_sender_or_order_of_things_is_not_proven) {
    const MessageView message = say(alice(), pair_.to_bob, bob(), "harmless");
    const std::string text = *report({message.id});
    const Bytes bytes = *from_base64url(std::string_view(text).substr(text.find(':') + 1));
    const auto decode = [&] {
        return codec::decode<Report>(BytesView(bytes).first(bytes.size() - 4)).value();
    };
    EXPECT_TRUE(verify_report(format_report(decode())).ok());
    Report changed = decode();
    Content content = decode_content(changed.items[0].content.expose()).value();
    content.body = SecretBuffer(as_bytes("a threat"));
    changed.items[0].content = encode_content(content);
    EXPECT_EQ(verify_report(format_report(changed)).code(), ErrorCode::invalid_signature);
    changed = decode();
    changed.items[0].sender.account_key.bytes[0] ^= 1;
    EXPECT_EQ(verify_report(format_report(changed)).code(), ErrorCode::invalid_signature);
    changed = decode();
    changed.items.push_back(std::move(decode().items[0]));
    EXPECT_EQ(verify_report(format_report(changed)).code(), ErrorCode::malformed_input);
    changed.items.clear();
    EXPECT_EQ(verify_report(format_report(changed)).code(), ErrorCode::malformed_input);
    changed = decode();
    changed.version = 2;
    EXPECT_EQ(verify_report(format_report(changed)).code(), ErrorCode::unsupported_version);
}

TEST_F(Trust, message_of_an_earlier_epoch_can_still_be_reported) {
    const MessageView message = say(alice(), pair_.to_bob, bob(), "0");
    const uint64_t epoch = bob().messenger().epoch_authenticator_for_testing(pair_.to_alice)->first;
    network_.pass(Duration::days(1));
    say(alice(), pair_.to_bob, bob(), "1");
    network_.pass(Duration::days(1));
    say(alice(), pair_.to_bob, bob(), "2");
    EXPECT_GT(bob().messenger().epoch_authenticator_for_testing(pair_.to_alice)->first, epoch);
    const auto proven = verify_report(*report({message.id}));
    ASSERT_TRUE(proven.ok());
    EXPECT_EQ(proven->front().epoch, epoch);
}

TEST_F(Trust, proof_goes_with_its_message) {
    SendOptions short_lived;
    short_lived.expiration = Duration::seconds(30);
    const MessageView burns = say(alice(), pair_.to_bob, bob(), "burns");
    const MessageView expires = say(alice(), pair_.to_bob, bob(), "expires", short_lived);
    EXPECT_TRUE(bob().store().get(row_key::proof(burns.id))->has_value());
    ASSERT_TRUE(bob().burn(burns.id).ok());
    EXPECT_FALSE(bob().store().get(row_key::proof(burns.id))->has_value());
    EXPECT_EQ(report({burns.id}).code(), ErrorCode::unknown_message);
    EXPECT_TRUE(report({expires.id}).ok());
    network_.pass(Duration::seconds(40));
    EXPECT_FALSE(bob().store().get(row_key::proof(expires.id))->has_value());
    EXPECT_EQ(report({expires.id}).code(), ErrorCode::unknown_message);
}

TEST_F(Trust, own_messages_cannot_be_reported) {
    say(bob(), pair_.to_alice, alice(), "mine");
    EXPECT_EQ(report({bob().last_sent}).code(), ErrorCode::no_proof);
}

TEST_F(Trust, message_that_was_changed_since_has_no_proof) {
    const MessageView message = say(alice(), pair_.to_bob, bob(), "as it was");
    Step step(bob().store(), network_.now, &bob().entropy());
    seal_body(step, message.id, as_bytes("as it is"));
    ASSERT_TRUE(bob().store().apply(step.effects.writes).ok());
    EXPECT_EQ(report({message.id}).code(), ErrorCode::no_proof);
}

// What a proof costs at rest: it must not outgrow the messages that it is of.
TEST_F(Trust, proof_takes_less_than_700_bytes) {
    const MessageView message = say(alice(), pair_.to_bob, bob(), "x");
    const size_t size = bob().store().get(row_key::proof(message.id))->value().size();
    RecordProperty("proof_size_bytes", static_cast<int>(size));
    EXPECT_LT(size, 700U);
    EXPECT_GT(size, 300U);
}

TEST_F(Trust, deleted_account_is_gone_from_the_relay_and_cannot_come_back) {
    say(bob(), pair_.to_alice, alice(), "x");
    const auto row =
        decode_row<AccountRow>(alice().store().get(row_key::account())->value().expose());
    auto deleted = alice().messenger().delete_account(network_.now, alice().entropy());
    ASSERT_TRUE(deleted.ok());
    alice().run(std::move(deleted->effects));
    EXPECT_TRUE(alice().messenger().contacts().empty());
    ASSERT_TRUE(network_.finish(alice(), deleted->operation));
    EXPECT_TRUE(alice().ended(deleted->operation)->ok());
    EXPECT_TRUE(alice().messenger().relays_to_tell()->empty());
    EXPECT_EQ(alice().add("bobby@" + test_relay).code(), ErrorCode::account_deleting);
    const auto added = bob().add("alice@" + test_relay);
    ASSERT_TRUE(added.ok() && network_.finish(bob(), *added));
    EXPECT_EQ(bob().ended(*added)->code(), ErrorCode::unknown_record);
    EXPECT_TRUE(bob().send(pair_.to_alice, "anybody?").ok());
    network_.pass(Duration::seconds(5));
}

// tables_of: which tables of the relay's store have rows; the first byte of a key says.
std::multiset<int> tables_of(TestNetwork& network, const std::string& relay) {
    std::multiset<int> out;
    for (const auto& [key, value] : network.relay_store(relay).visible()) out.insert(key.front());
    return out;
}

TEST_F(Trust, deletion_goes_on_after_every_crash_and_with_a_relay_that_was_away) {
    // Tombstones of account, with its proof, and vault; that key packages were put once, for as
    // long as relays remember requests.
    const std::multiset<int> tombstones{7, 10, 11, 15, 17};
    for (uint64_t crash = 1; crash < 6; ++crash) {
        TestNetwork network;
        network.add_relay("one.example");
        network.add_relay("two.example");
        TestClient& carol = network.with_account("Carol", "carol", {"one.example", "two.example"});
        network.stop_relay("two.example");
        carol.crash_after(crash);
        auto deleted = carol.messenger().delete_account(network.now, carol.entropy());
        ASSERT_TRUE(deleted.ok());
        carol.run(std::move(deleted->effects));
        const std::vector<std::string> only_two{"two.example"};
        ASSERT_TRUE(network.until([&] { return carol.messenger().relays_to_tell() == only_two; }))
            << crash;
        carol.restart();
        network.start_relay("two.example");
        ASSERT_TRUE(network.until([&] { return carol.messenger().relays_to_tell()->empty(); }))
            << crash;
        EXPECT_EQ(tables_of(network, "one.example"), tombstones) << crash;
        EXPECT_EQ(tables_of(network, "two.example"), tombstones) << crash;
    }
}

TEST_F(Trust, deletion_ends_when_the_relay_takes_no_new_queues_meanwhile) {
    network_.close_registration(test_relay);
    network_.stop_relay(test_relay);
    network_.start_relay(test_relay);
    // The answer to the last request, QueueDelete, is lost.
    bool lost = false;
    network_.tamper = [&](const std::string&, Bytes& frame) {
        const auto row = bob().store().get(row_key::relay(test_relay));
        const auto relay = decode_row<RelayRow>(row->value().expose());
        static_cast<void>(frame);
        if (lost || relay->record_put != 0 || relay->vault_put != 0) return true;
        lost = true;
        return false;
    };
    auto deleted = bob().messenger().delete_account(network_.now, bob().entropy());
    bob().run(std::move(deleted->effects));
    ASSERT_TRUE(network_.finish(bob(), deleted->operation));
    EXPECT_TRUE(lost);
    EXPECT_TRUE(bob().ended(deleted->operation)->ok());
}

}  // namespace
}  // namespace mayfly::core
