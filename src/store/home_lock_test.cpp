#include "store/home_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include "store/test_home.h"

namespace mayfly::store {
namespace {

// in_child runs the body in a process of its own: flock tells processes apart, not threads.
template <class Body>
pid_t in_child(Body&& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body() ? 0 : 1);
    return child;
}
bool succeeded(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(home_lock, second_process_waits_its_time_and_gives_up) {
    TestHome home;
    auto lock = HomeLock::acquire(home.path(), Duration::seconds(1));
    ASSERT_TRUE(lock.ok());
    EXPECT_FALSE(lock->someone_waits());
    EXPECT_TRUE(succeeded(in_child([&] {
        const auto second = HomeLock::acquire(home.path(), Duration::milliseconds(50));
        return !second.ok() && second.code() == ErrorCode::store_locked;
    })));
    EXPECT_FALSE(lock->someone_waits());
}

TEST(home_lock, holder_sees_who_waits_and_gets_the_home_back_after_them) {
    TestHome home;
    // A forked child shares the locks its parent has open already: fork first, then lock.
    int go[2];
    ASSERT_EQ(::pipe(go), 0);
    const pid_t child = in_child([&] {
        char byte = 0;
        if (::read(go[0], &byte, 1) != 1) return false;
        const auto mine = HomeLock::acquire(home.path(), Duration::seconds(10));
        if (!mine.ok()) return false;
        TestHome::write(home.path() + "/child-was-here", "yes");
        ::usleep(50'000);
        return true;
    });
    std::optional<HomeLock> lock = HomeLock::acquire(home.path(), Duration::seconds(1)).value();
    ASSERT_EQ(::write(go[1], "x", 1), 1);
    while (!lock->someone_waits()) ::usleep(1000);
    EXPECT_FALSE(file_exists(home.path() + "/child-was-here"));
    lock.reset();
    lock = HomeLock::acquire(home.path(), std::nullopt).value();
    EXPECT_TRUE(file_exists(home.path() + "/child-was-here"));
    EXPECT_TRUE(succeeded(child));
    ::close(go[0]);
    ::close(go[1]);
}

TEST(home_lock, lock_of_a_killed_process_is_free) {
    TestHome home;
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = in_child([&] {
        const auto mine = HomeLock::acquire(home.path(), Duration::seconds(1));
        (void)!::write(ready[1], "x", 1);
        ::pause();
        return mine.ok();
    });
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ::kill(child, SIGKILL);
    succeeded(child);
    EXPECT_TRUE(HomeLock::acquire(home.path(), Duration::milliseconds(100)).ok());
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST(home_lock, waiting_can_be_cancelled_and_a_missing_home_is_named) {
    TestHome home;
    const auto lock = HomeLock::acquire(home.path(), Duration::seconds(1));
    EXPECT_TRUE(succeeded(in_child([&] {
        const auto second = HomeLock::acquire(home.path(), std::nullopt, [] { return true; });
        return second.code() == ErrorCode::store_locked;
    })));
    EXPECT_EQ(HomeLock::acquire(home.path() + "/none", Duration::seconds(1)).code(),
              ErrorCode::no_account);
}

TEST(home_lock, only_one_follower) {
    TestHome home;
    const auto first = FollowLock::acquire(home.path());
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(succeeded(in_child(
        [&] { return FollowLock::acquire(home.path()).code() == ErrorCode::store_locked; })));
}

}  // namespace
}  // namespace mayfly::store
