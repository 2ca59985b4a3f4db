#include "confirm.h"

#include <unistd.h>

#include <cerrno>

#include "i18n/tr.h"

namespace mayfly::cli {
namespace {

constexpr size_t answer_size_max = 16;

std::string read_line() {
    std::string line;
    char next = 0;
    while (line.size() < answer_size_max) {
        const ssize_t got = ::read(STDIN_FILENO, &next, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || next == '\n') break;
        line += next;
    }
    return line;
}

}  // namespace

bool says_yes(std::string_view answer) { return answer == "yes" || answer == tr("yes"); }

Outcome confirm(const Context& context, std::string_view question) {
    if (context.command.yes) return {};
    if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1) {
        OutputText out;
        append_filled(out, tr("mayfly: {1} Type yes to go on: "), {question});
        (void)out.write_to(STDERR_FILENO);
        if (says_yes(read_line())) return {};
    }
    return Failure{ErrorCode::invalid_argument, tr("not confirmed"),
                   tr("nothing was changed; type yes when asked, or give --yes")};
}

}  // namespace mayfly::cli
