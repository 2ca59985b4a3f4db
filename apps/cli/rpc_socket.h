// RpcSocket: the Unix socket of the daemon. Only programs of the same user get in.
#pragma once

#include <poll.h>

#include <optional>
#include <string>

#include "store/files.h"

namespace mayfly::cli {

class RpcSocket {
  public:
    // open makes the socket, mode 0600, and takes the place of one that nobody listens at any more.
    // Errors: already_exists (somebody does, or it is no socket), invalid_argument (the path is
    // too long), storage_failed.
    static Result<RpcSocket> open(const std::string& path);
    RpcSocket(RpcSocket&& other) noexcept
        : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}
    RpcSocket& operator=(RpcSocket&&) = delete;
    ~RpcSocket();  // removes it

    int fd() const { return fd_.get(); }
    // accept gives the next connection; none when nobody waits. Other users are turned away.
    std::optional<store::Fd> accept() const;

  private:
    RpcSocket(std::string path, store::Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    std::string path_;
    store::Fd fd_;
};

}  // namespace mayfly::cli
