#include "webhook.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "process.h"

namespace mayfly::cli {
namespace {

constexpr const char* subscribe_line = R"({"jsonrpc":"2.0","id":0,"method":"subscribe",)"
                                       R"("params":{"events":["message","request","gone"]}})";

// A refusal for good: the same body will not be taken later either (RFC 9110 section 15.5).
bool is_refusal(int status) {
    return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

}  // namespace

std::string webhook_signature(BytesView secret, Time now, std::string_view body) {
    const std::string seconds = std::to_string(now.ms / 1000);
    rpc::WipedString input(seconds.data(), seconds.size());
    input += '.';
    input += body;
    std::array<uint8_t, 32> tag{};
    crypto::hmac(crypto::HashId::sha256, secret, as_bytes(rpc::view_of(input)), tag);
    return "t=" + seconds + ",v1=" + to_hex(tag);
}

Webhook::Webhook(HttpUrl url, SecretBuffer secret, rpc::ClientId client)
    : url_(std::move(url)),
      secret_(std::move(secret)),
      client_(client),
      done_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

Result<std::unique_ptr<Webhook>> Webhook::create(HttpUrl url, SecretBuffer secret,
                                                 rpc::Server& server, Time now) {
    const auto client = server.add_client();
    ENSURE(client.has_value(), quota_exceeded);
    server.receive(*client, as_bytes(subscribe_line), now);
    return std::unique_ptr<Webhook>(new Webhook(std::move(url), std::move(secret), *client));
}

Webhook::~Webhook() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Webhook::run() {
    const auto stopped = [this] {
        const std::lock_guard lock(mutex_);
        return stop_;
    };
    while (true) {
        rpc::WipedString body;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stop_ || job_.has_value(); });
            if (stop_) return;
            body = std::move(*job_);
            job_.reset();
        }
        const std::string_view text = rpc::view_of(body);
        const std::string header =
            "Mayfly-Signature: " + webhook_signature(secret_.expose(), wall_clock_now(), text) +
            "\r\n";
        const auto status = http_post(url_, header, text, stopped);
        {
            const std::lock_guard lock(mutex_);
            outcome_ = status.ok() ? status.value() : 0;
        }
        const uint64_t one = 1;
        (void)!::write(done_fd_.get(), &one, sizeof one);
    }
}

std::optional<Webhook::Delivery> Webhook::next_delivery(rpc::Server& server, Time now) const {
    while (auto line = server.next_line(client_, now)) {
        auto parsed = rpc::parse_json(as_bytes(rpc::view_of(*line)));
        if (!parsed.ok() || !parsed->is_object() || !parsed->contains("method")) continue;
        Delivery delivery;
        delivery.body = std::move(*line);
        delivery.params = parsed->at("params");
        if (const auto message = delivery.params.find("message");
            message != delivery.params.end()) {
            delivery.expires_at = Time{message->at("expires_at").get<int64_t>()};
        }
        return delivery;
    }
    return std::nullopt;
}

void Webhook::settle(rpc::Server& server, int status, Time now) {
    Delivery& delivery = *delivery_;
    if (status >= 200 && status < 300) {
        if (const auto message = delivery.params.find("message");
            message != delivery.params.end()) {
            const rpc::Json ack{{"jsonrpc", "2.0"},
                                {"method", "ack"},
                                {"params",
                                 {{"account", delivery.params.at("account")},
                                  {"ids", rpc::Json::array({message->at("id")})}}}};
            server.receive(client_, as_bytes(rpc::view_of(rpc::write_json(ack))), now);
        }
        return delivery_.reset();
    }
    if (is_refusal(status)) return delivery_.reset();
    delivery.not_before = monotonic_now() + delivery.retry_delay;
    delivery.retry_delay = std::min(Duration{delivery.retry_delay.ms * 2}, webhook_retry_max);
}

void Webhook::work(rpc::Server& server, Time now) {
    if (posting_) {
        std::optional<int> outcome;
        {
            const std::lock_guard lock(mutex_);
            outcome = std::exchange(outcome_, std::nullopt);
        }
        if (!outcome) return;
        uint64_t ignored = 0;
        (void)!::read(done_fd_.get(), &ignored, sizeof ignored);
        posting_ = false;
        settle(server, *outcome, now);
    }
    if (!delivery_) delivery_ = next_delivery(server, now);
    // Nobody is told of what has expired meanwhile.
    while (delivery_ && delivery_->expires_at && *delivery_->expires_at <= now) {
        delivery_ = next_delivery(server, now);
    }
    if (!delivery_ || monotonic_now() < delivery_->not_before) return;
    {
        const std::lock_guard lock(mutex_);
        job_ = delivery_->body;
    }
    posting_ = true;
    wake_.notify_one();
}

void Webhook::wait_on(std::vector<pollfd>& fds, Duration& wait) const {
    if (posting_) {
        fds.push_back({done_fd_.get(), POLLIN, 0});
    } else if (delivery_) {
        wait = std::max(Duration{}, std::min(wait, delivery_->not_before - monotonic_now()));
    }
}

}  // namespace mayfly::cli
