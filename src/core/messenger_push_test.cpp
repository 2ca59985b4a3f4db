// Push subscriptions at the relays of a device: docs/spec/push.md section 6.
#include "core/network_test_support.h"

namespace mayfly::core {
namespace {

constexpr std::string_view other_relay = "other.example";

// The base point of P-256 (FIPS 186-5): a key that a relay accepts.
PushSubscription subscription(std::string endpoint) {
    PushSubscription out;
    out.endpoint = std::move(endpoint);
    const auto point = from_hex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    std::copy(point->begin(), point->end(), out.p256dh.bytes.begin());
    out.auth.bytes.fill(7);
    return out;
}

relay::RelayConfig with_pushes(uint8_t key) {
    relay::RelayConfig config;
    config.push_key.emplace().bytes.fill(key);
    return config;
}

class Pushes : public testing::Test {
  protected:
    Pushes() {
        network_.add_relay(test_relay, with_pushes(4));
        network_.add_relay(std::string(other_relay), with_pushes(5));
        alice_ = &network_.with_account("Alice", "alice", {test_relay, std::string(other_relay)});
        bob_ = &network_.with_account("Bob", "bobby", {test_relay});
        network_.settle();
    }
    Status query() { return finish(alice_->messenger().query_pushes(network_.now, entropy())); }
    Status set(std::string_view relay, const std::string& endpoint) {
        return finish(
            alice_->messenger().set_push(relay, subscription(endpoint), network_.now, entropy()));
    }
    Status remove(std::string_view relay) {
        return finish(alice_->messenger().remove_push(relay, network_.now, entropy()));
    }
    PushRelayView view(std::string_view relay) {
        for (const PushRelayView& one : alice_->messenger().push_relays()) {
            if (one.relay == relay) return one;
        }
        return {};
    }
    Status finish(Result<Messenger::Started> started) {
        TRY(started);
        const OperationId operation = started->operation;
        alice_->run(std::move(started->effects));
        EXPECT_TRUE(network_.finish(*alice_, operation));
        return *alice_->ended(operation);
    }
    crypto::SeededEntropy& entropy() { return alice_->entropy(); }

    TestNetwork network_;
    TestClient* alice_ = nullptr;
    TestClient* bob_ = nullptr;
};

TEST_F(Pushes, a_device_learns_each_relays_key_and_sets_and_removes_its_subscription) {
    EXPECT_TRUE(view(test_relay).server_key.empty());
    ASSERT_TRUE(query().ok());
    EXPECT_EQ(view(test_relay).server_key, Bytes(65, 4));
    EXPECT_EQ(view(other_relay).server_key, Bytes(65, 5));
    EXPECT_FALSE(view(test_relay).is_set);
    ASSERT_TRUE(set(test_relay, "https://push.example/1").ok());
    EXPECT_TRUE(view(test_relay).is_set);
    EXPECT_FALSE(view(other_relay).is_set);
    ASSERT_TRUE(query().ok());
    EXPECT_TRUE(view(test_relay).is_set);
    ASSERT_TRUE(remove(test_relay).ok());
    EXPECT_FALSE(view(test_relay).is_set);
    ASSERT_TRUE(query().ok());
    EXPECT_FALSE(view(test_relay).is_set);
}

TEST_F(Pushes, a_device_that_is_away_is_woken_where_it_subscribed) {
    ASSERT_TRUE(set(test_relay, "https://push.example/1").ok());
    alice_->go_offline();
    network_.settle();
    ASSERT_TRUE(bob_->add("alice@" + test_relay).ok());
    ASSERT_TRUE(network_.until([&] { return !network_.pushes.empty(); }));
    EXPECT_EQ(network_.pushes.front().endpoint, "https://push.example/1");
}

TEST_F(Pushes, a_relay_that_is_away_delays_no_answer_and_takes_nothing) {
    network_.stop_relay(std::string(other_relay));
    network_.settle();
    ASSERT_TRUE(query().ok());
    EXPECT_TRUE(view(test_relay).connected);
    EXPECT_FALSE(view(other_relay).connected);
    EXPECT_TRUE(view(other_relay).server_key.empty());
    const Status refused = set(other_relay, "https://push.example/1");
    EXPECT_EQ(refused.error().code, ErrorCode::relay_unreachable);
    EXPECT_EQ(remove("nowhere.example").error().code, ErrorCode::relay_unreachable);
}

TEST_F(Pushes, what_no_push_service_gives_is_refused) {
    EXPECT_EQ(set(test_relay, "http://push.example/1").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(
        set(test_relay, "https://" + std::string(wire::push_endpoint_size_max, 'x')).error().code,
        ErrorCode::invalid_argument);
    PushSubscription compressed = subscription("https://push.example/1");
    compressed.p256dh.bytes[0] = 2;
    const auto begun =
        alice_->messenger().set_push(test_relay, compressed, network_.now, entropy());
    ASSERT_FALSE(begun.ok());
    EXPECT_EQ(begun.error().code, ErrorCode::invalid_argument);
    // What only the relay can tell comes back as its answer.
    EXPECT_EQ(set(test_relay, "https://user@push.example/1").error().code,
              ErrorCode::malformed_input);
}

TEST_F(Pushes, a_lost_connection_ends_what_was_asked_on_it) {
    for (const bool half_open : {false, true}) {
        network_.cut_at_frame(1, half_open);
        const Status status = set(test_relay, "https://push.example/1");
        EXPECT_EQ(status.error().code, ErrorCode::connection_lost);
        ASSERT_TRUE(network_.until([&] { return view(test_relay).connected; }));
        network_.cut_at_frame(1, half_open);
        EXPECT_TRUE(query().ok());
        ASSERT_TRUE(network_.until([&] { return view(test_relay).connected; }));
        network_.settle();
    }
}

TEST(PushesOff, a_relay_that_sends_none_says_so) {
    TestNetwork network;
    Pair pair = make_pair(network);
    auto query = pair.alice->messenger().query_pushes(network.now, pair.alice->entropy());
    const OperationId asked = query->operation;
    ASSERT_TRUE(pair.alice->perform(std::move(query)).ok());
    ASSERT_TRUE(network.finish(*pair.alice, asked));
    const auto relays = pair.alice->messenger().push_relays();
    ASSERT_EQ(relays.size(), 1U);
    EXPECT_TRUE(relays[0].connected);
    EXPECT_TRUE(relays[0].server_key.empty());
    auto set = pair.alice->messenger().set_push(test_relay, subscription("https://p.example/1"),
                                                network.now, pair.alice->entropy());
    const OperationId begun = set->operation;
    ASSERT_TRUE(pair.alice->perform(std::move(set)).ok());
    ASSERT_TRUE(network.finish(*pair.alice, begun));
    EXPECT_EQ(pair.alice->ended(begun)->error().code, ErrorCode::not_authorized);
}

}  // namespace
}  // namespace mayfly::core
