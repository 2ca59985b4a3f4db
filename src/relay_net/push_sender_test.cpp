#include "relay_net/push_sender.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "crypto/system_entropy.h"
#include "relay_net/push_request.h"
#include "relay_net/system_clock.h"

namespace mayfly::relay_net {
namespace {

bool is_public(const char* text) {
    sockaddr_storage storage{};
    auto* in = reinterpret_cast<sockaddr_in*>(&storage);
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&storage);
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
        storage.ss_family = AF_INET;
    } else {
        EXPECT_EQ(inet_pton(AF_INET6, text, &in6->sin6_addr), 1) << text;
        storage.ss_family = AF_INET6;
    }
    return is_public_address(reinterpret_cast<const sockaddr*>(&storage));
}

TEST(push_request, only_addresses_of_the_internet_are_public) {
    for (const char* yes :
         {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.0.3.1", "223.255.255.255", "100.63.0.1",
          "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"}) {
        EXPECT_TRUE(is_public(yes)) << yes;
    }
    for (const char* no :
         {"0.0.0.0",         "10.1.2.3",        "100.64.0.1",  "127.0.0.1",  "169.254.169.254",
          "172.16.0.1",      "172.31.255.255",  "192.168.1.1", "192.0.2.1",  "198.18.0.1",
          "224.0.0.1",       "255.255.255.255", "::",          "::1",        "::ffff:127.0.0.1",
          "::127.0.0.1",     "fe80::1",         "fc00::1",     "fd00::1",    "ff02::1",
          "64:ff9b::7f00:1", "2002:7f00:1::",   "2001::1",     "2001:db8::1"}) {
        EXPECT_FALSE(is_public(no)) << no;
    }
}

// A socket that counts who connects and says nothing.
struct SilentService {
    SilentService() : socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        socklen_t size_bytes = sizeof address;
        EXPECT_EQ(bind(socket.get(), generic, size_bytes), 0);
        EXPECT_EQ(listen(socket.get(), 64), 0);
        EXPECT_EQ(getsockname(socket.get(), generic, &size_bytes), 0);
        port = ntohs(address.sin_port);
    }
    // Waits, some seconds at most, until so many have come; gives how many there are.
    size_t arrivals(size_t wanted) {
        for (int i = 0; i < 2000 && connections.size() < wanted; ++i) {
            crypto::UniqueFd one(accept(socket.get(), nullptr, nullptr));
            if (one.is_open()) {
                connections.push_back(std::move(one));
            } else {
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        }
        return connections.size();
    }
    crypto::UniqueFd socket;
    uint16_t port = 0;
    std::vector<crypto::UniqueFd> connections;
};

std::vector<relay::Push> pushes_to(const std::string& authority, size_t count) {
    crypto::SystemEntropy entropy;
    const auto pair = crypto::signature_generate(crypto::SignatureId::ecdsa_p256, entropy);
    SystemClock clock;
    relay::Push push;
    push.endpoint = "https://" + authority + "/push";
    push.p256dh = *wire::PushKey::from(pair->public_key);
    push.expires_at_ms = static_cast<uint64_t>((clock.now() + Duration::hours(1)).ms);
    return std::vector<relay::Push>(count, push);
}

std::unique_ptr<PushSender> sender_with(const PushSenderConfig& config) {
    crypto::SystemEntropy entropy;
    auto pair = *crypto::signature_generate(crypto::SignatureId::ecdsa_p256, entropy);
    auto signer = *VapidSigner::create(pair.private_key, "https://relay.example");
    return std::move(*PushSender::start(config, std::move(signer), {}));
}

TEST(push_sender, a_private_address_is_never_connected_to) {
    SilentService service;
    PushSenderConfig config;
    config.retry_after = Duration::milliseconds(1);
    const auto sender = sender_with(config);
    const std::string port = ":" + std::to_string(service.port);
    sender->send(pushes_to("127.0.0.1" + port, 3));
    sender->send(pushes_to("localhost" + port, 3));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(accept(service.socket.get(), nullptr, nullptr), -1);
}

TEST(push_sender, a_silent_service_does_not_hold_up_another) {
    SilentService silent;
    SilentService other;
    PushSenderConfig config;
    config.may_be_private = true;
    const auto sender = sender_with(config);
    sender->send(pushes_to("127.0.0.1:" + std::to_string(silent.port), 20));
    EXPECT_EQ(silent.arrivals(config.threads_per_host_max), config.threads_per_host_max);
    // Another host: the limit goes by name.
    sender->send(pushes_to("localhost:" + std::to_string(other.port), 1));
    EXPECT_EQ(other.arrivals(1), 1U);
    const auto begin = std::chrono::steady_clock::now();
    sender->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(push_sender, a_service_that_fails_is_tried_again_a_few_times) {
    SilentService service;
    PushSenderConfig config;
    config.may_be_private = true;
    config.time_max = Duration::milliseconds(50);
    config.retry_after = Duration::milliseconds(1);
    const auto sender = sender_with(config);
    sender->send(pushes_to("127.0.0.1:" + std::to_string(service.port), 1));
    EXPECT_EQ(service.arrivals(config.attempts_max), config.attempts_max);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_EQ(accept(service.socket.get(), nullptr, nullptr), -1);
}

}  // namespace
}  // namespace mayfly::relay_net
