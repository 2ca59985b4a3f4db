#include "failure.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace mayfly::cli {
namespace {

TEST(failure, every_code_has_a_hint_and_an_exit_code_that_is_not_done) {
#define MAYFLY_CHECK_CODE(name, text) \
    EXPECT_NE(exit_code_of(ErrorCode::name), ExitCode::done) << #name; \
    ASSERT_NE(hint_of(ErrorCode::name), nullptr) << #name; \
    EXPECT_GT(std::string_view(hint_of(ErrorCode::name)).size(), 5U) << #name;
    MAYFLY_ERROR_CODES(MAYFLY_CHECK_CODE)
#undef MAYFLY_CHECK_CODE
}

// Every error that may reach a person, with what is said and what to do.
std::string reference() {
    std::string out =
        "# Errors\n\n"
        "What `mayfly` says when something fails, and what to do then; `--json` gives the code. "
        "Many "
        "verbs\nsay more: what it is about, and a hint of their own. Made by `MAYFLY_WRITE_DOCS=1 "
        "cli_test`.\n\n"
        "| code | exit | error | hint |\n|---|---|---|---|\n";
#define MAYFLY_ROW(name, text) \
    out += std::string("| `" #name "` | ") + \
           std::to_string(static_cast<int>(exit_code_of(ErrorCode::name))) + " | " + text + \
           " | " + hint_of(ErrorCode::name) + " |\n";
    MAYFLY_ERROR_CODES(MAYFLY_ROW)
#undef MAYFLY_ROW
    return out;
}

TEST(failure, reference_is_what_the_program_says) {
    const char* path = "docs/errors.md";
    const std::string wanted = reference();
    if (std::getenv("MAYFLY_WRITE_DOCS") != nullptr) std::ofstream(path) << wanted;
    std::ostringstream found;
    found << std::ifstream(path).rdbuf();
    EXPECT_EQ(found.str(), wanted) << path << " is stale: MAYFLY_WRITE_DOCS=1 cli_test writes it";
}

TEST(failure, exit_codes_keep_the_contract) {
    EXPECT_EQ(exit_code_of(ErrorCode::relay_unreachable), ExitCode::network);
    EXPECT_EQ(exit_code_of(ErrorCode::timed_out), ExitCode::network);
    EXPECT_EQ(exit_code_of(ErrorCode::connection_lost), ExitCode::network);
    EXPECT_EQ(exit_code_of(ErrorCode::relay_untrusted), ExitCode::not_trusted);
    EXPECT_EQ(exit_code_of(ErrorCode::forged_record), ExitCode::not_trusted);
    EXPECT_EQ(exit_code_of(ErrorCode::stale_record), ExitCode::not_trusted);
    EXPECT_EQ(exit_code_of(ErrorCode::key_changed), ExitCode::not_trusted);
    EXPECT_EQ(exit_code_of(ErrorCode::bad_address), ExitCode::usage);
    EXPECT_EQ(exit_code_of(ErrorCode::wrong_passphrase), ExitCode::failed);
    EXPECT_EQ(exit_code_of(ErrorCode::store_corrupt), ExitCode::failed);
    EXPECT_EQ(exit_code_of(ErrorCode::text_too_large), ExitCode::failed);
    EXPECT_EQ(exit_code_of(ErrorCode::unknown_record), ExitCode::failed);
    EXPECT_EQ(exit_code_of(ErrorCode::storage_full), ExitCode::failed);
}

}  // namespace
}  // namespace mayfly::cli
