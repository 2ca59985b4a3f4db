#include "threads/thread_pool.h"

namespace mayfly::threads {

ThreadPool::ThreadPool(size_t threads) {
    for (size_t i = 1; i < threads; ++i) threads_.emplace_back([this] { help(); });
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::run(size_t count, const std::function<void(size_t)>& work) {
    const std::lock_guard batch(one_batch_);
    {
        const std::lock_guard lock(mutex_);
        work_ = &work;
        count_ = count;
        next_ = 0;
    }
    wake_.notify_all();
    take(work, count);
    // Nothing is left to take: who has not woken by now is not waited for.
    std::unique_lock lock(mutex_);
    work_ = nullptr;
    done_.wait(lock, [this] { return helpers_ == 0; });
}

void ThreadPool::help() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || (work_ != nullptr && next_ < count_); });
        if (stopping_) return;
        const std::function<void(size_t)>& work = *work_;
        const size_t count = count_;
        ++helpers_;
        lock.unlock();
        take(work, count);
        lock.lock();
        if (--helpers_ == 0) done_.notify_one();
    }
}

void ThreadPool::take(const std::function<void(size_t)>& work, size_t count) {
    for (size_t i = next_++; i < count; i = next_++) work(i);
}

}  // namespace mayfly::threads
