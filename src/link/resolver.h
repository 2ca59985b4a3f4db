// Name resolution that can be waited for with poll. The system's resolver blocks for as long as it
// likes, so each question gets a thread of its own, which may outlive its asker.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crypto/unique_fd.h"
#include "util/result.h"

namespace mayfly::link {

// Questions under way in this process: a dead name server must not pile up threads.
constexpr int resolver_threads_max = 32;
// Of a host with very many addresses, the first ones are tried.
constexpr size_t ip_addresses_max = 8;

struct IpAddress {
    sockaddr_storage storage{};
    socklen_t size_bytes = 0;
    const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Resolution is one question. Its answer has no address when the name is unknown.
class Resolution {
  public:
    // start answers IP literals at once; for names it begins a thread, which writes to the eventfd
    // `wake_fd` when it is done. Errors: quota_exceeded.
    static Result<std::shared_ptr<Resolution>> start(const std::string& host, uint16_t port,
                                                     std::shared_ptr<crypto::UniqueFd> wake_fd);
    // take gives the answer once it is there.
    std::optional<std::vector<IpAddress>> take();

  private:
    void set(std::vector<IpAddress> addresses);

    std::mutex mutex_;
    std::optional<std::vector<IpAddress>> answer_;
};

}  // namespace mayfly::link
