#include "relay_net/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <thread>

#include "crypto/unique_fd.h"

namespace mayfly::relay_net {
namespace {

using crypto::UniqueFd;

constexpr const char* socket_name = "control";

// A socket's path may have 107 bytes, a directory's 4,095: the way through an open directory is
// short.
struct SocketPath {
    UniqueFd directory;
    sockaddr_un address{};
    const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Result<SocketPath> socket_path(const std::string& directory) {
    SocketPath out;
    out.directory = UniqueFd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    ENSURE(out.directory.is_open(), storage_failed);
    out.address.sun_family = AF_UNIX;
    std::snprintf(out.address.sun_path, sizeof out.address.sun_path, "/proc/self/fd/%d/%s",
                  out.directory.get(), socket_name);
    return out;
}

bool wait_readable(int fd) {
    pollfd ready{fd, POLLIN, 0};
    return ::poll(&ready, 1, static_cast<int>(control_timeout.ms)) == 1;
}

// Reads up to the first line end; empty if none comes.
std::string read_line(int fd) {
    std::string out;
    char c = 0;
    while (out.size() < control_line_size_bytes_max && wait_readable(fd) && read(fd, &c, 1) == 1) {
        if (c == '\n') return out;
        out += c;
    }
    return {};
}

void write_line(int fd, std::string_view text) {
    const std::string line = std::string(text) + "\n";
    // So short a line fits into any socket's buffer.
    [[maybe_unused]] const ssize_t ignored = send(fd, line.data(), line.size(), MSG_NOSIGNAL);
}

}  // namespace

struct ControlSocket::State {
    UniqueFd listen_fd;
    UniqueFd stop_fd;
    Answer answer;
    std::thread thread;

    void run() {
        while (true) {
            pollfd ready[2] = {{listen_fd.get(), POLLIN, 0}, {stop_fd.get(), POLLIN, 0}};
            if (::poll(ready, 2, -1) < 0) continue;
            if (ready[1].revents != 0) return;
            const UniqueFd client(accept4(listen_fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!client.is_open()) continue;
            const std::string word = read_line(client.get());
            if (!word.empty()) write_line(client.get(), answer(word));
        }
    }
};

ControlSocket::ControlSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}

ControlSocket::~ControlSocket() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t ignored = write(state_->stop_fd.get(), &one, sizeof one);
    state_->thread.join();
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::open(const std::string& directory,
                                                           Answer answer) {
    TRY_ASSIGN(const SocketPath path, socket_path(directory));
    auto state = std::make_unique<State>();
    state->answer = std::move(answer);
    state->stop_fd = UniqueFd(eventfd(0, EFD_CLOEXEC));
    state->listen_fd = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ENSURE(state->stop_fd.is_open() && state->listen_fd.is_open(), storage_failed);
    unlinkat(path.directory.get(), socket_name, 0);  // left by a process that was killed
    ENSURE(bind(state->listen_fd.get(), path.generic(), sizeof path.address) == 0, storage_failed);
    ENSURE(fchmodat(path.directory.get(), socket_name, 0600, 0) == 0, storage_failed);
    ENSURE(listen(state->listen_fd.get(), 8) == 0, storage_failed);
    State* raw = state.get();
    state->thread = std::thread([raw] { raw->run(); });
    return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(state)));
}

Result<std::string> ask_control(const std::string& directory, std::string_view word) {
    TRY_ASSIGN(const SocketPath path, socket_path(directory));
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ENSURE(socket.is_open(), relay_unreachable);
    ENSURE(connect(socket.get(), path.generic(), sizeof path.address) == 0, relay_unreachable);
    write_line(socket.get(), word);
    std::string line = read_line(socket.get());
    ENSURE(!line.empty(), relay_unreachable);
    return line;
}

}  // namespace mayfly::relay_net
