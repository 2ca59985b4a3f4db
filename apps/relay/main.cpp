// mayfly-relay: the server program.
#include <signal.h>

#include <cstdio>

#include "options.h"
#include "report.h"
#include "serve.h"
#include "web_bundle.h"

namespace {

using namespace mayfly::relay_app;

Exit run(const Options& options) {
    if (const auto* wanted = std::get_if<ServeOptions>(&options)) return serve(*wanted);
    if (const auto* wanted = std::get_if<InviteOptions>(&options)) return invite(*wanted);
    if (const auto* wrong = std::get_if<UsageError>(&options)) {
        return report(Exit::usage, wrong->error, wrong->hint);
    }
    if (std::holds_alternative<VersionOptions>(options)) {
        std::puts("mayfly-relay " MAYFLY_VERSION);
        if (web_bundle() != nullptr) {
            std::printf("web client %s\n", std::string(web_bundle()->hash).c_str());
        } else {
            std::puts("no web client in it");
        }
    } else {
        std::fputs(help_text, stdout);
    }
    return Exit::done;
}

}  // namespace

int main(int argc, char** argv) {
    // Whoever reads our output may go away; that is no reason to stop serving.
    signal(SIGPIPE, SIG_IGN);
    const Exit exit = run(parse_options({argv + 1, argv + argc}));
    if (std::fflush(stdout) != 0 && exit == Exit::done) return static_cast<int>(Exit::failed);
    return static_cast<int>(exit);
}
