#include "rpc_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mayfly::cli {
namespace {

constexpr int waiting_connections_max = 16;

store::Fd new_socket() {
    return store::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// clear_way removes a socket that nobody listens at.
Status clear_way(const std::string& path, const sockaddr_un& address) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return {};
    ENSURE(S_ISSOCK(info.st_mode), already_exists);
    const store::Fd probe = new_socket();
    const int connected =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ENSURE(connected != 0 && errno == ECONNREFUSED, already_exists);
    if (::unlink(path.c_str()) != 0) return store::error_of_errno(errno);
    return {};
}

}  // namespace

Result<RpcSocket> RpcSocket::open(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ENSURE(path.size() < sizeof address.sun_path, invalid_argument);
    std::memcpy(address.sun_path, path.data(), path.size());
    TRY(clear_way(path, address));
    store::Fd fd = new_socket();
    // Born with mode 0600: the process's umask is 077, and nobody executes a socket.
    if (!fd.valid() ||
        ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return store::error_of_errno(errno);
    }
    RpcSocket made(path, std::move(fd));
    if (::chmod(path.c_str(), 0600) != 0 || ::listen(made.fd(), waiting_connections_max) != 0) {
        return store::error_of_errno(errno);
    }
    return made;
}

RpcSocket::~RpcSocket() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

std::optional<store::Fd> RpcSocket::accept() const {
    while (true) {
        store::Fd client(::accept4(fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!client.valid()) return std::nullopt;
        ucred peer{};
        socklen_t size = sizeof peer;
        const bool known = ::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
        if (known && peer.uid == ::geteuid()) return client;
    }
}

}  // namespace mayfly::cli
