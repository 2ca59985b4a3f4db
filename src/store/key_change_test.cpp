#include "store/key_change.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "store/files.h"
#include "store/header_change.h"
#include "store/store_header.h"
#include "store/test_home.h"

namespace mayfly::store {
namespace {

class key_change : public ::testing::Test {
  protected:
    key_change() {
        auto key = create_store_key(path(), as_bytes("first"), cheap_cost_for_testing, entropy());
        EXPECT_TRUE(key.ok());
        key_ = std::move(key).value();
    }
    const std::string& path() const { return home_.path(); }
    Entropy& entropy() { return home_.entropy(); }
    Result<Unlocked> unlock(std::string_view passphrase) {
        return unlock_store(path(), as_bytes(passphrase));
    }
    bool opens_account(std::string_view passphrase) {
        const auto unlocked = unlock(passphrase);
        return unlocked.ok() && unlocked->kind == SlotKind::own &&
               constant_time_equal(unlocked->key.expose(), key_.expose());
    }
    Status change(std::string_view from, std::string_view to) {
        TRY_ASSIGN(const Unlocked unlocked, unlock(from));
        return change_passphrase(path(), unlocked, as_bytes(to), cheap_cost_for_testing, entropy());
    }
    Status arm(std::string_view from, std::string_view duress) {
        TRY_ASSIGN(const Unlocked unlocked, unlock(from));
        return set_duress(path(), unlocked, as_bytes(duress), as_bytes("profile"), entropy());
    }
    std::string header() const { return TestHome::read(header_path(path())); }

