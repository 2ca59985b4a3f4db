#include "mls/group.h"

#include <gtest/gtest.h>

#include "mls/mls_message.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
constexpr CipherSuiteId hybrid = default_cipher_suite_id;

Bytes say(Club& club, size_t sender, std::string_view text) {
    auto sent = club.group(sender).protect(as_bytes(text), {}, club.entropy);
    EXPECT_TRUE(sent.ok());
    return *std::move(sent);
}

Result<Processed> hear(Club& club, size_t receiver, BytesView message) {
    return club.group(receiver).process(message, club.env());
}

TEST(Group, two_members_talk) {
    Club club(suite_1);
    club.add(0, 1);
    club.expect_agreement();
    EXPECT_EQ(club.group(1).members().at(0).credential.identity, to_bytes(as_bytes("member 0")));
}

TEST(Group, hybrid_group_grows_shrinks_and_heals) {
    Club club(hybrid);
    club.add(0, 3);
    club.expect_agreement();
    for (size_t i = 0; i < 4; ++i) club.commit(i, {});
    club.expect_agreement();
    club.add(2, 2);
    CommitOptions remove;
    remove.proposals.push_back({Remove{club.group(1).own_leaf()}});
    club.commit(4, remove);
    club.expect_agreement();
    for (size_t i : club.active()) club.commit(i, {});
    club.expect_agreement();
}

// Every suite, with more than four members: with fewer, whole subtrees are never used.
TEST(Group, every_suite_carries_a_group_of_five) {
    for (const CipherSuite& suite : all_cipher_suites()) {
        SCOPED_TRACE(static_cast<int>(suite.id));
        Club club(suite.id);
        club.add(0, 4);
        club.commit(3, {});
        CommitOptions remove;
        remove.proposals.push_back({Remove{club.group(1).own_leaf()}});
        club.commit(2, remove);
        club.commit(4, {});
        club.expect_agreement();
        EXPECT_EQ(club.group(4).current().cipher_suite(), suite.id);
    }
}

void random_step(Club& club, crypto::SeededEntropy& dice, size_t members_max) {
    const auto roll = [&dice](size_t sides) { return random_array<1>(dice)[0] % sides; };
    const std::vector<size_t> active = club.active();
    const size_t actor = active[roll(active.size())];
    const size_t other = active[roll(active.size())];
    CommitOptions options;
    options.path = roll(2) == 0;
    options.tree_in_welcome = roll(2) == 0;
    switch (roll(6)) {
        case 0:
            if (active.size() < members_max) club.add(actor, 1 + roll(2));
            break;
        case 1:
            if (actor != other && active.size() > 3) {
                options.proposals.push_back({Remove{club.group(other).own_leaf()}});
                club.commit(actor, options);
            }
            break;
        case 2: {
            auto update = club.group(other).propose_update(nullptr, club.env());
            ASSERT_OK(update);
            club.sync(other);
            club.deliver(*update, other);
            club.commit(actor, options);
            break;
        }
        case 3:
            club.psks.keys[{1}] = {2, 3};
            options.proposals.push_back(
                club.group(actor).make_external_psk_proposal(Bytes{1}, club.entropy));
            club.commit(actor, options);
            break;
        case 4:
            ASSERT_OK(club.group(actor).use_handshake_format(
                roll(2) == 0 ? WireFormat::public_message : WireFormat::private_message));
            club.commit(actor, {});
            break;
        default: club.commit(actor, {}); break;
    }
}

TEST(Group, members_agree_after_random_steps) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed);
        Club club(suite_1, seed);
        crypto::SeededEntropy dice(seed + 100);
        for (int step = 0; step < 40; ++step) {
            random_step(club, dice, 20);
            if (HasFatalFailure()) return;
            if (step % 8 == 7) club.expect_agreement();
        }
        club.expect_agreement();
    }
}

TEST(Group, messages_out_of_order_are_each_read_once) {
    Club club(suite_1);
    club.add(0, 1);
    std::vector<Bytes> sent;
    for (const char* text : {"a", "b", "c", "d"}) sent.push_back(say(club, 0, text));
    for (const uint32_t i : {2U, 0U, 3U, 1U}) {
        const auto heard = hear(club, 1, sent[i]);
        ASSERT_OK(heard);
        EXPECT_EQ(std::get<ApplicationMessage>(*heard).generation, i);
        club.sync(1);
    }
    for (const Bytes& message : sent) {
        EXPECT_ERROR(hear(club, 1, message), mls_generation_used);
    }
    EXPECT_TRUE(club.group(1).take_changes().empty());
}

TEST(Group, message_too_far_ahead_is_refused) {
    Club club(suite_1);
    club.add(0, 1);
    for (uint32_t i = 0; i <= ratchet_jump_max; ++i) say(club, 0, "lost");
    EXPECT_ERROR(hear(club, 1, say(club, 0, "too far")), mls_generation_too_far);
    club.commit(1, {});
    club.expect_agreement();
}

