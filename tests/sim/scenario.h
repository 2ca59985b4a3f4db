// A run: people who meet, talk and burn messages while everything around them fails; then quiet,
// then the ledger is checked.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace mayfly::sim {

struct RunReport {
    uint64_t seed = 0;
    std::vector<std::string> violations;
    size_t messages_sent = 0;
    size_t messages_acknowledged = 0;
    size_t messages_shown = 0;
    uint64_t steps = 0;
};

// run_seed: people in direct conversations. run_group_seed: members of one group.
RunReport run_seed(uint64_t seed, bool trace);
RunReport run_group_seed(uint64_t seed, bool trace);
RunReport report_of(const World& world);

}  // namespace mayfly::sim
