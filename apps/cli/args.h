// The command line, read into a Command or refused with a reason.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "util/time.h"

namespace mayfly::cli {

enum class Verb : uint8_t {
    init,
    whoami,
    contact_add,
    contact_requests,
    contact_accept,
    contact_list,
    contact_remove,
    send,
    receive,
    messages,
    open,
    burn,
    recall,
    verify,
    block,
    unblock,
    blocked,
    report,
    verify_report,
    export_data,
    account_delete,
    passphrase_change,
    passphrase_duress,
    wipe,
    help,
    version,
};

struct Command {
    Verb verb = Verb::help;
    std::string home;  // empty: the default
    std::string passphrase_file;
    bool json = false;
    std::vector<std::string> relays;
    std::string handle;
    std::string name;
    std::string invite;
    std::string target;  // WHO, ID, ADDRESS-OR-LINK, FILE; with help: the verb asked about
    std::string text;
    std::optional<Duration> expire;
    std::optional<Duration> burn;
    std::optional<Duration> timeout;
    bool follow = false;
    bool offline = false;
    bool yes = false;
    bool undo = false;
    bool confirm = false;
    bool remove = false;
    std::string digits;
    std::string code;
    std::vector<std::string> with;
    std::optional<Duration> lock_after;
    bool off = false;
    std::string new_passphrase_file;
};

struct UsageError {
    std::string message;
    std::string hint;
};

// parse_arguments takes the words after the program's name. Global options may stand before or
// after the verb; "--" ends options; "--option=value" is "--option value". `json` is set as far as
// it was seen even if the rest is refused, so that the refusal has the right form.
std::variant<Command, UsageError> parse_arguments(const std::vector<std::string>& words,
                                                  bool& json);

// verb_name gives a verb as it is typed: "contact add".
const char* verb_name(Verb verb);

}  // namespace mayfly::cli
