// Vectors of our own: what is made passes, and what is changed afterwards does not.
#include <gtest/gtest.h>

#include "tests/support/mls_vectors/generate.h"
#include "tests/support/mls_vectors/run.h"

namespace mayfly::vectors {
namespace {

mls::CipherSuite suite_of(uint16_t number) {
    return mls::find_cipher_suite(mls::CipherSuiteId{number}).value();
}

void expect_made_passes(const mls::CipherSuite& suite, size_t count, uint64_t seed) {
    for (const std::string_view type : generated_types()) {
        SCOPED_TRACE(::testing::Message() << type << " seed " << seed);
        const auto made = generate(type, suite, count, seed);
        ASSERT_TRUE(made.has_value());
        const Totals totals = run_text(made->dump());
        for (const std::string& why : totals.explanations) ADD_FAILURE() << why;
        EXPECT_EQ(totals.passed, count);
        EXPECT_EQ(type_of(made->front()), type.starts_with("passive") ? "passive-client" : type);
    }
}

TEST(MlsGenerate, vectors_of_a_few_seeds_pass) {
    for (const uint64_t seed : {1U, 2U, 3U}) expect_made_passes(suite_of(1), 4, seed);
}

TEST(MlsGenerate, vectors_of_every_suite_pass) {
    for (const mls::CipherSuite& suite : mls::all_cipher_suites()) {
        SCOPED_TRACE(static_cast<int>(suite.id));
        expect_made_passes(suite, 1, 9);
    }
}

TEST(MlsGenerate, the_same_seed_makes_the_same_file) {
    for (const std::string_view type : generated_types()) {
        EXPECT_EQ(generate(type, suite_of(1), 2, 5), generate(type, suite_of(1), 2, 5)) << type;
        if (type == "tree-math") continue;
        EXPECT_NE(generate(type, suite_of(1), 2, 5), generate(type, suite_of(1), 2, 6)) << type;
    }
}

TEST(MlsGenerate, passive_clients_get_private_commits) {
    const auto made = generate("passive-client-random", suite_of(1), 1, 1);
    constexpr std::string_view private_message = "00010002";
    size_t private_commits = 0;
    for (const Json& epoch : made->front().at("epochs")) {
        const auto commit = epoch.at("commit").get<std::string>();
        if (commit.starts_with(private_message)) ++private_commits;
    }
    EXPECT_GT(private_commits, 10U);
    EXPECT_LT(private_commits, made->front().at("epochs").size());
}

// Change a digit of the n-th string of a case.
bool damage(Json& value, size_t& countdown) {
    if (value.is_string()) {
        auto& text = value.get_ref<std::string&>();
        if (text.size() < 16 || countdown-- != 0) return false;
        char& digit = text[text.size() / 2];
        digit = digit == '0' ? '1' : '0';
        return true;
    }
    if (!value.is_structured()) return false;
    for (Json& item : value) {
        if (damage(item, countdown)) return true;
    }
    return false;
}

TEST(MlsGenerate, a_changed_digit_is_noticed) {
    for (const std::string_view type : generated_types()) {
        if (type == "messages") continue;  // only structure is looked at
        const auto made = generate(type, suite_of(1), 1, 4);
        for (size_t n = 0; n < 4; ++n) {
            Json changed = *made;
            size_t countdown = n;
            if (!damage(changed, countdown)) break;
            EXPECT_FALSE(run_vectors(changed).all_passed()) << type << " string " << n;
        }
    }
}

}  // namespace
}  // namespace mayfly::vectors
