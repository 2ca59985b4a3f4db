// mayfly: the command-line client.
#include <unistd.h>

#include <cstdlib>

#include "help.h"
#include "home.h"
#include "verbs.h"

namespace mayfly::cli {
namespace {

constexpr const char* version_text = "mayfly " MAYFLY_VERSION "\n";

int report(bool json, const std::string& code, const std::string& message, const std::string& hint,
           ExitCode exit_code) {
    OutputText out;
    if (json) {
        JsonLine(out, "error").text("code", code).text("message", message).text("hint", hint);
    } else {
        out.append("mayfly: error: ");
        append_printable(out, as_bytes(message));
        if (!hint.empty()) {
            out.append("\nmayfly: hint: ");
            append_printable(out, as_bytes(hint));
        }
        out.append("\n");
    }
    (void)out.write_to(STDERR_FILENO);
    return static_cast<int>(exit_code);
}

int report(bool json, const Failure& failure) {
    std::string message = error_text(failure.code);
    if (!failure.detail.empty()) message += ": " + failure.detail;
    const std::string hint = failure.hint.empty() ? hint_of(failure.code) : failure.hint;
    return report(json, error_name(failure.code), message, hint, exit_code_of(failure.code));
}

int print(std::string_view text) {
    OutputText out;
    out.append(text);
    return out.write_to(STDOUT_FILENO).ok() ? 0 : 1;
}

Outcome run(Context& context) {
    switch (context.command.verb) {
        case Verb::init: return run_init(context);
        case Verb::whoami: return run_whoami(context);
        case Verb::contact_add: return run_contact_add(context);
        case Verb::contact_requests: return run_contact_requests(context);
        case Verb::contact_accept: return run_contact_accept(context);
        case Verb::contact_list: return run_contact_list(context);
        case Verb::contact_remove: return run_contact_remove(context);
        case Verb::send: return run_send(context);
        case Verb::receive: return run_receive(context);
        case Verb::messages: return run_messages(context);
        case Verb::open: return run_open(context);
        case Verb::burn: return run_burn(context);
        case Verb::recall: return run_recall(context);
        case Verb::verify: return run_verify(context);
        case Verb::block: return run_block(context);
        case Verb::unblock: return run_unblock(context);
        case Verb::blocked: return run_blocked(context);
        case Verb::report: return run_report(context);
        case Verb::verify_report: return run_verify_report(context);
        case Verb::export_data: return run_export(context);
        case Verb::account_delete: return run_account_delete(context);
        case Verb::passphrase_change: return run_passphrase_change(context);
        case Verb::passphrase_duress: return run_passphrase_duress(context);
        case Verb::wipe: return run_wipe(context);
        case Verb::help:
        case Verb::version: break;
    }
    return MAYFLY_ERROR(internal);
}

int main_of(const std::vector<std::string>& words) {
    harden();
    bool json = false;
    auto parsed = parse_arguments(words, json);
    if (const auto* error = std::get_if<UsageError>(&parsed)) {
        return report(json, "usage", error->message, error->hint, ExitCode::usage);
    }
    Command& command = *std::get_if<Command>(&parsed);
    if (command.verb == Verb::help) return print(help_text(command.target));
    if (command.verb == Verb::version) return print(version_text);
    if (command.passphrase_file.empty()) {
        const char* file = std::getenv("MAYFLY_PASSPHRASE_FILE");
        if (file != nullptr) command.passphrase_file = file;
    }
    const Interrupt interrupt;
    Context context{command, interrupt, home_path(command.home), {}};
    if (context.home.empty()) {
        return report(json, "usage", "no home: neither --home nor $MAYFLY_HOME nor $HOME is set",
                      "name one with --home DIR", ExitCode::usage);
    }
    const Outcome outcome = run(context);
    return outcome.ok() ? 0 : report(json, outcome.failure());
}

}  // namespace
}  // namespace mayfly::cli

int main(int argc, char** argv) {
    return mayfly::cli::main_of(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
}
