// Going back before a commit: docs/spec/mls.md section 10.
#include <gtest/gtest.h>

#include <set>

#include "mls/group_for_testing.h"
#include "mls/group_state.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
constexpr auto keep = PreviousEpoch::keep;

// The key that a group would encrypt its next message with.
std::string next_key(Group& group, RatchetType type) {
    const SecretTree& messages = GroupForTesting::state(group).epoch->messages;
    for (uint32_t generation = 0;; ++generation) {
        const auto found = messages.find_key(group.own_leaf(), type, generation);
        if (found.ok()) return to_hex(found->key.key.expose());
        EXPECT_EQ(found.code(), ErrorCode::mls_generation_used);
    }
}

// KeyedClub: nobody ever encrypts twice under one key.
class KeyedClub : public Club {
  public:
    KeyedClub() : Club(suite_1) {}

    void use_key(size_t member, RatchetType type) {
        EXPECT_TRUE(used_.insert(next_key(group(member), type)).second);
    }
    Bytes say(size_t member, std::string_view text = "text") {
        use_key(member, RatchetType::application);
        auto sent = group(member).protect(as_bytes(text), {}, entropy);
        EXPECT_TRUE(sent.ok());
        sync(member);
        return *std::move(sent);
    }
    Bytes start_commit(size_t member, CommitOptions options = {}) {
        use_key(member, RatchetType::handshake);
        const auto sent = group(member).commit(options, env());
        EXPECT_TRUE(sent.ok());
        sync(member);
        return sent->commit;
    }
    void follow(size_t member, BytesView commit, PreviousEpoch previous) {
        auto done = group(member).process(commit, env());
        ASSERT_OK(done);
        ASSERT_OK(group(member).apply(std::get<StagedCommit>(*std::move(done)), previous));
        sync(member);
    }
    void merge(size_t member, PreviousEpoch previous) {
        ASSERT_OK(group(member).merge_pending_commit(previous));
        sync(member);
    }
    void revert(size_t member) {
        ASSERT_OK(group(member).revert_epoch());
        sync(member);
    }
    void confirm(size_t member) {
        ASSERT_OK(group(member).confirm_epoch());
        sync(member);
    }
    void hear(size_t member, BytesView message) {
        ASSERT_OK(group(member).process(message, env()));
        sync(member);
    }

  private:
    std::set<std::string> used_;
};

// Two commits for epoch 1 by members 0 and 1; member 2 has followed the first.
struct Fork {
    KeyedClub club;
    Bytes first;
    Bytes second;

    Fork() {
        club.add(0, 3);
        first = club.start_commit(0);
        second = club.start_commit(1);
        club.merge(0, keep);
        club.follow(2, first, keep);
    }
    // All go to the epoch of the second commit.
    void settle() {
        for (const size_t member : {size_t{0}, size_t{2}}) {
            if (club.group(member).previous_epoch()) club.revert(member);
            club.follow(member, second, keep);
            club.confirm(member);
        }
        club.follow(3, second, PreviousEpoch::erase);
        club.merge(1, PreviousEpoch::erase);
        club.expect_agreement();
    }
};

TEST(PreviousEpoch, is_kept_across_a_restart_and_leads_to_the_other_commit) {
    Fork fork;
    EXPECT_EQ(fork.club.group(2).epoch(), Epoch{2});
    EXPECT_EQ(fork.club.group(2).previous_epoch()->epoch(), Epoch{1});
    fork.settle();
    EXPECT_FALSE(fork.club.group(2).previous_epoch());
}

TEST(PreviousEpoch, spent_keys_stay_spent_after_going_back) {
    Fork fork;
    KeyedClub& club = fork.club;
    const Bytes late = club.say(3, "late");  // in epoch 1
    club.hear(2, late);                      // while in epoch 2
    const Bytes lost = club.say(2, "lost");  // in the epoch that will be abandoned
    club.hear(0, lost);
    const Bytes waits = club.say(3, "waits");  // in epoch 1
    club.revert(2);
    EXPECT_ERROR(club.group(2).process(late, club.env()), mls_generation_used);
    EXPECT_ERROR(club.group(2).process(fork.first, club.env()), mls_generation_used);
    EXPECT_ERROR(club.group(2).process(lost, club.env()), mls_wrong_epoch);
    EXPECT_TRUE(club.group(2).take_changes().empty());
    club.hear(2, waits);
    club.hear(3, club.say(2, "back"));
    fork.settle();
}

