// A peer that misbehaves on purpose, a relay that does, and clocks that are wrong.
#include "core/odd_peer_test_support.h"

namespace mayfly::core {
namespace {

class Peer : public testing::Test {
  protected:
    Peer() : pair_(make_pair(network_)), odd_(network_, *pair_.alice, pair_.to_bob) {}
    TestClient& bob() { return *pair_.bob; }
    std::vector<std::string> texts_at_bob() {
        std::vector<std::string> out;
        for (const MessageView& view : bob().take()) {
            out.emplace_back(as_text(view.text.expose()));
        }
        return out;
    }
    ConversationRow row_at_bob() {
        Tables tables;
        EXPECT_TRUE(load_tables(bob().store(), tables).ok());
        return std::move(tables.conversations.at(pair_.to_alice));
    }
    // The conversation still works.
    void expect_alive() {
        ASSERT_TRUE(pair_.alice->send(pair_.to_bob, "still here").ok());
        ASSERT_TRUE(network_.until([&] {
            const auto got = texts_at_bob();
            return !got.empty() && got.back() == "still here";
        }));
    }

    TestNetwork network_;
    Pair pair_;
    OddPeer odd_;
};

TEST_F(Peer, message_of_an_unknown_type_is_kept_and_shown_as_needing_a_newer_version) {
    odd_.send(odd_.content(static_cast<ContentType>(4711), "\x01\x02"));
    const auto taken = bob().take();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_TRUE(taken.front().needs_newer);
    EXPECT_TRUE(taken.front().text.empty());
}

TEST_F(Peer, the_same_message_sealed_twice_is_shown_once) {
    const Content content = odd_.content(ContentType::text, "twice");
    odd_.send(content);
    odd_.send(content);
    EXPECT_EQ(texts_at_bob(), std::vector<std::string>{"twice"});
}

TEST_F(Peer, the_same_message_is_not_shown_again_after_it_was_burnt) {
    const Content content = odd_.content(ContentType::text, "again");
    odd_.send(content);
    ASSERT_EQ(bob().take().size(), 1U);
    ASSERT_TRUE(bob().burn(content.id).ok());
    odd_.send(content);
    EXPECT_TRUE(bob().take().empty());
}

TEST_F(Peer, recall_that_comes_before_its_message_suppresses_it) {
    const Content content = odd_.content(ContentType::text, "recalled");
    Content recall = odd_.content(ContentType::recall, "");
    recall.body = SecretBuffer(content.id.view());
    odd_.send(recall);
    odd_.send(content);
    EXPECT_TRUE(bob().take().empty());
    EXPECT_TRUE(bob().gone.empty());
    expect_alive();
}

TEST_F(Peer, recall_of_the_other_sides_message_is_ignored) {
    ASSERT_TRUE(bob().send(pair_.to_alice, "Bob's own").ok());
    network_.settle();
    Content recall = odd_.content(ContentType::recall, "");
    recall.body = SecretBuffer(bob().last_sent.view());
    odd_.send(recall);
    EXPECT_EQ(bob().messenger().messages(pair_.to_alice, network_.now)->size(), 1U);
    EXPECT_EQ(row_at_bob().dropped, 1U);
}

TEST_F(Peer, message_with_the_id_of_anothers_message_is_dropped) {
    ASSERT_TRUE(bob().send(pair_.to_alice, "Bob's own").ok());
    network_.settle();
    Content forged = odd_.content(ContentType::text, "mine now");
    forged.id = bob().last_sent;
    odd_.send(forged);
    EXPECT_TRUE(bob().take().empty());
    const auto listed = bob().messenger().messages(pair_.to_alice, network_.now);
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ(as_text(listed->front().text.expose()), "Bob's own");
}

TEST_F(Peer, content_that_does_not_decode_is_counted_and_acknowledged) {
    odd_.send_plaintext(as_bytes("not a content"));
    Content endless = odd_.content(ContentType::text, "for ever");
    endless.expires_after_ms = UINT64_MAX;
    odd_.send(endless);
    EXPECT_TRUE(bob().take().empty());
    EXPECT_EQ(row_at_bob().dropped, 2U);
    expect_alive();
}

TEST_F(Peer, payload_that_does_not_decrypt_is_counted_and_acknowledged) {
    odd_.send_request(odd_.request_with(Bytes(300, 0xa5)));
    odd_.send_request(odd_.request_with({}));
    EXPECT_EQ(row_at_bob().dropped, 2U);
    expect_alive();
}

TEST_F(Peer, message_in_the_place_of_a_commit_does_not_move_the_group) {
    const auto before = bob().messenger().epoch_authenticator_for_testing(pair_.to_alice);
    const wire::ChannelSend send = odd_.request_with(Bytes(300, 0xa5));
    wire::ChannelCommit commit;
    commit.channel = send.channel;
    commit.epoch = send.epoch;
    commit.write_token = send.write_token;
    commit.message_id = send.message_id;
    commit.payload = send.payload;
    odd_.send_request(std::move(commit));
    EXPECT_EQ(*bob().messenger().epoch_authenticator_for_testing(pair_.to_alice), *before);
    EXPECT_EQ(row_at_bob().dropped, 1U);
}

TEST_F(Peer, sender_whose_clock_runs_ahead_does_not_stretch_the_expiration) {
    Content content = odd_.content(ContentType::text, "from tomorrow");
    content.sent_at_ms += static_cast<uint64_t>(Duration::days(1).ms);
    content.expires_after_ms = 60'000;
    odd_.send(content);
    const auto taken = bob().take();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken.front().sent_at, network_.now);
    EXPECT_EQ(taken.front().expires_at, network_.now + Duration::minutes(1));
}

TEST_F(Peer, message_that_was_expired_when_it_came_is_not_shown) {
    Content content = odd_.content(ContentType::text, "stale");
    content.sent_at_ms -= 120'000;
    content.expires_after_ms = 60'000;
    const size_t arrivals = bob().arrivals;
    odd_.send(content);
    EXPECT_TRUE(bob().take().empty());
    EXPECT_EQ(bob().arrivals, arrivals);
}

TEST_F(Peer, invitation_that_is_garbage_is_dropped) {
    Tables tables;
    ASSERT_TRUE(load_tables(bob().store(), tables).ok());
    wire::Put put;
    put.token = tables.relays.at(test_relay).intro_token;
    for (const Bytes& payload :
         {Bytes(), Bytes(100, 7), encode_direct_payload(Bytes(200, 1), Bytes(50, 2))}) {
        put.message_id.bytes = random_array<16>(pair_.alice->entropy());
        put.payload = payload;
        odd_.send_request(put);
    }
    EXPECT_TRUE(bob().messenger().requests().empty());
    expect_alive();
}

TEST_F(Peer, frames_that_are_garbage_close_the_connection_and_it_comes_back) {
    size_t tampered = 0;
    network_.tamper = [&](const std::string& client, Bytes& frame) {
        if (client == "Bob" && tampered++ == 0) frame = {0xff, 0xff};
        return true;
    };
    ASSERT_TRUE(pair_.alice->send(pair_.to_bob, "through").ok());
    ASSERT_TRUE(network_.until([&] { return !bob().take().empty(); }));
    EXPECT_GE(bob().link_changes.size(), 3U);  // up, down, up
}

TEST_F(Peer, relay_that_goes_silent_is_left_and_tried_again) {
    bool silent = true;
    network_.tamper = [&](const std::string& client, Bytes&) {
        return !silent || client != "Alice";
    };
    const auto sent = pair_.alice->send(pair_.to_bob, "patience");
    ASSERT_TRUE(sent.ok());
    network_.pass(Duration::minutes(2));
    EXPECT_FALSE(pair_.alice->ended(*sent).has_value());
    silent = false;
    ASSERT_TRUE(network_.finish(*pair_.alice, *sent));
    EXPECT_TRUE(pair_.alice->ended(*sent)->ok());
    ASSERT_TRUE(network_.until([&] { return !bob().take().empty(); }));
    EXPECT_TRUE(bob().take().empty());
}

}  // namespace
}  // namespace mayfly::core
