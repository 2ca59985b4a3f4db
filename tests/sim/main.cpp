// mayfly-sim: runs seeds and reports every broken promise.
//
//     mayfly-sim --seeds 1-1000          run a range
//     mayfly-sim --seed 42 --trace       run one and tell what happens
//     mayfly-sim --groups ...            groups instead of direct conversations
//
// Without a range it runs seeds 1 to $MAYFLY_SIM_SEEDS (25 if that is not set).
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/sim/scenario.h"

namespace {

using Scenario = mayfly::sim::RunReport (*)(uint64_t seed, bool trace);

struct Range {
    uint64_t first = 1;
    uint64_t last = 25;
};

bool parse_range(std::string_view text, Range& range) {
    const size_t dash = text.find('-');
    range.first = std::strtoull(std::string(text.substr(0, dash)).c_str(), nullptr, 10);
    range.last = dash == std::string_view::npos
                     ? range.first
                     : std::strtoull(std::string(text.substr(dash + 1)).c_str(), nullptr, 10);
    return range.first > 0 && range.first <= range.last;
}

// Seeds are independent, so each worker takes every n-th one.
std::vector<mayfly::sim::RunReport> run(Range range, size_t workers, Scenario scenario) {
    std::vector<std::vector<mayfly::sim::RunReport>> parts(workers);
    std::vector<std::thread> threads;
    for (size_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            for (uint64_t seed = range.first + worker; seed <= range.last; seed += workers) {
                parts[worker].push_back(scenario(seed, false));
            }
        });
    }
    for (auto& thread : threads) thread.join();
    std::vector<mayfly::sim::RunReport> all;
    for (auto& part : parts) {
        for (auto& report : part) all.push_back(std::move(report));
    }
    return all;
}

int summarise(const std::vector<mayfly::sim::RunReport>& reports) {
    size_t failed = 0;
    size_t sent = 0;
    size_t acknowledged = 0;
    size_t shown = 0;
    uint64_t steps = 0;
    for (const auto& report : reports) {
        sent += report.messages_sent;
        acknowledged += report.messages_acknowledged;
        shown += report.messages_shown;
        steps += report.steps;
        if (report.violations.empty()) continue;
        ++failed;
        std::printf("seed %" PRIu64 ": %zu violations\n", report.seed, report.violations.size());
        for (size_t i = 0; i < report.violations.size() && i < 5; ++i) {
            std::printf("    %s\n", report.violations[i].c_str());
        }
    }
    std::printf("%zu messages sent, %zu acknowledged, %zu shown, %" PRIu64 " steps\n", sent,
                acknowledged, shown, steps);
    std::printf("seeds: %zu passed, %zu failed\n", reports.size() - failed, failed);
    return failed == 0 ? 0 : 1;
}

int usage() {
    std::fprintf(stderr, "usage: mayfly-sim [--seeds A-B | --seed N] [--trace] [--groups]\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    Range range;
    bool trace = false;
    Scenario scenario = mayfly::sim::run_seed;
    if (const char* seeds = std::getenv("MAYFLY_SIM_SEEDS")) {
        if (!parse_range(std::string("1-") + seeds, range)) return usage();
    }
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool takes_range = argument == "--seeds" || argument == "--seed";
        if (takes_range && i + 1 < argc && parse_range(argv[i + 1], range)) {
            ++i;
        } else if (argument == "--trace") {
            trace = true;
        } else if (argument == "--groups") {
            scenario = mayfly::sim::run_group_seed;
        } else {
            return usage();
        }
    }
    if (trace) return summarise({scenario(range.first, true)});
    return summarise(run(range, std::max(1U, std::thread::hardware_concurrency()), scenario));
}
