#include "report.h"

#include <cstdio>

namespace mayfly::relay_app {
namespace {

void print_line(std::string_view kind, std::string_view text) {
    std::fprintf(stderr, "mayfly-relay: %.*s: %.*s\n", static_cast<int>(kind.size()), kind.data(),
                 static_cast<int>(text.size()), text.data());
}

}  // namespace

Exit report(Exit exit, std::string_view error, std::string_view hint) {
    print_line("error", error);
    if (!hint.empty()) print_line("hint", hint);
    return exit;
}

Exit report_error(Error error, std::string_view hint) {
    return report(Exit::failed, error_text(error.code), hint);
}

}  // namespace mayfly::relay_app