TEST(PreviousEpoch, abandoned_epoch_is_not_entered_again) {
    KeyedClub club;
    club.add(0, 2);
    ASSERT_OK(club.group(0).use_handshake_format(WireFormat::public_message));
    const auto sent = club.group(0).commit({}, club.env());
    ASSERT_OK(sent);
    Group& group = club.group(2);
    auto once = group.process(sent->commit, club.env());
    auto twice = group.process(sent->commit, club.env());
    ASSERT_OK(once);
    ASSERT_OK(twice);
    ASSERT_OK(group.apply(std::get<StagedCommit>(*std::move(once)), keep));
    club.say(2);
    club.revert(2);
    EXPECT_ERROR(club.group(2).apply(std::get<StagedCommit>(*std::move(twice)), keep),
                 mls_abandoned_epoch);
    auto again = club.group(2).process(sent->commit, club.env());
    ASSERT_OK(again);
    EXPECT_ERROR(club.group(2).apply(std::get<StagedCommit>(*std::move(again))),
                 mls_abandoned_epoch);
    EXPECT_TRUE(club.group(2).take_changes().empty());
}

TEST(PreviousEpoch, own_commit_that_wins_after_all_is_merged) {
    KeyedClub club;
    club.add(0, 2);
    const Bytes ours = club.start_commit(0);
    const Bytes theirs = club.start_commit(1);
    club.follow(0, theirs, keep);
    EXPECT_FALSE(club.group(0).has_pending_commit());
    club.revert(0);
    ASSERT_TRUE(club.group(0).has_pending_commit());
    EXPECT_EQ(club.group(0).pending_commit()->commit, ours);
    club.merge(0, PreviousEpoch::erase);
    club.follow(1, ours, PreviousEpoch::erase);
    club.follow(2, ours, PreviousEpoch::erase);
    club.expect_agreement();
}

TEST(PreviousEpoch, proposals_wait_again_after_going_back) {
    KeyedClub club;
    club.add(0, 2);
    const auto update = club.group(2).propose_update(nullptr, club.env());
    ASSERT_OK(update);
    club.sync(2);
    for (const size_t member : {size_t{0}, size_t{1}}) club.hear(member, *update);
    const Bytes without = club.start_commit(0, {.include_received = false});
    const Bytes with = club.start_commit(1);
    club.follow(2, without, keep);
    EXPECT_TRUE(club.group(2).pending_proposals().empty());
    const auto other = club.group(2).propose_update(nullptr, club.env());
    ASSERT_OK(other);  // of the epoch that is abandoned
    club.sync(2);
    club.revert(2);
    EXPECT_EQ(club.group(2).pending_proposals().size(), 1U);
    club.follow(2, with, PreviousEpoch::erase);
    club.follow(0, with, PreviousEpoch::erase);
    club.merge(1, PreviousEpoch::erase);
    club.expect_agreement();
}

TEST(PreviousEpoch, member_returns_when_its_removal_loses) {
    KeyedClub club;
    club.add(0, 2);
    const Bytes late = club.say(1, "late");
    const Bytes removal = club.start_commit(0, {.proposals = {{Remove{LeafIndex{2}}}}});
    const Bytes other = club.start_commit(1);
    club.follow(2, removal, keep);
    EXPECT_FALSE(club.group(2).is_active());
    EXPECT_ERROR(club.group(2).protect(as_bytes("no"), {}, club.entropy), mls_inactive);
    club.hear(2, late);
    club.revert(2);
    EXPECT_TRUE(club.group(2).is_active());
    EXPECT_ERROR(club.group(2).process(late, club.env()), mls_generation_used);
    club.follow(2, other, PreviousEpoch::erase);
    club.follow(0, other, PreviousEpoch::erase);
    club.merge(1, PreviousEpoch::erase);
    club.expect_agreement();
}

TEST(PreviousEpoch, removed_member_that_confirms_reads_late_messages_only) {
    KeyedClub club;
    club.add(0, 2);
    const Bytes late = club.say(1, "late");
    const Bytes removal = club.start_commit(0, {.proposals = {{Remove{LeafIndex{2}}}}});
    club.follow(2, removal, keep);
    club.confirm(2);
    club.hear(2, late);
    EXPECT_FALSE(club.group(2).is_active());
    EXPECT_ERROR(club.group(2).revert_epoch(), mls_no_previous_epoch);
}

