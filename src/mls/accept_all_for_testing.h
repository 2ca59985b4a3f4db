// AcceptAll trusts every credential: for tests, fuzzers and benchmarks whose driver decides who is
// in a group. Never used by the library itself.
#pragma once

#include "mls/environment.h"

namespace mayfly::mls {

class AcceptAll final : public CredentialPolicy {
  public:
    Status check(const CredentialCheck&) const override { return {}; }
};

}  // namespace mayfly::mls
