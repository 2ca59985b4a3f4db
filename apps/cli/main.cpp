// mayfly: the command-line client.
#include <unistd.h>

#include <cstdlib>

#include "help.h"
#include "home.h"
#include "i18n/language.h"
#include "i18n/tr.h"
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
        append_filled(out, tr("mayfly: error: {1}"), {message});
        out.append("\n");
        if (!hint.empty()) append_filled(out, tr("mayfly: hint: {1}"), {hint});
        if (!hint.empty()) out.append("\n");
    }
    (void)out.write_to(STDERR_FILENO);
    return static_cast<int>(exit_code);
}

int report(bool json, const Failure& failure) {
    std::string message = tr(error_text(failure.code));
    if (!failure.detail.empty()) message = tr("{1}: {2}", message, failure.detail);
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

struct Runner {
    Verb verb;
    Outcome (*run)(Context&);
};
constexpr Runner runners[] = {
    {Verb::init, run_init},
    {Verb::whoami, run_whoami},
    {Verb::contact_add, run_contact_add},
    {Verb::contact_requests, run_contact_requests},
    {Verb::contact_accept, run_contact_accept},
    {Verb::contact_list, run_contact_list},
    {Verb::contact_remove, run_contact_remove},
    {Verb::send, run_send},
    {Verb::receive, run_receive},
    {Verb::messages, run_messages},
    {Verb::open, run_open},
    {Verb::burn, run_burn},
    {Verb::recall, run_recall},
    {Verb::reply, run_reply},
    {Verb::edit, run_edit},
    {Verb::react, run_react},
    {Verb::poll, run_poll},
    {Verb::vote, run_vote},
    {Verb::location, run_location},
    {Verb::card, run_card},
    {Verb::screenshot, run_screenshot},
    {Verb::typing, run_typing},
    {Verb::settings, run_settings},
    {Verb::mute, run_local},
    {Verb::archive, run_local},
    {Verb::pin, run_local},
    {Verb::draft, run_draft},
    {Verb::search, run_search},
    {Verb::device_link, run_device_link},
    {Verb::device_add, run_device_add},
    {Verb::device_list, run_device_list},
    {Verb::device_revoke, run_device_revoke},
    {Verb::device_name, run_device_name},
    {Verb::recover, run_recover},
    {Verb::conversations, run_conversations},
    {Verb::group_list, run_conversations},
    {Verb::group_create, run_group_create},
    {Verb::group_show, run_group_show},
    {Verb::group_invite, run_group_invite},
    {Verb::group_link, run_group_link},
    {Verb::group_offers, run_group_offers},
    {Verb::group_join, run_group_join},
    {Verb::group_decline, run_group_decline},
    {Verb::group_remove, run_group_remove},
    {Verb::group_leave, run_group_leave},
    {Verb::group_set, run_group_set},
    {Verb::group_moderator, run_group_role},
    {Verb::group_reader, run_group_role},
    {Verb::daemon, run_daemon},
    {Verb::tui, run_tui},
    {Verb::send_file, run_send_file},
    {Verb::send_voice, run_send_file},
    {Verb::download, run_download},
    {Verb::resume, run_resume},
    {Verb::verify, run_verify},
    {Verb::block, run_block},
    {Verb::unblock, run_unblock},
    {Verb::blocked, run_blocked},
    {Verb::report, run_report},
    {Verb::verify_report, run_verify_report},
    {Verb::export_data, run_export},
    {Verb::account_delete, run_account_delete},
    {Verb::passphrase_change, run_passphrase_change},
    {Verb::passphrase_duress, run_passphrase_duress},
    {Verb::wipe, run_wipe},
};

Outcome run(Context& context) {
    for (const Runner& runner : runners) {
        if (runner.verb == context.command.verb) return runner.run(context);
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
    const std::vector<std::string> asked = words_or_tui(words);
    auto parsed = parse_arguments(asked, json);
    if (!json) {
        // What programs read stays English; a refusal is said again in the person's language.
        i18n::speak_as_environment_says();
        parsed = parse_arguments(asked, json);
    }
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
        return report(json, "usage",
                      tr("no home: neither --home nor $MAYFLY_HOME nor $HOME is set"),
                      tr("name one with --home DIR"), ExitCode::usage);
    }
    const Outcome outcome = run(context);
    return outcome.ok() ? 0 : report(json, outcome.failure());
}

}  // namespace
}  // namespace mayfly::cli

int main(int argc, char** argv) {
    return mayfly::cli::main_of(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
}
