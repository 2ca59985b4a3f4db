// What one client may take of a relay: rates (in memory) and quotas (durable).
#pragma once

#include <map>

#include "relay/relay_store.h"
#include "util/time.h"

namespace mayfly::relay {

// --- quotas

// A device that is away for two weeks in busy groups gets some thousands of messages; beyond this
// it is gone, and its queue must not fill the disk. It also bounds what one QueueDelete erases.
constexpr uint64_t queue_entries_max = 50'000;
constexpr uint64_t queue_size_bytes_max = uint64_t{256} << 20;
// A device uses one queue at a relay; tests and gateways use some.
constexpr size_t queues_per_connection_max = 16;
// Two full refills of key_packages_per_put_max.
constexpr uint64_t key_packages_per_queue_max = 200;
// One a day for eleven years; each adds or removes a device, a relay or a name.
constexpr uint64_t records_per_account_max = 4'096;
// Records are small; the byte bound keeps a reply inside one frame.
constexpr size_t records_per_reply_size_bytes_max = size_t{1} << 20;

// What the declared sizes of all blobs may sum up to, unless the host says otherwise. The disk's
// reserve bounds it further.
constexpr uint64_t blob_total_size_bytes_default = uint64_t{64} << 30;

// --- deliveries that a connection has not acknowledged: enough to keep a fast link busy, little
// enough to hold for many slow ones.
constexpr size_t window_entries_max = 64;
constexpr size_t window_size_bytes_max = size_t{2} << 20;

// Each delivery has a copy of its payload. What one step sends is bounded, so that one commit to
// 3,000 devices does not need gigabytes at once; the rest follows in the next steps.
constexpr size_t deliveries_per_step_size_bytes_max = size_t{16} << 20;

// --- how long a request is remembered that has no expiry of its own (KeyPackagesPut)
constexpr Duration request_memory = Duration::hours(48);

// --- expiry
// Rows that one tick erases at most, so that a sweep never stalls the relay for long.
constexpr size_t sweep_rows_max = 1'000;
// Expiries close together share a sweep.
constexpr Duration sweep_interval_min = Duration::milliseconds(250);
// After an error of the store.
constexpr Duration retry_interval = Duration::seconds(1);
// A host that is idle ticks this often.
constexpr Duration tick_interval_max = Duration::minutes(1);

// --- rates

struct RateLimit {
    uint32_t per_second = 0;
    uint32_t burst = 0;
};
// Generous for people and bots, a bound for floods.
struct RateLimits {
    RateLimit per_connection{2'000, 4'000};
    RateLimit per_ip_prefix{10'000, 20'000};  // many people share an address behind a NAT
    RateLimit per_token{1'000, 5'000};        // puts and key packages of one address
    RateLimit per_channel{1'000, 5'000};
    RateLimit creations_per_connection{20, 1'000};  // queues, channels, accounts, vaults, blobs
    // MiB of blobs that a queue, or all clients of an IP prefix, may begin: four of the largest at
    // once, 86 GB a day. In memory only: the disk does not say whose a blob is.
    RateLimit blob_mib_per_queue{1, 20'500};
    RateLimit blob_mib_per_ip_prefix{8, 164'000};
};

// Bucket is a token bucket: `burst` at once, `per_second` in the long run. It starts full.
class Bucket {
  public:
    bool take(const RateLimit& limit, Time now, uint32_t units = 1);
    bool full(const RateLimit& limit, Time now) const;

  private:
    int64_t used_milli_ = 0;  // thousandths of a request not yet refilled
    Time at_;
};

// Buckets holds one Bucket a key and forgets those that are full again.
class Buckets {
  public:
    // Above this the full ones are dropped, and all when that does not help: memory is bounded even
    // when somebody uses very many tokens.
    static constexpr size_t size_max = 65'536;

    bool take(BytesView key, const RateLimit& limit, Time now, uint32_t units = 1);

  private:
    std::map<Bytes, Bucket, KeyLess> buckets_;
};

}  // namespace mayfly::relay