TEST(Group, messages_of_past_epochs_stay_readable_for_a_while) {
    Club club(suite_1);
    club.add(0, 2);
    const Bytes first = say(club, 0, "first");
    const Bytes second = say(club, 0, "second");
    for (size_t i = 0; i < past_epochs_max; ++i) club.commit(1, {});
    const auto heard = hear(club, 2, second);
    ASSERT_OK(heard);
    EXPECT_EQ(std::get<ApplicationMessage>(*heard).epoch, Epoch{1});
    club.sync(2);
    EXPECT_ERROR(hear(club, 2, second), mls_generation_used);
    club.commit(1, {});
    EXPECT_ERROR(hear(club, 2, first), mls_wrong_epoch);
}

TEST(Group, erased_past_epochs_are_unreadable_and_leave_no_record) {
    Club club(suite_1);
    club.add(0, 1);
    const Bytes late = say(club, 0, "late");
    club.commit(1, {});
    const size_t records_before = club.members[1].store.size();
    club.group(1).erase_past_epochs();
    club.sync(1);
    EXPECT_LT(club.members[1].store.size(), records_before);
    EXPECT_EQ(club.members[1].store.size(), 3U);  // the epoch, the roots of its trees of secrets
    EXPECT_ERROR(hear(club, 1, late), mls_wrong_epoch);
}

TEST(Group, removed_member_reads_nothing_that_comes_later) {
    Club club(suite_1);
    club.add(0, 2);
    const Bytes before = say(club, 0, "before");
    CommitOptions remove;
    remove.proposals.push_back({Remove{club.group(2).own_leaf()}});
    club.commit(0, remove);
    EXPECT_FALSE(club.group(2).is_active());
    EXPECT_ERROR(club.group(2).export_secret("label", {}, 32), mls_inactive);
    EXPECT_ERROR(club.group(2).protect({}, {}, club.entropy), mls_inactive);
    EXPECT_ERROR(hear(club, 2, say(club, 0, "after")), mls_wrong_epoch);
    ASSERT_OK(hear(club, 2, before));
    club.expect_agreement();
}

TEST(Group, own_messages_are_named_as_such) {
    Club club(suite_1);
    club.add(0, 1);
    EXPECT_ERROR(hear(club, 0, say(club, 0, "echo")), mls_own_message);
    for (const WireFormat format : {WireFormat::private_message, WireFormat::public_message}) {
        ASSERT_OK(club.group(0).use_handshake_format(format));
        const auto sent = club.group(0).commit({}, club.env());
        ASSERT_OK(sent);
        EXPECT_ERROR(hear(club, 0, sent->commit), mls_own_message);
        club.group(0).discard_pending_commit();
        const auto proposed = club.group(0).propose({Remove{club.group(1).own_leaf()}}, club.env());
        ASSERT_OK(proposed);
        EXPECT_ERROR(hear(club, 0, *proposed), mls_own_message);
    }
}

TEST(Group, message_of_another_group_is_refused) {
    Club club(suite_1);
    Club other(suite_1, 2);
    other.add(0, 1);
    MlsMessage message = *codec::decode<MlsMessage>(say(other, 0, "x"));
    std::get<PrivateMessage>(message.content).group_id = {1};
    EXPECT_ERROR(hear(club, 0, codec::encode(message)), mls_unknown_group);
}

TEST(Group, exported_secrets_agree_and_differ_by_label_and_epoch) {
    Club club(suite_1);
    club.add(0, 1);
    const auto token = [&](size_t member, std::string_view label) {
        const auto secret = club.group(member).export_secret(label, as_bytes("context"), 32);
        EXPECT_TRUE(secret.ok());
        return to_hex(secret->expose());
    };
    const std::string first = token(0, "write token");
    EXPECT_EQ(first, token(1, "write token"));
    EXPECT_NE(first, token(0, "other"));
    const auto sent = club.group(0).commit({}, club.env());
    ASSERT_OK(sent);
    const std::string next = to_hex(club.group(0)
                                        .pending_epoch()
                                        ->export_secret("write token", as_bytes("context"), 32)
                                        ->expose());
    EXPECT_EQ(first, token(0, "write token"));
    ASSERT_OK(club.group(0).merge_pending_commit());
    EXPECT_EQ(next, token(0, "write token"));
    EXPECT_NE(first, next);
    EXPECT_ERROR(club.group(0).export_secret("label", {}, 1000), invalid_argument);
}

TEST(Group, authenticated_data_and_padding_travel) {
    Club club(suite_1);
    club.add(0, 1);
    ProtectOptions options;
    options.authenticated_data = {1, 2, 3};
    const auto sent = club.group(0).protect(as_bytes("hi"), options, club.entropy);
    ASSERT_OK(sent);
    const auto header = read_message_header(*sent);
    ASSERT_OK(header);
    EXPECT_EQ(header->epoch, club.group(0).epoch());
    EXPECT_EQ(header->content_type, ContentType::application);
    const auto heard = hear(club, 1, *sent);
    ASSERT_OK(heard);
    EXPECT_EQ(std::get<ApplicationMessage>(*heard).authenticated_data, Bytes({1, 2, 3}));
    EXPECT_EQ(say(club, 0, "1234").size(), say(club, 0, "12345").size());
}

}  // namespace
}  // namespace mayfly::mls