    TestHome home_;
    StoreKey key_;
};

TEST_F(key_change, another_passphrase_opens_and_the_old_one_no_longer) {
    const std::string before = header();
    ASSERT_TRUE(change("first", "second").ok());
    EXPECT_TRUE(opens_account("second"));
    EXPECT_EQ(unlock("first").code(), ErrorCode::wrong_passphrase);
    EXPECT_EQ(change("first", "third").code(), ErrorCode::wrong_passphrase);
    EXPECT_EQ(home_.files().size(), 1U);
    EXPECT_EQ(header().size(), before.size());
}

TEST_F(key_change, what_was_unlocked_before_a_change_changes_nothing_after_it) {
    const auto stale = unlock("first");
    ASSERT_TRUE(change("first", "second").ok());
    const std::string before = header();
    EXPECT_EQ(
        change_passphrase(path(), *stale, as_bytes("third"), cheap_cost_for_testing, entropy())
            .code(),
        ErrorCode::wrong_passphrase);
    EXPECT_EQ(set_duress(path(), *stale, as_bytes("x"), {}, entropy()).code(),
              ErrorCode::wrong_passphrase);
    EXPECT_EQ(header(), before);
}

TEST(key_change_of_a_key_file, home_without_passphrase_gets_one) {
    TestHome home;
    auto key = create_store_key(home.path(), std::nullopt, {}, home.entropy());
    const auto unlocked = unlock_store(home.path(), std::nullopt);
    ASSERT_TRUE(unlocked.ok());
    EXPECT_EQ(set_duress(home.path(), *unlocked, as_bytes("x"), {}, home.entropy()).code(),
              ErrorCode::passphrase_required);
    const std::string key_file = TestHome::read(key_file_path(home.path()));
    ASSERT_TRUE(change_passphrase(home.path(), *unlocked, as_bytes("new"), cheap_cost_for_testing,
                                  home.entropy())
                    .ok());
    EXPECT_EQ(unlock_store(home.path(), std::nullopt).code(), ErrorCode::passphrase_required);
    const auto again = unlock_store(home.path(), as_bytes("new"));
    ASSERT_TRUE(again.ok());
    EXPECT_TRUE(constant_time_equal(again->key.expose(), key->expose()));
    EXPECT_FALSE(file_exists(key_file_path(home.path())));
    EXPECT_FALSE(home.contains(key_file.substr(8, 32)));
}

TEST_F(key_change, duress_passphrase_destroys_the_key_and_makes_a_decoy) {
    ASSERT_TRUE(arm("first", "give up").ok());
    EXPECT_TRUE(opens_account("first"));
    const auto duress = unlock("give up");
    ASSERT_TRUE(duress.ok());
    EXPECT_EQ(duress->kind, SlotKind::duress);
    EXPECT_EQ(as_text(duress->profile.expose()), "profile");
    ASSERT_TRUE(begin_decoy(path(), *duress, entropy()).ok());
    EXPECT_EQ(unlock("first").code(), ErrorCode::wrong_passphrase);
    // A process that dies here begins the decoy again.
    const auto decoy = unlock("give up");
    ASSERT_TRUE(decoy.ok());
    EXPECT_EQ(decoy->kind, SlotKind::decoy);
    EXPECT_EQ(as_text(decoy->profile.expose()), "profile");
    EXPECT_EQ(begin_decoy(path(), *duress, entropy()).code(), ErrorCode::wrong_passphrase);
    ASSERT_TRUE(finish_decoy(path(), *decoy, entropy()).ok());
    const auto own = unlock("give up");
    ASSERT_TRUE(own.ok());
    EXPECT_EQ(own->kind, SlotKind::own);
    EXPECT_FALSE(constant_time_equal(own->key.expose(), key_.expose()));
    EXPECT_TRUE(constant_time_equal(own->key.expose(), decoy->key.expose()));
}

TEST_F(key_change, duress_passphrase_outlives_a_change_and_may_not_be_the_ordinary_one) {
    EXPECT_EQ(arm("first", "first").code(), ErrorCode::invalid_argument);
    ASSERT_TRUE(arm("first", "give up").ok());
    EXPECT_EQ(change("first", "give up").code(), ErrorCode::invalid_argument);
    EXPECT_EQ(change("give up", "x").code(), ErrorCode::invalid_argument);
    EXPECT_EQ(arm("give up", "x").code(), ErrorCode::invalid_argument);
    ASSERT_TRUE(change("first", "second").ok());
    EXPECT_EQ(unlock("give up")->kind, SlotKind::duress);
    ASSERT_TRUE(set_duress(path(), *unlock("second"), std::nullopt, {}, entropy()).ok());
    EXPECT_EQ(unlock("give up").code(), ErrorCode::wrong_passphrase);
    EXPECT_TRUE(opens_account("second"));
}

// What lies in the clear is the same with and without; the rest are slots of one size without
// structure: every byte value about as often as any other.
TEST_F(key_change, header_does_not_tell_whether_a_duress_passphrase_is_set) {
    constexpr size_t clear_size = 8 + 2 + 1 + 4 + 4 + 16;
    const auto longest_run = [](const std::string& bytes) {
        size_t run = 1;
        size_t longest = 1;
        for (size_t i = 1; i < bytes.size(); ++i) {
            run = bytes[i] == bytes[i - 1] ? run + 1 : 1;
            longest = std::max(longest, run);
        }
        return longest;
    };
    const std::string without = header();
    ASSERT_TRUE(arm("first", "give up").ok());
    const std::string with = header();
    EXPECT_EQ(with.size(), without.size());
    EXPECT_EQ(with.substr(0, clear_size), without.substr(0, clear_size));
    EXPECT_LT(longest_run(with.substr(clear_size)), 8U);
    EXPECT_LT(longest_run(without.substr(clear_size)), 8U);
}

TEST_F(key_change, place_of_the_slot_in_use_is_drawn) {
    std::set<size_t> slots;
    for (int i = 0; i < 64; ++i) {
        TestHome home;
        ASSERT_TRUE(
            create_store_key(home.path(), as_bytes("p"), cheap_cost_for_testing, entropy()).ok());
        slots.insert(unlock_store(home.path(), as_bytes("p"))->slot);
    }
    EXPECT_EQ(slots.size(), 2U);
}

TEST_F(key_change, slot_moved_to_the_other_place_does_not_open) {
    std::string bytes = header();
    constexpr size_t slots_begin = 8 + 2 + 1 + 4 + 4 + 16;
    bytes.resize(bytes.size() - 32);
    const size_t half = (bytes.size() - slots_begin) / 2;
    bytes = bytes.substr(0, slots_begin) + bytes.substr(slots_begin + half) +
            bytes.substr(slots_begin, half);
    const Bytes whole = with_checksum(to_bytes(as_bytes(bytes)));
    TestHome::write(header_path(path()), std::string(as_text(whole)));
    EXPECT_EQ(unlock("first").code(), ErrorCode::wrong_passphrase);
}

TEST_F(key_change, left_over_of_a_change_that_died_is_erased_and_harmless) {
    const std::string old = header();
    ASSERT_TRUE(change("first", "second").ok());
    const std::string next = header_path(path()) + ".new";
    // Died after the exchange: the old header is still there under the other name.
    TestHome::write(next, old);
    EXPECT_TRUE(opens_account("second"));
    ASSERT_TRUE(finish_key_change(path()).ok());
    EXPECT_FALSE(file_exists(next));
    // Died while it wrote the new one.
    TestHome::write(next, old.substr(0, 100));
    EXPECT_TRUE(opens_account("second"));
    ASSERT_TRUE(change("second", "third").ok());
    EXPECT_TRUE(opens_account("third"));
    EXPECT_EQ(home_.files().size(), 1U);
}

// A child changes the passphrase over and over and is killed at some moment.
TEST_F(key_change, process_killed_while_changing_leaves_one_passphrase_that_opens) {
    std::string now = "first";
    for (int round = 0; round < 40; ++round) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            std::string from = now;
            while (change(from, from == "first" ? "second" : "first").ok()) {
                from = from == "first" ? "second" : "first";
            }
            ::_exit(1);
        }
        ::usleep(static_cast<useconds_t>(500 + 397 * round));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const bool first = opens_account("first");
        EXPECT_NE(first, opens_account("second"));
        now = first ? "first" : "second";
        ASSERT_TRUE(finish_key_change(path()).ok());
        EXPECT_EQ(home_.files().size(), 1U);
    }
}

