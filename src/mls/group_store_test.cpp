// Records: how much is written, what damage does, and that nothing is used twice.
#include <gtest/gtest.h>

#include "mls/group.h"
#include "mls/record_key.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;

TEST(Records, one_message_writes_a_few_bytes_whatever_the_size_of_the_group) {
    for (const size_t count : {size_t{1}, size_t{19}}) {
        Club club(suite_1);
        club.add(0, count);
        club.expect_heard(0, "the first message unfolds the secret tree");
        const auto sent = club.group(0).protect(as_bytes("text"), {}, club.entropy);
        ASSERT_OK(sent);
        EXPECT_LE(testing::save(club.group(0), club.members[0].store), 100U);
        ASSERT_OK(club.group(1).process(*sent, club.env()));
        EXPECT_LE(testing::save(club.group(1), club.members[1].store), 100U);
    }
}

TEST(Records, first_message_of_a_sender_writes_log_n_records) {
    Club club(suite_1);
    club.add(0, 15);
    const auto sent = club.group(5).protect(as_bytes("text"), {}, club.entropy);
    ASSERT_OK(sent);
    // The root gives way to 4 nodes and 2 ratchets.
    EXPECT_EQ(club.group(5).take_changes().size(), 7U);
}

TEST(Records, lost_last_step_repeats_no_generation_that_was_saved) {
    Club club(suite_1);
    club.add(0, 1);
    club.expect_heard(0, "one");
    auto saved = Group::load(testing::records_of(club.members[0].store));
    ASSERT_OK(saved);
    const auto sent = saved->protect(as_bytes("two"), {}, club.entropy);
    ASSERT_OK(sent);
    auto heard = club.group(1).process(*sent, club.env());
    ASSERT_OK(heard);
    EXPECT_EQ(std::get<ApplicationMessage>(*heard).generation, 1U);
}

void follow(Club& club, BytesView commit) {
    auto done = club.group(0).process(commit, club.env());
    ASSERT_OK(done);
    ASSERT_OK(club.group(0).apply(std::get<StagedCommit>(*std::move(done)), PreviousEpoch::keep));
}

// A group with a record of every kind.
Club full_club() {
    Club club(suite_1);
    club.add(0, 2);
    club.expect_agreement();
    EXPECT_TRUE(club.group(0).propose_update(nullptr, club.env()).ok());
    EXPECT_TRUE(club.group(0).commit({}, club.env()).ok());  // kept with the previous epoch
    const auto lost = club.group(2).commit({}, club.env());
    EXPECT_TRUE(lost.ok());
    follow(club, lost->commit);
    EXPECT_TRUE(club.group(0).revert_epoch().ok());
    const auto won = club.group(1).commit({}, club.env());
    EXPECT_TRUE(won.ok());
    follow(club, won->commit);
    EXPECT_TRUE(club.group(1).merge_pending_commit().ok());
    Group& sender = club.group(1);
    EXPECT_TRUE(sender.protect(as_bytes("skipped"), {}, club.entropy).ok());
    const auto sent = sender.protect(as_bytes("heard"), {}, club.entropy);
    EXPECT_TRUE(sent.ok());
    EXPECT_TRUE(club.group(0).process(*sent, club.env()).ok());
    const auto proposal = club.group(0).propose_update(nullptr, club.env());
    EXPECT_TRUE(proposal.ok());
    EXPECT_TRUE(club.group(0).commit({}, club.env()).ok());
    club.sync(0);
    return club;
}

std::set<RecordKind> kinds_of(const testing::Store& store) {
    std::set<RecordKind> kinds;
    for (const auto& [key, value] : store) kinds.insert(codec::decode<RecordKey>(key)->kind);
    return kinds;
}

TEST(Records, cut_short_or_missing_records_are_reported) {
    Club club = full_club();
    const testing::Store& store = club.members[0].store;
    EXPECT_EQ(kinds_of(store).size(), 10U);
    ASSERT_OK(Group::load(testing::records_of(store)));
    EXPECT_ERROR(Group::load({}), mls_state_corrupt);
    for (const auto& [key, value] : store) {
        std::vector<GroupRecord> records = testing::records_of(store);
        for (GroupRecord& record : records) {
            if (record.key == key) record.value->shrink(value.size() - 1);
        }
        EXPECT_ERROR(Group::load(records), mls_state_corrupt);
        const RecordKind kind = codec::decode<RecordKey>(key)->kind;
        if (kind != RecordKind::epoch && kind != RecordKind::tree_node &&
            kind != RecordKind::previous_epoch) {
            continue;
        }
        std::erase_if(records,
                      [gone = &key](const GroupRecord& record) { return record.key == *gone; });
        EXPECT_ERROR(Group::load(records), mls_state_corrupt);
    }
}

TEST(Records, damaged_records_never_crash) {
    Club club = full_club();
    const testing::Store& store = club.members[0].store;
    size_t refused = 0;
    for (const auto& [key, value] : store) {
        for (size_t i = 0; i < value.size(); i += 1 + value.size() / 200) {
            std::vector<GroupRecord> records = testing::records_of(store);
            for (GroupRecord& record : records) {
                if (record.key == key) record.value->expose_mutable()[i] ^= 0x21;
            }
            const auto loaded = Group::load(records);
            refused += loaded.ok() ? 0U : 1U;
        }
        std::vector<GroupRecord> records = testing::records_of(store);
        for (GroupRecord& record : records) {
            if (record.key == key) record.key[0] ^= 0x40;
        }
        EXPECT_ERROR(Group::load(records), mls_state_corrupt);
    }
    EXPECT_GT(refused, 100U);
}

TEST(Records, of_a_newer_version_are_named_as_such) {
    Club club(suite_1);
    std::vector<GroupRecord> records = testing::records_of(club.members[0].store);
    records.front().value->expose_mutable()[0] = 2;
    EXPECT_ERROR(Group::load(records), unsupported_version);
}

TEST(Records, of_a_removed_member_reload) {
    Club club(suite_1);
    club.add(0, 1);
    club.commit(0, {.proposals = {{Remove{club.group(1).own_leaf()}}}});
    club.sync(1);
    EXPECT_FALSE(club.group(1).is_active());
    EXPECT_EQ(club.group(1).members().size(), 2U);
}

}  // namespace
}  // namespace mayfly::mls
