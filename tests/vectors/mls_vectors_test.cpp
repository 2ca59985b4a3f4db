// The MLS working group's vectors, each file in full. What runs them is in
// tests/support/mls_vectors, which the program mls-vectors uses too.
#include <gtest/gtest.h>

#include "tests/support/mls_vectors/run.h"
#include "tests/support/vectors.h"

namespace mayfly::vectors {
namespace {

void expect_all_pass(std::string_view file) {
    const auto text = testing::read_vector_file(file);
    if (!text) GTEST_SKIP() << "vectors absent: " << testing::vector_path(file);
    const Totals totals = run_text(*text);
    for (const std::string& why : totals.explanations) ADD_FAILURE() << why;
    EXPECT_TRUE(totals.all_passed());
}

TEST(MlsVectors, tree_math) { expect_all_pass("mls/tree-math.json"); }
TEST(MlsVectors, deserialization) { expect_all_pass("mls/deserialization.json"); }
TEST(MlsVectors, crypto_basics) { expect_all_pass("mls/crypto-basics.json"); }
TEST(MlsVectors, messages) { expect_all_pass("mls/messages.json"); }
TEST(MlsVectors, message_protection) { expect_all_pass("mls/message-protection.json"); }
TEST(MlsVectors, secret_tree) { expect_all_pass("mls/secret-tree.json"); }
TEST(MlsVectors, key_schedule) { expect_all_pass("mls/key-schedule.json"); }
TEST(MlsVectors, psk_secret) { expect_all_pass("mls/psk_secret.json"); }
TEST(MlsVectors, transcript_hashes) { expect_all_pass("mls/transcript-hashes.json"); }
TEST(MlsVectors, welcome) { expect_all_pass("mls/welcome.json"); }
TEST(MlsVectors, tree_operations) { expect_all_pass("mls/tree-operations.json"); }
TEST(MlsVectors, tree_validation) { expect_all_pass("mls/tree-validation.json"); }
TEST(MlsVectors, treekem) { expect_all_pass("mls/treekem.json"); }
TEST(MlsVectors, passive_client_welcome) { expect_all_pass("mls/passive-client-welcome.json"); }
TEST(MlsVectors, passive_client_handling_commit) {
    expect_all_pass("mls/passive-client-handling-commit.json");
}

TEST(MlsVectors, what_is_no_vector_fails_without_a_crash) {
    for (const char* text :
         {"", "{", "null", "[]", "{}", "[1]", "[{}]", "[{\"n_leaves\": 3, \"root\": 1}]",
          "[{\"vlbytes_header\": 5}]", "[{\"tree_before\": null, \"proposal\": []}]",
          "[{\"sender_data\": 1, \"leaves\": 2, \"cipher_suite\": 1}]", "\xff\xfe"}) {
        const Totals totals = run_text(text);
        EXPECT_EQ(totals.failed, 1U) << text;
        EXPECT_FALSE(totals.explanations.empty()) << text;
    }
}

TEST(MlsVectors, suites_that_are_not_here_are_counted_as_skipped) {
    const Totals totals = run_text("[{\"psk_secret\": \"\", \"psks\": [], \"cipher_suite\": 99}]");
    EXPECT_EQ(totals.skipped, 1U);
    EXPECT_EQ(totals.failed, 0U);
    EXPECT_FALSE(totals.all_passed());
}

}  // namespace
}  // namespace mayfly::vectors
