#include "relay/push_pacer.h"

#include <algorithm>
#include <utility>

namespace mayfly::relay {

bool PushPacer::must_wait(const wire::QueueId& queue, uint64_t until_ms, Time now) {
    const auto found = paces_.find(queue);
    if (found == paces_.end() || found->second.next_push <= now) return false;
    Pace& pace = found->second;
    pace.next_push = std::min(pace.next_push, now + push_interval_min);  // the clock was set back
    pace.wished_until_ms = std::max(pace.wished_until_ms, until_ms);
    next_ = next_ ? std::min(*next_, pace.next_push) : pace.next_push;
    return true;
}

bool PushPacer::start(const wire::QueueId& queue, Time now) {
    if (paces_.size() >= push_paces_max) forget_old(now);
    if (paces_.size() >= push_paces_max && !paces_.contains(queue)) return false;
    paces_[queue] = {now + push_interval_min, 0};
    return true;
}

void PushPacer::came(const wire::QueueId& queue) {
    const auto found = paces_.find(queue);
    if (found != paces_.end()) found->second.wished_until_ms = 0;
}

void PushPacer::forget_old(Time now) {
    std::erase_if(paces_, [&](const auto& entry) {
        return entry.second.next_push <= now && entry.second.wished_until_ms == 0;
    });
}

std::vector<PushPacer::Due> PushPacer::due(Time now) {
    std::vector<Due> out;
    if (!next_ || *next_ > now) return out;
    next_.reset();
    for (auto& [queue, pace] : paces_) {
        if (pace.wished_until_ms == 0) continue;
        if (pace.next_push <= now) {
            out.push_back({queue, std::exchange(pace.wished_until_ms, 0)});
        } else {
            next_ = next_ ? std::min(*next_, pace.next_push) : pace.next_push;
        }
    }
    forget_old(now);
    return out;
}

}  // namespace mayfly::relay