// As browsers change it: the copy is torn at some moment, and made again by the next opening.
TEST_F(key_change, process_killed_while_copying_a_header_leaves_one_of_two) {
    const std::string first = header();
    ASSERT_TRUE(change("first", "second").ok());
    const std::string second = header();
    for (int round = 0; round < 40; ++round) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const auto copies = [&](const std::string& one) {
                return copy_header(path(), as_bytes(one)).ok();
            };
            while (copies(first) && copies(second)) {
            }
            ::_exit(1);
        }
        ::usleep(static_cast<useconds_t>(500 + 397 * round));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ASSERT_TRUE(finish_header_copy(path()).ok());
        EXPECT_TRUE(header() == first || header() == second);
        EXPECT_EQ(home_.files().size(), 1U);
    }
}

TEST_F(key_change, torn_copy_of_a_header_is_made_again_and_a_torn_new_one_is_dropped) {
    const std::string first = header();
    ASSERT_TRUE(change("first", "second").ok());
    const std::string second = header();
    TestHome::write(new_header_path(path()), first);
    TestHome::write(header_path(path()), first.substr(0, 1000) + second.substr(1000));
    EXPECT_TRUE(*finish_header_copy(path()));
    EXPECT_TRUE(opens_account("first"));
    EXPECT_FALSE(file_exists(new_header_path(path())));
    TestHome::write(new_header_path(path()), second.substr(0, 1000));
    EXPECT_TRUE(*finish_header_copy(path()));
    EXPECT_TRUE(opens_account("first"));
    EXPECT_FALSE(*finish_header_copy(path()));
    // Longer than any header: nothing of it is taken.
    TestHome::write(new_header_path(path()), std::string(header_size_bytes_max + 1, 'x'));
    EXPECT_TRUE(*finish_header_copy(path()));
    EXPECT_TRUE(opens_account("first"));
    EXPECT_EQ(home_.files().size(), 1U);
}

TEST_F(key_change, wiped_home_is_gone_and_strangers_files_stay) {
    ASSERT_TRUE(SqliteStore::create(path(), key_, entropy()).ok());
    TestHome::write(path() + "/notes.txt", "mine");
    ASSERT_TRUE(destroy_keys(path()).ok());
    EXPECT_EQ(unlock("first").code(), ErrorCode::store_corrupt);
    const auto left = wipe_home(path());
    ASSERT_TRUE(left.ok());
    EXPECT_EQ(*left, std::vector<std::string>{"notes.txt"});
    EXPECT_EQ(home_.files().size(), 1U);
    std::filesystem::remove(path() + "/notes.txt");
    EXPECT_TRUE(wipe_home(path())->empty());
    EXPECT_FALSE(file_exists(path()));
    EXPECT_EQ(wipe_home(path()).code(), ErrorCode::no_account);
}

TEST(key_change_of_a_key_file, keys_are_zeros_where_they_lay) {
    TestHome home;
    ASSERT_TRUE(create_store_key(home.path(), std::nullopt, {}, home.entropy()).ok());
    ASSERT_TRUE(destroy_keys(home.path()).ok());
    for (const auto& [name, content] : home.files()) {
        EXPECT_EQ(content, std::string(content.size(), '\0')) << name;
    }
}

}  // namespace
}  // namespace mayfly::store
