// ThreadPool: the Parallel of programs with threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "util/parallel.h"

namespace mayfly::threads {

class ThreadPool final : public Parallel {
  public:
    // threads: how many work at once, the caller of run among them. At least one.
    explicit ThreadPool(size_t threads = std::thread::hardware_concurrency());
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    ~ThreadPool() override;

    // run: may be called from several threads; one batch runs after the other.
    void run(size_t count, const std::function<void(size_t)>& work) override;

  private:
    void help();
    void take(const std::function<void(size_t)>& work, size_t count);

    std::mutex one_batch_;
    std::mutex mutex_;  // guards what follows, except next_
    std::condition_variable wake_;
    std::condition_variable done_;
    const std::function<void(size_t)>* work_ = nullptr;  // of the batch that may be joined
    size_t count_ = 0;
    size_t helpers_ = 0;  // threads inside the batch, besides the caller
    bool stopping_ = false;
    std::atomic<size_t> next_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace mayfly::threads
