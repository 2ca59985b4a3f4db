#include "store/home_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include <cerrno>

namespace mayfly::store {
namespace {

// flock has no time limit of its own. Ten tries a follower's reaction time cost next to nothing.
constexpr Duration retry_delay = Duration::milliseconds(10);

Result<Fd> open_lock_file(const std::string& path) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (fd.valid()) return fd;
    if (errno == ENOENT || errno == ENOTDIR) return MAYFLY_ERROR(no_account);
    return error_of_errno(errno);
}

bool try_lock(const Fd& fd) { return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0; }

int64_t monotonic_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

Status wait_for(const Fd& fd, std::optional<int64_t> deadline_ms,
                const std::function<bool()>& cancelled) {
    while (!try_lock(fd)) {
        if (errno != EWOULDBLOCK && errno != EINTR) return error_of_errno(errno);
        if (cancelled && cancelled()) return MAYFLY_ERROR(store_locked);
        if (deadline_ms && monotonic_ms() >= *deadline_ms) return MAYFLY_ERROR(store_locked);
        const timespec delay{0, retry_delay.ms * 1'000'000};
        ::nanosleep(&delay, nullptr);
    }
    return {};
}

}  // namespace

Result<HomeLock> HomeLock::acquire(const std::string& home, std::optional<Duration> wait,
                                   const std::function<bool()>& cancelled) {
    TRY_ASSIGN(Fd turn, open_lock_file(home + "/turn"));
    TRY_ASSIGN(Fd lock, open_lock_file(home + "/lock"));
    std::optional<int64_t> deadline_ms;
    if (wait) deadline_ms = monotonic_ms() + wait->ms;
    TRY(wait_for(turn, deadline_ms, cancelled));
    TRY(wait_for(lock, deadline_ms, cancelled));
    ::flock(turn.get(), LOCK_UN);
    return HomeLock(std::move(lock), std::move(turn));
}

bool HomeLock::someone_waits() const {
    if (!try_lock(turn_)) return true;
    ::flock(turn_.get(), LOCK_UN);
    return false;
}

Result<FollowLock> FollowLock::acquire(const std::string& home) {
    TRY_ASSIGN(Fd fd, open_lock_file(home + "/follow"));
    ENSURE(try_lock(fd), store_locked);
    return FollowLock(std::move(fd));
}

}  // namespace mayfly::store
