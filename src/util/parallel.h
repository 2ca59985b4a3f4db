// Parallel: who runs many pieces of work that do not depend on each other. The sans-IO code owns no
// thread: an adapter with some is handed in (threads/thread_pool.h), or nothing is, and then all
// runs here. Results never depend on which: randomness is drawn before the work begins, and the
// error that counts is that of the first piece, not of the fastest.
#pragma once

#include <functional>
#include <vector>

#include "util/result.h"

namespace mayfly {

class Parallel {
  public:
    virtual ~Parallel() = default;
    // run calls work(i) once for each i below count, in any order and on any threads, and returns
    // when all calls have. work must not call run.
    virtual void run(size_t count, const std::function<void(size_t)>& work) = 0;
};

// run_all gives the status of each piece, in order. parallel may be null.
std::vector<Status> run_all(Parallel* parallel, size_t count,
                            const std::function<Status(size_t)>& work);
// run_until_failure gives the error of the first piece that failed.
Status run_until_failure(Parallel* parallel, size_t count,
                         const std::function<Status(size_t)>& work);

}  // namespace mayfly
