#include "terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace mayfly::cli {
namespace {

// Alternate screen, bracketed paste. At the end the screen is erased while it is still ours.
constexpr std::string_view enter = "\x1b[?1049h\x1b[?2004h\x1b[2J\x1b[H";
constexpr std::string_view leave = "\x1b[0m\x1b[2J\x1b[H\x1b[?2004l\x1b[?25h\x1b[?1049l";
constexpr size_t read_size_bytes = 4096;

void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return;
        bytes.remove_prefix(static_cast<size_t>(put));
    }
}

}  // namespace

Result<Terminal> Terminal::open() {
    termios before{};
    ENSURE(::isatty(STDOUT_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before) == 0,
           invalid_argument);
    termios raw = before;
    ::cfmakeraw(&raw);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    ENSURE(::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0, invalid_argument);
    write_all(enter);
    return Terminal(before);
}

Terminal::Terminal(Terminal&& other) noexcept
    : before_(other.before_), active_(std::exchange(other.active_, false)) {}

Terminal::~Terminal() {
    if (!active_) return;
    write_all(leave);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

Terminal::Size Terminal::size() const {
    winsize window{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return {};
    return {window.ws_row, window.ws_col};
}

void Terminal::write(const rpc::WipedString& bytes) const { write_all(rpc::view_of(bytes)); }

bool Terminal::read(rpc::WipedString& out) const {
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    if (::poll(&ready, 1, 0) != 1) return true;
    const size_t before = out.size();
    out.resize(before + read_size_bytes);
    const ssize_t got = ::read(STDIN_FILENO, out.data() + before, read_size_bytes);
    out.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    // Readable without bytes: hung up.
    return got > 0;
}

}  // namespace mayfly::cli
