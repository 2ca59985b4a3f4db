// What is deleted is gone from the files. Rows are ciphertext already; these tests look for the
// ciphertext, so that whoever learns the store key later finds nothing either.
#include <random>

#include "store/shred_vfs.h"
#include "store/test_home.h"
#include "store/test_rows.h"

namespace mayfly::store {
namespace {

TEST(shredding, old_bytes_are_gone_when_apply_returns) {
    TestHome home;
    auto store = home.create();
    core::WriteBatch batch;
    for (int i = 0; i < 50; i++) {
        batch.put(key_of("row " + std::to_string(i)), value_of(std::string(700, 'x')));
    }
    batch.put(key_of("body key"), value_of("0123456789abcdef0123456789abcdef"));
    ASSERT_TRUE(store->apply(batch).ok());
    const auto before = stored_pieces(home);
    ASSERT_GE(before.size(), 10U);  // blocks of five rows, and the seal
    for (const auto& [index, pieces] : before) {
        EXPECT_TRUE(home.contains(pieces[0])) << "the search itself works";
    }
    core::WriteBatch shred;
    shred.shred = true;
    shred.erase(key_of("body key"));
    for (int i = 0; i < 50; i++) {
        if (i % 2 == 0) shred.erase(key_of("row " + std::to_string(i)));
        if (i % 2 == 1) shred.put(key_of("row " + std::to_string(i)), value_of("new"));
    }
    ASSERT_TRUE(store->apply(shred).ok());
    for (const auto& [index, pieces] : before) {
        for (const std::string& piece : pieces) EXPECT_FALSE(home.contains(piece));
    }
    EXPECT_FALSE(home.contains("0123456789abcdef"));
}

// Balancing a tree moves rows between pages; the copies they leave must go as well.
TEST(shredding, nothing_that_was_ever_deleted_is_left_after_long_random_use) {
    const unsigned seed = std::random_device{}();
    std::printf("seed %u\n", seed);
    std::mt19937 random(seed);
    const auto below = [&](uint32_t bound) { return static_cast<uint32_t>(random() % bound); };
    TestHome home;
    auto store = home.create();
    std::vector<std::string> dead;
    std::map<std::string, std::vector<std::string>> alive;
    for (int round = 0; round < 60; round++) {
        core::WriteBatch batch;
        batch.shred = round % 3 == 2;
        for (uint32_t i = 0; i < 40; i++) {
            Bytes key = key_of("row " + std::to_string(below(300)));
            if (below(3) == 0) {
                batch.erase(std::move(key));
            } else {
                const uint32_t size = below(10) == 0 ? below(12'000) : below(600);
                batch.put(std::move(key), SecretBuffer(size));
            }
        }
        ASSERT_TRUE(store->apply(batch).ok());
        auto now = stored_pieces(home);
        for (const auto& [index, pieces] : alive) {
            const auto still = now.find(index);
            if (still != now.end() && still->second[0] == pieces[0]) continue;
            dead.insert(dead.end(), pieces.begin(), pieces.end());
        }
        alive = std::move(now);
        if (!batch.shred) continue;
        std::string everything;
        for (const auto& [name, content] : home.files()) everything += content;
        for (const std::string& piece : dead) {
            ASSERT_EQ(everything.find(piece), std::string::npos) << "round " << round;
        }
    }
    EXPECT_GT(dead.size(), 500U);
}

TEST(shredding, journal_of_a_killed_process_is_shredded_by_the_next_opening) {
    TestHome home;
    TestHome killed;  // the files as a crash right after the commit would leave them
    auto store = home.create();
    core::WriteBatch batch;
    batch.put(key_of("a"), value_of(std::string(500, 'x')));
    ASSERT_TRUE(store->apply(batch).ok());
    const auto before = stored_pieces(home);
    core::WriteBatch change;  // not a shredding one: the old row stays in the WAL
    change.put(key_of("a"), value_of("second"));
    ASSERT_TRUE(store->apply(change).ok());
    killed.become(home);
    for (const auto& [index, pieces] : before) EXPECT_TRUE(killed.contains(pieces[0]));
    auto reopened = killed.open();
    ASSERT_TRUE(reopened.ok());
    EXPECT_EQ(all_rows(**reopened).at("a"), "second");
    for (const auto& [index, pieces] : before) EXPECT_FALSE(killed.contains(pieces[0]));
}

TEST(shredding, scrub_keeps_cells_and_ignores_other_pages) {
    std::array<uint8_t, page_size_bytes> page;
    page.fill(0xee);
    page[0] = 0x0a;  // leaf of an index
    page[3] = 0;
    page[4] = 2;  // two cells
    page[5] = 0x0f;
    page[6] = 0x00;  // content from 3840
    scrub_page(page, page_size_bytes);
    EXPECT_EQ(page[11], 0xee);  // last cell pointer
    EXPECT_EQ(page[12], 0);
    EXPECT_EQ(page[3839], 0);
    EXPECT_EQ(page[3840], 0xee);
    page.fill(0x00);
    page[100] = 0xee;
    const auto overflow = page;
    scrub_page(page, page_size_bytes);
    EXPECT_EQ(page, overflow);
    page.fill(0xff);  // damaged: pointers beyond the page
    page[0] = 0x0a;
    const auto damaged = page;
    scrub_page(page, page_size_bytes);
    EXPECT_EQ(page, damaged);
}

}  // namespace
}  // namespace mayfly::store
