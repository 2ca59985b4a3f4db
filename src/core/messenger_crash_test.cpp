// Crashes at every write and lost connections at every frame: each message arrives exactly once,
// and both sides end in the same epoch.
#include "core/network_test_support.h"

namespace mayfly::core {
namespace {

constexpr int attempts_max = 6;

// People who try again: what a crash swallowed is done again, as its user would.
class Story {
  public:
    explicit Story(TestNetwork& network) : network_(network) {
        network_.add_relay(test_relay);
        alice_ = &network_.with_account("Alice", "alice", {test_relay});
        bob_ = &network_.with_account("Bob", "bobby", {test_relay});
    }
    TestClient& alice() { return *alice_; }
    TestClient& bob() { return *bob_; }

    void tell() {
        ASSERT_TRUE(meet());
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(say(*alice_, "from Alice " + std::to_string(i)));
            ASSERT_TRUE(say(*bob_, "from Bob " + std::to_string(i)));
        }
        const bool arrived = network_.until([&] {
            bob_->take();
            alice_->take();
            return alice_->texts_taken.size() >= 3 && bob_->texts_taken.size() >= 3 &&
                   alice_->messenger().outbox_empty() && bob_->messenger().outbox_empty();
        });
        EXPECT_TRUE(arrived);
        network_.settle();
        alice_->take();
        bob_->take();
        EXPECT_EQ(bob_->texts_taken, texts_of("from Alice "));
        EXPECT_EQ(alice_->texts_taken, texts_of("from Bob "));
        const auto at_alice = epoch_of(*alice_);
        ASSERT_TRUE(at_alice.ok());
        EXPECT_EQ(*at_alice, *epoch_of(*bob_));
    }

  private:
    static std::vector<std::string> texts_of(const std::string& start) {
        return {start + "0", start + "1", start + "2"};
    }
    static Result<std::pair<uint64_t, Bytes>> epoch_of(TestClient& client) {
        return client.messenger().epoch_authenticator_for_testing(
            client.messenger().contacts().at(0).conversation);
    }

    bool meet() {
        const auto known = [&] { return !alice_->messenger().contacts().empty(); };
        for (int attempt = 0; attempt < attempts_max && !known(); ++attempt) {
            const uint64_t crashes = alice_->crashes();
            const auto added = alice_->add("bobby@" + test_relay);
            if (!added.ok()) continue;
            network_.until(
                [&] { return known() || alice_->ended(*added) || alice_->crashes() != crashes; });
        }
        if (!known()) return false;
        const auto accepted = [&] { return !bob_->messenger().contacts().empty(); };
        if (!network_.until([&] { return accepted() || !bob_->messenger().requests().empty(); })) {
            return false;
        }
        for (int attempt = 0; attempt < attempts_max && !accepted(); ++attempt) {
            static_cast<void>(bob_->accept(alice_->messenger().account()->account));
        }
        return network_.until([&] {
            return alice_->messenger().contacts().at(0).established &&
                   bob_->messenger().contacts().at(0).established;
        });
    }

    bool say(TestClient& client, const std::string& text) {
        const ConversationId to = client.messenger().contacts().at(0).conversation;
        for (int attempt = 0; attempt < attempts_max; ++attempt) {
            static_cast<void>(client.send(to, text));
            const auto listed = client.messenger().messages(to, network_.now);
            if (!listed.ok()) return false;
            for (const MessageView& view : *listed) {
                if (view.outgoing && as_text(view.text.expose()) == text) return true;
            }
        }
        return false;
    }

    TestNetwork& network_;
    TestClient* alice_ = nullptr;
    TestClient* bob_ = nullptr;
};

constexpr uint64_t points_max = 500;  // more writes or frames than the story has

enum class Fault : uint8_t { dies_after_write, disk_refuses_write };

uint64_t tell_with_fault(bool at_alice, Fault fault, uint64_t nth) {
    TestNetwork network;
    Story story(network);
    TestClient& client = at_alice ? story.alice() : story.bob();
    if (fault == Fault::dies_after_write) {
        client.crash_after(nth);
    } else {
        client.fail_write(nth);
    }
    story.tell();
    return client.crashes();
}

void tell_with_every_fault(bool at_alice, Fault fault) {
    for (uint64_t nth = 1; nth < points_max; ++nth) {
        SCOPED_TRACE("write " + std::to_string(nth));
        if (tell_with_fault(at_alice, fault, nth) == 0) {
            EXPECT_GT(nth, 20U);  // the story has more writes than this
            return;
        }
        if (testing::Test::HasFailure()) return;
    }
    ADD_FAILURE() << "the story never ended";
}

TEST(MessengerCrash, inviter_dies_after_every_write) {
    tell_with_every_fault(true, Fault::dies_after_write);
}
TEST(MessengerCrash, invited_dies_after_every_write) {
    tell_with_every_fault(false, Fault::dies_after_write);
}
TEST(MessengerCrash, inviters_disk_refuses_every_write) {
    tell_with_every_fault(true, Fault::disk_refuses_write);
}
TEST(MessengerCrash, inviteds_disk_refuses_every_write) {
    tell_with_every_fault(false, Fault::disk_refuses_write);
}

void tell_with_every_cut(bool half_open) {
    for (uint64_t nth = 1; nth < points_max; ++nth) {
        SCOPED_TRACE("frame " + std::to_string(nth));
        TestNetwork network;
        Story story(network);
        network.cut_at_frame(nth, half_open);
        const uint64_t before = network.frames();
        story.tell();
        if (testing::Test::HasFailure()) return;
        if (network.frames() - before < nth) {
            EXPECT_GT(nth, 60U);  // the story has more frames than this
            return;
        }
    }
    ADD_FAILURE() << "the story never ended";
}

TEST(MessengerCrash, connection_lost_at_every_frame) { tell_with_every_cut(false); }
TEST(MessengerCrash, connection_lost_at_every_frame_unnoticed_by_the_relay) {
    tell_with_every_cut(true);
}

TEST(MessengerCrash, account_creation_resumes_after_every_write) {
    for (uint64_t nth = 1; nth < points_max; ++nth) {
        SCOPED_TRACE("write " + std::to_string(nth));
        TestNetwork network;
        network.add_relay(test_relay);
        TestClient& client = network.add_client("Alice");
        client.crash_after(nth);
        AccountOptions options;
        options.relays = {test_relay};
        options.handle_name = "alice";
        auto created = client.messenger().create_account(options, network.now, client.entropy());
        ASSERT_TRUE(created.ok());
        const OperationId operation = created->operation;
        client.run(std::move(created->effects));
        network.until([&] { return client.ended(operation).has_value(); }, Duration::minutes(1));
        // Whoever looks for the account finds it, whether or not its maker was told.
        TestClient& bob = network.with_account("Bob", "", {test_relay});
        const auto added = bob.add("alice@" + test_relay);
        ASSERT_TRUE(added.ok() && network.finish(bob, *added));
        EXPECT_TRUE(bob.ended(*added)->ok());
        EXPECT_TRUE(network.until([&] { return !client.messenger().requests().empty(); }));
        if (client.crashes() == 0) return;
    }
    ADD_FAILURE() << "the account never stood";
}

}  // namespace
}  // namespace mayfly::core
