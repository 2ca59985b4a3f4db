#include "link/resolver.h"

#include <netdb.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <system_error>
#include <thread>

namespace mayfly::link {
namespace {

std::atomic<int> threads_under_way{0};

std::vector<IpAddress> look_up(const std::string& host, uint16_t port, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* list = nullptr;
    std::vector<IpAddress> out;
    if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list) != 0) return out;
    for (const addrinfo* at = list; at != nullptr && out.size() < ip_addresses_max;
         at = at->ai_next) {
        if (at->ai_addrlen > sizeof(sockaddr_storage)) continue;
        IpAddress address;
        address.size_bytes = at->ai_addrlen;
        std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
        out.push_back(address);
    }
    freeaddrinfo(list);
    return out;
}

}  // namespace

Result<std::shared_ptr<Resolution>> Resolution::start(const std::string& host, uint16_t port,
                                                      std::shared_ptr<crypto::UniqueFd> wake_fd) {
    auto resolution = std::make_shared<Resolution>();
    auto addresses = look_up(host, port, AI_NUMERICHOST);
    if (!addresses.empty()) {
        resolution->set(std::move(addresses));
        return resolution;
    }
    if (++threads_under_way > resolver_threads_max) {
        --threads_under_way;
        return MAYFLY_ERROR(quota_exceeded);
    }
    try {
        std::thread([resolution, wake_fd = std::move(wake_fd), host, port] {
            resolution->set(look_up(host, port, 0));
            const uint64_t one = 1;
            [[maybe_unused]] const ssize_t ignored = write(wake_fd->get(), &one, sizeof one);
            --threads_under_way;
        }).detach();
    } catch (const std::system_error&) {
        --threads_under_way;
        return MAYFLY_ERROR(quota_exceeded);
    }
    return resolution;
}

std::optional<std::vector<IpAddress>> Resolution::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(answer_, std::nullopt);
}

void Resolution::set(std::vector<IpAddress> addresses) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(addresses);
}

}  // namespace mayfly::link
