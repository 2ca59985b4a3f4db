#include "relay_net/host.h"

#include <chrono>

namespace mayfly::relay_net {
namespace {

using Steady = std::chrono::steady_clock;

}  // namespace

Host::Host(relay::RelayStore& store, Clock& clock, Entropy& entropy)
    : store_(store), clock_(clock), entropy_(entropy) {}

Host::~Host() { stop(); }

void Host::start(relay::Relay& relay, Release release, ReleasePushes release_pushes) {
    relay_ = &relay;
    release_ = std::move(release);
    release_pushes_ = std::move(release_pushes);
    thread_ = std::thread([this] { run(); });
}

void Host::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    has_work_.notify_all();
    has_room_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Host::on_connected(relay::ConnectionId id, Bytes ip_prefix) {
    push({relay::Input::Kind::connected, id, {}, std::move(ip_prefix), {}});
}
void Host::on_frame(relay::ConnectionId id, Bytes frame) {
    push({relay::Input::Kind::frame, id, std::move(frame), {}, {}});
}
void Host::on_disconnected(relay::ConnectionId id) {
    push({relay::Input::Kind::disconnected, id, {}, {}, {}});
}
void Host::forget_push(const wire::QueueId& queue, std::string_view endpoint) {
    push({relay::Input::Kind::push_gone, {}, to_bytes(as_bytes(endpoint)), {}, queue});
}

void Host::push(relay::Input input) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] {
        return stopping_ ||
               (queue_.size() < queue_inputs_max && queue_size_bytes_ < queue_size_bytes_max);
    });
    if (stopping_) return;
    queue_size_bytes_ += input.frame.size();
    queue_.push_back(std::move(input));
    if (queue_.size() == 1) has_work_.notify_one();
}

std::deque<relay::Input> Host::take(size_t count_max) {
    std::deque<relay::Input> out;
    const std::lock_guard lock(mutex_);
    while (!queue_.empty() && out.size() < count_max) {
        queue_size_bytes_ -= queue_.front().frame.size();
        out.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    has_room_.notify_all();
    return out;
}

// False when all is done and none will come.
bool Host::wait_for_work() {
    const Duration until_tick =
        std::clamp(relay_->next_tick() - clock_.now(), Duration{}, relay::tick_interval_max);
    std::unique_lock lock(mutex_);
    has_work_.wait_for(lock, std::chrono::milliseconds(until_tick.ms),
                       [this] { return stopping_ || !queue_.empty() || !tasks_.empty(); });
    return !stopping_ || !queue_.empty() || !tasks_.empty();
}

void Host::run() {
    while (wait_for_work()) {
        run_tasks();
        run_group();
    }
}

Status Host::write(const FillBatch& fill) {
    Task task{&fill, {}};
    std::future<Status> done = task.done.get_future();
    {
        const std::lock_guard lock(mutex_);
        ENSURE(!stopping_, shutting_down);
        tasks_.push_back(std::move(task));
    }
    has_work_.notify_one();
    return done.get();
}

void Host::run_tasks() {
    std::vector<Task> tasks;
    {
        const std::lock_guard lock(mutex_);
        std::swap(tasks, tasks_);
    }
    for (Task& task : tasks) {
        relay::StoreBatch batch;
        (*task.fill)(batch, entropy_);
        Status status = store_.apply(batch);
        if (status.ok()) status = store_.sync();
        task.done.set_value(status);
    }
}

void Host::run_group() {
    const auto end = Steady::now() + std::chrono::milliseconds(group_time_max.ms);
    if (clock_.now() >= relay_->next_tick()) step({});
    size_t room = group_inputs_max;
    while (room > 0) {
        // Few at a time, so that the time bound holds when each of them is large.
        constexpr size_t take_max = 32;
        const auto inputs = take(std::min(room, take_max));
        for (const relay::Input& input : inputs) step(input);
        room -= inputs.size();
        if (inputs.empty() || Steady::now() >= end) break;
    }
    finish_group();
}

void Host::step(const relay::Input& input) {
    relay::Effects effects = relay_->step(input, clock_.now(), entropy_);
    Step done{std::move(effects.sends), std::move(effects.pushes), std::nullopt};
    if (!effects.writes.empty()) {
        group_writes_ = true;
        const Status applied = store_.apply(effects.writes);
        if (!applied.ok()) {
            // Now, not at the end of the group: the next step must not build on it.
            done.refused = applied.error();
            done.sends = relay_->unwind(std::move(done.sends), applied.error());
            done.pushes.clear();
        }
    }
    group_.push_back(std::move(done));
}

void Host::finish_group() {
    if (group_.empty()) return;
    const Status synced = store_.sync();
    bool good = synced.ok();
    std::vector<relay::Send> sends;
    std::vector<relay::Push> pushes;
    for (Step& one : group_) {
        good = good && !one.refused;
        // What a failed sync did not cover is undone; what apply refused is already.
        if (!synced.ok() && !one.refused) {
            one.sends = relay_->unwind(std::move(one.sends), synced.error());
        }
        for (relay::Send& send : one.sends) sends.push_back(std::move(send));
        if (!synced.ok()) continue;
        for (relay::Push& push : one.pushes) pushes.push_back(std::move(push));
    }
    if (group_writes_ || !good) healthy_ = good;
    group_.clear();
    group_writes_ = false;
    if (!sends.empty()) release_(std::move(sends));
    if (!pushes.empty() && release_pushes_) release_pushes_(std::move(pushes));
}

}  // namespace mayfly::relay_net
