// Virtual time: events run in order of their time, ties in order of their making.
#pragma once

#include <functional>
#include <queue>
#include <vector>

#include "util/time.h"

namespace mayfly::sim {

class Scheduler {
  public:
    using Action = std::function<void()>;

    Time now() const { return now_; }
    uint64_t steps() const { return steps_; }
    void at(Time when, Action action) {
        queue_.push({std::max(when, now_), next_order_++, std::move(action)});
    }
    void after(Duration delay, Action action) { at(now_ + delay, std::move(action)); }

    // run_until runs what is due up to `end`; false when `steps_max` is passed (a livelock).
    bool run_until(Time end, uint64_t steps_max) {
        while (!queue_.empty() && queue_.top().when <= end) {
            if (++steps_ > steps_max) return false;
            Event event = queue_.top();
            queue_.pop();
            now_ = event.when;
            event.action();
        }
        now_ = end;
        return true;
    }

  private:
    struct Event {
        Time when;
        uint64_t order;
        Action action;
        bool operator<(const Event& other) const {  // the queue's top is the largest
            return when != other.when ? when > other.when : order > other.order;
        }
    };
    std::priority_queue<Event> queue_;
    Time now_{1'700'000'000'000};
    uint64_t next_order_ = 0;
    uint64_t steps_ = 0;
};

}  // namespace mayfly::sim
