#include "relay_net/push_sender.h"

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "crypto/system_entropy.h"
#include "relay_net/push_request.h"
#include "relay_net/system_clock.h"

namespace mayfly::relay_net {
namespace {

using Steady = std::chrono::steady_clock;

// Hosts that failed, remembered: more would be somebody's game.
constexpr size_t hosts_max = 1'024;
constexpr unsigned failures_doubling_max = 5;  // 20 s become 10 minutes
// How long stop waits for threads that only a name server can keep.
constexpr std::chrono::milliseconds stop_patience{500};

}  // namespace

struct PushSender::State {
    State(PushSenderConfig config_in, VapidSigner signer_in, crypto::TlsClientContext tls_in,
          OnGone on_gone_in)
        : config(config_in),
          signer(std::move(signer_in)),
          tls(std::move(tls_in)),
          on_gone(std::move(on_gone_in)) {}

    struct Waiting {
        relay::Push push;
        relay::PushEndpoint endpoint;
        size_t attempts = 0;
    };
    struct HostState {
        size_t threads = 0;
        unsigned failures = 0;
        Steady::time_point next;
    };

    void run();
    std::optional<Waiting> take(std::unique_lock<std::mutex>& lock);
    Result<PushOutcome> attempt(const Waiting& waiting);
    void finish(Waiting waiting, Result<PushOutcome> outcome);
    void forget_hosts();

    const PushSenderConfig config;
    const VapidSigner signer;
    const crypto::TlsClientContext tls;
    std::atomic<bool> stopping = false;
    SystemClock clock;

    // Under mutex.
    std::mutex mutex;
    std::condition_variable has_work;
    std::condition_variable thread_ended;
    std::list<Waiting> waiting;
    std::map<std::string, HostState> hosts;
    size_t threads = 0;

    std::mutex gone_mutex;  // held while on_gone is called
    OnGone on_gone;
};

Result<std::unique_ptr<PushSender>> PushSender::start(PushSenderConfig config, VapidSigner signer,
                                                      OnGone on_gone) {
    TRY_ASSIGN(auto tls, crypto::TlsClientContext::create());
    auto state =
        std::make_shared<State>(config, std::move(signer), std::move(tls), std::move(on_gone));
    state->threads = config.threads;
    for (size_t i = 0; i < config.threads; ++i) std::thread([state] { state->run(); }).detach();
    return std::unique_ptr<PushSender>(new PushSender(std::move(state)));
}

PushSender::~PushSender() { stop(); }

void PushSender::send(std::vector<relay::Push> pushes) {
    const std::lock_guard lock(state_->mutex);
    for (relay::Push& push : pushes) {
        auto endpoint = relay::parse_push_endpoint(push.endpoint);
        if (!endpoint.ok() || state_->waiting.size() >= state_->config.pushes_max) continue;
        state_->waiting.push_back({std::move(push), std::move(*endpoint), 0});
    }
    state_->has_work.notify_all();
}

void PushSender::stop() {
    state_->stopping = true;
    {
        const std::lock_guard lock(state_->gone_mutex);
        state_->on_gone = {};
    }
    std::unique_lock lock(state_->mutex);
    state_->waiting.clear();
    state_->has_work.notify_all();
    state_->thread_ended.wait_for(lock, stop_patience, [&] { return state_->threads == 0; });
}

// The first push whose host may be asked now; none when the sender stops.
std::optional<PushSender::State::Waiting> PushSender::State::take(
    std::unique_lock<std::mutex>& lock) {
    constexpr std::chrono::seconds look_again{1};  // when all that waits must wait longer
    while (!stopping) {
        const auto now = Steady::now();
        for (auto one = waiting.begin(); one != waiting.end(); ++one) {
            const auto found = hosts.find(one->endpoint.host);
            const bool may_go =
                found == hosts.end() ||
                (found->second.next <= now && found->second.threads < config.threads_per_host_max);
            if (!may_go) continue;
            Waiting out = std::move(*one);
            waiting.erase(one);
            ++hosts[out.endpoint.host].threads;
            return out;
        }
        if (waiting.empty()) {
            has_work.wait(lock);
        } else {
            has_work.wait_for(lock, look_again);
        }
    }
    return std::nullopt;
}

void PushSender::State::run() {
    std::unique_lock lock(mutex);
    while (auto next = take(lock)) {
        lock.unlock();
        auto outcome = attempt(*next);
        if (outcome.ok() && *outcome == PushOutcome::gone) {
            const std::lock_guard calling(gone_mutex);
            if (on_gone) on_gone(next->push);
        }
        lock.lock();
        finish(std::move(*next), std::move(outcome));
    }
    --threads;
    thread_ended.notify_all();
}

Result<PushOutcome> PushSender::State::attempt(const Waiting& waiting_push) {
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const Bytes request, format_push_request(waiting_push.push, waiting_push.endpoint,
                                                        signer, clock.now(), entropy));
    const auto deadline = Steady::now() + std::chrono::milliseconds(config.time_max.ms);
    return send_push_request(tls, waiting_push.endpoint, request,
                             {config.may_be_private, deadline, stopping});
}

void PushSender::State::finish(Waiting done, Result<PushOutcome> outcome) {
    HostState& host = hosts[done.endpoint.host];
    --host.threads;
    const bool is_expired = !outcome.ok() && outcome.code() == ErrorCode::expired;
    const bool failed = outcome.ok() ? *outcome == PushOutcome::later : !is_expired;
    if (!failed) {
        host.failures = 0;
    } else {
        const int64_t wait_ms = config.retry_after.ms << host.failures;
        host.failures = std::min(host.failures + 1, failures_doubling_max);
        host.next = Steady::now() + std::chrono::milliseconds(wait_ms);
        if (++done.attempts < config.attempts_max && waiting.size() < config.pushes_max) {
            waiting.push_back(std::move(done));
        }
    }
    forget_hosts();
    has_work.notify_one();  // somebody may have waited for this host
}

void PushSender::State::forget_hosts() {
    std::erase_if(hosts, [&](const auto& entry) {
        const HostState& host = entry.second;
        return host.threads == 0 && (host.failures == 0 || hosts.size() > hosts_max);
    });
}

}  // namespace mayfly::relay_net
