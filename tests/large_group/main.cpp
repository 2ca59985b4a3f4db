// A room that grows to so many devices, at one relay, with the real core: people are let in by the
// dozen, write, are removed, come late, come back from their kit. Prints what it costs, and fails
// if something does not work or a goal in bytes is missed.
//
//     mayfly-large-group [DEVICES]
//
// default: 400; at most 2,850, which are 980 members. Members have three devices each. One device
// in 64 is a whole client, of a member with one; the others are in the tree, and what is sent to
// them nobody reads.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "core/large_group_test_support.h"

namespace mayfly::core {
namespace {

size_t devices_wanted = 400;
constexpr size_t devices_wanted_max = 2'850;  // members_max, less those who come later
constexpr size_t devices_of_a_member = 3;
constexpr size_t batch = 63;  // silent ones; with one that is awake they are a part of the tree
constexpr size_t text_bytes = 100;
// RFC 6455 section 5.2 with mask, RFC 8446 section 5.2 with a tag of 16 bytes.
constexpr size_t websocket_bytes = 8;
constexpr size_t tls_record_bytes = 22;
constexpr size_t message_goal_bytes = 600;

class Stopwatch {
  public:
    double wall_ms() const {
        const std::chrono::duration<double, std::milli> spent =
            std::chrono::steady_clock::now() - start_;
        return spent.count();
    }
    double cpu_ms() const {
        return 1000 * static_cast<double>(std::clock() - cpu_start_) / CLOCKS_PER_SEC;
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::clock_t cpu_start_ = std::clock();
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

void print(const char* what, double value, const char* unit) {
    std::printf("%-58s %12.6g %s\n", what, value, unit);
    std::fflush(stdout);
}
void print(const char* what, size_t value, const char* unit) {
    print(what, static_cast<double>(value), unit);
}

class Scale : public LargeGroups {
  protected:
    Scale() {
        network_.tamper = [&](const std::string&, Bytes& frame) {
            watch(frame);
            return true;
        };
    }
    // watch notes the sizes of what clients are brought.
    void watch(BytesView frame) {
        const auto decoded = wire::decode_relay_frame(frame);
        if (!decoded.ok()) return;
        const auto* delivery = std::get_if<wire::Delivery>(&decoded->body);
        if (delivery == nullptr) return;
        if (delivery->source == wire::Source::channel_commit) {
            last_commit_bytes_ = delivery->payload.size();
            largest_commit_bytes_ = std::max(largest_commit_bytes_, last_commit_bytes_);
        } else if (delivery->source == wire::Source::direct) {
            last_welcome_bytes_ = delivery->payload.size();
        }
    }
    size_t last_blob_bytes() {
        size_t largest = 0;
        for (const auto& [id, bytes] : network_.relay_store(test_relay).blobs()) {
            largest = std::max(largest, bytes.size());
        }
        return largest;
    }
    size_t stored_bytes(TestClient& client, const ConversationId& id) {
        size_t total = 0;
        const Status read =
            client.store().scan(row_key::group_prefix(id), [&](BytesView key, SecretBuffer value) {
                total += key.size() + value.size();
                return true;
            });
        return read.ok() ? total : 0;
    }
    void form(const ConversationId& id);
    void messages(const char* what, const ConversationId& id);
    void newcomer(const ConversationId& id);
    void removal(const ConversationId& id);
    void recovery(const ConversationId& id);
    TestClient& with_kit(const std::string& name, SecretBuffer& kit);

    std::vector<TestClient*> awake_;
    SecretBuffer kit_;
    size_t last_commit_bytes_ = 0;
    size_t largest_commit_bytes_ = 0;
    size_t last_welcome_bytes_ = 0;
};

TestClient& Scale::with_kit(const std::string& name, SecretBuffer& kit) {
    TestClient& client = network_.add_client(name);
    AccountOptions options;
    options.relays = {test_relay};
    options.display_name = name;
    auto created = client.messenger().create_account(options, network_.now, client.entropy());
    EXPECT_TRUE(created.ok());
    kit = std::move(created->recovery_kit);
    const OperationId operation = created->operation;
    client.run(std::move(created->effects));
    EXPECT_TRUE(network_.finish(client, operation));
    return client;
}

// One at a time of those who are awake, each with its batch of those who are not.
void Scale::form(const ConversationId& id) {
    const auto& silent = silent_devices(devices_wanted, network_.now);
    const Stopwatch watch;
    size_t used = 0;
    size_t commits_from = load_group(*alice_, id).epoch().value;
    while (leaf_count(*alice_, id) < devices_wanted) {
        const size_t missing = devices_wanted - leaf_count(*alice_, id);
        const size_t now = std::min(missing - 1, batch);
        add_tickets(*alice_, id, std::span(silent).subspan(used, now));
        used += now;
        if (awake_.empty()) {
            awake_.push_back(&with_kit("Awake 0", kit_));
        } else {
            const std::string name = "Awake " + std::to_string(awake_.size());
            awake_.push_back(&network_.with_account(name, "", {test_relay}));
        }
        befriend(*alice_, *awake_.back());
        bring_in(*alice_, id, *awake_.back());
        network_.pass(Duration::seconds(21));
        ASSERT_FALSE(HasFailure());
    }
    std::vector<TestClient*> all = awake_;
    all.push_back(alice_);
    ASSERT_TRUE(agree(id, all));
    print("devices", leaf_count(*alice_, id), "");
    print("members", count_in(*alice_, id), "");
    print("clients that are awake", all.size(), "");
    print("forming it: time of all of them and of the relay", watch.wall_ms() / 1000, "s");
    print("commits", static_cast<size_t>(load_group(*alice_, id).epoch().value) - commits_from, "");
    print("largest commit", largest_commit_bytes_, "B");
    EXPECT_LT(largest_commit_bytes_, wire::payload_size_bytes_max);
    print("seals that a path of Alice's holds", path_seals(*alice_, id), "");
    print("rows of the group in a store", stored_bytes(*alice_, id), "B");
}

void Scale::messages(const char* what, const ConversationId& id) {
    std::printf("\n%s: %zu devices\n", what, leaf_count(*alice_, id));
    std::vector<double> cpu_ms;
    size_t frame_bytes = 0;
    size_t frames = 0;
    const std::string text(text_bytes, 'x');
    for (int i = 0; i < 40; ++i) {
        const Stopwatch watch;
        auto started =
            alice_->messenger().send_text(id, as_bytes(text), {}, network_.now, alice_->entropy());
        cpu_ms.push_back(watch.cpu_ms());
        ASSERT_TRUE(started.ok());
        for (const NetworkEffect& effect : started->effects.network) {
            const auto* send = std::get_if<LinkSend>(&effect);
            if (send == nullptr) continue;
            frame_bytes = std::max(frame_bytes, send->frame.size());
            ++frames;
        }
        const OperationId operation = started->operation;
        alice_->run(std::move(started->effects));
        ASSERT_TRUE(network_.finish(*alice_, operation));
    }
    const size_t wire_bytes = frame_bytes + websocket_bytes + tls_record_bytes;
    print("a text of 100 B: requests", static_cast<double>(frames) / 40, "");
    print("  on the wire, with WebSocket and TLS", wire_bytes, "B");
    print("  processor time of the sender", median(cpu_ms), "ms");
    EXPECT_EQ(frames, 40U) << "one upload each, however many there are";
    EXPECT_LT(wire_bytes, message_goal_bytes);
}

void Scale::newcomer(const ConversationId& id) {
    std::printf("\na newcomer\n");
    TestClient& dora = network_.with_account("Dora", "dora", {test_relay});
    befriend(*alice_, dora);
    const Stopwatch watch;
    bring_in(*alice_, id, dora);
    print("letting in: time of all clients and of the relay", watch.wall_ms(), "ms");
    print("commit", last_commit_bytes_, "B");
    print("Welcome", last_welcome_bytes_, "B");
    print("blob with the tree", last_blob_bytes(), "B");
    ASSERT_TRUE(agree(id, {alice_, &dora, awake_.back()}));
    const auto sent = dora.send(id, "hello, all");
    ASSERT_TRUE(sent.ok() && network_.finish(dora, *sent));
    network_.settle();
    const auto heard = texts(*awake_.back());
    EXPECT_TRUE(std::find(heard.begin(), heard.end(), "hello, all") != heard.end());
    awake_.push_back(&dora);
}

void Scale::removal(const ConversationId& id) {
    std::printf("\nremoving a member with three devices\n");
    const size_t before = leaf_count(*alice_, id);
    const AccountId whom = silent_devices(1, network_.now)[0].account;
    const Stopwatch watch;
    const Status removed = done(*alice_, [&](Messenger& m) {
        return m.remove_member(id, whom, network_.now, alice_->entropy());
    });
    ASSERT_TRUE(removed.ok()) << error_name(removed.code());
    network_.settle();
    EXPECT_EQ(leaf_count(*alice_, id), before - devices_of_a_member);
    print("time of all clients and of the relay", watch.wall_ms(), "ms");
    print("commit", last_commit_bytes_, "B");
    ASSERT_TRUE(agree(id, {alice_, awake_.back()}));
}

void Scale::recovery(const ConversationId& id) {
    std::printf("\na member comes back from its kit\n");
    awake_.front()->go_offline();
    const Stopwatch watch;
    TestClient& back = recover("Awake 0 again", kit_);
    ASSERT_TRUE(network_.until([&] { return is_in(back, id); }, Duration::minutes(30)));
    network_.pass(Duration::minutes(1));
    print("time of all clients and of the relay", watch.wall_ms(), "ms");
    ASSERT_TRUE(agree(id, {alice_, &back, awake_.back()}));
    const auto sent = alice_->send(id, "welcome back");
    ASSERT_TRUE(sent.ok() && network_.finish(*alice_, *sent));
    network_.settle();
    const auto heard = texts(back);
    EXPECT_TRUE(std::find(heard.begin(), heard.end(), "welcome back") != heard.end());
}

TEST_F(Scale, room_grows_and_everything_works_in_it) {
    const ConversationId id = make_group(*alice_, ConversationKind::room);
    ASSERT_NO_FATAL_FAILURE(form(id));
    ASSERT_NO_FATAL_FAILURE(messages("messages in it", id));
    ASSERT_NO_FATAL_FAILURE(newcomer(id));
    ASSERT_NO_FATAL_FAILURE(removal(id));
    ASSERT_NO_FATAL_FAILURE(recovery(id));
    const ConversationId small = make_group(*alice_, ConversationKind::room);
    grow(*alice_, small, 99);
    ASSERT_NO_FATAL_FAILURE(messages("messages in a small room", small));
}

}  // namespace
}  // namespace mayfly::core

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (argc > 1) mayfly::core::devices_wanted = std::strtoul(argv[1], nullptr, 10);
    if (mayfly::core::devices_wanted > mayfly::core::devices_wanted_max) {
        std::fprintf(stderr, "more members than a room may have\n");
        return 2;
    }
    return RUN_ALL_TESTS();
}
