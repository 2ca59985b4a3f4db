// IdleLock: when a long-running process that nothing happened in must give up its keys. Times are
// of monotonic_now.
#pragma once

#include <algorithm>
#include <optional>

#include "util/time.h"

namespace mayfly::cli {

class IdleLock {
  public:
    // Without `after` it is never due.
    IdleLock(std::optional<Duration> after, Time now) : after_(after), last_(now) {}
    void touch(Time now) { last_ = now; }
    bool due(Time now) const { return after_ && now >= last_ + *after_; }
    // before gives the earlier of a deadline and our own.
    std::optional<Time> before(std::optional<Time> deadline) const {
        if (!after_) return deadline;
        const Time ours = last_ + *after_;
        return deadline ? std::min(*deadline, ours) : ours;
    }

  private:
    std::optional<Duration> after_;
    Time last_;
};

}  // namespace mayfly::cli
