// mls-vectors: runs files of MLS test vectors (mlswg/mls-implementations).
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/mls_vectors/run.h"

namespace {

using namespace mayfly;

constexpr const char* help_text =
    "mls-vectors FILE...   run every case of each file\n"
    "\n"
    "Files are JSON as in github.com/mlswg/mls-implementations; the type is recognised. For each\n"
    "a line FILE: passed N failed M skipped K; what failed is explained on stderr. Exit code 0 if\n"
    "nothing failed and nothing was skipped, 1 if anything was, 2 for wrong usage.\n";

enum Exit { done = 0, failed = 1, usage = 2 };

std::optional<std::string> read_file(const char* path) {
    FILE* file = std::fopen(path, "rb");
    if (file == nullptr) return std::nullopt;
    std::string text;
    char piece[65536];
    size_t size = 0;
    while ((size = std::fread(piece, 1, sizeof piece, file)) > 0) text.append(piece, size);
    const bool whole = std::ferror(file) == 0;
    std::fclose(file);
    if (!whole) return std::nullopt;
    return text;
}

bool run_file(const char* path) {
    const std::optional<std::string> text = read_file(path);
    vectors::Totals totals;
    if (text) {
        totals = vectors::run_text(*text);
    } else {
        totals.failed = 1;
        totals.explanations = {"cannot be read"};
    }
    for (const std::string& why : totals.explanations) {
        std::fprintf(stderr, "mls-vectors: %s: %s\n", path, why.c_str());
    }
    std::printf("%s: passed %zu failed %zu skipped %zu\n", path, totals.passed, totals.failed,
                totals.skipped);
    std::fflush(stdout);
    return totals.all_passed();
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "-h")) {
        std::fputs(help_text, stdout);
        return done;
    }
    if (arguments.empty() || arguments[0].starts_with("-")) {
        std::fputs(help_text, stderr);
        return usage;
    }
    bool all_passed = true;
    for (const std::string& path : arguments) all_passed &= run_file(path.c_str());
    return all_passed ? done : failed;
}
