#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace mayfly::cli {
namespace {

Time read_clock(clockid_t id) {
    timespec now{};
    ::clock_gettime(id, &now);
    return Time{int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000};
}

}  // namespace

void harden() {
    // A program started with a standard stream closed would open its store there.
    while (true) {
        const int fd = ::open("/dev/null", O_RDWR);
        if (fd > STDERR_FILENO || fd < 0) {
            if (fd >= 0) ::close(fd);
            break;
        }
    }
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__)
    ::prctl(PR_SET_DUMPABLE, 0);  // the leak checker of sanitizer builds is such a debugger
#endif
    // Below an unlimited quota, locking the future would turn Argon2's memory into a failure.
    rlimit lockable{};
    if (::getrlimit(RLIMIT_MEMLOCK, &lockable) == 0 && lockable.rlim_cur == RLIM_INFINITY) {
        (void)::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    }
    ::umask(077);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
}

void keep_out_of_swap(const void* object, size_t size_bytes) { (void)::mlock(object, size_bytes); }

Time wall_clock_now() { return read_clock(CLOCK_REALTIME); }
Time monotonic_now() { return read_clock(CLOCK_MONOTONIC); }

Interrupt::Interrupt() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal_number);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    fd_ = store::Fd(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
}

bool Interrupt::pending() const {
    signalfd_siginfo info;
    if (::read(fd_.get(), &info, sizeof info) > 0) seen_ = true;
    return seen_;
}

}  // namespace mayfly::cli
