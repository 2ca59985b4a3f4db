#include "line_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace mayfly::cli {
namespace {

constexpr size_t read_size_bytes = 65'536;
// What a pipe takes without blocking when poll says that it can be written (POSIX: PIPE_BUF).
constexpr size_t write_size_bytes_max = 4096;

bool is_ready(int fd, short events) {
    pollfd ready{fd, events, 0};
    return ::poll(&ready, 1, 0) == 1;
}

}  // namespace

LineStream LineStream::of_socket(store::Fd fd, rpc::ClientId client) {
    const int both = fd.get();
    return {std::move(fd), both, both, client};
}
LineStream LineStream::of_standard_streams(rpc::ClientId client) {
    return {store::Fd(), STDIN_FILENO, STDOUT_FILENO, client};
}

bool LineStream::work(rpc::Server& server, Time now) {
    if (!read_some(server, now) || !write_some(server, now)) return false;
    // After its last word a client gets the answers that are under way.
    return !at_end_ || !output_.empty() || !server.is_idle(client_);
}

bool LineStream::read_some(rpc::Server& server, Time now) {
    while (server.reads(client_)) {
        const size_t end = input_.find('\n');
        if (end != rpc::WipedString::npos) {
            const auto line = rpc::view_of(input_).substr(0, end);
            if (!line.empty()) server.receive(client_, as_bytes(line), now);
            input_.erase(0, end + 1);
            continue;
        }
        if (input_.size() > rpc::request_size_bytes_max) {
            server.receive(client_, as_bytes(rpc::view_of(input_)), now);
            at_end_ = true;
            input_.clear();
        }
        if (at_end_ || !is_ready(in_, POLLIN)) return true;
        const size_t before = input_.size();
        input_.resize(before + read_size_bytes);
        const ssize_t got = ::read(in_, input_.data() + before, read_size_bytes);
        input_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
        if (got < 0) return false;
        if (got == 0) {
            at_end_ = true;
            if (!input_.empty()) input_.push_back('\n');  // a last line without its end
        }
    }
    return true;
}

bool LineStream::write_some(rpc::Server& server, Time now) {
    while (true) {
        if (written_ == output_.size()) {
            auto line = server.next_line(client_, now);
            output_.clear();
            written_ = 0;
            if (!line) return true;
            output_ = std::move(*line);
            output_.push_back('\n');
        }
        if (!is_ready(out_, POLLOUT)) return true;
        const size_t size = std::min(output_.size() - written_, write_size_bytes_max);
        const ssize_t put = owned_.valid() ? ::send(out_, output_.data() + written_, size,
                                                    MSG_NOSIGNAL | MSG_DONTWAIT)
                                           : ::write(out_, output_.data() + written_, size);
        if (put < 0 && (errno == EINTR || errno == EAGAIN)) return true;
        if (put <= 0) return false;
        written_ += static_cast<size_t>(put);
    }
}

void LineStream::wait_on(const rpc::Server& server, std::vector<pollfd>& fds) const {
    if (!at_end_ && server.reads(client_)) fds.push_back({in_, POLLIN, 0});
    if (!output_.empty() || server.has_lines(client_)) fds.push_back({out_, POLLOUT, 0});
}

}  // namespace mayfly::cli
