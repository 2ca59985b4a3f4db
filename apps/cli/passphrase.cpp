#include "passphrase.h"

#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "i18n/tr.h"
#include "store/files.h"

namespace mayfly::cli {
namespace {

// More than a line, so that a key file of some other program is refused for its size alone.
constexpr size_t passphrase_file_size_bytes_max = 65'536;

SecretBuffer first_line(const SecretBuffer& content) {
    const BytesView bytes = content.expose();
    size_t size = 0;
    while (size < bytes.size() && bytes[size] != '\n') size++;
    if (size > 0 && bytes[size - 1] == '\r') size--;
    return SecretBuffer(bytes.first(size));
}

Result<std::optional<SecretBuffer>> from_file(const std::string& file) {
    TRY_ASSIGN(const auto content, store::read_file(file, passphrase_file_size_bytes_max));
    ENSURE(content.has_value(), passphrase_required);
    SecretBuffer line = first_line(*content);
    ENSURE(!line.empty(), passphrase_required);
    ENSURE(line.size() <= passphrase_size_bytes_max, input_too_large);
    return std::optional<SecretBuffer>(std::move(line));
}

// NoEcho keeps what is typed off the screen, and puts the terminal back.
class NoEcho {
  public:
    NoEcho() {
        active_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    ~NoEcho() {
        if (active_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }

  private:
    termios before_{};
    bool active_ = false;
};

Result<SecretBuffer> ask(std::string_view prompt) {
    const NoEcho no_echo;
    (void)!::write(STDERR_FILENO, prompt.data(), prompt.size());
    SecretBuffer typed(passphrase_size_bytes_max + 1);
    size_t size = 0;
    while (true) {
        ENSURE(size < typed.size(), input_too_large);
        const ssize_t got = ::read(STDIN_FILENO, typed.expose_mutable().data() + size, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || typed.expose()[size] == '\n') break;
        size++;
    }
    (void)!::write(STDERR_FILENO, "\n", 1);
    typed.shrink(size);
    return typed;
}

// An empty answer is no passphrase.
Result<std::optional<SecretBuffer>> ask_twice() {
    if (!can_ask_passphrase()) return std::optional<SecretBuffer>();
    TRY_ASSIGN(SecretBuffer first, ask(tr("Choose a passphrase (empty: none): ")));
    if (first.empty()) return std::optional<SecretBuffer>();
    TRY_ASSIGN(const SecretBuffer second, ask(tr("The same again: ")));
    ENSURE(constant_time_equal(first.expose(), second.expose()), wrong_passphrase);
    return std::optional<SecretBuffer>(std::move(first));
}

}  // namespace

bool can_ask_passphrase() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

Result<std::optional<SecretBuffer>> read_passphrase(const std::string& file) {
    if (!file.empty()) return from_file(file);
    if (!can_ask_passphrase()) return std::optional<SecretBuffer>();
    TRY_ASSIGN(SecretBuffer typed, ask(tr("Passphrase: ")));
    return std::optional<SecretBuffer>(std::move(typed));
}

Outcome choose_passphrase(const std::string& file, std::optional<SecretBuffer>& passphrase) {
    auto chosen = file.empty() ? ask_twice() : from_file(file);
    if (chosen.ok()) {
        passphrase = std::move(*chosen);
        return {};
    }
    if (chosen.code() == ErrorCode::wrong_passphrase) {
        return Failure{chosen.code(), tr("the two were not the same"),
                       tr("nothing was changed; try again")};
    }
    if (chosen.code() == ErrorCode::passphrase_required) {
        return Failure{chosen.code(), tr("there is none in {1}", file),
                       tr("its first line is the passphrase")};
    }
    if (chosen.code() == ErrorCode::input_too_large) {
        return Failure{chosen.code(), file,
                       tr("a passphrase has at most {1} bytes", passphrase_size_bytes_max)};
    }
    return chosen.error();
}

}  // namespace mayfly::cli
