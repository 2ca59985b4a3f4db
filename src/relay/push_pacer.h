// PushPacer: when the device of a queue may be woken again. All of it is lost with the process:
// then a device is woken once more than it need be.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "util/time.h"
#include "wire/types.h"

namespace mayfly::relay {

// A device that was just woken fetches all that waits; what comes meanwhile wakes it only after
// this. Push services slow down those who push more often.
constexpr Duration push_interval_min = Duration::seconds(15);
// A shorter life would be over before the device is awake: a notification of nothing.
constexpr Duration push_lifetime_min = Duration::seconds(10);
// Beyond it devices are not woken until others have come.
constexpr size_t push_paces_max = 65'536;

class PushPacer {
  public:
    // must_wait remembers the wish if the queue was woken just now.
    bool must_wait(const wire::QueueId& queue, uint64_t until_ms, Time now);
    // start begins a queue's interval; false: there is no room for it.
    bool start(const wire::QueueId& queue, Time now);
    // came: the device is here, nothing is wished for any more.
    void came(const wire::QueueId& queue);

    struct Due {
        wire::QueueId queue;
        uint64_t until_ms = 0;
    };
    // due takes the wishes whose interval is over, and forgets intervals that are over.
    std::vector<Due> due(Time now);
    // next is when due has something to do.
    std::optional<Time> next() const { return next_; }

  private:
    struct Pace {
        Time next_push;
        uint64_t wished_until_ms = 0;  // 0: no wish
    };
    void forget_old(Time now);

    std::map<wire::QueueId, Pace> paces_;
    std::optional<Time> next_;  // no wish is due before it
};

}  // namespace mayfly::relay
