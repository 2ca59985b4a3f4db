// HomeLock: one process at a time uses a home. docs/spec/store-file.md section 6.
//
// `lock` is held while the store is open. Who wants it takes `turn` first and keeps that until it
// has `lock`; a long-running process sees that `turn` is taken, closes the store, gives up `lock`
// and queues like anybody else. The locks are flock(2): they vanish with their process.
#pragma once

#include <functional>
#include <string>

#include "store/files.h"
#include "util/result.h"
#include "util/time.h"

namespace mayfly::store {

// How long a verb waits for its turn: a follower hands over within a fraction of a second, a send
// on a bad network takes up to 10 s.
constexpr Duration home_lock_wait = Duration::seconds(15);

class HomeLock {
  public:
    // acquire waits up to `wait` (none: without end), asking `cancelled` now and then.
    // Errors: store_locked (too long or cancelled), no_account (no such home), storage_failed.
    static Result<HomeLock> acquire(const std::string& home, std::optional<Duration> wait,
                                    const std::function<bool()>& cancelled = {});
    // someone_waits: another process queues for this home.
    bool someone_waits() const;

  private:
    HomeLock(Fd lock, Fd turn) : lock_(std::move(lock)), turn_(std::move(turn)) {}
    Fd lock_;
    Fd turn_;
};

// FollowLock: at most one follower a home; two would hand the store back and forth for ever.
class FollowLock {
  public:
    static Result<FollowLock> acquire(const std::string& home);

  private:
    explicit FollowLock(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

}  // namespace mayfly::store
