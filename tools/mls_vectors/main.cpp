// mls-vectors: runs and makes files of MLS test vectors (mlswg/mls-implementations).
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/mls_vectors/generate.h"
#include "tests/support/mls_vectors/run.h"

namespace {

using namespace mayfly;

constexpr const char* help_text =
    "mls-vectors FILE...            run every case of each file\n"
    "mls-vectors --generate TYPE    make a file on stdout, and run it\n"
    "    --suite N    cipher suite, for example 1 or 0xf001 (hybrid); default 1\n"
    "    --count N    cases; default 10\n"
    "    --seed N     the same seed makes the same file; default 1\n"
    "\n"
    "Files are JSON as in github.com/mlswg/mls-implementations; the type is recognised. For each\n"
    "a line FILE: passed N failed M skipped K; what failed is explained on stderr. Exit code 0 if\n"
    "nothing failed and nothing was skipped, 1 if anything was, 2 for wrong usage.\n"
    "\n"
    "Types:";

void print_help(FILE* to) {
    std::fputs(help_text, to);
    for (const std::string_view type : vectors::generated_types()) {
        std::fprintf(to, " %.*s", static_cast<int>(type.size()), type.data());
    }
    std::fputc('\n', to);
}

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

struct GenerateOptions {
    std::string type;
    uint64_t suite = 1;
    uint64_t count = 10;
    uint64_t seed = 1;
};

// How many cases one file may have: a mistyped count must not fill a disk.
constexpr uint64_t count_max = 100'000;

std::optional<uint64_t> parse_number(const std::string& text) {
    char* end = nullptr;
    const uint64_t value = std::strtoull(text.c_str(), &end, 0);
    if (text.empty() || text[0] == '-' || *end != '\0') return std::nullopt;
    return value;
}

std::optional<GenerateOptions> parse_generate(const std::vector<std::string>& arguments) {
    GenerateOptions out;
    if (arguments.size() % 2 != 0) return std::nullopt;
    for (size_t i = 0; i < arguments.size(); i += 2) {
        const std::string& name = arguments[i];
        const std::string& value = arguments[i + 1];
        if (name == "--generate") {
            out.type = value;
            continue;
        }
        uint64_t* target = name == "--suite"   ? &out.suite
                           : name == "--count" ? &out.count
                           : name == "--seed"  ? &out.seed
                                               : nullptr;
        const std::optional<uint64_t> number = parse_number(value);
        if (target == nullptr || !number) return std::nullopt;
        *target = *number;
    }
    if (out.type.empty() || out.count == 0 || out.count > count_max) return std::nullopt;
    return out;
}

int generate(const GenerateOptions& options) {
    const auto suite = options.suite > UINT16_MAX
                           ? Result<mls::CipherSuite>(MAYFLY_ERROR(unsupported_suite))
                           : mls::find_cipher_suite(mls::CipherSuiteId(options.suite));
    if (!suite.ok()) {
        std::fputs("mls-vectors: error: no such cipher suite\n", stderr);
        return usage;
    }
    const auto made = vectors::generate(options.type, *suite, options.count, options.seed);
    if (!made) {
        std::fprintf(stderr, "mls-vectors: error: no such type: %s\n", options.type.c_str());
        return usage;
    }
    const vectors::Totals totals = vectors::run_vectors(*made);
    for (const std::string& why : totals.explanations) {
        std::fprintf(stderr, "mls-vectors: error: made a bad vector: %s\n", why.c_str());
    }
    if (!totals.all_passed()) return failed;
    const std::string text = made->dump(2);
    const bool written = std::puts(text.c_str()) >= 0 && std::fflush(stdout) == 0;
    return written ? done : failed;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "-h")) {
        print_help(stdout);
        return done;
    }
    if (arguments.empty() || arguments[0].starts_with("-")) {
        const auto options = parse_generate(arguments);
        if (options) return generate(*options);
        print_help(stderr);
        return usage;
    }
    bool all_passed = true;
    for (const std::string& path : arguments) all_passed &= run_file(path.c_str());
    return all_passed ? done : failed;
}
