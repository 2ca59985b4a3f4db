// Groups whose tree is too large for a Welcome, and whose paths must be kept short.
#include "core/large_group_test_support.h"
#include "relay/context.h"

namespace mayfly::core {
namespace {

constexpr size_t large = small_group_leaves_max + 12;

TEST_F(LargeGroups, tree_of_a_large_group_travels_beside_the_welcome) {
    const ConversationId id = make_group(*alice_);
    bring_in(*alice_, id, *carol_);
    EXPECT_EQ(blob_count(), 0U) << "the tree of a small one is in the Welcome";
    add_tickets(*alice_, id, std::span(silent_devices(large, network_.now)).first(large));
    ASSERT_TRUE(network_.until([&] { return leaf_count(*alice_, id) == large + 2; }));
    EXPECT_GT(blob_count(), 0U);
    bring_in(*alice_, id, *bob_);
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
    expect_all_hear(id, *bob_, "made it", {alice_, carol_});
    expect_all_hear(id, *alice_, "welcome", {bob_, carol_});
    const auto members = bob_->messenger().members(id);
    EXPECT_TRUE(std::any_of(members->begin(), members->end(), [](const MemberView& member) {
        return member.display_name == "Carol";
    })) << "names come along";
}

TEST_F(LargeGroups, hub_learns_nothing_of_a_tree_that_it_keeps) {
    const ConversationId id = make_group(*alice_);
    grow(*alice_, id, large);
    bring_in(*alice_, id, *bob_);
    const auto& blobs = network_.relay_store(test_relay).blobs();
    ASSERT_EQ(blobs.size(), 1U);
    const Bytes& blob = blobs.begin()->second;
    EXPECT_GT(blob.size(), size_t{150'000});
    const Bytes& key = silent_devices(1, network_.now)[0].key_package.leaf_node.signature_key;
    EXPECT_EQ(std::search(blob.begin(), blob.end(), key.begin(), key.end()), blob.end());
    const Bytes name = to_bytes(as_bytes("Alice"));
    EXPECT_EQ(std::search(blob.begin(), blob.end(), name.begin(), name.end()), blob.end());
}

TEST_F(LargeGroups, joining_survives_a_crash_of_either_after_every_write) {
    constexpr uint64_t points = 9;  // of each; the last ones are behind the joining
    for (uint64_t nth = 2; nth < 2 * points; ++nth) {
        SCOPED_TRACE(nth);
        const ConversationId id = make_group(*alice_);
        grow(*alice_, id, large);
        ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
        const auto has_offer = [&] { return bob_->messenger().offers().size() == 1; };
        ASSERT_TRUE(network_.until(has_offer));
        TestClient& who = nth % 2 == 0 ? *bob_ : *alice_;
        who.crash_after(nth / 2);
        for (int attempt = 0; attempt < 3 && !is_in(*bob_, id); ++attempt) {
            auto accepted = bob_->messenger().accept_offer(id, network_.now, bob_->entropy());
            if (accepted.ok()) bob_->run(std::move(accepted->effects));
            network_.until([&] { return is_in(*bob_, id); }, Duration::minutes(5));
        }
        ASSERT_TRUE(is_in(*bob_, id));
        who.crash_after(1'000'000);
        expect_all_hear(id, *alice_, "in", {bob_});
    }
}

TEST_F(LargeGroups, joining_survives_lost_connections) {
    for (uint64_t nth = 1; nth < 41; nth += 5) {
        SCOPED_TRACE(nth);
        const ConversationId id = make_group(*alice_);
        grow(*alice_, id, large);
        ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
        ASSERT_TRUE(network_.until([&] { return bob_->messenger().offers().size() == 1; }));
        network_.cut_at_frame(nth, nth % 2 == 1);
        ASSERT_TRUE(accept_offer(*bob_, id).ok());
        ASSERT_TRUE(network_.until([&] { return is_in(*bob_, id); }));
        network_.pass(Duration::minutes(3));
        network_.cut_at_frame(1'000'000, false);
        expect_all_hear(id, *alice_, "in", {bob_});
    }
}

TEST_F(LargeGroups, tree_of_a_commit_that_lost_is_erased_and_another_one_follows) {
    const ConversationId id = make_group(*alice_);
    bring_in(*alice_, id, *carol_);
    add_tickets(*alice_, id, std::span(silent_devices(large, network_.now)).first(large));
    ASSERT_TRUE(network_.until([&] { return leaf_count(*alice_, id) == large + 2; }));
    const size_t before = blob_count();
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    auto accepted = bob_->messenger().accept_offer(id, network_.now, bob_->entropy());
    ASSERT_TRUE(accepted.ok());
    bob_->run(std::move(accepted->effects));
    for (int frames = 0; blob_count() == before && frames < 100; ++frames) network_.step(1);
    ASSERT_EQ(blob_count(), before + 1) << "the tree is on its way";
    const uint64_t epoch = load_group(*alice_, id).epoch().value;
    // What Alice writes does not wait for it; Carol's commit comes first.
    ASSERT_TRUE(alice_->send(id, "meanwhile").ok());
    StateChange rename;
    rename.topic = "Sundays";
    ASSERT_TRUE(change(*carol_, id, rename).ok());
    EXPECT_EQ(texts(*carol_), std::vector<std::string>{"meanwhile"});
    ASSERT_TRUE(network_.until([&] { return is_in(*bob_, id); }));
    EXPECT_GE(load_group(*alice_, id).epoch().value, epoch + 2);
    EXPECT_EQ(bob_->messenger().find_conversation("Climbing")->topic, "Sundays");
    network_.settle();
    EXPECT_EQ(blob_count(), before + 1) << "that of the commit that lost is gone";
    ASSERT_TRUE(agree(id, {alice_, bob_, carol_}));
}

TEST_F(LargeGroups, welcome_whose_tree_cannot_be_had_holds_nothing_up) {
    const ConversationId id = make_group(*alice_);
    grow(*alice_, id, large);
    size_t damaged = 0;
    network_.tamper = [&](const std::string& client, Bytes& frame) {
        auto decoded = wire::decode_relay_frame(frame);
        if (client != "Bob" || !decoded.ok()) return true;
        auto* part = std::get_if<wire::BlobPart>(&decoded->body);
        if (part == nullptr) return true;
        part->bytes[100] ^= 1;
        ++damaged;
        frame = wire::encode_frame(*decoded);
        return true;
    };
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    ASSERT_TRUE(accept_offer(*bob_, id).ok());
    ASSERT_TRUE(network_.until([&] { return damaged > 0; }));
    const ConversationId direct = with(*alice_, *bob_);
    ASSERT_TRUE(alice_->send(direct, "are you in?").ok());
    network_.pass(Duration::minutes(1));
    EXPECT_FALSE(is_in(*bob_, id));
    EXPECT_EQ(texts(*bob_), std::vector<std::string>{"are you in?"});
    network_.tamper = nullptr;
    ASSERT_TRUE(accept_offer(*bob_, id).ok()) << "asked again";
    ASSERT_TRUE(network_.until([&] { return is_in(*bob_, id); }));
    expect_all_hear(id, *alice_, "now", {bob_});
}

TEST_F(LargeGroups, tree_that_is_never_given_is_given_up) {
    const ConversationId id = make_group(*alice_);
    grow(*alice_, id, large);
    uint32_t refused = 0;
    network_.tamper = [&](const std::string& client, Bytes& frame) {
        auto decoded = wire::decode_relay_frame(frame);
        const bool is_part = decoded.ok() && std::holds_alternative<wire::BlobPart>(decoded->body);
        if (client != "Bob" || !is_part) return true;
        ++refused;
        decoded->body = wire::Failed{wire::ReplyStatus::storage_failed, {}};
        frame = wire::encode_frame(*decoded);
        return true;
    };
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    ASSERT_TRUE(accept_offer(*bob_, id).ok());
    ASSERT_TRUE(network_.until([&] { return refused > 0; }));
    ASSERT_TRUE(alice_->send(with(*alice_, *bob_), "are you in?").ok());
    network_.settle();
    EXPECT_TRUE(texts(*bob_).empty()) << "it waits behind the Welcome";
    network_.pass(Duration::hours(1));
    EXPECT_EQ(refused, fetch_setbacks_max + 1);
    EXPECT_EQ(texts(*bob_), std::vector<std::string>{"are you in?"});
    EXPECT_FALSE(is_in(*bob_, id));
}

TEST_F(LargeGroups, what_comes_behind_a_welcome_waits_for_its_tree) {
    const ConversationId id = make_group(*alice_);
    grow(*alice_, id, large);
    ASSERT_TRUE(invite(*alice_, id, *bob_).ok());
    ASSERT_TRUE(network_.until([&] { return !bob_->messenger().offers().empty(); }));
    ASSERT_TRUE(accept_offer(*bob_, id).ok());
    bob_->go_offline();
    ASSERT_TRUE(network_.until([&] { return count_in(*alice_, id) > 1 && blob_count() == 1; }));
    ASSERT_TRUE(network_.until([&] { return leaf_count(*alice_, id) == large + 2; }));
    ASSERT_TRUE(alice_->send(id, "first words").ok());
    ASSERT_TRUE(alice_->send(with(*alice_, *bob_), "and elsewhere").ok());
    network_.pass(Duration::seconds(5));
    bob_->caught_up.clear();
    bob_->go_online();
    bool too_early = false;
    ASSERT_TRUE(network_.until([&] {
        too_early = too_early || (!bob_->caught_up.empty() && !is_in(*bob_, id));
        return is_in(*bob_, id) && !bob_->caught_up.empty();
    }));
    EXPECT_FALSE(too_early) << "not caught up before all that waited has been taken in";
    EXPECT_EQ(texts(*bob_), (std::vector<std::string>{"first words", "and elsewhere"}));
}

TEST_F(LargeGroups, hub_without_room_for_the_tree_costs_nobody_the_group) {
    relay::RelayConfig config;
    config.blob_total_size_bytes_max = 100'000;
    network_.add_relay("small.example", config);
    TestClient& dora = network_.with_account("Dora", "dora", {"small.example"});
    befriend(dora, *bob_);
    befriend(dora, *carol_);
    const ConversationId id = make_group(dora);
    bring_in(dora, id, *carol_);
    add_tickets(dora, id, std::span(silent_devices(large, network_.now)).first(64));
    ASSERT_TRUE(network_.until([&] { return leaf_count(dora, id) == 66; }));
    add_tickets(dora, id, std::span(silent_devices(large, network_.now)).subspan(64, 64));
    network_.pass(Duration::minutes(1));
    EXPECT_EQ(leaf_count(dora, id), 66U);
    ASSERT_TRUE(agree(id, {&dora, carol_}));
    expect_all_hear(id, dora, "we stay as we are", {carol_});
    StateChange rename;
    rename.topic = "Full";
    ASSERT_TRUE(change(dora, id, rename).ok());
}

TEST_F(LargeGroups, members_fill_the_tree_so_that_paths_stay_short) {
    const ConversationId id = make_group(*alice_);
    grow(*alice_, id, large);  // up to leaf 140
    bring_in(*alice_, id, *bob_);
    const auto& devices = silent_devices(200, network_.now);
    add_tickets(*alice_, id, std::span(devices).subspan(large, 30));
    ASSERT_TRUE(network_.until([&] { return leaf_count(*alice_, id) == large + 32; }));
    network_.pass(proposal_commit_delay_max);
    ASSERT_TRUE(agree(id, {alice_, bob_}));
    // Bob has committed for his part, leaves 128 to 171; Alice, who is in another, pays for it with
    // one seal, with one each for those of her own and of the part between, where nobody is awake.
    EXPECT_EQ(path_seals(*alice_, id), 63U + 64U + 1U);
    EXPECT_EQ(load_group(*bob_, id).current().subtree_seal_count(filled_part_level), 1U);
    const uint64_t epoch = load_group(*alice_, id).epoch().value;
    network_.pass(Duration::minutes(10));
    EXPECT_EQ(load_group(*alice_, id).epoch().value, epoch) << "and then there is nothing to do";
}

TEST_F(LargeGroups, tickets_wait_while_paths_are_long) {
    const ConversationId id = make_group(*alice_);
    grow(*alice_, id, path_seals_max - 10);
    const auto& devices = silent_devices(path_seals_max + 30, network_.now);
    add_tickets(*alice_, id, std::span(devices).subspan(path_seals_max - 10, 30));
    network_.pass(Duration::minutes(1));
    // Nobody in this group ever commits but Alice.
    EXPECT_EQ(leaf_count(*alice_, id), path_seals_max + 1);
    EXPECT_EQ(path_seals(*alice_, id), path_seals_max);
    EXPECT_EQ(alice_->messenger().find_conversation(text_of(id))->waiting_devices, 20U);
    expect_all_hear(id, *alice_, "still here", {});
    StateChange rename;
    rename.topic = "Crowded";
    ASSERT_TRUE(change(*alice_, id, rename).ok()) << "there is room for a path";
}

TEST_F(LargeGroups, commit_that_no_relay_takes_changes_nothing) {
    const ConversationId id = make_group(*alice_);
    grow(*alice_, id, 900);
    const uint64_t epoch = load_group(*alice_, id).epoch().value;
    const AccountId whom = silent_devices(1, network_.now)[0].account;
    const Status removed = done(*alice_, [&](Messenger& m) {
        return m.remove_member(id, whom, network_.now, alice_->entropy());
    });
    EXPECT_EQ(removed.code(), ErrorCode::input_too_large);
    EXPECT_EQ(load_group(*alice_, id).epoch().value, epoch);
    EXPECT_FALSE(load_group(*alice_, id).has_pending_commit());
    expect_all_hear(id, *alice_, "still here", {});
}

}  // namespace
}  // namespace mayfly::core
