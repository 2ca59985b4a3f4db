// Host: the one thread that runs the relay's logic, between the network threads and the disk.
//
// It takes inputs in groups: what is queued, up to a bound. Each is stepped and its writes applied;
// then one sync makes the whole group durable, and only then are its answers released. Under load
// a sync is shared by many messages; a lone message never waits for others.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "relay_net/listener.h"

namespace mayfly::relay_net {

// Beyond this many a larger group gains little (anchors: 58,700 appends/s in groups of 32, 139,000
// in groups of 256), and the first one waits for the last.
constexpr size_t group_inputs_max = 256;
constexpr Duration group_time_max = Duration::milliseconds(2);
// What may wait for the logic; beyond it the network threads read no more, and TCP slows the
// senders.
constexpr size_t queue_inputs_max = 16'384;
constexpr size_t queue_size_bytes_max = 64U << 20;

class Host final : public ConnectionHandler {
  public:
    // All that is handed in must outlive the Host; `release` is called from its thread.
    using Release = std::function<void(std::vector<relay::Send>)>;
    using ReleasePushes = std::function<void(std::vector<relay::Push>)>;
    Host(relay::RelayStore& store, Clock& clock, Entropy& entropy);
    ~Host() override;

    void start(relay::Relay& relay, Release release, ReleasePushes release_pushes = {});
    // stop finishes what is queued, with its sync and its answers.
    void stop();

    // write makes one batch durable between two groups: for the host's own doings, like invites.
    // Any thread but the Host's own; it waits. Errors: the store's, shutting_down.
    using FillBatch = std::function<void(relay::StoreBatch&, Entropy&)>;
    Status write(const FillBatch& fill);
    // forget_push: a push service knows this subscription no more. Any thread.
    void forget_push(const wire::QueueId& queue, std::string_view endpoint);

    void on_connected(relay::ConnectionId id, Bytes ip_prefix) override;
    void on_frame(relay::ConnectionId id, Bytes frame) override;
    void on_disconnected(relay::ConnectionId id) override;
    // is_healthy is false from a write that the disk refused to one that it took.
    bool is_healthy() override { return healthy_; }

  private:
    struct Step {
        std::vector<relay::Send> sends;
        std::vector<relay::Push> pushes;
        std::optional<Error> refused;  // by apply
    };

    struct Task {
        const FillBatch* fill = nullptr;
        std::promise<Status> done;
    };

    void push(relay::Input input);
    std::deque<relay::Input> take(size_t count_max);
    bool wait_for_work();
    void run();
    void run_tasks();
    void run_group();
    void step(const relay::Input& input);
    void finish_group();

    relay::Relay* relay_ = nullptr;
    relay::RelayStore& store_;
    Clock& clock_;
    Entropy& entropy_;
    Release release_;
    ReleasePushes release_pushes_;
    std::thread thread_;
    std::atomic<bool> healthy_ = true;

    // Under mutex_.
    std::mutex mutex_;
    std::condition_variable has_work_;
    std::condition_variable has_room_;
    std::deque<relay::Input> queue_;
    std::vector<Task> tasks_;
    size_t queue_size_bytes_ = 0;
    bool stopping_ = false;

    // The logic thread's own: the group under way.
    std::vector<Step> group_;
    bool group_writes_ = false;
};

}  // namespace mayfly::relay_net
