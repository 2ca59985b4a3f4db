// Webhook: a client of the daemon's server that hands messages and requests to an HTTP server, one
// POST each, signed, in order. What the receiver takes (2xx) is acknowledged. docs/bots.md.
#pragma once

#include <poll.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "http_post.h"
#include "rpc/server.h"
#include "store/files.h"
#include "util/secret.h"

namespace mayfly::cli {

// The first retry comes soon: a receiver that restarts. The last ones are for one that is away.
constexpr Duration webhook_retry_min = Duration::seconds(1);
constexpr Duration webhook_retry_max = Duration::minutes(5);
constexpr size_t webhook_secret_size_bytes_min = 16;  // 128 bits, if they are random

// webhook_signature is the value of the header Mayfly-Signature: "t=SECONDS,v1=HEX", HMAC-SHA256
// over SECONDS, a full stop and the body.
std::string webhook_signature(BytesView secret, Time now, std::string_view body);

class Webhook {
  public:
    // Errors: quota_exceeded (no place among the server's clients).
    static Result<std::unique_ptr<Webhook>> create(HttpUrl url, SecretBuffer secret,
                                                   rpc::Server& server, Time now);
    Webhook(const Webhook&) = delete;
    Webhook& operator=(const Webhook&) = delete;
    ~Webhook();

    // work takes the outcome of the last POST and begins the next one.
    void work(rpc::Server& server, Time now);
    void wait_on(std::vector<pollfd>& fds, Duration& wait) const;

  private:
    // Delivery: one notification on its way.
    struct Delivery {
        rpc::WipedString body;
        rpc::Json params;
        Duration retry_delay = webhook_retry_min;
        Time not_before;                 // of monotonic_now
        std::optional<Time> expires_at;  // of a message: nothing is posted after it
    };
    Webhook(HttpUrl url, SecretBuffer secret, rpc::ClientId client);
    std::optional<Delivery> next_delivery(rpc::Server& server, Time now) const;
    void settle(rpc::Server& server, int status, Time now);
    void run();  // of the thread

    HttpUrl url_;
    SecretBuffer secret_;
    rpc::ClientId client_;
    store::Fd done_fd_;  // readable when a POST has ended
    std::optional<Delivery> delivery_;
    bool posting_ = false;

    std::mutex mutex_;  // guards what follows
    std::condition_variable wake_;
    std::optional<rpc::WipedString> job_;
    std::optional<int> outcome_;  // status code; 0: no answer
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace mayfly::cli
