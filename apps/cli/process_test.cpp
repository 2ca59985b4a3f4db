#include "process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <string>

namespace mayfly::cli {
namespace {

// Runs in a child: hardening is for good.
template <class Check>
int in_child(const Check& check) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(check());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

long locked_kib() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        long value = 0;
        if (word == "VmLck:" && status >> value) return value;
    }
    return -1;
}

TEST(process, no_core_dump_and_no_foreign_debugger) {
    const int found = in_child([] {
        harden();
        rlimit core{1, 1};
        ::getrlimit(RLIMIT_CORE, &core);
        if (core.rlim_cur != 0 || core.rlim_max != 0) return 1;
#if !defined(__SANITIZE_ADDRESS__)
        if (::prctl(PR_GET_DUMPABLE) != 0) return 2;
#endif
        return 0;
    });
    EXPECT_EQ(found, 0);
}

TEST(process, keys_are_kept_out_of_swap) {
    rlimit lockable{};
    ::getrlimit(RLIMIT_MEMLOCK, &lockable);
    if (lockable.rlim_cur < 65'536) GTEST_SKIP() << "the system lets nobody lock memory";
    EXPECT_EQ(in_child([] {
                  const long before = locked_kib();
                  const auto key = std::make_unique<std::array<uint8_t, 32>>();
                  keep_out_of_swap(key.get(), key->size());
                  return locked_kib() > before ? 0 : 1;
              }),
              0);
}

}  // namespace
}  // namespace mayfly::cli
