// What tests of groups share: three people who know each other through Alice.
#pragma once

#include "core/conversation_state.h"
#include "core/network_test_support.h"

namespace mayfly::core {

inline AccountId id_of(TestClient& client) { return client.messenger().account()->account; }

class Groups : public testing::Test {
  protected:
    Groups() {
        network_.add_relay(test_relay);
        alice_ = &network_.with_account("Alice", "alice", {test_relay});
        bob_ = &network_.with_account("Bob", "bobby", {test_relay});
        carol_ = &network_.with_account("Carol", "carol", {test_relay});
        befriend(*alice_, *bob_);
        befriend(*alice_, *carol_);
    }

    void befriend(TestClient& asker, TestClient& other) {
        const auto added = asker.add(other.messenger().account()->link);
        ASSERT_TRUE(added.ok() && network_.finish(asker, *added));
        ASSERT_TRUE(network_.until([&] { return !other.messenger().requests().empty(); }));
        const auto accepted = other.accept(id_of(asker));
        ASSERT_TRUE(accepted.ok() && network_.finish(other, *accepted));
        ASSERT_TRUE(network_.until(
            [&] { return asker.messenger().find_contact(text_of(id_of(other)))->established; }));
    }
    // done runs a command that begins an operation, and waits for its end.
    template <class Call>
    Status done(TestClient& client, const Call& call) {
        auto started = call(client.messenger());
        if (!started.ok()) return started.error();
        const OperationId operation = started->operation;
        client.run(std::move(started->effects));
        ENSURE(network_.finish(client, operation), timed_out);
        return *client.ended(operation);
    }
    ConversationId make_group(TestClient& by, ConversationKind kind = ConversationKind::group) {
        ConversationState state;
        state.name = "Climbing";
        state.topic = "Saturdays";
        auto made = by.messenger().create_group(kind, state, network_.now, by.entropy());
        EXPECT_TRUE(made.ok()) << error_name(made.code());
        const ConversationId id = made->conversation;
        by.run(std::move(made->effects));
        EXPECT_TRUE(network_.finish(by, made->operation));
        return id;
    }
    Status invite(TestClient& by, const ConversationId& id, TestClient& whom) {
        return done(by, [&](Messenger& m) {
            return m.invite(id, id_of(whom), network_.now, by.entropy());
        });
    }
    Status accept_offer(TestClient& by, const ConversationId& id) {
        return done(by,
                    [&](Messenger& m) { return m.accept_offer(id, network_.now, by.entropy()); });
    }
    bool is_in(TestClient& client, const ConversationId& id) {
        const auto members = client.messenger().members(id);
        return members.ok() && std::any_of(members->begin(), members->end(),
                                           [](const auto& m) { return m.is_self; });
    }
    size_t count_in(TestClient& client, const ConversationId& id) {
        const auto members = client.messenger().members(id);
        return members.ok() ? members->size() : 0;
    }
    void bring_in(TestClient& by, const ConversationId& id, TestClient& whom) {
        ASSERT_TRUE(invite(by, id, whom).ok());
        ASSERT_TRUE(network_.until([&] { return !whom.messenger().offers().empty(); }));
        ASSERT_TRUE(accept_offer(whom, id).ok());
        ASSERT_TRUE(network_.until([&] { return is_in(whom, id); }));
    }
    ConversationId group_of_three(ConversationKind kind = ConversationKind::group) {
        const ConversationId id = make_group(*alice_, kind);
        bring_in(*alice_, id, *bob_);
        bring_in(*alice_, id, *carol_);
        EXPECT_TRUE(agree(id, {alice_, bob_, carol_}));
        return id;
    }
    bool agree(const ConversationId& id, const std::vector<TestClient*>& clients) {
        return network_.until([&] {
            std::set<Bytes> seen;
            for (TestClient* client : clients) {
                const auto one = client->messenger().epoch_authenticator_for_testing(id);
                if (!one.ok()) return false;
                seen.insert(one->second);
                if (!client->messenger().outbox_empty()) return false;
            }
            return seen.size() == 1;
        });
    }
    std::vector<std::string> texts(TestClient& client) {
        std::vector<std::string> out;
        for (const MessageView& view : client.take()) out.emplace_back(as_text(view.text.expose()));
        return out;
    }
    void expect_all_hear(const ConversationId& id, TestClient& from, const std::string& text,
                         const std::vector<TestClient*>& others) {
        const auto sent = from.send(id, text);
        ASSERT_TRUE(sent.ok()) << error_name(sent.code());
        ASSERT_TRUE(network_.finish(from, *sent));
        ASSERT_TRUE(from.ended(*sent)->ok());
        network_.settle();
        for (TestClient* other : others) {
            EXPECT_EQ(texts(*other), std::vector<std::string>{text}) << other->name;
        }
    }
    Status change(TestClient& by, const ConversationId& id, const StateChange& what) {
        return done(by, [&](Messenger& m) {
            return m.change_conversation(id, what, network_.now, by.entropy());
        });
    }

    TestNetwork network_;
    TestClient* alice_ = nullptr;
    TestClient* bob_ = nullptr;
    TestClient* carol_ = nullptr;
};

}  // namespace mayfly::core
