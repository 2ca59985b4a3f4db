// SystemClock: the time of day of this machine.
#pragma once

#include <chrono>

#include "util/time.h"

namespace mayfly::relay_net {

class SystemClock final : public Clock {
  public:
    Time now() override {
        return {std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count()};
    }
};

}  // namespace mayfly::relay_net
