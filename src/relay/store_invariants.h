// What must hold between the rows of a relay's store (docs/spec/relay-store.md section 1), for
// tests, the fuzzer and the simulator.
#pragma once

#include <string>

#include "relay/memory_store.h"

namespace mayfly::relay {

// broken_invariant names the first rule that does not hold; empty when all do.
std::string broken_invariant(const MemoryStore::Rows& rows);

}  // namespace mayfly::relay
