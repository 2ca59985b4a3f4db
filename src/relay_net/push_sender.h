// PushSender: brings pushes to push services over HTTPS, in threads of its own, so that no service,
// however slow, holds up the relay. docs/spec/push.md section 3.
//
// A push that finds no room, or whose service does not answer in a few attempts, is dropped: what
// it announced is in its queue all the same.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "crypto/tls.h"
#include "relay_net/web_push.h"

namespace mayfly::relay_net {

struct PushSenderConfig {
    // Push services with private addresses: for tests, or a service of one's own network.
    bool may_be_private = false;
    size_t threads = 8;
    // One service must not keep all threads waiting.
    size_t threads_per_host_max = 6;
    // Pushes that wait; each has below 2 kB.
    size_t pushes_max = 4'096;
    // From the lookup of the name to the answer.
    Duration time_max = Duration::seconds(10);
    size_t attempts_max = 3;
    // After a failure, all that goes to that host waits; twice as long after each further one.
    Duration retry_after = Duration::seconds(20);
};

class PushSender {
  public:
    // `on_gone` is called from a thread of the sender's. Errors: crypto_failure.
    using OnGone = std::function<void(const relay::Push&)>;
    static Result<std::unique_ptr<PushSender>> start(PushSenderConfig config, VapidSigner signer,
                                                     OnGone on_gone);
    ~PushSender();

    // send never waits. Any thread.
    void send(std::vector<relay::Push> pushes);
    // stop drops what waits. Afterwards on_gone is not called any more.
    void stop();

  private:
    struct State;
    explicit PushSender(std::shared_ptr<State> state) : state_(std::move(state)) {}
    // Shared with the threads: one that a name server keeps waiting is left behind.
    std::shared_ptr<State> state_;
};

}  // namespace mayfly::relay_net
