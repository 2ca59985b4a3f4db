#include "relay/limits.h"

namespace mayfly::relay {
namespace {

constexpr int64_t milli = 1000;

int64_t refilled(int64_t used_milli, Time at, const RateLimit& limit, Time now) {
    // A clock that was set back refills nothing.
    const int64_t elapsed_ms = std::max<int64_t>(now.ms - at.ms, 0);
    // per_second thousandths come back each millisecond; a day refills any bucket.
    const int64_t back = std::min<int64_t>(elapsed_ms, 86'400'000) * limit.per_second;
    return std::max<int64_t>(used_milli - back, 0);
}

}  // namespace

bool Bucket::take(const RateLimit& limit, Time now, uint32_t units) {
    used_milli_ = refilled(used_milli_, at_, limit, now);
    at_ = now;
    const int64_t wanted_milli = int64_t{units} * milli;
    if (used_milli_ + wanted_milli > int64_t{limit.burst} * milli) return false;
    used_milli_ += wanted_milli;
    return true;
}

bool Bucket::full(const RateLimit& limit, Time now) const {
    return refilled(used_milli_, at_, limit, now) == 0;
}

bool Buckets::take(BytesView key, const RateLimit& limit, Time now, uint32_t units) {
    if (buckets_.size() >= size_max) {
        std::erase_if(buckets_, [&](const auto& entry) { return entry.second.full(limit, now); });
        if (buckets_.size() >= size_max) buckets_.clear();
    }
    return buckets_[to_bytes(key)].take(limit, now, units);
}

}  // namespace mayfly::relay