TEST(PreviousEpoch, reinitialisation_that_loses_reopens_the_group) {
    KeyedClub club;
    club.add(0, 1);
    ReInit reinit;
    reinit.group_id = {1};
    reinit.cipher_suite = suite_1;
    const Bytes sent = club.start_commit(0, {.proposals = {{reinit}}});
    club.follow(1, sent, keep);
    EXPECT_FALSE(club.group(1).is_active());
    club.revert(1);
    EXPECT_TRUE(club.group(1).is_active());
    EXPECT_FALSE(club.group(1).reinit());
    club.say(1);
}

TEST(PreviousEpoch, only_one_is_kept) {
    Fork fork;
    KeyedClub& club = fork.club;
    const Bytes next = club.start_commit(0);
    EXPECT_ERROR(club.group(0).merge_pending_commit(keep), mls_unconfirmed_epoch);
    EXPECT_ERROR(club.group(0).merge_pending_commit(), mls_unconfirmed_epoch);
    auto staged = club.group(2).process(next, club.env());
    ASSERT_OK(staged);
    club.sync(2);
    EXPECT_ERROR(club.group(2).apply(std::get<StagedCommit>(*std::move(staged))),
                 mls_unconfirmed_epoch);
    EXPECT_TRUE(club.group(2).take_changes().empty());
    club.confirm(0);
    club.merge(0, keep);
    EXPECT_EQ(club.group(0).previous_epoch()->epoch(), Epoch{2});
}

TEST(PreviousEpoch, is_gone_back_to_a_bounded_number_of_times) {
    KeyedClub club;
    club.add(0, 1);
    for (size_t i = 0; i < abandoned_epochs_max; ++i) {
        club.start_commit(0);
        club.merge(0, keep);
        club.revert(0);
    }
    club.start_commit(0);
    club.merge(0, keep);
    EXPECT_ERROR(club.group(0).revert_epoch(), mls_too_many_reverts);
    club.confirm(0);
    EXPECT_EQ(club.group(0).epoch(), Epoch{2});
    EXPECT_ERROR(club.group(0).confirm_epoch(), mls_no_previous_epoch);
    EXPECT_ERROR(club.group(0).revert_epoch(), mls_no_previous_epoch);
}

// Whether a secret is in any row of a store.
bool is_stored(const testing::Store& store, const std::string& secret_hex) {
    return std::any_of(store.begin(), store.end(), [&](const auto& row) {
        return to_hex(row.second.expose()).find(secret_hex) != std::string::npos;
    });
}

TEST(PreviousEpoch, confirmed_epoch_is_erased_from_the_records) {
    Fork fork;
    KeyedClub& club = fork.club;
    const testing::Store& store = club.members[2].store;
    const EpochState& kept = *GroupForTesting::state(club.group(2)).previous->epoch;
    const std::string init_secret = to_hex(kept.secrets.init_secret.expose());
    const std::string membership_key = to_hex(kept.secrets.membership_key.expose());
    EXPECT_TRUE(is_stored(store, init_secret));
    club.confirm(2);
    EXPECT_FALSE(is_stored(store, init_secret));
    EXPECT_FALSE(is_stored(store, membership_key));
    for (const auto& [bytes, value] : store) {
        const RecordKey key = codec::decode<RecordKey>(bytes).value();
        EXPECT_NE(key.kind, RecordKind::previous_epoch);
        if (key.kind == RecordKind::ratchet && key.epoch == Epoch{1}) {
            EXPECT_EQ(key.ratchet, RatchetType::application);
        }
    }
}

TEST(PreviousEpoch, abandoned_epoch_is_erased_from_the_records) {
    Fork fork;
    KeyedClub& club = fork.club;
    club.hear(2, club.say(0));
    club.say(2);
    const testing::Store& store = club.members[2].store;
    const EpochState& current = *GroupForTesting::state(club.group(2)).epoch;
    const std::string init_secret = to_hex(current.secrets.init_secret.expose());
    const std::string key = next_key(club.group(2), RatchetType::application);
    EXPECT_TRUE(is_stored(store, init_secret));
    club.revert(2);
    EXPECT_FALSE(is_stored(store, init_secret));
    EXPECT_NE(next_key(club.group(2), RatchetType::application), key);
    for (const auto& [bytes, value] : store) {
        EXPECT_NE(codec::decode<RecordKey>(bytes)->epoch, Epoch{2});
    }
}

