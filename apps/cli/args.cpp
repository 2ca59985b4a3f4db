#include "args.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/messenger.h"
#include "i18n/tr.h"
#include "util/duration.h"

namespace mayfly::cli {
namespace {

struct VerbSpec {
    Verb verb;
    const char* name;
    std::array<const char*, 2> positionals;  // nullptr: none
    const char* options;                     // each after a space, so that names are found whole
};
constexpr VerbSpec verb_specs[] = {
    {Verb::init, "init", {}, " relay handle name invite timeout "},
    {Verb::whoami, "whoami", {}, " qr "},
    {Verb::contact_add, "contact add", {MAYFLY_N("ADDRESS-OR-LINK")}, " timeout "},
    {Verb::contact_requests, "contact requests", {}, " offline "},
    {Verb::contact_accept, "contact accept", {MAYFLY_N("ID")}, " timeout "},
    {Verb::contact_list, "contact list", {}, " offline "},
    {Verb::contact_remove, "contact remove", {MAYFLY_N("WHO")}, " timeout "},
    {Verb::send, "send", {MAYFLY_N("WHO"), MAYFLY_N("TEXT")}, " expire burn no-burn timeout "},
    {Verb::receive, "receive", {}, " follow timeout lock-after "},
    {Verb::messages, "messages", {MAYFLY_N("WHO")}, " offline "},
    {Verb::open, "open", {MAYFLY_N("ID")}, " "},
    {Verb::burn, "burn", {MAYFLY_N("ID")}, " "},
    {Verb::recall, "recall", {MAYFLY_N("ID")}, " timeout "},
    {Verb::reply, "reply", {MAYFLY_N("ID"), MAYFLY_N("TEXT")}, " expire burn no-burn timeout "},
    {Verb::edit, "edit", {MAYFLY_N("ID"), MAYFLY_N("TEXT")}, " timeout "},
    {Verb::react, "react", {MAYFLY_N("ID"), MAYFLY_N("EMOJI")}, " remove timeout "},
    {Verb::poll,
     "poll",
     {MAYFLY_N("WHO"), MAYFLY_N("QUESTION")},
     " option multiple closes expire burn no-burn timeout "},
    {Verb::vote, "vote", {MAYFLY_N("ID"), MAYFLY_N("CHOICES")}, " timeout "},
    {Verb::location,
     "location",
     {MAYFLY_N("WHO"), MAYFLY_N("LAT,LON")},
     " accuracy label expire burn no-burn timeout "},
    {Verb::card, "card", {MAYFLY_N("WHO"), MAYFLY_N("OTHER")}, " expire burn no-burn timeout "},
    {Verb::screenshot, "screenshot", {MAYFLY_N("WHO")}, " timeout "},
    {Verb::typing, "typing", {MAYFLY_N("WHO")}, " off timeout "},
    {Verb::settings,
     "settings",
     {MAYFLY_N("WHO")},
     " expire burn no-burn receipts typing timeout "},
    {Verb::mute, "mute", {MAYFLY_N("WHO")}, " for off "},
    {Verb::archive, "archive", {MAYFLY_N("WHO")}, " off "},
    {Verb::pin, "pin", {MAYFLY_N("WHO")}, " off "},
    {Verb::draft, "draft", {MAYFLY_N("WHO")}, " text clear "},
    {Verb::search, "search", {MAYFLY_N("WORDS")}, " in limit "},
    {Verb::device_link, "device link", {}, " relay timeout "},
    {Verb::device_add, "device add", {MAYFLY_N("LINK")}, " timeout "},
    {Verb::device_list, "device list", {}, " offline "},
    {Verb::device_revoke, "device revoke", {MAYFLY_N("DEVICE")}, " timeout "},
    {Verb::device_name, "device name", {MAYFLY_N("DEVICE"), MAYFLY_N("NAME")}, " timeout "},
    {Verb::recover, "recover", {}, " relay timeout "},
    {Verb::conversations, "conversations", {}, " offline "},
    {Verb::group_create,
     "group create",
     {MAYFLY_N("NAME")},
     " room topic avatar expire max-expire burn no-burn max-burn receipts typing writers timeout "},
    {Verb::group_list, "group list", {}, " offline "},
    {Verb::group_show, "group show", {MAYFLY_N("NAME")}, " offline "},
    {Verb::group_invite, "group invite", {MAYFLY_N("NAME"), MAYFLY_N("WHO")}, " timeout "},
    {Verb::group_link, "group link", {MAYFLY_N("NAME")}, " uses expires qr "},
    {Verb::group_offers, "group offers", {}, " offline "},
    {Verb::group_join, "group join", {MAYFLY_N("NAME-OR-LINK")}, " timeout "},
    {Verb::group_decline, "group decline", {MAYFLY_N("NAME")}, " "},
    {Verb::group_remove, "group remove", {MAYFLY_N("NAME"), MAYFLY_N("WHO")}, " timeout "},
    {Verb::group_leave, "group leave", {MAYFLY_N("NAME")}, " timeout "},
    {Verb::group_set,
     "group set",
     {MAYFLY_N("NAME")},
     " name topic avatar expire max-expire burn no-burn max-burn receipts typing writers timeout "},
    {Verb::group_moderator,
     "group moderator",
     {MAYFLY_N("NAME"), MAYFLY_N("WHO")},
     " undo timeout "},
    {Verb::group_reader, "group reader", {MAYFLY_N("NAME"), MAYFLY_N("WHO")}, " undo timeout "},
    {Verb::daemon, "daemon", {}, " socket stdio webhook webhook-secret-file "},
    {Verb::tui, "tui", {}, " timeout "},
    {Verb::send_file,
     "send-file",
     {MAYFLY_N("WHO"), MAYFLY_N("FILE")},
     " expire burn no-burn as-is timeout "},
    {Verb::send_voice,
     "send-voice",
     {MAYFLY_N("WHO"), MAYFLY_N("FILE")},
     " expire burn no-burn timeout "},
    {Verb::download, "download", {MAYFLY_N("ID")}, " to timeout "},
    {Verb::resume, "resume", {}, " timeout "},
    {Verb::verify, "verify", {MAYFLY_N("WHO")}, " digits code confirm undo offline "},
    {Verb::block, "block", {MAYFLY_N("WHO")}, " remove timeout "},
    {Verb::unblock, "unblock", {MAYFLY_N("WHO")}, " "},
    {Verb::blocked, "blocked", {}, " "},
    {Verb::report, "report", {MAYFLY_N("ID")}, " with "},
    {Verb::verify_report, "verify-report", {MAYFLY_N("FILE")}, " "},
    {Verb::export_data, "export", {MAYFLY_N("DIRECTORY")}, " yes "},
    {Verb::account_delete, "account delete", {}, " yes timeout "},
    {Verb::passphrase_change, "passphrase change", {}, " new-passphrase-file "},
    {Verb::passphrase_duress, "passphrase duress", {}, " new-passphrase-file name off "},
    {Verb::wipe, "wipe", {}, " yes "},
};

const VerbSpec& spec_of(Verb verb) {
    return *std::find_if(std::begin(verb_specs), std::end(verb_specs),
                         [&](const VerbSpec& spec) { return spec.verb == verb; });
}

// Options that are there or not, and those that hold a text.
struct Flag {
    const char* name;
    bool Command::*value;
};
constexpr Flag flags[] = {
    {"json", &Command::json},       {"follow", &Command::follow},
    {"offline", &Command::offline}, {"yes", &Command::yes},
    {"off", &Command::off},         {"undo", &Command::undo},
    {"confirm", &Command::confirm}, {"remove", &Command::remove},
    {"stdio", &Command::stdio},     {"room", &Command::room},
    {"no-burn", &Command::no_burn}, {"as-is", &Command::as_is},
    {"qr", &Command::qr},           {"multiple", &Command::multiple},
    {"clear", &Command::clear},
};
struct TextOption {
    const char* name;
    std::string Command::*value;
};
constexpr TextOption text_options[] = {
    {"home", &Command::home},
    {"passphrase-file", &Command::passphrase_file},
    {"new-passphrase-file", &Command::new_passphrase_file},
    {"handle", &Command::handle},
    {"invite", &Command::invite},
    {"digits", &Command::digits},
    {"code", &Command::code},
    {"to", &Command::to},
    {"socket", &Command::socket},
    {"webhook", &Command::webhook},
    {"webhook-secret-file", &Command::webhook_secret_file},
};

bool is_flag(std::string_view option) {
    return option == "help" || option == "version" ||
           std::any_of(std::begin(flags), std::end(flags),
                       [&](const Flag& flag) { return flag.name == option; });
}
bool is_global(std::string_view option) {
    return option == "home" || option == "passphrase-file" || option == "json" ||
           option == "help" || option == "version";
}
bool is_option_of(const VerbSpec& spec, std::string_view option) {
    return std::string_view(spec.options).find(" " + std::string(option) + " ") !=
           std::string_view::npos;
}
bool is_option(std::string_view option) {
    return is_global(option) || std::any_of(std::begin(verb_specs), std::end(verb_specs),
                                            [&](auto& spec) { return is_option_of(spec, option); });
}

struct Option {
    std::string name;
    std::string value;
};

// What the words are, before anything is checked against a verb.
struct Words {
    std::vector<Option> options;
    std::vector<std::string> positionals;
};

UsageError usage_of(const VerbSpec& spec, std::string message) {
    return {std::move(message), std::string("mayfly ") + spec.name + " --help"};
}

std::optional<UsageError> split(const std::vector<std::string>& words, Words& out) {
    bool options_end = false;
    for (size_t i = 0; i < words.size(); i++) {
        const std::string& word = words[i];
        if (!options_end && word == "--") {
            options_end = true;
            continue;
        }
        if (!options_end && word == "-h" && out.positionals.size() < 2) {
            out.options.push_back({"help", ""});
            continue;
        }
        // One dash is text: a smiley, a minus sign, or "-" for the standard input.
        if (options_end || !word.starts_with("--")) {
            out.positionals.push_back(word);
            continue;
        }
        const size_t equals = word.find('=');
        Option option{word.substr(2, equals == std::string::npos ? equals : equals - 2), ""};
        if (!is_option(option.name)) {
            return UsageError{tr("unknown option --{1}", option.name),
                              tr("mayfly --help; text that begins with -- goes after a lone --")};
        }
        if (is_flag(option.name)) {
            if (equals != std::string::npos) {
                return UsageError{tr("--{1} takes no value", option.name), "mayfly --help"};
            }
        } else if (equals != std::string::npos) {
            option.value = word.substr(equals + 1);
        } else if (i + 1 < words.size()) {
            option.value = words[++i];
        } else {
            return UsageError{tr("--{1} wants a value", option.name), "mayfly --help"};
        }
        out.options.push_back(std::move(option));
    }
    return std::nullopt;
}

// find_verb takes the verb's one or two words off the positionals. `requests` and `accept` also
// work alone: nothing else has these names.
const VerbSpec* find_verb(std::vector<std::string>& positionals) {
    if (!positionals.empty() && (positionals[0] == "requests" || positionals[0] == "accept")) {
        positionals.insert(positionals.begin(), "contact");
    }
    for (const VerbSpec& spec : verb_specs) {
        const std::string_view name = spec.name;
        const size_t space = name.find(' ');
        const bool two = space != std::string_view::npos;
        if (positionals.size() < (two ? 2U : 1U)) continue;
        if (positionals[0] != name.substr(0, space)) continue;
        if (two && positionals[1] != name.substr(space + 1)) continue;
        positionals.erase(positionals.begin(), positionals.begin() + (two ? 2 : 1));
        return &spec;
    }
    return nullptr;
}

std::optional<UsageError> set_duration(const Option& option, Command& command) {
    const auto parsed = parse_duration(option.value);
    const std::string hint = tr("durations are written 3s, 10m, 6h, 6d, 1y");
    if (!parsed.ok()) {
        return UsageError{tr("--{1} {2} is no duration", option.name, option.value), hint};
    }
    constexpr struct {
        const char* name;
        std::optional<Duration> Command::*value;
    } spans[] = {{"timeout", &Command::timeout},
                 {"lock-after", &Command::lock_after},
                 {"closes", &Command::closes},
                 {"for", &Command::mute_for}};
    for (const auto& span : spans) {
        if (option.name != span.name) continue;
        command.*span.value = parsed.value();
        return std::nullopt;
    }
    const bool is_burn = option.name == "burn";
    const Duration least = is_burn ? Duration::seconds(1) : core::expiration_min;
    if (parsed.value() < least || parsed.value() > core::expiration_max) {
        return UsageError{tr("--{1} {2} is out of range", option.name, option.value),
                          tr("{1} to {2}", is_burn ? "1s" : "3s", "1y")};
    }
    (is_burn ? command.burn : command.expire) = parsed.value();
    return std::nullopt;
}

std::optional<UsageError> set_option(const Option& option, Command& command) {
    for (const Flag& flag : flags) {
        if (option.name != flag.name) continue;
        command.*flag.value = true;
        return std::nullopt;
    }
    for (const TextOption& text : text_options) {
        if (option.name != text.name) continue;
        if (option.value.empty() && option.name != "handle") {
            return UsageError{tr("--{1} is empty", option.name), ""};
        }
        command.*text.value = option.value;
        if (option.name == "home") command.homes.push_back(option.value);
        if (option.name == "passphrase-file") command.passphrase_files.push_back(option.value);
        return std::nullopt;
    }
    if (option.name == "relay") {
        command.relays.push_back(option.value);
    } else if (option.name == "name") {
        command.name = option.value;
    } else if (option.name == "with") {
        command.with.push_back(option.value);
    } else {
        bool handled = false;
        auto error = set_group_option(option.name, option.value, command, handled);
        if (!handled) error = set_content_option(option.name, option.value, command, handled);
        return handled ? error : set_duration(option, command);
    }
    return std::nullopt;
}

std::optional<UsageError> set_positionals(const VerbSpec& spec,
                                          std::vector<std::string>& positionals, Command& command) {
    size_t wanted = 0;
    while (wanted < spec.positionals.size() && spec.positionals[wanted] != nullptr) wanted++;
    if (positionals.size() < wanted) {
        return usage_of(spec, tr("{1} is missing", tr(spec.positionals[positionals.size()])));
    }
    if (positionals.size() > wanted) {
        UsageError error = usage_of(spec, tr("unexpected argument: {1}", positionals[wanted]));
        if (spec.positionals[wanted - 1] == std::string_view("TEXT"))
            error.hint = tr("put the text in quotes");
        return error;
    }
    if (wanted > 0) command.target = std::move(positionals[0]);
    if (wanted > 1) command.text = std::move(positionals[1]);
    if (wanted > 0 && command.target.empty()) {
        return usage_of(spec, tr("{1} is empty", tr(spec.positionals[0])));
    }
    return std::nullopt;
}

UsageError unknown_verb(const std::vector<std::string>& positionals) {
    if (positionals[0] == "contact") {
        return {tr("{1} wants one of {2}", "contact", "add, requests, accept, list, remove"),
                "mayfly --help"};
    }
    if (positionals[0] == "account")
        return {tr("{1} wants {2}", "account", "delete"), "mayfly --help"};
    if (positionals[0] == "passphrase") {
        return {tr("{1} wants one of {2}", "passphrase", "change, duress"), "mayfly --help"};
    }
    if (positionals[0] == "device") {
        return {tr("{1} wants one of {2}", "device", "link, add, list, revoke, name"),
                "mayfly --help"};
    }
    if (positionals[0] == "group") {
        return {tr("{1} wants one of {2}", "group",
                   "create, list, show, invite, link, offers, join, decline, remove, leave, set, "
                   "moderator, reader"),
                "mayfly --help"};
    }
    return {tr("unknown verb: {1}", positionals[0]), "mayfly --help"};
}

}  // namespace

const char* verb_name(Verb verb) {
    if (verb == Verb::help) return "help";
    if (verb == Verb::version) return "version";
    return spec_of(verb).name;
}

std::variant<Command, UsageError> parse_arguments(const std::vector<std::string>& words,
                                                  bool& json) {
    json = false;
    Words split_words;
    const auto failed = split(words, split_words);
    const auto has = [&](std::string_view name) {
        return std::any_of(split_words.options.begin(), split_words.options.end(),
                           [&](const Option& option) { return option.name == name; });
    };
    json = has("json");
    if (failed) return *failed;
    Command command;
    std::vector<std::string>& positionals = split_words.positionals;
    if (has("version")) {
        command.verb = Verb::version;
        return command;
    }
    const bool names_help = !positionals.empty() && positionals[0] == "help";
    if (names_help) positionals.erase(positionals.begin());
    if (names_help || has("help")) {
        if (const VerbSpec* spec = find_verb(positionals)) command.target = spec->name;
        return command;
    }
    if (positionals.empty()) return UsageError{tr("a verb is missing"), "mayfly --help"};
    const VerbSpec* spec = find_verb(positionals);
    if (spec == nullptr) return unknown_verb(positionals);
    command.verb = spec->verb;
    for (const Option& option : split_words.options) {
        if (!is_global(option.name) && !is_option_of(*spec, option.name)) {
            return usage_of(*spec, tr("{1} has no option --{2}", spec->name, option.name));
        }
        if (auto error = set_option(option, command)) return *error;
    }
    if (auto error = set_positionals(*spec, positionals, command)) return *error;
    const bool wants_relay =
        spec->verb == Verb::init || spec->verb == Verb::device_link || spec->verb == Verb::recover;
    if (wants_relay && command.relays.empty()) {
        return usage_of(*spec, tr("--relay ADDRESS is missing"));
    }
    return command;
}

}  // namespace mayfly::cli
