#include "util/parallel.h"

namespace mayfly {

std::vector<Status> run_all(Parallel* parallel, size_t count,
                            const std::function<Status(size_t)>& work) {
    std::vector<Status> out(count);
    const auto piece = [&](size_t i) { out[i] = work(i); };
    if (parallel != nullptr && count > 1) {
        parallel->run(count, piece);
    } else {
        for (size_t i = 0; i < count; ++i) piece(i);
    }
    return out;
}

Status run_until_failure(Parallel* parallel, size_t count,
                         const std::function<Status(size_t)>& work) {
    if (parallel == nullptr) {
        for (size_t i = 0; i < count; ++i) TRY(work(i));
        return {};
    }
    for (const Status& status : run_all(parallel, count, work)) TRY(status);
    return {};
}

}  // namespace mayfly
