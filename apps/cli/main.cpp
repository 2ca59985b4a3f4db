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

// --home DIR and --passphrase-file FILE, and nothing else.
bool are_global_pairs(const std::vector<std::string>& words) {
    for (size_t i = 0; i < words.size(); i += 2) {
        if (words[i] != "--home" && words[i] != "--passphrase-file") return false;
    }
    return true;
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
        case Verb::reply: return run_reply(context);
        case Verb::edit: return run_edit(context);
        case Verb::react: return run_react(context);
        case Verb::poll: return run_poll(context);
        case Verb::vote: return run_vote(context);
        case Verb::location: return run_location(context);
        case Verb::card: return run_card(context);
        case Verb::screenshot: return run_screenshot(context);
        case Verb::typing: return run_typing(context);
        case Verb::settings: return run_settings(context);
        case Verb::mute:
        case Verb::archive:
        case Verb::pin: return run_local(context);
        case Verb::draft: return run_draft(context);
        case Verb::search: return run_search(context);
        case Verb::device_link: return run_device_link(context);
        case Verb::device_add: return run_device_add(context);
        case Verb::device_list: return run_device_list(context);
        case Verb::device_revoke: return run_device_revoke(context);
        case Verb::device_name: return run_device_name(context);
        case Verb::recover: return run_recover(context);
        case Verb::conversations:
        case Verb::group_list: return run_conversations(context);
        case Verb::group_create: return run_group_create(context);
        case Verb::group_show: return run_group_show(context);
        case Verb::group_invite: return run_group_invite(context);
        case Verb::group_link: return run_group_link(context);
        case Verb::group_offers: return run_group_offers(context);
        case Verb::group_join: return run_group_join(context);
        case Verb::group_decline: return run_group_decline(context);
        case Verb::group_remove: return run_group_remove(context);
        case Verb::group_leave: return run_group_leave(context);
        case Verb::group_set: return run_group_set(context);
        case Verb::group_moderator:
        case Verb::group_reader: return run_group_role(context);
        case Verb::daemon: return run_daemon(context);
        case Verb::tui: return run_tui(context);
        case Verb::send_file:
        case Verb::send_voice: return run_send_file(context);
        case Verb::download: return run_download(context);
        case Verb::resume: return run_resume(context);
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

// Without words, at a terminal, the terminal UI opens.
std::vector<std::string> words_or_tui(std::vector<std::string> words) {
    const bool at_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
    const bool only_globals = words.empty() || (words.size() % 2 == 0 && are_global_pairs(words));
    if (at_terminal && only_globals) words.push_back("tui");
    return words;
}

int main_of(const std::vector<std::string>& words) {
    harden();
    bool json = false;
    auto parsed = parse_arguments(words_or_tui(words), json);
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