// A crash loses what a step changed, and the step is done again after the restart.
TEST(PreviousEpoch, crash_before_any_write_loses_only_that_step) {
    constexpr size_t steps = 6;
    for (size_t crash_at = 0; crash_at < steps; ++crash_at) {
        SCOPED_TRACE(crash_at);
        KeyedClub club;
        club.add(0, 2);
        const Bytes first = club.start_commit(0);
        const Bytes second = club.start_commit(1);
        const Bytes late = club.say(0);
        size_t step = 0;
        const auto run = [&](auto&& action) {
            if (step++ == crash_at) {
                action(club.group(2));
                auto restarted = Group::load(testing::records_of(club.members[2].store));
                ASSERT_OK(restarted);
                club.members[2].group = *std::move(restarted);
            }
            action(club.group(2));
            club.sync(2);
        };
        const auto follow = [&](BytesView commit) {
            return [&club, commit](Group& group) {
                auto done = group.process(commit, club.env());
                ASSERT_OK(done);
                ASSERT_OK(group.apply(std::get<StagedCommit>(*std::move(done)), keep));
            };
        };
        run(follow(first));
        run([&](Group& group) { ASSERT_OK(group.protect(as_bytes("x"), {}, club.entropy)); });
        run([&](Group& group) { ASSERT_OK(group.process(late, club.env())); });
        run([&](Group& group) { ASSERT_OK(group.revert_epoch()); });
        run(follow(second));
        run([&](Group& group) { ASSERT_OK(group.confirm_epoch()); });
        EXPECT_EQ(step, steps);
        EXPECT_ERROR(club.group(2).process(late, club.env()), mls_generation_used);
        club.merge(1, PreviousEpoch::erase);
        club.follow(0, second, PreviousEpoch::erase);
        club.expect_agreement();
    }
}

// Rounds of two commits for one epoch. Members follow either, talk there, go back if theirs has
// lost, and agree in the end. All go on from their records after each step.
class Rounds {
  public:
    explicit Rounds(uint64_t seed) : random_(seed) {
        club_.entropy = crypto::SeededEntropy(seed + 1000);
        club_.add(0, 4);
    }

    void round() {
        const size_t size = club_.members.size();
        const size_t a = pick(size);
        const size_t b = (a + 1 + pick(size - 1)) % size;
        const Bytes before = club_.say(a);
        if (pick(2) == 0) propose(pick(size));
        const Bytes commits[2] = {club_.start_commit(a), club_.start_commit(b)};
        const size_t committers[2] = {a, b};
        std::vector<size_t> sides(size);
        for (size_t i = 0; i < size; ++i) {
            sides[i] = pick(2);
            take(i, sides[i], commits, committers);
        }
        for (size_t i = 0; i < size; ++i) {
            const Bytes text = club_.say(i);
            for (size_t other = 0; other < size; ++other) {
                if (other != i && sides[other] == sides[i]) club_.hear(other, text);
            }
        }
        const size_t winner = pick(2);
        for (size_t i = 0; i < size; ++i) {
            if (i != a && pick(2) == 0) club_.hear(i, before);
            if (sides[i] != winner) {
                club_.revert(i);
                take(i, winner, commits, committers);
            }
            club_.confirm(i);
        }
        club_.expect_agreement();
    }

  private:
    size_t pick(size_t below) { return random_array<1>(random_)[0] % below; }

    void propose(size_t member) {
        club_.use_key(member, RatchetType::handshake);
        const auto sent = club_.group(member).propose_update(nullptr, club_.env());
        ASSERT_OK(sent);
        club_.sync(member);
        for (size_t i = 0; i < club_.members.size(); ++i) {
            if (i != member) club_.hear(i, *sent);
        }
    }
    void take(size_t member, size_t side, const Bytes* commits, const size_t* committers) {
        if (committers[side] == member) {
            club_.merge(member, keep);
        } else {
            club_.follow(member, commits[side], keep);
        }
    }

    crypto::SeededEntropy random_;
    KeyedClub club_;
};

TEST(PreviousEpoch, members_agree_and_reuse_no_key_after_random_forks) {
    for (uint64_t seed = 1; seed <= 8; ++seed) {
        SCOPED_TRACE(seed);
        Rounds rounds(seed);
        for (int i = 0; i < 6 && !::testing::Test::HasFailure(); ++i) rounds.round();
    }
}

}  // namespace
}  // namespace mayfly::mls
